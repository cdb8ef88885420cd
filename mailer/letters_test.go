package mailer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
)

// ask subscribes an address through the form.
func (r *rig) ask(addr, language string) {
	r.t.Helper()
	r.ok(r.people.Subscribe(r.t.Context(), subscriptions.Act{
		ListID: r.lists[0].ID, Address: address.Must(addr), Language: language, Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form",
	}))
}

func (r *rig) parsed() *message.Parsed {
	r.t.Helper()
	m, err := message.Parse(strings.NewReader(r.relay.last.body), message.DefaultLimits())
	r.ok(err)
	return m
}

// letter returns the only letter to an address.
func (r *rig) letter(addr string) mailer.Letter {
	r.t.Helper()
	person, err := r.db.SubscriberByKey(r.t.Context(), r.people.Keys.AddressKey(address.Must(addr)))
	r.ok(err)
	all, err := r.db.LettersTo(r.t.Context(), person.ID, 10)
	r.ok(err)
	if len(all) != 1 {
		r.t.Fatalf("%d letters to %s", len(all), addr)
	}
	return all[0]
}

// answer opens a letter that answers somebody.
func (r *rig) answer(l mailer.Letter, about mailer.About) {
	r.t.Helper()
	data, err := json.Marshal(about)
	r.ok(err)
	l.Data, l.State, l.CreatedAt = data, mailer.LetterWaiting, began
	if l.Language == "" {
		l.Language = "en"
	}
	r.ok(r.db.OpenLetter(r.t.Context(), &l, began))
}

func TestARequestIsConfirmedThroughTheLinkInItsMail(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.ask("ann@example.org", "")
		r.work()
		m := r.parsed()
		if r.relay.last.to != "ann@example.org" || m.AutoSubmitted != "auto-generated" || m.Header.Has("List-Unsubscribe") || m.Header.Has("Precedence") {
			t.Errorf("to %s:\n%s", r.relay.last.to, r.relay.last.body)
		}
		if !strings.HasPrefix(r.relay.last.from, "bounces+l") {
			t.Errorf("the envelope sender is %q", r.relay.last.from)
		}
		for _, want := range []string{"Send me monthly.", "Harbour monthly", "Porthaven Harbour Board"} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("the mail does not say %q:\n%s", want, m.Text)
			}
		}
		link := regexp.MustCompile(`https://lists\.harbour\.example/c/([a-z2-7]+)`).FindStringSubmatch(m.Text)
		if len(link) == 0 {
			t.Fatalf("no link:\n%s", m.Text)
		}
		if _, err := r.people.Confirm(t.Context(), link[1], nil); err != nil {
			t.Error(err)
		}
		if l := r.letter("ann@example.org"); l.State != mailer.LetterSent || l.Code != 250 || l.StartedAt.IsZero() || l.FinishedAt.IsZero() {
			t.Errorf("%+v", l)
		}
		r.work()
		if n := r.relay.total(t); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestALetterIsInThePersonsLanguageOrInEnglish(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for language, want := range map[string]string{"cy": "Harbour monthly", "en": "Harbour monthly", "fr": "Harbour monthly", "en-GB": "Harbour monthly", "": "Harbour monthly"} {
			addr := "reader-" + strings.ToLower(language) + "x@example.org"
			r.ask(addr, language)
			r.work()
			if r.relay.last.to != addr || !strings.Contains(r.parsed().Text, want) {
				t.Errorf("%q: the last mail is to %s", language, r.relay.last.to)
			}
			welsh := strings.Contains(r.parsed().Text, "Cadarnh") // cadarnhau: to confirm
			if welsh != (language == "cy") {
				t.Errorf("%q: in Welsh: %v\n%s", language, welsh, r.parsed().Text)
			}
		}
	})
}

