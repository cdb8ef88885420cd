package webform

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// desk notes what it is asked to enter.
type desk struct {
	entered []cases.Entry
	files   []string // the bodies
}

func (d *desk) Enter(_ context.Context, in cases.Entry) (cases.Case, error) {
	d.entered = append(d.entered, in)
	for _, f := range in.Files {
		body, err := io.ReadAll(f.Body)
		if err != nil {
			return cases.Case{}, err
		}
		d.files = append(d.files, string(body))
	}
	return cases.Case{ID: int64(len(d.entered))}, nil
}

// door notes what stops, in order, and may be shut.
type door struct {
	stops []string
	shut  error
}

func (d *door) Object(_ context.Context, o subscriptions.Objection) (subscriptions.Outcome, error) {
	d.stops = append(d.stops, "objection of "+o.Address.String())
	return subscriptions.Outcome{}, d.shut
}

func (d *door) Withdraw(_ context.Context, w subscriptions.Withdrawal) (subscriptions.Outcome, error) {
	d.stops = append(d.stops, "withdrawal of "+w.Address.String())
	return subscriptions.Outcome{}, d.shut
}

func ann(t *testing.T) address.Address {
	t.Helper()
	a, err := address.Parse("ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// takes hands in a form and returns what was entered and what stopped.
func takes(t *testing.T, f Form) (cases.Entry, []string) {
	t.Helper()
	d, p := &desk{}, &door{}
	s := &Service{Cases: d, People: p, Now: func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }}
	if _, err := s.Take(t.Context(), f); err != nil || len(d.entered) != 1 {
		t.Fatalf("%d entered, %v", len(d.entered), err)
	}
	return d.entered[0], p.stops
}

func TestAFormAsksForWhatIsTickedAndForWhatItsWordsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what  string
		form  Form
		kinds []cases.Kind
		flag  string
	}{
		{"a tick alone", Form{Kinds: []cases.Kind{cases.Erasure}}, []cases.Kind{cases.Erasure}, ""},
		{"words alone", Form{Words: "Please send me a copy of all the personal data you hold about me."}, []cases.Kind{cases.Access}, ""},
		{"a right in the words beside a tick is not missed", Form{Kinds: []cases.Kind{cases.Access}, Words: "And please delete all my personal data afterwards."}, []cases.Kind{cases.Access, cases.Erasure}, ""},
		{"what nobody can name is a request all the same", Form{Words: "It is about the thing with my file."}, []cases.Kind{cases.Other}, ""},
		{"the complaint form takes complaints", Form{Complaint: true, Words: "Your desk was rude."}, []cases.Kind{cases.Complaint}, ""},
		{"a complaint may ask for data as well", Form{Complaint: true, Words: "I complain. And please send me a copy of all the personal data you hold about me."}, []cases.Kind{cases.Complaint, cases.Access}, ""},
		{"an opt-out is a withdrawal", Form{Words: "Unsubscribe me please."}, []cases.Kind{cases.WithdrawConsent}, ""},
		{"what the form does not offer is not taken from it", Form{Kinds: []cases.Kind{cases.Disclosure}, Words: "the file"}, []cases.Kind{cases.Other}, ""},
		{"somebody else's affair is flagged", Form{Kinds: []cases.Kind{cases.Access}, ForOther: true, AboutName: "Bob"}, []cases.Kind{cases.Access}, sorting.FlagAgent},
		{"compensation is flagged (E1-31)", Form{Complaint: true, Words: "I want compensation for the distress that this breach of data protection law caused me."}, []cases.Kind{cases.Complaint}, sorting.FlagCompensation},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			c.form.Contact = "1 Quay Street"
			in, _ := takes(t, c.form)
			if !slices.Equal(in.Kinds, c.kinds) || c.flag != "" && !slices.Contains(in.Flags, c.flag) {
				t.Errorf("kinds %v, flags %v", in.Kinds, in.Flags)
			}
			if in.Channel != cases.ByForm || !in.Acknowledge || strings.TrimSpace(in.Asked) == "" {
				t.Errorf("entered as %+v", in)
			}
		})
	}
}

