package inbox

import "testing"

func TestOnlyAPlainYesIsAYes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]reply{
		"yes":                             saysYes,
		"Yes!":                            saysYes,
		"YES, please.":                    saysYes,
		"\n\n  I agree\n":                 saysYes,
		"Ydw":                             saysYes,
		"Rwy’n cytuno.":                   saysYes,
		"Yes\n\nBest wishes\nAnn Lee":     saysYes,
		"Yes\n> Do you still want these?": saysYes,

		"No":                 saysNo,
		"No, thank you.":     saysNo,
		"Nac ydw":            saysNo,
		"no\n\nRegards\nAnn": saysNo,

		"":                                  unclear,
		"Yesterday":                         unclear,
		"Yes but only the monthly one":      unclear,
		"Yes\n\nbut stop the weekly one":    unclear,
		"Yes\n\nHow do I change my address": unclear,
		"Yes\nWhat is this?":                unclear,
		"Maybe":                             unclear,
		"Thank you for your mail. Yes.":     unclear,
		"I am away until Monday.":           unclear,
		"> yes":                             unclear,
		"yes yes yes yes":                   unclear,
		"Please send me a copy of my data":  unclear,
	} {
		if got := plainAnswer(text); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}

func FuzzPlainAnswer(f *testing.F) {
	for _, s := range []string{"yes", "no", "Yes\nbut", "ydw", "\x00", "> yes\nno"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if plainAnswer(text) == saysYes && plainAnswer(text+"\nbut not now") != unclear {
			t.Errorf("%q stays a yes when it is taken back", text)
		}
	})
}
