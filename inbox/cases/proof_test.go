package cases

import (
	"testing"
	"time"

	"assent/inbox/identity"
	"assent/internal/address"
)

func TestWhoAsksIsEstablishedByWhatProvesIt(t *testing.T) {
	t.Parallel()
	proof := func(by ProofBy, on string) Event {
		return Event{Kind: Proved, On: day(on), Actor: "system", Detail: Detail{Proof: &Proof{By: by}}}
	}
	denial := Event{Kind: Disowned, On: day("2026-12-05"), Actor: "subscriber"}
	for _, c := range []struct {
		name   string
		events []Event
		by     ProofBy
		known  bool
		met    string // when what was asked for came
	}{
		{"nothing is known of a new case", nil, "", false, ""},
		{"a mail proves it", []Event{proof(ByOwnMail, "2026-11-25")}, ByOwnMail, true, ""},
		{"while it is asked for it is not established", []Event{proof(ByOwnMail, "2026-11-25"), asked(Identity, "2026-12-01")}, ByOwnMail, false, ""},
		{"a link brings what was asked for", []Event{asked(Identity, "2026-12-01"), proof(ByLink, "2026-12-03")}, ByLink, true, "2026-12-03"},
		{"a proof of before it was asked for comes on the day of asking", []Event{asked(Identity, "2026-12-01"), proof(ByOwnMail, "2026-11-25")}, ByOwnMail, true, "2026-12-01"},
		{"what staff record as come proves it", []Event{asked(Identity, "2026-12-01"), came(Identity, "2026-12-02")}, ByStaff, true, "2026-12-02"},
		{"authority that is waited for keeps it open", []Event{proof(ByLink, "2026-11-25"), asked(Authority, "2026-12-01")}, ByLink, false, ""},
		{"authority that came does not prove who asks", []Event{asked(Authority, "2026-12-01"), came(Authority, "2026-12-02")}, "", false, ""},
		{"whoever reads the mailbox says no", []Event{proof(ByOwnMail, "2026-11-25"), denial}, "", false, ""},
		{"staff find out after a no", []Event{denial, proof(ByStaff, "2026-12-06")}, ByStaff, true, ""},
		{"what is dropped proves nothing", []Event{asked(Identity, "2026-12-01"), {Kind: Dropped, On: day("2026-12-02"), Detail: Detail{For: Identity}}}, "", false, ""},
		{"another subject is named", []Event{proof(ByLink, "2026-11-25"), {Kind: Unproved, On: day("2026-12-02")}}, "", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := begun(t, Access, "2026-11-25")
			for _, e := range c.events {
				var err error
				if k, err = k.After(e); err != nil {
					t.Fatal(err)
				}
			}
			if f := k.Facts; f.Proof.By != c.by || f.Established() != c.known || f.Identity.MetOn.String() != c.met {
				t.Errorf("by %q, established %v, came %q", f.Proof.By, f.Established(), f.Identity.MetOn)
			}
		})
	}
	closed := begun(t, Access, "2026-11-25")
	closed.State = Closed
	if _, err := closed.After(proof(ByLink, "2026-12-01")); err == nil {
		t.Error("a closed case takes a proof")
	}
}

func TestOnlyMailFromTheAddressOnRecordProvesWhoAsks(t *testing.T) {
	t.Parallel()
	ann, eve := address.Must("ann@example.org"), address.Must("eve@example.org")
	parties := []Party{
		{Role: Requester, Address: eve}, {Role: Subject, Address: ann, SubscriberID: 7}, {Role: Subject, Address: address.Must("nobody@example.org")},
	}
	for _, c := range []struct {
		name     string
		from     address.Address
		standing identity.Standing
		want     bool
	}{
		{"the subject, proved", ann, identity.Proved, true},
		{"the subject, in capitals", address.Must("Ann@EXAMPLE.org"), identity.Proved, true},
		{"the subject, not proved", ann, identity.Unproved, false},
		{"the subject, when DNS does not answer", ann, identity.Undecided, false},
		{"the subject, forged", ann, identity.Contradicted, false},
		{"nobody looked", ann, identity.Unknown, false},
		{"who asks for the subject, proved", eve, identity.Proved, false},
		{"a subject who is not on record", address.Must("nobody@example.org"), identity.Proved, false},
		{"nobody", address.Address{}, identity.Proved, false},
	} {
		if got := ownMail(parties, Incoming{From: c.from, Identity: identity.Result{Standing: c.standing}}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestAProofMovesTheStartOfTheClock(t *testing.T) {
	t.Parallel()
	k := begun(t, Access, "2026-11-25")
	events := []Event{asked(Identity, "2026-11-26"), {Kind: Proved, On: day("2026-12-03"), Actor: "subscriber", Detail: Detail{Proof: &Proof{By: ByLink}}}}
	waiting, _, err := Advance(reckoner(t), k, events[:1], time.Now())
	if err != nil || waiting.DueOn != "" && waiting.DueOn == k.DueOn {
		t.Errorf("while it waits: %q, %v", waiting.DueOn, err)
	}
	done, _, err := Advance(reckoner(t), k, events, time.Now())
	if err != nil || done.Clocks[0].Starts != "2026-12-03" {
		t.Errorf("the clocks %+v, %v", done.Clocks, err)
	}
}
