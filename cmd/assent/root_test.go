package main

import (
	"strings"
	"testing"

	"assent/internal/config"
)

func TestCommandsThatAreNotUnderstoodEndWith2(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, command, says string }{
		{"an unknown command", "improt", `There is no command "improt". Did you mean "import"? 'assent --help' lists all.`},
		{"an unknown command of a group", "user key frob", `There is no command "frob". 'assent user key --help' lists all.`},
		{"an unknown flag", "import news people.csv --fast", "Unknown flag: --fast. See 'assent import --help'."},
		{"too few arguments", "import news", "'assent import' takes a list and a file."},
		{"too many arguments", "migrate now", "'assent migrate' takes no arguments."},
		{"an unknown encoding", "import news people.csv --encoding ebcdic", "The encoding must be utf-8 or latin1."},
		{"no address", "user add nobody --name N --role admin", "An email address looks like name@example.org."},
		{"an unknown role", "user add a@example.org --name N --role king", "The role must be admin, comms or dpo."},
		{"a user without a name", "user add a@example.org --role admin", "Say who it is"},
		{"a key without scopes", "user key add Form", "Name at least one scope. Scopes are: lists:read,"},
		{"a key with an unknown scope", "user key add Form --scopes lists:read,lists:eat", `There is no scope "lists:eat".`},
		{"a key by its name", "user key revoke Form", `"Form" is no number of a key.`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := newRig(t).run("", strings.Fields(c.command)...)
			if code != exitUsage || stdout != "" || !strings.Contains(stderr, c.says) {
				t.Errorf("ended with %d, stdout %q, stderr %q; want 2 and %q", code, stdout, stderr, c.says)
			}
		})
	}
}

func TestHelpIsNoFailure(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	contains(t, r.want(exitOK, ""), "migrate", "import", "doctor")
	contains(t, r.want(exitOK, "", "import", "--help"), "acted_at", "quarantine")
	contains(t, r.want(exitOK, "", "user", "key", "add", "--help"), "campaigns:send")
	contains(t, r.want(exitOK, "", "version"), "assent ")
	all := r.want(exitOK, "", "settings")
	for _, s := range config.Reference() {
		contains(t, all, s.Name)
	}
}

func TestMistakesInSettingsComeAtOnceAndInSentences(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	file := r.write("assent.toml", "listne = \"x\"\nworkers = 0\n")
	r.env["ASSENT_DATABASE_URL"] = "mysql://me:hunter2@db.example/x"
	r.env["ASSENT_SECRET"] = "short"
	r.env["ASSENT_REDIS_URL"] = "memcached://x"
	r.env["ASSENT_SMTP_URL"] = "http://me:hunter2@relay.example"
	r.env["ASSENT_MAILBOXES"] = "imap://me:hunter2@mail.example/INBOX"
	got := r.want(exitFailure, "", "migrate", "--config", file)
	contains(t, got, "7 settings are not usable:",
		"ASSENT_DATABASE_URL: must begin with postgres:// or sqlite:.",
		"ASSENT_SECRET: has 5 characters and needs at least 32. Make one with: openssl rand -base64 36",
		"ASSENT_REDIS_URL: is not usable. It must begin with redis://",
		"ASSENT_SMTP_URL: must begin with smtp://",
		"ASSENT_MAILBOXES: Mailbox 1: A mailbox without encryption",
		`assent.toml: "listne" is no setting. Did you mean "listen"?`,
		"ASSENT_WORKERS (workers in assent.toml): must be a number from 1 to 1000.")
	if strings.Contains(got, "hunter2") {
		t.Errorf("a password is shown:\n%s", got)
	}
}

func TestACauseIsShownOnlyToWhoAsks(t *testing.T) {
	t.Parallel()
	r := ready(t)
	r.sql("DROP TABLE users")
	if got := r.want(exitFailure, "", "user", "list"); strings.Contains(got, "users") || !strings.Contains(got, "Something went wrong inside Assent.") {
		t.Errorf("got %s", got)
	}
	r.env["ASSENT_LOG_LEVEL"] = "debug"
	contains(t, r.want(exitFailure, "", "user", "list"), "cause: auth: users: store: users:")
}
