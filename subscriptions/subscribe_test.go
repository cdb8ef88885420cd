package subscriptions_test

import (
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

func TestSubscribingRecordsWhatThePersonWasTold(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		a := asks(r.monthly, "Ann@Example.org")
		a.Name, a.Language, a.Evidence = "Ann Poole", "cy", subscriptions.Evidence{"page": "/l/monthly"}
		r.ok(r.Subscribe(t.Context(), a))
		events := r.ledger("ann@example.org")
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		e, person := events[0], r.person("ann@example.org")
		if e.Kind != subscriptions.Requested || e.Scope != subscriptions.ListScope(r.monthly) || e.SubscriberID != person.ID || !e.At.Equal(r.clock.now()) {
			t.Errorf("the event is %+v", e)
		}
		if got := check(r.db.Text(t.Context(), e.WordingDigest))(t); got != "Send me monthly." {
			t.Errorf("the words kept are %q", got)
		}
		if got := check(r.db.Text(t.Context(), e.NoticeDigest))(t); got != "How harbour uses your data." {
			t.Errorf("the notice kept is %q", got)
		}
		if string(e.Evidence) != `{"page":"/l/monthly"}` || len(e.Salt) != 16 {
			t.Errorf("the evidence is %s, its salt has %d bytes", e.Evidence, len(e.Salt))
		}
		if person.Name != "Ann Poole" || person.Language != "cy" || person.Address.String() != "Ann@example.org" || person.Source != "web form" {
			t.Errorf("on record is %+v", person)
		}
		want := subscriptions.Confirmation{SubscriberID: person.ID, ListID: r.monthly.ID, RequestSeq: e.Seq}
		if got := r.requests(); len(got) != 1 || got[0] != want {
			t.Errorf("to be sent: %+v, want %+v", got, want)
		}
		if got := r.reason("ann@example.org", r.monthly); got != subscriptions.ReasonUnconfirmed {
			t.Errorf("before the confirmation: %q", got)
		}
		r.verified()
	})
}

// Whether an address is known must not show (H10): the same answer, one more request in the ledger, one more mail to the mailbox itself.
func TestSubscribingEndsTheSameWhetherOrNotTheAddressIsKnown(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, "member@example.org")
		r.joined(r.monthly, "gone@example.org")
		check(r.Withdraw(t.Context(), leaves(subscriptions.Everything(), "gone@example.org")))(t)
		check(r.Suppress(t.Context(), leaves(subscriptions.Everything(), "dead@example.org"), "dead address"))(t)
		r.joined(r.monthly, "restricted@example.org")
		r.ok(r.Restrict(t.Context(), r.person("restricted@example.org").ID, "user:1", "asked for it"))
		for _, addr := range []string{"stranger@example.org", "member@example.org", "gone@example.org", "dead@example.org", "restricted@example.org"} {
			before := len(r.ledger(addr))
			if err := r.Subscribe(t.Context(), asks(r.monthly, addr)); err != nil {
				t.Errorf("%s: %v", addr, err)
			}
			after := r.ledger(addr)
			if len(after) != before+1 || after[before].Kind != subscriptions.Requested {
				t.Errorf("%s: %d events, then %d", addr, before, len(after))
			}
		}
		if got := r.reason("member@example.org", r.monthly); got != subscriptions.Allowed {
			t.Errorf("a member who asks again: %q", got)
		}
	})
}

func TestAStrangerCannotFillAMailbox(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		lists := []subscriptions.List{r.monthly, r.weekly, r.sales}
		for i := range 12 {
			r.ok(r.Subscribe(t.Context(), asks(lists[i%len(lists)], "ann@example.org")))
			r.clock.advance(time.Minute)
		}
		if n := len(r.requests()); n != 5 {
			t.Errorf("%d mails within a day, at most 5 are to be sent", n)
		}
		r.ok(r.Subscribe(t.Context(), asks(r.monthly, "bob@example.org")))
		if n := len(r.requests()); n != 6 {
			t.Errorf("somebody else's requests: %d", n-5)
		}
		r.clock.advance(24 * time.Hour)
		r.ok(r.Subscribe(t.Context(), asks(r.monthly, "ann@example.org")))
		if n := len(r.requests()); n != 7 {
			t.Errorf("%d mails after a day", n)
		}
	})
}

// What is known of a person does not change because somebody typed their address into a form.
func TestARequestOverwritesNothing(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		check(r.CreateAttribute(t.Context(), subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "berths", Type: subscriptions.NumberAttribute}))(t)
		first := asks(r.monthly, "ann@example.org")
		first.Name, first.Attributes = "Ann", map[string]any{"berths": 3.0}
		r.ok(r.Subscribe(t.Context(), first))
		second := asks(r.weekly, "ANN@example.org")
		second.Name, second.Attributes = "A prankster", map[string]any{"berths": 99.0}
		r.ok(r.Subscribe(t.Context(), second))
		if p := r.person("ann@example.org"); p.Name != "Ann" || p.Attributes.Text("harbour", "berths") != "3" || p.Address.String() != "ann@example.org" {
			t.Errorf("on record is %+v", p)
		}
	})
}

