package subscriptions_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

func TestWhatWasNoActOfWillIsNoConsent(t *testing.T) {
	t.Parallel()
	now := began
	for name, ev := range map[string]subscriptions.Evidence{
		"no act at all":                     {},
		"an act of blanks":                  {"act": "  "},
		"silence":                           {"act": "Silence"},
		"inactivity":                        {"act": "inactivity."},
		"a box that was ticked beforehand":  {"act": "Pre-ticked box"},
		"no objection":                      {"act": "did not object"},
		"no act among blanks and signs":     {"act": " \"  Did \t not\n object...!' "},
		"use of the service":                {"act": "continued to use the service"},
		"a flag that the box was preticked": {"act": "ticked the box", "pre_ticked": "true"},
		"one tick for everything":           {"act": "ticked the box", "bundled": "yes"},
		"a condition of the service":        {"act": "ticked the box", "condition": "TRUE"},
	} {
		err := subscriptions.CheckAct(subscriptions.Granted, subscriptions.Act{Source: "form", Evidence: ev}, now)
		if errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%s gave %v", name, err)
		}
	}
	for name, ev := range map[string]subscriptions.Evidence{
		"a tick":                           {"act": "Ticked the empty box beside the wording."},
		"an act of many words":             {"act": "none" + strings.Repeat(".", 100) + " of the boxes but the first was ticked"},
		"a tick, and no box ticked before": {"act": "ticked the box", "pre_ticked": "false", "condition": "no"},
	} {
		if err := subscriptions.CheckAct(subscriptions.Granted, subscriptions.Act{Source: "form", Evidence: ev}, now); err != nil {
			t.Errorf("%s gave %v", name, err)
		}
	}
	if err := subscriptions.CheckAct(subscriptions.Enrolled, subscriptions.Act{Source: "harbour register"}, now); err != nil {
		t.Errorf("an enrolment on another basis needs no act, and gave %v", err)
	}
}

func TestEachOfSeveralActsHasItsOwnEvidenceOrNoneIsRecorded(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		news, sales := agrees(r.monthly, addr, subscriptions.ByAPI), agrees(r.sales, addr, subscriptions.ByAPI)
		sales.Evidence = nil
		_, err := r.GrantAll(t.Context(), []subscriptions.Act{news, sales})
		r.refused(err, errs.Invalid, "Act 2 (sales)")
		if n := len(r.ledger(addr)); n != 0 {
			t.Errorf("%d events were recorded of a request that was refused", n)
		}
		_, err = r.GrantAll(t.Context(), []subscriptions.Act{news, news})
		r.refused(err, errs.Invalid, "comes twice")
		sales.Evidence = subscriptions.Evidence{"act": "signed form 13"}
		seqs := check(r.GrantAll(t.Context(), []subscriptions.Act{news, sales}))(t)
		events := r.ledger(addr)
		if len(seqs) != 2 || len(events) != 2 || events[0].Seq != seqs[0] || string(events[1].Evidence) != `{"act":"signed form 13"}` {
			t.Errorf("recorded as %v: %+v", seqs, events)
		}
		r.verified()
	})
}

func TestAnIPAddressIsKeptApartAndOnlyForAsLongAsThePurposeSays(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		editor := &subscriptions.Editor{Store: r.db, Catalogue: r.db, Now: r.clock.now}
		check(editor.Purpose(t.Context(), r.news.ID, func(u *subscriptions.Purpose) { u.KeepIPDays = 14 }))(t)
		ask := func(l subscriptions.List) subscriptions.Event {
			a := asks(l, addr)
			a.Evidence = subscriptions.Evidence{"act": "pressed the button", "ip": "192.0.2.7"}
			r.ok(r.Subscribe(t.Context(), a))
			events := r.ledger(addr)
			return events[len(events)-1]
		}
		kept, notKept := ask(r.monthly), ask(r.sales)
		for _, e := range []subscriptions.Event{kept, notKept} {
			if string(e.Evidence) != `{"act":"pressed the button"}` {
				t.Errorf("the evidence, which never changes, is %s", e.Evidence)
			}
		}
		ip, until, err := r.db.IPOf(t.Context(), kept.Seq, r.clock.now())
		if err != nil || ip != netip.MustParseAddr("192.0.2.7") || !until.Equal(began.AddDate(0, 0, 14)) {
			t.Errorf("kept is %v until %v (%v)", ip, until, err)
		}
		if _, _, err := r.db.IPOf(t.Context(), notKept.Seq, r.clock.now()); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a purpose that keeps none gave %v", err)
		}
		r.clock.advance(14 * 24 * time.Hour)
		if p := check(r.terms().Run(t.Context()))(t); p.IPs != 1 {
			t.Errorf("two weeks later %d were forgotten", p.IPs)
		}
		a := asks(r.monthly, addr)
		a.Evidence = subscriptions.Evidence{"ip": "not an address"}
		r.refused(r.Subscribe(t.Context(), a), errs.Invalid, "no IP address")
	})
}

