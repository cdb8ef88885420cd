package templates

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const hostile = `<script>alert("x")</script>'&--><b onmouseover=x>`

// filled returns a value of the type with every string set to s, every flag set, and one element in every slice.
// HTML, which is trusted, is left as it is.
func filled(t reflect.Type, s string) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t == reflect.TypeFor[HTML]():
		v.SetString("<p>trusted</p>")
	case t == reflect.TypeFor[Tone]():
		v.SetString(string(Good))
	case t == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 25, 9, 5, 0, 0, time.UTC)))
	case t.Kind() == reflect.String:
		v.SetString(s)
	case t.Kind() == reflect.Bool:
		v.SetBool(true)
	case t.Kind() == reflect.Int:
		v.SetInt(3)
	case t.Kind() == reflect.Slice:
		v.Set(reflect.Append(v, filled(t.Elem(), s)))
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			v.Field(i).Set(filled(t.Field(i).Type, s))
		}
	}
	return v
}

func TestNothingSaidByAnybodyBecomesMarkupOnAPage(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, d := range declaredPages() {
		var b strings.Builder
		if err := s.Page(&b, d.name, English, filled(d.data, hostile).Interface()); err != nil {
			t.Errorf("%s: %v", d.name, err)
		}
		found, mistakes := elements(b.String())
		for _, m := range mistakes {
			if !strings.HasPrefix(m, "id twice") {
				t.Errorf("%s: %s", d.name, m)
			}
		}
		if count(found, "script") > 0 || count(found, "b") > strings.Count(b.String(), "<b>") {
			t.Errorf("%s: data became markup:\n%s", d.name, b.String())
		}
	}
}

func TestALinkThatRunsSomethingIsDefusedOnEveryPage(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, d := range declaredPages() {
		var b strings.Builder
		if err := s.Page(&b, d.name, English, filled(d.data, "javascript:alert(1)").Interface()); err != nil {
			t.Fatal(err)
		}
		found, _ := elements(b.String())
		for _, e := range found {
			for _, key := range []string{"href", "action", "src"} {
				if strings.HasPrefix(strings.ToLower(e.attrs[key]), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", d.name, e.tag, key, e.attrs[key])
				}
			}
		}
	}
}

// mailWith returns a mail's data with every string set to s, its links excepted.
func mailWith(d declared, s string) any {
	v := filled(d.data, s)
	setLinks(v, "https://mail.example/x")
	return v.Interface()
}

func setLinks(v reflect.Value, link string) {
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case f.Type() == reflect.TypeFor[time.Time]():
		case f.Kind() == reflect.Struct:
			setLinks(f, link)
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
			for j := range f.Len() {
				setLinks(f.Index(j), link)
			}
		case strings.HasSuffix(v.Type().Field(i).Name, "URL"):
			f.SetString(link)
		}
	}
}

func TestNothingSaidByAnybodyBecomesMarkupInAMail(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, d := range declaredMails() {
		for _, lang := range Languages() {
			e, err := s.Email(d.name, lang, mailWith(d, hostile))
			if err != nil {
				t.Fatalf("%s: %v", d.name, err)
			}
			found, mistakes := elements(e.HTML)
			for _, m := range mistakes {
				t.Errorf("%s: %s", d.name, m)
			}
			if count(found, "script") > 0 || strings.Contains(e.HTML, "<b ") {
				t.Errorf("%s.%s: data became markup:\n%s", d.name, lang, e.HTML)
			}
		}
	}
}

func TestASubjectIsOneLineWhateverIsPutIn(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, d := range declaredMails() {
		e, err := s.Email(d.name, English, mailWith(d, "a\r\nBcc: victim@example.org\x00\u2028b"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(e.Subject, "\r\n\x00\u2028") || e.Subject == "" {
			t.Errorf("%s: subject %q", d.name, e.Subject)
		}
	}
}

// Holes stand where each recipient's values go after rendering; they must come out as they went in.
func TestHolesComeThroughUnharmed(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, mark := range []string{"\ue000unsubscribe\uf8ff", "\U000f0001", "\U0010fffd7\U0010fffd"} {
		for _, d := range declaredMails() {
			v := filled(d.data, mark)
			setLinks(v, mark)
			e, err := s.Email(d.name, Welsh, v.Interface())
			if err != nil {
				t.Fatalf("%s: %v", d.name, err)
			}
			if !strings.Contains(e.Text, mark) || !strings.Contains(e.HTML, mark) {
				t.Errorf("%s: the hole %q is lost", d.name, mark)
			}
			if d.name == "campaign" && !strings.Contains(e.HTML, `<a href="`+mark+`"`) {
				t.Errorf("%s: the link's hole is harmed", d.name)
			}
		}
	}
}

func TestHolesComeThroughMarkdown(t *testing.T) {
	t.Parallel()
	html, text, err := Markdown("Dear **\ue001**,\n\n[your page](\ue002) and `\ue003`, <https://example.org/?t=\ue004>\n\n| \ue005 |\n|---|\n| \ue006 |\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"\ue001", "\ue003", "\ue004", "\ue005", "\ue006"} {
		if !strings.Contains(html, mark) || !strings.Contains(text, mark) {
			t.Errorf("%q is lost:\n%s\n%s", mark, html, text)
		}
	}
	if !strings.Contains(html, `<a href="`+"\ue002"+`"`) || !strings.Contains(text, "your page (\ue002)") {
		t.Errorf("the link's hole is harmed:\n%s\n%s", html, text)
	}
}