func TestSubscribingRefusesWhatCannotBeKept(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		check(r.CreateAttribute(t.Context(), subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "berths", Type: subscriptions.NumberAttribute}))(t)
		check(r.CreateAttribute(t.Context(), subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "note", Type: subscriptions.TextAttribute}))(t)
		for _, c := range []struct {
			name   string
			change func(*subscriptions.Act)
			kind   errs.Kind
			says   string
		}{
			{"a list that there is not", func(a *subscriptions.Act) { a.ListID = 999 }, errs.NotFound, ""},
			{"a list without double opt-in", func(a *subscriptions.Act) { a.ListID = r.dredge.ID }, errs.Refused, "takes nobody on request"},
			{"an attribute that is not declared", func(a *subscriptions.Act) { a.Attributes = map[string]any{"shoe_size": 9.0} }, errs.Invalid, `"shoe_size" is not declared`},
			{"an attribute of another type", func(a *subscriptions.Act) { a.Attributes = map[string]any{"berths": "three"} }, errs.Invalid, `"berths" must be a number`},
			{"a NUL byte in the name", func(a *subscriptions.Act) { a.Name = "Ann\x00" }, errs.Invalid, "name holds characters that are no text"},
			{"a line break in the name", func(a *subscriptions.Act) { a.Name = "Ann\r\nBcc: all@example.org" }, errs.Invalid, "name must be in one line"},
			{"a name that is shown as another", func(a *subscriptions.Act) { a.Name = "Ann \u202eeeL" }, errs.Invalid, "name holds characters that are no text"},
			{"a name in no encoding", func(a *subscriptions.Act) { a.Name = "Ann \xff" }, errs.Invalid, "name holds characters that are no text"},
			{"a name without end", func(a *subscriptions.Act) { a.Name = strings.Repeat("é", 201) }, errs.Invalid, "longer than 200 characters"},
			{"a NUL byte in the wording", func(a *subscriptions.Act) { a.Wording = "Send\x00me" }, errs.Invalid, "wording holds characters"},
			{"a NUL byte in an attribute", func(a *subscriptions.Act) { a.Attributes = map[string]any{"note": "a\x00b"} }, errs.Invalid, `"note" must be text`},
			{"a language without end", func(a *subscriptions.Act) { a.Language = strings.Repeat("en-", 20) }, errs.Invalid, "language is longer"},
		} {
			a := asks(r.monthly, "ann@example.org")
			c.change(&a)
			err := r.Subscribe(t.Context(), a)
			if errs.KindOf(err) != c.kind || !strings.Contains(errs.Message(err), c.says) {
				t.Errorf("%s: %v %q", c.name, errs.KindOf(err), errs.Message(err))
			}
		}
		a := asks(r.monthly, "ann@example.org")
		a.Name, a.Wording = "Ann ⚓ Ŵ Иванова 王", "Send me\nthe news.\t"
		r.ok(r.Subscribe(t.Context(), a))
		if n := len(r.ledger("ann@example.org")); n != 1 {
			t.Errorf("%d events", n)
		}
	})
}

func TestConfirmingOpensTheListForItsTerm(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		tok := r.asked(r.monthly, addr)
		r.clock.advance(time.Hour)
		got := check(r.Confirm(t.Context(), tok, subscriptions.Evidence{"language": "en"}))(t)
		if got.ID != r.monthly.ID {
			t.Errorf("confirmed list %d", got.ID)
		}
		events := r.ledger(addr)
		request, e := events[0], events[1]
		if e.Kind != subscriptions.Confirmed || e.Channel != subscriptions.ByLink || e.Actor != "subscriber" || !e.At.Equal(r.clock.now()) {
			t.Errorf("the event is %+v", e)
		}
		if e.WordingDigest != request.WordingDigest || e.NoticeDigest != request.NoticeDigest || string(e.Evidence) != `{"language":"en"}` {
			t.Errorf("the event %+v does not say what the request %+v said", e, request)
		}
		if want := r.clock.now().Add(30 * 24 * time.Hour); !e.ExpiresAt.Equal(want) {
			t.Errorf("it ends at %v, want %v", e.ExpiresAt, want)
		}
		check(r.Confirm(t.Context(), tok, nil))(t)
		if n := len(r.ledger(addr)); n != 2 {
			t.Errorf("confirming twice leaves %d events", n)
		}
		if got := r.reason(addr, r.monthly); got != subscriptions.Allowed {
			t.Errorf("after the confirmation: %q", got)
		}
		if got := r.reason(addr, r.weekly); got != subscriptions.ReasonNotMember {
			t.Errorf("on a list that was not asked for: %q", got)
		}
		r.clock.advance(30 * 24 * time.Hour)
		if got := r.reason(addr, r.monthly); got != subscriptions.ReasonExpired {
			t.Errorf("after its term: %q", got)
		}
		r.verified()
	})
}