func TestAYesByLinkKeepsItsIPAddressOutOfItsEvidence(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		pressed := func() subscriptions.Evidence {
			return subscriptions.Evidence{"act": "pressed the button", "ip": "192.0.2.7"}
		}
		check(r.Confirm(t.Context(), r.asked(r.monthly, addr), pressed()))(t)
		check(r.Renew(t.Context(), r.link(addr, r.monthly), pressed()))(t)
		events := r.ledger(addr)
		for _, e := range events[1:] {
			if ev := evidenceOf(t, e); ev["act"] != "pressed the button" || ev["ip"] != "" {
				t.Errorf("the evidence is %v", ev)
			}
		}
		if len(events) != 3 {
			t.Errorf("%d events", len(events))
		}
	})
}

func (r *rig) terms() *subscriptions.Terms {
	return &subscriptions.Terms{Store: r.db, Now: r.clock.now}
}

// entered is an entry of a paper form for a list.
func entered(l subscriptions.List, addr string, on time.Time) subscriptions.Entry {
	return subscriptions.Entry{
		Act:    subscriptions.Act{ListID: l.ID, Address: address.Must(addr), Actor: "user:3"},
		Medium: subscriptions.OnPaper, Did: "ticked the box and signed", Document: "form 1204", ActedOn: on, ReceivedOn: on, Why: "has no internet at home",
	}
}

func TestStaffEnterWhatCameOnPaperWithWhoWhyAndWhichDocument(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
		seq, warnings, err := r.Enter(t.Context(), entered(r.monthly, addr, day))
		r.ok(err)
		e := r.ledger(addr)[0]
		want := `{"act":"ticked the box and signed","acted_at":"2026-05-01T00:00:00Z","document":"form 1204","medium":"paper","received_on":"2026-05-01","why":"has no internet at home"}`
		if e.Seq != seq || e.Kind != subscriptions.Granted || e.Channel != subscriptions.ByStaff || e.Actor != "user:3" || string(e.Evidence) != want || len(warnings) != 0 {
			t.Errorf("entered as %+v with %s", e, e.Evidence)
		}
		for name, spoil := range map[string]func(*subscriptions.Entry){
			"nobody who enters it":                  func(e *subscriptions.Entry) { e.Actor = "" },
			"no document":                           func(e *subscriptions.Entry) { e.Document = "" },
			"no reason":                             func(e *subscriptions.Entry) { e.Why = " " },
			"no act":                                func(e *subscriptions.Entry) { e.Did = "" },
			"silence":                               func(e *subscriptions.Entry) { e.Did = "no answer" },
			"no medium":                             func(e *subscriptions.Entry) { e.Medium = "" },
			"no day":                                func(e *subscriptions.Entry) { e.ActedOn = time.Time{} },
			"a form that came before it was signed": func(e *subscriptions.Entry) { e.ReceivedOn = day.AddDate(0, 0, -1) },
			"a form from the future":                func(e *subscriptions.Entry) { e.ReceivedOn = began.AddDate(0, 0, 2) },
		} {
			e := entered(r.weekly, "bob@example.org", day)
			spoil(&e)
			if _, _, err := r.Enter(t.Context(), e); errs.KindOf(err) != errs.Invalid || err == nil {
				t.Errorf("%s gave %v", name, err)
			}
		}
	})
}

func TestAFormSignedBeforeTheOptOutDoesNotUndoIt(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		r.joined(r.monthly, addr)
		check(r.Withdraw(t.Context(), leaves(subscriptions.ListScope(r.monthly), addr)))(t)
		r.clock.advance(3 * 24 * time.Hour)
		_, _, err := r.Enter(t.Context(), entered(r.monthly, addr, began.Truncate(24*time.Hour)))
		r.refused(err, errs.Refused, "opted out")
		later := entered(r.monthly, addr, began.Truncate(24*time.Hour).AddDate(0, 0, 1))
		if _, _, err := r.Enter(t.Context(), later); err != nil {
			t.Errorf("an act on a later day gave %v", err)
		}
		if got := r.reason(addr, r.monthly); got != subscriptions.Allowed {
			t.Errorf("after it the gate says %q", got)
		}
	})
}

func TestExplicitConsentNeedsThePersonsOwnStatement(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		health := check(r.CreatePurpose(t.Context(), subscriptions.Purpose{
			ProgrammeID: r.harbour.ID, Slug: "health", Name: "health", Basis: subscriptions.ExplicitConsent, Class: subscriptions.Newsletter,
		}))(t)
		notice := check(r.PublishNotice(t.Context(), anyNotice(r.harbour.ID, "How harbour uses your health data.")))(t)
		l := check(r.CreateList(t.Context(), subscriptions.List{
			ProgrammeID: r.harbour.ID, PurposeID: health.ID, NoticeID: notice.ID, Slug: "health", Name: "health", Wording: "Use my health data.", DoubleOptIn: true,
		}))(t)
		a := agrees(l, "ann@example.org", subscriptions.ByAPI)
		_, err := r.Grant(t.Context(), a)
		r.refused(err, errs.Invalid, "clear statement")
		a.Evidence["statement"] = "I agree that you use my health data."
		check(r.Grant(t.Context(), a))(t)
	})
}
