package config

import (
	"fmt"
	"strings"
	"testing"
)

// A foreign settings file may hold anything. Reading it ends, and no mistake repeats a value.
func FuzzFile(f *testing.F) {
	f.Add("listen = \"127.0.0.1:8080\"\n[[mailbox]]\nurl = \"imaps://u:p@h.example\"\n")
	f.Add("secret = canary9876\n")
	f.Add("listen = [\"canary9876\", 3]\n[mailbox]\nurl = 1\n")
	f.Add("a = {b = [{c = 1979-05-27T07:32:00Z}]}")
	f.Fuzz(func(t *testing.T, text string) {
		var mistakes Mistakes
		file := file{name: "assent.toml"}
		file.parse(text, &mistakes)
		boxes := file.mailboxes(nil, &mistakes)
		if len(boxes)+len(mistakes) < len(file.tables) {
			t.Errorf("%d tables gave %d mailboxes and %d mistakes", len(file.tables), len(boxes), len(mistakes))
		}
		for key, value := range file.values {
			if strings.Contains(value, "canary9876") && !strings.Contains(key, "canary9876") && strings.Contains(mistakes.Error(), "canary9876") && strings.Count(text, "canary9876") == 1 {
				t.Errorf("a mistake repeats the value of %s:\n%v", key, mistakes)
			}
		}
	})
}

// A mailbox URL is read or refused; the refusal repeats nothing of it, and what was read reads again as itself.
func FuzzMailbox(f *testing.F) {
	for _, s := range []string{
		"imaps://u:p@mail.example.org:993/INBOX?name=privacy&programme=harbour-news&role=rights",
		"imaps://u:p%40ss@h.example/?role=canary9876", "imap://[::1]:143/a%2Fb?auth=xoauth2", "imaps://u:canary9876#x@h", "://", "%zz",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		m, err := readMailbox(raw, Mailbox{}, nil)
		if err != nil {
			if strings.Contains(err.Error(), "canary9876") {
				t.Errorf("the refusal of %q repeats it: %v", raw, err)
			}
			return
		}
		again, err := readMailbox(m.URL.Reveal(), Mailbox{Name: m.Name, Programme: m.Programme, Role: m.Role}, nil)
		if err != nil || fmt.Sprint(again.URL.Reveal(), again) != fmt.Sprint(m.URL.Reveal(), m) {
			t.Errorf("%q reads as %v, and that as %v (%v)", raw, m, again, err)
		}
	})
}

// Settings out of the environment are foreign too: each setter ends, and repeats no secret.
func FuzzValues(f *testing.F) {
	f.Add(3, "https://canary9876@h/?x#y")
	f.Add(4, "[::1]:99")
	f.Add(6, "10.0.0.0/8,::/0")
	f.Fuzz(func(t *testing.T, which int, value string) {
		all := settings(URLChecks{})
		s := all[uint(which)%uint(len(all))]
		var c Config
		err := s.set(&c, value)
		if err != nil && s.Secret && strings.Contains(value, "canary9876") && strings.Contains(err.Error(), "canary9876") {
			t.Errorf("%s repeats its value: %v", s.Name, err)
		}
	})
}