func TestAnswersStartNoLoop(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for _, kind := range []mailer.LetterKind{mailer.UnsubscribedLetter, mailer.WhichAddressLetter, mailer.CaseReceivedLetter} {
			l := mailer.Letter{Key: string(kind) + ":12", Kind: kind, ProgrammeID: r.programme.ID, To: "writer@example.org", InReplyTo: "<question@client.example>"}
			about := mailer.About{ReceivedAt: began.Add(-time.Hour), Everything: true, Reference: "R-12", DueOn: "2026-06-04"}
			for range 2 { // asking twice sends it once
				r.answer(l, about)
			}
			before := r.relay.tried()
			r.work()
			if n := r.relay.tried() - before; n != 1 {
				t.Errorf("%s went out %d times", kind, n)
			}
			m := r.parsed()
			if r.relay.last.from != "" || m.AutoSubmitted != "auto-replied" || len(m.InReplyTo) != 1 || m.InReplyTo[0] != "question@client.example" || m.Header.Has("List-Unsubscribe") {
				t.Errorf("%s: from %q\n%s", kind, r.relay.last.from, r.relay.last.body)
			}
		}
	})
}

// What the data protection officer is told of cases leads to them, and names nobody: mail is read on telephones.
func TestTheOfficerIsAlertedToCasesAndRemindedOfThem(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for name, c := range map[string]struct {
			kind  mailer.LetterKind
			about mailer.About
			says  []string
		}{
			"a reminder": {mailer.CaseReminderLetter, mailer.About{More: 2, Reminders: []mailer.Reminder{{Reference: "R-1", DueOn: "2026-06-04", Late: true}, {Reference: "R-2", Silent: 15}}}, []string{"R-1", "4 June 2026", "R-2", "15", "/console/cases?q=R-1"}},
			"an alert":   {mailer.CaseAlertLetter, mailer.About{Reference: "R-3", Complaint: true, ReceivedAt: began, DueOn: "2026-06-05"}, []string{"R-3", "5 June 2026", "/console/cases?q=R-3"}},
			"a breach":   {mailer.CaseAlertLetter, mailer.About{Reference: "R-4", Kind: "breach", ReceivedAt: began, DueAt: began.Add(72 * time.Hour)}, []string{"R-4", "/console/cases?q=R-4"}},
		} {
			r.answer(mailer.Letter{Key: name, Kind: c.kind, ProgrammeID: r.programme.ID, To: "dpo@harbour.example"}, c.about)
			r.work()
			text := r.parsed().Text
			for _, want := range c.says {
				if r.relay.last.to != "dpo@harbour.example" || !strings.Contains(text, want) {
					t.Errorf("%s, to %s, lacks %q:\n%s", name, r.relay.last.to, want, text)
				}
			}
		}
	})
}

// An answer reaches whoever wrote, opted out or not: it is no list mail.
func TestAnOptOutDoesNotStopItsOwnAnswer(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		_, err := r.people.Withdraw(t.Context(), subscriptions.Withdrawal{Address: address.Must("ann@example.org"), Scope: subscriptions.Everything(), Channel: subscriptions.ByMail, Actor: "subscriber"})
		r.ok(err)
		r.answer(mailer.Letter{Key: "k", Kind: mailer.UnsubscribedLetter, ProgrammeID: r.programme.ID, To: "ann@example.org", Language: "cy"}, mailer.About{Everything: true, ReceivedAt: began})
		r.work()
		if r.relay.last.to != "ann@example.org" {
			t.Errorf("the last mail is to %q", r.relay.last.to)
		}
	})
}

func TestWhatBecomesOfALetter(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for i, c := range []struct {
			name   string
			answer func() error
			state  mailer.LetterState
			again  bool // it goes out when the relay is well again
		}{
			{"refused for good", saysNo, mailer.LetterFailed, false},
			{"put off", saysLater, mailer.LetterWaiting, true},
			{"no relay", isAway, mailer.LetterWaiting, true},
			{"the connection broke", hangsUp, mailer.LetterWaiting, true},
			{"no answer after the end", goesSilent, mailer.LetterUncertain, false},
		} {
			addr := fmt.Sprintf("person-%d@example.org", i)
			r.relay.answer = func(string, int) error { return c.answer() }
			r.ask(addr, "en")
			r.work()
			if l := r.letter(addr); l.State != c.state {
				t.Errorf("%s: the letter is %s, want %s", c.name, l.State, c.state)
			}
			r.relay.answer = nil
			r.clock.advance(time.Hour)
			r.work()
			if got := r.relay.taken[addr]; (got == 1) != c.again {
				t.Errorf("%s: taken %d times in the end", c.name, got)
			}
		}
	})
}

