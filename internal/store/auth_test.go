package store_test

import (
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
)

// staff is the service of operators on an open database, with a clock that tests turn.
func staff(db *store.DB) (*auth.Service, *time.Time) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	return &auth.Service{Store: db, Now: func() time.Time { return now }, Cost: auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}}, &now
}

const goodPassword = "correct horse battery"

func TestOperatorsSignInAndOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		svc, now := staff(db)
		ann := must(svc.AddUser(ctx, address.Must("Ann@Harbour.example"), "Ann Lee", auth.DPO, goodPassword))(t)
		if ann.ID == 0 || ann.Address.String() != "ann@harbour.example" {
			t.Errorf("added %+v", ann)
		}
		if _, err := svc.AddUser(ctx, address.Must("ANN@harbour.example"), "Another Ann", auth.Admin, goodPassword); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a taken address gave %v", err)
		}
		for name, try := range map[string][2]string{
			"a wrong password":   {"ann@harbour.example", "correct horse batterie"},
			"an unknown address": {"sam@harbour.example", goodPassword},
		} {
			if _, _, err := svc.SignIn(ctx, address.Must(try[0]), try[1]); errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%s gave %v", name, err)
			}
		}
		token, who, err := svc.SignIn(ctx, address.Must("ANN@HARBOUR.example"), goodPassword)
		if err != nil || who.ID != ann.ID {
			t.Fatalf("signing in gave %+v, %v", who, err)
		}
		if actor := must(svc.BySession(ctx, token))(t); actor.String() != "user:1" || !actor.May(auth.CasesRead) || actor.May(auth.CampaignsSend) {
			t.Errorf("the session is %+v", actor)
		}
		*now = now.Add(auth.SessionLife)
		if _, err := svc.BySession(ctx, token); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("a session after its end gave %v", err)
		}
		token, _, _ = svc.SignIn(ctx, ann.Address, goodPassword)
		for range 2 {
			if err := svc.SignOut(ctx, token); err != nil {
				t.Error(err)
			}
		}
		if _, err := svc.BySession(ctx, token); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("a session after signing out gave %v", err)
		}
	})
}

func TestANewPasswordOrADisabledUserEndsSessions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		svc, _ := staff(db)
		ann := must(svc.AddUser(ctx, address.Must("ann@harbour.example"), "Ann Lee", auth.Comms, goodPassword))(t)
		token, _, err := svc.SignIn(ctx, ann.Address, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		if err := svc.SetPassword(ctx, ann.ID, "another horse battery"); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.BySession(ctx, token); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("the session outlived its password: %v", err)
		}
		if token, _, err = svc.SignIn(ctx, ann.Address, "another horse battery"); err != nil {
			t.Fatal(err)
		}
		if err := svc.SetDisabled(ctx, ann.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.BySession(ctx, token); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("a disabled user's session gave %v", err)
		}
		if _, _, err := svc.SignIn(ctx, ann.Address, "another horse battery"); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("a disabled user signed in: %v", err)
		}
		if all := must(svc.Users(ctx))(t); len(all) != 1 || !all[0].Disabled || all[0].Role != auth.Comms {
			t.Errorf("users %+v", all)
		}
		if err := svc.SetDisabled(ctx, 99, true); errs.KindOf(err) != errs.NotFound {
			t.Errorf("disabling nobody gave %v", err)
		}
	})
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		svc, now := staff(db)
		system := auth.Actor{Kind: auth.SystemActor}
		key, text, err := svc.MakeKey(ctx, system, "Website form", []auth.Scope{auth.ConsentWrite, auth.ListsRead})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text, "assent_"+key.PublicID+"_") {
			t.Errorf("the key's text is %q", text)
		}
		actor := must(svc.ByKey(ctx, text))(t)
		if actor.String() != "key:1" || !actor.May(auth.ListsRead) || actor.May(auth.ListsWrite) {
			t.Errorf("the key is %+v", actor)
		}
		if used := must(svc.Keys(ctx))(t)[0].LastUsedAt; !used.Equal(*now) {
			t.Errorf("last used at %v", used)
		}
		for name, wrong := range map[string]string{
			"another secret": text[:len(text)-1] + map[bool]string{true: "b", false: "a"}[strings.HasSuffix(text, "a")],
			"a short one":    text[:20], "nothing": "", "another prefix": "person" + text[6:],
			"a NUL": text[:8] + "\x00" + text[9:],
		} {
			if _, err := svc.ByKey(ctx, wrong); errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%s gave %v", name, err)
			}
		}
		comms := auth.Actor{Kind: auth.UserActor, ID: 7, Role: auth.Comms}
		if _, _, err := svc.MakeKey(ctx, comms, "Case reader", []auth.Scope{auth.CasesRead}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a scope that the maker does not have gave %v", err)
		}
		for range 2 {
			if err := svc.RevokeKey(ctx, key.ID); err != nil {
				t.Error(err)
			}
			*now = now.Add(time.Hour)
		}
		if _, err := svc.ByKey(ctx, text); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("a revoked key gave %v", err)
		}
		if at := must(svc.Keys(ctx))(t)[0].RevokedAt; !at.Equal(now.Add(-2 * time.Hour)) {
			t.Errorf("revoked at %v: the first time counts", at)
		}
	})
}

func TestTheDatabaseHoldsNoPasswordTokenOrKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		svc, _ := staff(db)
		ann := must(svc.AddUser(ctx, address.Must("ann@harbour.example"), "Ann Lee", auth.Comms, goodPassword))(t)
		_, hash, err := db.UserByAddress(ctx, ann.Address.Normal())
		if err != nil || strings.Contains(hash, goodPassword) || !strings.HasPrefix(hash, "$argon2id$") {
			t.Errorf("kept of the password: %q, %v", hash, err)
		}
		key, text, err := svc.MakeKey(ctx, auth.Actor{Kind: auth.SystemActor}, "Form", []auth.Scope{auth.ListsRead})
		if err != nil {
			t.Fatal(err)
		}
		if _, hash, err := db.KeyByPublicID(ctx, key.PublicID); err != nil || len(hash) != 32 || strings.Contains(text, string(hash)) {
			t.Errorf("kept of the key: %x, %v", hash, err)
		}
	})
}
