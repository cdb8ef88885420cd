package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/subscriptions"
)

// taken is one message as the relay took it: all that the checker knows of what was sent.
type taken struct {
	at       time.Time
	to       string // envelope recipient
	listID   string // "" for a letter
	campaign string
}

// checker judges messages by the rows of the ledger alone. It shares no rule with the product: neither Fold nor Decide, nor a table that
// the gate joins. What it knows of the law is written here a second time, in another shape: for each message it goes back from the end.
type checker struct {
	byKey map[string][]subscriptions.Event // in the order of the ledger
	key   func(addr string) string
	lists map[string]subscriptions.List // by List-Id label
	late  time.Duration                 // that a message may reach the relay after the ledger was asked
}

// ownAct reports whether an event is something that the holder of the address did themself, and nobody can do for them.
func ownAct(e subscriptions.Event) bool {
	return e.Kind == "confirmed" || e.Kind == "granted" && e.Channel == "staff"
}

func about(e subscriptions.Event, l subscriptions.List) bool {
	switch e.Scope.Reach {
	case "everything":
		return true
	case "programme":
		return e.Scope.ProgrammeID == l.ProgrammeID
	case "purpose":
		return e.Scope.PurposeID == l.PurposeID
	}
	return e.Scope.ListID == l.ID
}

// mayMail says whether these events of one address allow a message on a list at a moment, and why not.
func mayMail(events []subscriptions.Event, l subscriptions.List, at time.Time) (bool, string) {
	if restricted(events) {
		return false, "processing is restricted"
	}
	optedOut := lastOf(events, func(e subscriptions.Event) bool {
		return (e.Kind == "withdrawn" || e.Kind == "suppressed" || e.Kind == "erased") && about(e, l)
	})
	yes := lastOf(events, func(e subscriptions.Event) bool {
		return (e.Kind == "confirmed" || e.Kind == "granted" || e.Kind == "enrolled") && e.Scope.ListID == l.ID && (optedOut == nil || ownAct(e))
	})
	if yes == nil {
		return false, "no yes to this list counts"
	}
	if optedOut != nil && optedOut.Seq > yes.Seq {
		return false, fmt.Sprintf("event %d (%s) came after the yes of event %d", optedOut.Seq, optedOut.Kind, yes.Seq)
	}
	if lapsed := lastOf(events, func(e subscriptions.Event) bool { return e.Kind == "lapsed" && about(e, l) }); lapsed != nil && lapsed.Seq > yes.Seq {
		return false, fmt.Sprintf("event %d says that it lapsed", lapsed.Seq)
	}
	if !yes.ExpiresAt.IsZero() && !at.Before(yes.ExpiresAt) {
		return false, fmt.Sprintf("the yes of event %d ended at %v", yes.Seq, yes.ExpiresAt)
	}
	pause := lastOf(events, func(e subscriptions.Event) bool {
		return e.Kind == "paused" && about(e, l) || ownAct(e) && e.Scope.ListID == l.ID
	})
	if pause != nil && pause.Kind == "paused" && at.Before(pause.ExpiresAt) {
		return false, fmt.Sprintf("event %d asks for a pause", pause.Seq)
	}
	return true, ""
}

func restricted(events []subscriptions.Event) bool {
	e := lastOf(events, func(e subscriptions.Event) bool { return e.Kind == "restricted" || e.Kind == "released" })
	return e != nil && e.Kind == "restricted"
}

func lastOf(events []subscriptions.Event, fits func(subscriptions.Event) bool) *subscriptions.Event {
	for i := len(events) - 1; i >= 0; i-- {
		if fits(events[i]) {
			return &events[i]
		}
	}
	return nil
}

// transit is how long a message may take from the moment at which it starts, which the permission must outlive, to the relay's taking its recipient.
const transit = time.Second

// judge says what is wrong with a message, "" for nothing. Between the question to the ledger and the relay lies a little time, in which the
// ledger may have gone on: the message is right if the ledger allowed it at some point within that time.
func (c *checker) judge(m taken) string {
	events := c.byKey[c.key(m.to)]
	l, known := c.lists[m.listID]
	if !known {
		return fmt.Sprintf("a message to %s names no list that there is: %q", m.to, m.listID)
	}
	why := "the ledger does not know the address"
	for n := len(events); n > 0; n-- {
		if events[n-1].At.After(m.at) {
			continue // later than the message
		}
		ok, reason := mayMail(events[:n], l, m.at)
		if begun, _ := mayMail(events[:n], l, m.at.Add(-transit)); ok || begun {
			return ""
		}
		if why = reason; m.at.Sub(events[n-1].At) > c.late {
			break // this was so before the ledger can have been asked
		}
	}
	return fmt.Sprintf("%s was mailed on %s by %s at %v: %s%s", m.to, l.Slug, m.campaign, m.at.Format(time.StampMilli), why, account(events, m.at))
}

