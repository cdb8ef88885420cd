package auth_test

import (
	"strings"
	"testing"

	"assent/internal/auth"
	"assent/internal/errs"
)

func TestWhatEachRoleMay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		role  auth.Role
		scope auth.Scope
		want  bool
	}{
		{"comms send campaigns", auth.Comms, auth.CampaignsSend, true},
		{"comms do not read case files (H9)", auth.Comms, auth.CasesRead, false},
		{"comms do not read incoming mail, which may be a case", auth.Comms, auth.InboundRead, false},
		{"the DPO reads case files", auth.DPO, auth.CasesRead, true},
		{"the DPO does not send campaigns (H9)", auth.DPO, auth.CampaignsSend, false},
		{"the DPO does not write campaigns", auth.DPO, auth.CampaignsWrite, false},
		{"the DPO makes no keys", auth.DPO, auth.KeysWrite, false},
		{"an admin adds operators", auth.Admin, auth.UsersWrite, true},
		{"an unknown role may nothing", "king", auth.ListsRead, false},
		{"nobody has an unknown scope", auth.Admin, "everything", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := auth.Can(c.role, c.scope); got != c.want {
				t.Errorf("Can(%s, %s) = %v", c.role, c.scope, got)
			}
		})
	}
}

func TestActors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		actor auth.Actor
		text  string
		kind  errs.Kind // of the refusal to read cases; Internal when there is none
	}{
		{"nobody", auth.Actor{}, "nobody", errs.Unauthenticated},
		{"a user without the role", auth.Actor{Kind: auth.UserActor, ID: 3, Name: "Ann", Role: auth.Comms}, "user:3", errs.Forbidden},
		{"a user with the role", auth.Actor{Kind: auth.UserActor, ID: 3, Role: auth.DPO}, "user:3", errs.Internal},
		{"a key without the scope", auth.Actor{Kind: auth.KeyActor, ID: 5, Scopes: []auth.Scope{auth.ListsRead}}, "key:5", errs.Forbidden},
		{"a key with a role is still a key", auth.Actor{Kind: auth.KeyActor, ID: 5, Role: auth.Admin}, "key:5", errs.Forbidden},
		{"the system", auth.Actor{Kind: auth.SystemActor}, "system", errs.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.actor.String() != c.text {
				t.Errorf("String() = %q", c.actor.String())
			}
			if err := c.actor.Need(auth.CasesRead); errs.KindOf(err) != c.kind {
				t.Errorf("Need(cases:read) = %v", err)
			}
		})
	}
}

func TestScopesAreReadFromText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"in the order of the table, each once", "cases:read, lists:read lists:read", "lists:read cases:read"},
		{"a family", "campaigns:*", "campaigns:read campaigns:write campaigns:send"},
		{"an unknown one", "lists:read,lists:delete", "error"},
		{"all of them have no word", "*", "error"},
		{"none", " , ", "error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			scopes, err := auth.ParseScopes(c.text)
			var words []string
			for _, s := range scopes {
				words = append(words, string(s))
			}
			got := strings.Join(words, " ")
			if err != nil {
				got = "error"
			}
			if got != c.want {
				t.Errorf("got %q (%v), want %q", got, err, c.want)
			}
		})
	}
}

// cheap makes hashing fast enough for many tests.
func cheap() auth.Cost { return auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1} }

func TestAPasswordFitsItsOwnHashAlone(t *testing.T) {
	t.Parallel()
	hash, err := auth.HashPassword("correct horse battery", cheap())
	if err != nil {
		t.Fatal(err)
	}
	again, _ := auth.HashPassword("correct horse battery", cheap())
	if hash == again {
		t.Error("two hashes of one password are the same: the salt is missing")
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("not a PHC string: %s", hash)
	}
	if !auth.VerifyPassword("correct horse battery", hash) || auth.VerifyPassword("correct horse battery ", hash) || auth.VerifyPassword("", hash) {
		t.Error("the hash fits another password, or not its own")
	}
	composed, _ := auth.HashPassword("caf\u00e9 au lait, s'il vous pla\u00eet", cheap())
	if !auth.VerifyPassword("cafe\u0301 au lait, s'il vous plai\u0302t", composed) {
		t.Error("the same letters from another keyboard do not fit")
	}
}

func TestABrokenHashFitsNothing(t *testing.T) {
	t.Parallel()
	for _, hash := range []string{
		"", "plain", "$argon2id$v=19$m=64,t=1,p=1$$", "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=1,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
	} {
		if auth.VerifyPassword("", hash) || auth.VerifyPassword("correct horse battery", hash) {
			t.Errorf("%q fits", hash)
		}
	}
}

func TestPasswordsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, password string
		good           bool
	}{
		{"a short one", "hunter2", false},
		{"words", "correct horse battery", true},
		{"twelve letters of another script", "пароль-пароль", true},
		{"an endless one", strings.Repeat("a", 1001), false},
		{"a line break", "correct horse\nbattery", false},
		{"no text", "correct horse \xff\xfe", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := auth.CheckPassword(c.password); (err == nil) != c.good {
				t.Errorf("CheckPassword: %v", err)
			}
		})
	}
	made, err := auth.NewPassword()
	other, _ := auth.NewPassword()
	if err != nil || auth.CheckPassword(made) != nil || made == other {
		t.Errorf("made passwords %q and %q, %v", made, other, err)
	}
}

func FuzzVerifyPassword(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=-1,t=99999999999999999999,p=300$x$y")
	f.Fuzz(func(t *testing.T, hash string) {
		if strings.Contains(hash, "m=") && !strings.Contains(hash, "m=64,t=1,") {
			return // costly, and the bounds are tested above
		}
		if auth.VerifyPassword("correct horse battery", hash) {
			t.Errorf("%q fits", hash)
		}
	})
}
