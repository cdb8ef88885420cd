package mailer

import "testing"

func TestAllThatWasAskedIsNamedBeforeSomebodySaysYesToIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		kinds  []string
		en, cy string
	}{
		{"one", []string{"access"}, "for a copy of your personal data", "am gopi o'ch data personol"},
		{"two", []string{"access", "erasure"}, "for a copy of your personal data, and to erase your personal data", "am gopi o'ch data personol, ac i ni ddileu eich data personol"},
		{"three", []string{"erasure", "access", "rectification"}, "to erase your personal data, for a copy of your personal data, and to correct your personal data",
			"ddileu eich data personol, am gopi o'ch data personol, ac i ni gywiro eich data personol"},
		{"what has no words of its own is said once", []string{"other", "breach"}, "about your personal data", "am eich data personol"},
	} {
		if en, cy := AskedWords(c.kinds, "en"), AskedWords(c.kinds, "cy"); en != c.en || cy != c.cy {
			t.Errorf("%s: %q and %q", c.name, en, cy)
		}
	}
}