// Articles 7(3) and 21(3): at once, and nobody is asked who they are.
func TestMailToTheWritersOwnAddressStopsAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		form Form
		want []string
	}{
		{"an objection", Form{Kinds: []cases.Kind{cases.Objection}, Address: ann(t)}, []string{"objection of ann@example.org"}},
		{"a withdrawal", Form{Kinds: []cases.Kind{cases.WithdrawConsent}, Address: ann(t)}, []string{"withdrawal of ann@example.org"}},
		{"words are enough", Form{Words: "Unsubscribe me please.", Address: ann(t)}, []string{"withdrawal of ann@example.org"}},
		{"asking for a copy stops nothing", Form{Kinds: []cases.Kind{cases.Access}, Address: ann(t)}, nil},
		{"for somebody else a person decides", Form{Kinds: []cases.Kind{cases.Objection}, Address: ann(t), ForOther: true, AboutName: "Bob"}, nil},
		{"without an address there is nothing to stop", Form{Kinds: []cases.Kind{cases.Objection}, Contact: "1 Quay Street"}, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			in, stops := takes(t, c.form)
			if !slices.Equal(stops, c.want) || in.Stopped != (len(c.want) > 0) {
				t.Errorf("stopped %v, told %v", stops, in.Stopped)
			}
		})
	}
}

func TestAFormThatCannotStopMailIsNotTakenAsIfItHad(t *testing.T) {
	t.Parallel()
	d := &desk{}
	s := &Service{Cases: d, People: &door{shut: errors.New("no database")}, Now: time.Now}
	if _, err := s.Take(t.Context(), Form{Kinds: []cases.Kind{cases.Objection}, Address: ann(t)}); err == nil || len(d.entered) != 0 {
		t.Errorf("%d entered, %v", len(d.entered), err)
	}
}

func TestAFormSaysWhatIsToBeMended(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", MaxWords+1)
	for _, c := range []struct {
		what string
		form Form
		want []Mistake
	}{
		{"it is whole", Form{Words: "x", Contact: "y"}, nil},
		{"nothing is asked", Form{Words: " ", Contact: "y"}, []Mistake{NothingAsked}},
		{"a complaint needs words, whatever is ticked", Form{Complaint: true, Kinds: []cases.Kind{cases.Access}, Contact: "y"}, []Mistake{NothingAsked}},
		{"nobody can be answered", Form{Words: "x", Contact: " "}, []Mistake{NoWayToAnswer}},
		{"too many words", Form{Words: long, Contact: "y"}, []Mistake{WordsTooLong}},
		{"a name with a line break", Form{Words: "x", Contact: "y", Name: "Ann\nLee"}, []Mistake{NameTooLong}},
		{"for somebody who is not named", Form{Words: "x", Contact: "y", ForOther: true}, []Mistake{WhoElse}},
		{"too many files", Form{Words: "x", Contact: "y", Files: make([]File, MaxFiles+1)}, []Mistake{TooManyFiles}},
		{"a file too large", Form{Words: "x", Contact: "y", Files: []File{{Size: MaxFile + 1}}}, []Mistake{FileTooLarge}},
		{"all at once", Form{Contact: strings.Repeat("c", MaxContact+1), ForOther: true}, []Mistake{NothingAsked, ContactLong, WhoElse}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			if got := c.form.Check(); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
			_, err := (&Service{Cases: &desk{}, People: &door{}, Now: time.Now}).Take(t.Context(), c.form)
			if (errs.KindOf(err) == errs.Invalid) != (len(c.want) > 0) {
				t.Errorf("taken with %v", err)
			}
		})
	}
}

func TestFilesOfAFormComeWholeAndUnderASafeName(t *testing.T) {
	t.Parallel()
	d := &desk{}
	s := &Service{Cases: d, People: &door{}, Now: time.Now}
	letter := "%PDF-1.7 " + strings.Repeat("a letter ", 200)
	_, err := s.Take(t.Context(), Form{Words: "x", Contact: "y", Files: []File{
		{Name: "empty.txt", Body: strings.NewReader("")}, {Name: `..\..\letter.pdf`, Size: int64(len(letter)), Body: strings.NewReader(letter)},
	}})
	if err != nil || !slices.Equal(d.files, []string{letter}) {
		t.Fatalf("%d files, %v", len(d.files), err)
	}
	if f := d.entered[0].Files[0]; f.Type != "application/pdf" || strings.ContainsAny(f.Name, `/\`) {
		t.Errorf("kept as %q, %s", f.Name, f.Type)
	}
}
