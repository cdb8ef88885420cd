package clock

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// draw returns a number from lo to hi; both random sources of these tests fit it.
type draw func(what string, lo, hi int) int

func fromRapid(t *rapid.T) draw {
	return func(what string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, what) }
}

func fromRand(r *rand.Rand) draw {
	return func(_ string, lo, hi int) int { return lo + r.IntN(hi-lo+1) }
}

// randomInput draws what can happen to a request between 2018 and 2028, a year beyond the
// bank-holiday table, with the ends of months and the nights drawn often.
func randomInput(n draw) Input {
	first := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)
	received := first.Add(time.Duration(n("day", 0, 11*365)) * 24 * time.Hour)
	if n("at a month's end", 0, 3) == 0 {
		received = time.Date(received.Year(), received.Month()+1, 1, 0, 0, 0, 0, time.UTC).Add(-24 * time.Hour)
	}
	if n("late", 0, 1) == 0 {
		received = received.Add(time.Duration(n("minute of the night", 22*60, 24*60)) * time.Minute)
	} else {
		received = received.Add(time.Duration(n("minute", 0, 24*60-1)) * time.Minute)
	}
	day := DateIn(received, time.UTC).AddDays(1) // never before the UK date
	in := Input{
		Kind:     Kinds()[n("kind", 0, len(Kinds())-1)],
		Received: received,
		Division: Divisions()[n("division", 0, 2)],
		Identity: randomCondition(n, day),
		Fee:      randomCondition(n, day),
		Extended: n("extended", 0, 2) == 0,
		House:    House{max(0, n("acknowledge", -10, 10)), max(0, n("answer", -20, 30))},
	}
	if n("access", 0, 2) == 0 {
		in.Kind = Access
	}
	if n("told", 0, 5) == 0 {
		in.ExtensionTold = day.AddDays(n("told after", 0, 60))
	}
	for range max(0, n("pauses", -2, 3)) {
		p := Pause{From: day.AddDays(n("pause from", -10, 120))}
		if p.To = p.From.AddDays(n("pause days", 0, 20)); n("open", 0, 9) == 0 {
			p.To = Date{}
		}
		in.Pauses = append(in.Pauses, p)
	}
	return in
}

func randomCondition(n draw, day Date) (c Condition) {
	if n("asked", 0, 3) > 0 {
		return Condition{}
	}
	c.Requested = true
	c.RequestedOn = day.AddDays(n("asked after", 0, 12))
	if n("arrived", 0, 4) > 0 {
		c.Received = c.RequestedOn.AddDays(n("arrived after", 0, 40))
	}
	return c
}

// compareWithOracle returns how a reckoning differs from the oracle's, or "".
func compareWithOracle(out Reckoning, want map[Name]expected) string {
	if len(out.Clocks) != len(want) {
		return "the number of clocks"
	}
	for _, c := range out.Clocks {
		w, ok := want[c.Name]
		if !ok || c.Starts.String() != w.starts || c.Due.String() != w.due {
			return string(c.Name) + ": starts " + c.Starts.String() + ", due " + c.Due.String() + "; want " + w.starts + ", " + w.due
		}
	}
	return ""
}

func TestAHundredThousandClocksAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	const clocks = 100_000
	r, o := newReckoner(t), newOracle(t)
	n := fromRand(rand.New(rand.NewPCG(2026, 11)))
	for computed := 0; computed < clocks; {
		in := randomInput(n)
		out, err := r.Reckon(in)
		if err != nil {
			t.Fatalf("%+v: %v", in, err)
		}
		if diff := compareWithOracle(out, o.clocks(in)); diff != "" {
			t.Fatalf("%+v\n%s", in, diff)
		}
		computed += len(out.Clocks)
	}
}

// TestAnyClock draws with rapid, which shrinks what fails, and looks at what must hold of
// every reckoning besides the dates.
func TestAnyClock(t *testing.T) {
	t.Parallel()
	r, o := newReckoner(t), newOracle(t)
	rapid.Check(t, func(t *rapid.T) {
		in := randomInput(fromRapid(t))
		out, err := r.Reckon(in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := compareWithOracle(out, o.clocks(in)); diff != "" {
			t.Fatal(diff)
		}
		if !slices.IsSortedFunc(out.Clocks, func(a, b Clock) int { return a.Lead().compare(b.Lead()) }) {
			t.Fatal("the nearest clock does not lead")
		}
		for _, c := range out.Clocks {
			if (c.WaitingFor == "") == c.Due.IsZero() {
				t.Fatalf("%s is due %q and waits for %q", c.Name, c.Due, c.WaitingFor)
			}
			if !c.Target.IsZero() && !c.Due.IsZero() && !c.Target.Before(c.Due.Day) {
				t.Fatalf("%s has the target %s, not before %s", c.Name, c.Target, c.Due)
			}
			if c.Due.Moment.IsZero() && !c.Due.IsZero() && !r.calendar.WorkingDay(in.Division, c.Due.Day) {
				t.Fatalf("%s is due on %s, no working day", c.Name, c.Due)
			}
			if len(c.Steps) < 3 || c.Rule == "" {
				t.Fatalf("%s does not explain itself", c.Name)
			}
			for _, s := range c.Steps {
				if s.Text == "" || s.Source == "" {
					t.Fatalf("%s has a bare step: %+v", c.Name, s)
				}
			}
		}
	})
}

// TestAPauseNeverShortensATime holds the arithmetic of pauses from another side.
func TestAPauseNeverShortensATime(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	rapid.Check(t, func(t *rapid.T) {
		n := fromRapid(t)
		in := randomInput(n)
		in.Kind, in.ExtensionTold = Access, Date{}
		without := in
		without.Pauses = nil
		longer, err1 := r.Reckon(in)
		shorter, err2 := r.Reckon(without)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for _, c := range longer.Clocks {
			for _, d := range shorter.Clocks {
				if c.Name == d.Name && !c.Due.IsZero() && c.Due.compare(d.Due) < 0 {
					t.Fatalf("%s is due %s with pauses and %s without", c.Name, c.Due, d.Due)
				}
			}
		}
	})
}
