package cases

import (
	"strings"
	"testing"
	"unicode/utf8"

	"assent/templates"
)

func TestTheFirstBytesTellTheType(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		"%PDF-1.7": "application/pdf", "\x89PNG\r\n\x1a\n": "image/png", "\xff\xd8\xff\xe0": "image/jpeg", "PK\x03\x04": "application/zip", "MZ\x90": "application/x-msdownload",
		"  <!DOCTYPE html>": "text/html", "<svg onload=x>": "text/html", "Dear all,\r\n": "text/plain", "\x00\x01": "application/octet-stream", "\x00\x00\x00\x18ftypheic\x00": "image/heic",
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("%q: %s, want %s", head, got, want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"letter.pdf", "../../etc/passwd", `C:\Users\x\evil.exe`, "\u202efdp.exe", "a\x00b", "", "...", strings.Repeat("é", 500), "a\"; filename=b", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := SafeName(s)
		if got == "" || len([]rune(got)) > 120 || strings.ContainsAny(got, "/\\\"<>|:*?\x00\r\n") || !utf8.ValidString(got) {
			t.Errorf("%q gives %q", s, got)
		}
	})
}

func FuzzFill(f *testing.F) {
	f.Add("Dear {{name}}, by {{due}} [{{reference}}] {{x}} {{ name }} {{")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Fill(s, Fields{"name": "Ann", "due": "{{due}}", "reference": "R"})
		if err == nil && strings.Contains(got, "{{name}}") {
			t.Errorf("%q gives %q", s, got)
		}
	})
}

func TestANameOfOthersIsNoMarkupInALetter(t *testing.T) {
	t.Parallel()
	values := Fields{"name": "*Ann* [here](https://evil.example) {{why}}", "rights": "**You** may complain."}
	body, err := FillBody("Dear {{name}},\n\n{{rights}}", values)
	if err != nil || Unfilled(body) != "" {
		t.Fatalf("%q, %v", body, err)
	}
	_, text, err := templates.Markdown(body)
	if want := "Dear *Ann* [here](https://evil.example) {{why}},\n\nYou may complain."; err != nil || strings.TrimSpace(text) != want {
		t.Errorf("the letter reads %q, want %q; %v", text, want, err)
	}
	if subject, err := Fill("For {{name}}", values); err != nil || subject != "For "+values["name"] {
		t.Errorf("the subject, which is no Markdown, is %q, %v", subject, err)
	}
}