func TestTwoRequestsNeedOneConfirmation(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		first, second := r.asked(r.monthly, "ann@example.org"), r.asked(r.monthly, "ann@example.org")
		check(r.Confirm(t.Context(), first, nil))(t)
		check(r.Confirm(t.Context(), second, nil))(t)
		if n := len(r.ledger("ann@example.org")); n != 3 {
			t.Errorf("%d events", n)
		}
	})
}

func TestAConfirmationLinkThatIsNoGoodSaysWhy(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		tok := r.asked(r.monthly, "ann@example.org")
		_, _, err := r.PendingConfirmation(t.Context(), tok)
		r.ok(err)
		if got := r.reason("ann@example.org", r.monthly); got != subscriptions.ReasonUnconfirmed {
			t.Errorf("looking at the link confirmed it: %q", got)
		}
		for name, foreign := range map[string]string{
			"nothing": "", "rubbish": "not a token", "one letter changed": "b" + tok[1:], "cut off": tok[:len(tok)-3],
			"a link for something else": r.Keys.Sign('u', r.person("ann@example.org").ID, r.monthly.ID, 1, 99_999_999),
		} {
			if foreign == tok {
				foreign = "c" + tok[1:]
			}
			_, err := r.Confirm(t.Context(), foreign, nil)
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		r.clock.advance(subscriptions.ConfirmWithin)
		_, _, err = r.PendingConfirmation(t.Context(), tok)
		r.ok(err)
		r.clock.advance(time.Minute)
		_, err = r.Confirm(t.Context(), tok, nil)
		r.refused(err, errs.Refused, "expired")
		if n := len(r.ledger("ann@example.org")); n != 1 {
			t.Errorf("%d events", n)
		}
	})
}

func TestAWithdrawalVoidsTheLinksThatAreOut(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for addr, scope := range map[string]subscriptions.Scope{
			"a@example.org": subscriptions.ListScope(r.monthly), "b@example.org": subscriptions.PurposeScope(r.news),
			"c@example.org": subscriptions.ProgrammeScope(r.harbour.ID), "d@example.org": subscriptions.Everything(),
		} {
			tok := r.asked(r.monthly, addr)
			check(r.Withdraw(t.Context(), leaves(scope, addr)))(t)
			_, err := r.Confirm(t.Context(), tok, nil)
			r.refused(err, errs.Refused, "You unsubscribed after this mail was sent")
			r.joined(r.monthly, addr) // a new request by the holder of the mailbox
			if got := r.reason(addr, r.monthly); got != subscriptions.Allowed {
				t.Errorf("%s: %q after a fresh act", addr, got)
			}
			_, err = r.Confirm(t.Context(), tok, nil)
			r.refused(err, errs.Refused, "You unsubscribed after this mail was sent")
		}
		tok := r.asked(r.monthly, "e@example.org")
		check(r.Withdraw(t.Context(), leaves(subscriptions.ListScope(r.boat), "e@example.org")))(t)
		check(r.Confirm(t.Context(), tok, nil))(t)
	})
}

func TestAnErasedPersonComesBackOnlyByAskingAgain(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, "ann@example.org")
		person := r.person("ann@example.org")
		r.ok(r.db.Update(t.Context(), func(tx subscriptions.Tx) error {
			gone := person
			gone.Address, gone.Name = address.Address{}, ""
			if err := tx.UpdateSubscriber(gone); err != nil {
				return err
			}
			return tx.Append([]subscriptions.Event{{At: r.clock.now(), Kind: subscriptions.Erased, Scope: subscriptions.Everything(),
				SubscriberID: person.ID, AddressKey: person.Key, Channel: subscriptions.ByStaff, Actor: "user:1", Evidence: []byte("{}"), Salt: []byte("s")}})
		}))
		if got := r.reason("ann@example.org", r.monthly); got != subscriptions.ReasonErased {
			t.Errorf("after the erasure: %q", got)
		}
		_, err := r.Grant(t.Context(), agrees(r.monthly, "ann@example.org", subscriptions.ByAPI))
		r.refused(err, errs.Refused, "opted out")
		r.joined(r.monthly, "ann@example.org")
		if back := r.person("ann@example.org"); back.ID != person.ID || back.Address.IsZero() {
			t.Errorf("back on record as %+v, before as %d", back, person.ID)
		}
		if got := r.reason("ann@example.org", r.monthly); got != subscriptions.Allowed {
			t.Errorf("after a fresh act: %q", got)
		}
		r.verified()
	})
}
