package cases

import (
	"testing"

	"assent/internal/address"
	"assent/internal/errs"
)

func TestWhichCasesWaitForWhoAsksForWhom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		kind Kind
		flag string
		want bool
	}{
		{"a father asks to erase", Erasure, FlagChild, true},
		{"a solicitor asks for a copy", Access, FlagAgent, true},
		{"a person asks for themselves", Access, "urgent", false},
		{"what protects waits for nothing", Restriction, FlagChild, false},
		{"an objection waits for nothing", Objection, FlagAgent, false},
		{"a complaint is looked into", Complaint, FlagAgent, false},
	} {
		if got := (Case{Kind: c.kind, Flags: []string{c.flag}}).WantsActing(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestAuthorityThatIsRecordedMeetsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	asked := event(Asked)
	asked.Detail.For = Authority
	for evidence, dropped := range map[string]bool{"signed-authority": false, OwnRequest: true} {
		k, err := begun(t, Access, "2026-11-25").After(asked)
		if err != nil || k.State != Waiting {
			t.Fatal(k.State, err)
		}
		e := event(Represented)
		e.Detail.Acting = &Acting{Evidence: evidence}
		if k, err = k.After(e); err != nil || k.State == Waiting || k.Facts.Authority.Dropped != dropped || k.Facts.Acting.Evidence != evidence {
			t.Errorf("%s: %s, %+v, %v", evidence, k.State, k.Facts, err)
		}
		if k, err = k.After(event(Unsettled)); err != nil || k.Facts.Acting.Evidence != "" {
			t.Errorf("%s stands for somebody else: %+v, %v", evidence, k.Facts.Acting, err)
		}
	}
}

func TestOnlyAPersonSeesToAuthority(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, actor, evidence, person string
		keeps                         bool
	}{
		{"an operator says what came", "user:1", "signed-authority", "", true},
		{"an operator says nothing of what came", "user:1", "", "", true},
		{"a program alone", "key:1", "signed-authority", "", false},
		{"a program for a person", "key:1", "signed-authority", "Ann Lee", true},
	} {
		e := Event{Kind: Received, Actor: c.actor, Detail: Detail{For: Authority}}
		if c.evidence != "" {
			e.Detail.Acting = &Acting{Evidence: c.evidence, Person: c.person}
		}
		if err := e.cameWith(); err != nil || (e.Detail.Acting != nil) != c.keeps {
			t.Errorf("%s: %+v, %v", c.what, e.Detail.Acting, err)
		}
	}
	own := Event{Kind: Received, Actor: "user:1", Detail: Detail{For: Authority, Acting: &Acting{Evidence: OwnRequest}}}
	if err := own.cameWith(); errs.KindOf(err) != errs.Invalid {
		t.Errorf("authority came, and is not needed: %v", err)
	}
}

func TestWhoWritesForSomebodyIsNotWhomItIsAbout(t *testing.T) {
	t.Parallel()
	father := Parties("Tom Lee", address.Must("tom@example.org"), 7)
	if p, own := ownEntry(father); !own || p.Role != Subject {
		t.Errorf("%+v, %v", p, own)
	}
	father[1].Name, father[1].Address = "Bea Lee", address.Must("bea@example.org")
	if _, own := ownEntry(father); own || !Agent(father) {
		t.Error("a case about his daughter counts as one about him")
	}
}