// A letter whose permit grew old while a connection was waited for asks again; it is not refused for good.
func TestALetterThatWaitsForAConnectionAsksAgain(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.relay.before = func(string) { r.clock.advance(3 * time.Second) }
		r.ask("ann@example.org", "en")
		r.work()
		if l := r.letter("ann@example.org"); l.State != mailer.LetterWaiting {
			t.Errorf("the letter is %s: %s", l.State, l.Reply)
		}
		r.relay.before = nil
		r.clock.advance(time.Minute)
		r.work()
		if n := r.relay.total(t); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestALetterIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.relay.answer = func(string, int) error { return saysLater() }
		r.answer(mailer.Letter{Key: "k", Kind: mailer.WhichAddressLetter, ProgrammeID: r.programme.ID, To: "ann@example.org"}, mailer.About{})
		for range 30 {
			r.work()
			r.clock.advance(6 * time.Hour)
		}
		tried := r.relay.tried()
		r.clock.advance(24 * time.Hour)
		r.work()
		if r.relay.tried() != tried {
			t.Errorf("after a week it is still tried")
		}
	})
}

func TestARequestThatWasWithdrawnGetsNoMail(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.ask("ann@example.org", "en")
		_, err := r.people.Withdraw(t.Context(), subscriptions.Withdrawal{Address: address.Must("ann@example.org"), Scope: subscriptions.ListScope(r.lists[0]), Channel: subscriptions.ByOneClick, Actor: "subscriber"})
		r.ok(err)
		r.work()
		if l := r.letter("ann@example.org"); l.State != mailer.LetterRefused || r.relay.tried() != 0 {
			t.Errorf("the letter is %s, %d tries", l.State, r.relay.tried())
		}
	})
}

// A letter whose worker died in the middle may have gone out: after a while it is uncertain, and never sent again by itself.
func TestALetterInFlightAtACrashIsUncertain(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.ask("ann@example.org", "en")
		for _, task := range must(r.db.Due(t.Context(), r.clock.now(), 10))(t) {
			mux := &queue.Mux{}
			queue.Handle(mux, r.HandleConfirmation)
			r.ok(mux.Run(t.Context(), task))
			r.ok(r.db.Done(t.Context(), task.ID, r.clock.now()))
		}
		id := r.letter("ann@example.org").ID
		if _, ok, err := r.db.StartLetter(t.Context(), id, r.clock.now()); !ok || err != nil { // and then the worker dies
			t.Fatal(ok, err)
		}
		if err := r.HandleLetter(t.Context(), mailer.SendLetter{LetterID: id}); !errors.Is(err, queue.ErrBusy) {
			t.Errorf("at once: %v", err)
		}
		r.clock.advance(6 * time.Minute)
		r.ok(r.HandleLetter(t.Context(), mailer.SendLetter{LetterID: id}))
		if l := r.letter("ann@example.org"); l.State != mailer.LetterUncertain || r.relay.tried() != 0 {
			t.Errorf("the letter is %s, %d tries", l.State, r.relay.tried())
		}
		r.ok(r.HandleLetter(t.Context(), mailer.SendLetter{LetterID: id}))
		if r.relay.tried() != 0 {
			t.Error("it was sent again")
		}
	})
}

func TestALetterThatCannotBeComposedIsDropped(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for name, l := range map[string]mailer.Letter{
			"of no kind":    {Key: "a", Kind: "poem", ProgrammeID: r.programme.ID, To: "ann@example.org"},
			"to no address": {Key: "b", Kind: mailer.WhichAddressLetter, ProgrammeID: r.programme.ID, To: "nobody"},
			"of no date":    {Key: "c", Kind: mailer.CaseReceivedLetter, ProgrammeID: r.programme.ID, To: "ann@example.org"},
		} {
			before := len(must(r.db.LettersTo(t.Context(), 0, 10))(t))
			r.answer(l, mailer.About{Reference: "R", DueOn: "soon"})
			all := must(r.db.LettersTo(t.Context(), 0, 10))(t)
			if len(all) != before+1 {
				t.Fatalf("%s: %d letters", name, len(all))
			}
			if err := r.HandleLetter(context.Background(), mailer.SendLetter{LetterID: all[0].ID}); !errors.Is(err, queue.ErrDrop) || errs.Message(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if r.relay.tried() != 0 {
			t.Error("something was sent")
		}
	})
}

// must fails the test on an error: must(f())(t) is f's value.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