// account is what the ledger says of an address, with the time from each event to a message.
func account(events []subscriptions.Event, at time.Time) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "\n\tevent %d, %v before: %s by %s, %s, list %d", e.Seq, at.Sub(e.At).Round(time.Millisecond), e.Kind, e.Channel, e.Scope.Reach, e.Scope.ListID)
		if !e.ExpiresAt.IsZero() {
			fmt.Fprintf(&b, ", until %v before", at.Sub(e.ExpiresAt).Round(time.Millisecond))
		}
	}
	return b.String()
}

// owed says whether an address had to get a campaign that began and ended at two moments: it was allowed at both, and nothing about it
// happened in between, nor within margin of it.
func owed(events []subscriptions.Event, lists []subscriptions.List, began, ended time.Time, margin time.Duration) bool {
	n := 0
	for _, e := range events {
		switch {
		case e.At.Before(began.Add(-margin)):
			n++
		case e.At.Before(ended.Add(margin)):
			return false
		}
	}
	for _, l := range lists {
		if first, _ := mayMail(events[:n], l, began); first {
			if last, _ := mayMail(events[:n], l, ended); last {
				return true
			}
		}
	}
	return false
}

// label is the first part of a List-Id.
func label(listID string) string {
	name, _, _ := strings.Cut(strings.Trim(listID[strings.LastIndexByte(listID, '<')+1:], "<>"), ".")
	return name
}

// A checker that finds nothing would show nothing.
func TestTheCheckerFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	list := subscriptions.List{ID: 3, ProgrammeID: 1, PurposeID: 2, Slug: "monthly"}
	on := subscriptions.ListScope(list)
	said := func(seconds int, kind subscriptions.EventKind, by subscriptions.Channel, scope subscriptions.Scope) subscriptions.Event {
		return subscriptions.Event{Seq: int64(1000 + seconds), At: noon.Add(time.Duration(seconds) * time.Second), Kind: kind, Channel: by, Scope: scope}
	}
	yes := said(-100, subscriptions.Granted, subscriptions.ByAPI, on)
	short, shorter, pause := yes, yes, said(-50, subscriptions.Paused, subscriptions.ByLink, on)
	short.ExpiresAt, shorter.ExpiresAt, pause.ExpiresAt = noon.Add(-transit), noon, noon.Add(time.Hour)
	for _, c := range []struct {
		name   string
		events []subscriptions.Event
		fault  string // a part of it; "" for none
	}{
		{"a yes", []subscriptions.Event{yes}, ""},
		{"no word at all", nil, "does not know the address"},
		{"a request", []subscriptions.Event{said(-100, subscriptions.Requested, subscriptions.ByForm, on)}, "no yes to this list counts"},
		{"an opt-out a minute before", []subscriptions.Event{yes, said(-60, subscriptions.Withdrawn, subscriptions.ByMail, subscriptions.Everything())}, "no yes to this list counts"},
		{"an opt-out after a signature", []subscriptions.Event{said(-100, subscriptions.Granted, subscriptions.ByStaff, on), said(-60, subscriptions.Withdrawn, subscriptions.ByMail, on)}, "came after the yes"},
		{"an opt-out a second before", []subscriptions.Event{yes, said(-1, subscriptions.Withdrawn, subscriptions.ByMail, on)}, ""},
		{"an opt-out after", []subscriptions.Event{yes, said(1, subscriptions.Withdrawn, subscriptions.ByMail, on)}, ""},
		{"an import after an opt-out", []subscriptions.Event{said(-100, subscriptions.Erased, subscriptions.ByStaff, subscriptions.Everything()), said(-60, subscriptions.Granted, subscriptions.ByImport, on)}, "no yes to this list counts"},
		{"a confirmation after an opt-out", []subscriptions.Event{said(-100, subscriptions.Withdrawn, subscriptions.ByMail, on), said(-60, subscriptions.Confirmed, subscriptions.ByLink, on)}, ""},
		{"a term that ended a second before", []subscriptions.Event{short}, "ended at"},
		{"a term that ended just now", []subscriptions.Event{shorter}, ""},
		{"a restriction", []subscriptions.Event{yes, said(-60, subscriptions.Restricted, subscriptions.ByStaff, subscriptions.Everything())}, "restricted"},
		{"a pause", []subscriptions.Event{yes, pause}, "asks for a pause"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := &checker{byKey: map[string][]subscriptions.Event{"key": c.events}, key: func(string) string { return "key" }, lists: map[string]subscriptions.List{"monthly": list}, late: 5 * time.Second}
			got := k.judge(taken{at: noon, to: "ann@example.org", listID: "monthly"})
			if (got == "") != (c.fault == "") || !strings.Contains(got, c.fault) {
				t.Errorf("got %q, want %q", got, c.fault)
			}
		})
	}
}
