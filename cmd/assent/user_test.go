package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/store"
)

// canSignIn reports whether an address and a password open a session.
func (r *rig) canSignIn(a, password string) (ok bool) {
	r.withStore(func(db *store.DB) {
		_, _, err := (&auth.Service{Store: db, Now: time.Now}).SignIn(r.t.Context(), address.Must(a), password)
		ok = err == nil
	})
	return ok
}

func TestOperatorsFromAddingToDisabling(t *testing.T) {
	t.Parallel()
	r := ready(t)
	const first, second = "correct horse battery", "another horse battery"
	got := r.want(exitOK, first+"\n", "user", "add", "Ann@Harbour.example", "--name", "Ann Lee", "--role", "dpo")
	if got != "Added ann@harbour.example as dpo.\n" {
		t.Errorf("got %q", got)
	}
	if !r.canSignIn("ann@harbour.example", first) {
		t.Error("the operator cannot sign in")
	}
	contains(t, r.want(exitFailure, first+"\n", "user", "add", "ann@harbour.example", "--name", "Ann", "--role", "admin"), "There is an operator with this address already.")
	contains(t, r.want(exitFailure, "short\n", "user", "add", "sam@harbour.example", "--name", "Sam", "--role", "admin"), "needs at least 12 characters")
	contains(t, r.want(exitFailure, "", "user", "add", "sam@harbour.example", "--name", "Sam", "--role", "admin"), "There is no password on standard input. Give one there, or use --generate.")
	r.want(exitOK, second+"\r\n", "user", "password", "ann@harbour.example")
	if r.canSignIn("ann@harbour.example", first) || !r.canSignIn("ann@harbour.example", second) {
		t.Error("the new password does not take the place of the old")
	}
	contains(t, r.want(exitFailure, "", "user", "disable", "sam@harbour.example"), "There is no operator with this address. 'assent user list' shows all of them.")
	contains(t, r.want(exitOK, "", "user", "disable", "ann@harbour.example"), "ann@harbour.example is disabled.")
	if r.canSignIn("ann@harbour.example", second) {
		t.Error("a disabled operator signs in")
	}
	contains(t, r.want(exitOK, "", "user", "list"), "ann@harbour.example", "Ann Lee", "dpo", "disabled")
	r.want(exitOK, "", "user", "enable", "ann@harbour.example")
	if !r.canSignIn("ann@harbour.example", second) {
		t.Error("an enabled operator does not sign in")
	}
}

func TestAMadePasswordIsShownOnce(t *testing.T) {
	t.Parallel()
	r := ready(t)
	got := r.want(exitOK, "", "user", "add", "sam@harbour.example", "--name", "Sam Poole", "--role", "admin", "--generate")
	password := regexp.MustCompile(`shown only now: (\S+)`).FindStringSubmatch(got)
	if password == nil || !r.canSignIn("sam@harbour.example", password[1]) {
		t.Fatalf("no password that works in %q", got)
	}
	if list := r.want(exitOK, "", "user", "list"); strings.Contains(list, password[1]) {
		t.Error("the password is shown again")
	}
}

func TestAPIKeysFromMakingToRevoking(t *testing.T) {
	t.Parallel()
	r := ready(t)
	contains(t, r.want(exitOK, "", "user", "key", "list"), "There are no API keys.")
	got := r.want(exitOK, "", "user", "key", "add", "Website form", "--scopes", "consent:write,lists:*")
	key := regexp.MustCompile(`assent_[a-z2-9]{8}_[a-z2-9]{40}`).FindString(got)
	if key == "" {
		t.Fatalf("no key in %q", got)
	}
	byKey := func() (actor auth.Actor, err error) {
		r.withStore(func(db *store.DB) { actor, err = (&auth.Service{Store: db, Now: time.Now}).ByKey(t.Context(), key) })
		return actor, err
	}
	if actor, err := byKey(); err != nil || !actor.May(auth.ListsWrite) || actor.May(auth.CasesRead) {
		t.Errorf("the key is %+v, %v", actor, err)
	}
	list := r.want(exitOK, "", "user", "key", "list")
	contains(t, list, "Website form", "lists:read,lists:write,consent:write", key[:15]+"_…")
	if strings.Contains(list, key) {
		t.Error("the key is shown again")
	}
	contains(t, r.want(exitFailure, "", "user", "key", "revoke", "7"), "There is no key 7.")
	contains(t, r.want(exitOK, "", "user", "key", "revoke", "1"), "Key 1 is revoked.")
	if _, err := byKey(); err == nil {
		t.Error("a revoked key is taken")
	}
	contains(t, r.want(exitOK, "", "user", "key", "list"), "revoked")
}
