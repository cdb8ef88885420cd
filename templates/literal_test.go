package templates_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"assent/templates"
)

func TestTextOfOthersIsNoMarkup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, shows string }{
		{"a name stays as it is", "Dr. Siân O’Neil-Smith (HR), R&D & Co", "Dr. Siân O’Neil-Smith (HR), R&D & Co"},
		{"emphasis", "*Ann* _Lee_ ~~x~~ `y`", "*Ann* _Lee_ ~~x~~ `y`"},
		{"a link", "[your account](https://evil.example/)", "[your account](https://evil.example/)"},
		{"a bare link", "see HTTPS://evil.example/ or www.evil.example", "see HTTPS://evil.example/ or www.evil.example"},
		{"a link in angles", "<https://evil.example/>", "<https://evil.example/>"},
		{"an address", "ann@evil.example", "ann@evil.example"},
		{"markup of HTML", "<b>Ann</b> &lt; &#65;", "<b>Ann</b> &lt; &#65;"},
		{"a heading", "# Ann", "# Ann"},
		{"an item of a list", "- Ann", "- Ann"},
		{"a numbered item", "1. Ann", "1. Ann"},
		{"a rule", "---", "---"},
		{"a backslash", `Ann\*`, `Ann\*`},
		{"more lines", "Ann\n\n# Lee\r\n\t> x", "Ann # Lee > x"},
		{"what turns the direction of writing", "Ann\u202eeeL\u0007", "AnneeL"},
		{"nothing", " \n", ""},
	} {
		for _, before := range []string{"", "Dear "} {
			page, plain, err := templates.Markdown(before + templates.Literal(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := strings.TrimSpace(plain), strings.TrimSpace(before+c.shows); got != want {
				t.Errorf("%s: the text shows %q, want %q", c.name, got, want)
			}
			for _, tag := range []string{"<a ", "<em", "<strong", "<h", "<li", "<code", "<b>", "<del"} {
				if strings.Contains(page, tag) {
					t.Errorf("%s: the page has %s: %s", c.name, tag, page)
				}
			}
		}
	}
	if got := templates.Literal("{{why}}"); strings.Contains(got, "{{") {
		t.Errorf("it names a field: %s", got)
	}
}

func FuzzTextOfOthersIsNoMarkup(f *testing.F) {
	for _, seed := range []string{"Ann", "[a](https://b.example)", "1) x", "&amp;", "http://a.example", "a@b.example", "\\[", "```"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := templates.Literal(text)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n") {
			t.Fatalf("%q", got)
		}
		page, _, err := templates.Markdown("Dear " + got + ",")
		if err != nil {
			return // too long
		}
		if tags := strings.Count(page, "<"); tags != 2 {
			t.Errorf("%q makes %s", text, page)
		}
	})
}
