package templates

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// element is a start tag with its attributes.
type element struct {
	tag   string
	attrs map[string]string
}

// void elements have no end tag.
var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// elements reads markup as a strict reader would and returns its start tags. Every
// mistake is told: a tag that is not closed, or closed in the wrong place, an attribute or id given twice.
func elements(markup string) (found []element, mistakes []string) {
	var open []string
	ids := map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				mistakes = append(mistakes, z.Err().Error())
			}
			if len(open) > 0 {
				mistakes = append(mistakes, "never closed: "+strings.Join(open, " "))
			}
			return found, mistakes
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			e := element{t.Data, map[string]string{}}
			for _, a := range t.Attr {
				if _, twice := e.attrs[a.Key]; twice {
					mistakes = append(mistakes, fmt.Sprintf("<%s> has %s twice", t.Data, a.Key))
				}
				e.attrs[a.Key] = a.Val
			}
			if id := e.attrs["id"]; id != "" && ids[id] {
				mistakes = append(mistakes, "id twice: "+id)
			} else {
				ids[id] = true
			}
			found = append(found, e)
			if t.Type == html.StartTagToken && !slices.Contains(void, t.Data) {
				open = append(open, t.Data)
			}
		case html.EndTagToken:
			t := z.Token()
			if len(open) == 0 || open[len(open)-1] != t.Data {
				mistakes = append(mistakes, fmt.Sprintf("</%s> closes %v", t.Data, open))
				continue
			}
			open = open[:len(open)-1]
		}
	}
}

func count(found []element, tag string) int {
	n := 0
	for _, e := range found {
		if e.tag == tag {
			n++
		}
	}
	return n
}

// accessible tells what keeps people out: WCAG 2.2 rules that can be checked by reading.
func accessible(found []element) (mistakes []string) {
	labels, ids := map[string]bool{}, map[string]bool{}
	for _, e := range found {
		ids[e.attrs["id"]] = true
		if e.tag == "label" {
			labels[e.attrs["for"]] = true
		}
	}
	if n := count(found, "h1"); n != 1 {
		mistakes = append(mistakes, fmt.Sprintf("%d first headings, want 1", n))
	}
	level := 1
	for _, e := range found {
		if len(e.tag) == 2 && e.tag[0] == 'h' && e.tag[1] >= '1' && e.tag[1] <= '6' {
			if now := int(e.tag[1] - '0'); now > level+1 {
				mistakes = append(mistakes, fmt.Sprintf("<%s> follows a heading of level %d (1.3.1)", e.tag, level))
			} else {
				level = now
			}
		}
		switch e.tag {
		case "html":
			if e.attrs["lang"] == "" {
				mistakes = append(mistakes, "no language (3.1.1)")
			}
		case "img":
			if _, ok := e.attrs["alt"]; !ok {
				mistakes = append(mistakes, "a picture without alt (1.1.1)")
			}
		case "svg":
			if e.attrs["aria-hidden"] != "true" && e.attrs["aria-label"] == "" {
				mistakes = append(mistakes, "a drawing without a name (1.1.1)")
			}
		case "progress":
			if e.attrs["aria-label"] == "" {
				mistakes = append(mistakes, "a progress bar without a name (4.1.2)")
			}
		case "input", "textarea":
			if e.attrs["type"] != "hidden" && !labels[e.attrs["id"]] {
				mistakes = append(mistakes, "no label for "+e.attrs["name"]+" (3.3.2)")
			}
		case "button":
			if e.attrs["type"] == "" {
				mistakes = append(mistakes, "a button without a type")
			}
		case "a":
			if to := e.attrs["href"]; to == "" || strings.HasPrefix(to, "#ZgotmplZ") {
				mistakes = append(mistakes, "a link that leads nowhere: "+to)
			} else if at, ok := strings.CutPrefix(to, "#"); ok && !ids[at] {
				mistakes = append(mistakes, "a link within the page to nothing: "+to)
			}
		}
		for _, ref := range []string{"aria-describedby", "aria-labelledby"} {
			for id := range strings.FieldsSeq(e.attrs[ref]) {
				if !ids[id] {
					mistakes = append(mistakes, ref+" names nothing: "+id)
				}
			}
		}
	}
	return mistakes
}

// eachPage calls f with every sample page in each language it has.
func eachPage(t *testing.T, f func(name, markup string)) {
	s := loaded(t)
	for _, p := range publicSamples() {
		for _, lang := range Languages() {
			f(p.file(lang), string(render(t, s, p, lang)))
		}
	}
	for _, p := range consoleSamples() {
		f(p.file(English), string(render(t, s, p, English)))
	}
}

// eachMail calls f with every sample mail in each language.
func eachMail(t *testing.T, f func(name string, m sample, e Email)) {
	s := loaded(t)
	for _, m := range mailSamples() {
		for _, lang := range Languages() {
			e, err := s.Email(m.name, lang, m.data)
			if err != nil {
				t.Fatal(err)
			}
			f(m.file(lang), m, e)
		}
	}
}

func TestPagesAreValidAndOpenToEveryone(t *testing.T) {
	t.Parallel()
	eachPage(t, func(name, markup string) {
		found, mistakes := elements(markup)
		for _, m := range append(mistakes, accessible(found)...) {
			t.Errorf("%s: %s", name, m)
		}
	})
}

func TestMailsAreValidAndOpenToEveryone(t *testing.T) {
	t.Parallel()
	eachMail(t, func(name string, _ sample, e Email) {
		found, mistakes := elements(e.HTML)
		for _, m := range append(mistakes, accessible(found)...) {
			t.Errorf("%s: %s", name, m)
		}
	})
}

func TestPagesNeedNoScriptNoStyleOfTheirOwnAndNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	eachPage(t, func(name, markup string) {
		found, _ := elements(markup)
		for _, e := range found {
			if e.tag == "script" || e.tag == "style" || e.tag == "iframe" {
				t.Errorf("%s: <%s>", name, e.tag)
			}
			for key, value := range e.attrs {
				if key == "style" || strings.HasPrefix(key, "on") {
					t.Errorf("%s: <%s %s>, which a strict content security policy forbids", name, e.tag, key)
				}
				loads := key == "src" || key == "srcset" || key == "action" || key == "href" && e.tag == "link"
				if loads && strings.Contains(value, "//") {
					t.Errorf("%s: <%s %s=%q> leads elsewhere", name, e.tag, key, value)
				}
			}
		}
	})
}

func TestMailsFetchNothing(t *testing.T) {
	t.Parallel()
	eachMail(t, func(name string, _ sample, e Email) {
		found, _ := elements(e.HTML)
		for _, el := range found {
			for key := range el.attrs {
				if slices.Contains([]string{"src", "srcset", "background", "poster"}, key) {
					t.Errorf("%s: <%s %s> would tell that the mail was opened", name, el.tag, key)
				}
			}
			if slices.Contains([]string{"img", "link", "script", "iframe", "form", "object"}, el.tag) {
				t.Errorf("%s: <%s>", name, el.tag)
			}
		}
		if strings.Contains(e.HTML, "url(") || strings.Contains(e.HTML, "@import") {
			t.Errorf("%s: the style fetches something", name)
		}
	})
}

func TestTheStylesheetAndTheLogoFetchNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"static/assent.css", "static/logo.svg"} {
		b, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b = bytes.ReplaceAll(b, []byte("http://www.w3.org/2000/svg"), nil)
		for _, bad := range []string{"url(", "@import", "http:", "https:", "<script"} {
			if bytes.Contains(b, []byte(bad)) {
				t.Errorf("%s contains %q", name, bad)
			}
		}
	}
}

func TestFormsSendTheFieldsThatAreDeclared(t *testing.T) {
	t.Parallel()
	declared := []string{FieldEmail, FieldName, FieldAgree, FieldTrap, FieldForm, FieldScope, FieldCSRF, FieldPassword, FieldQuery, FieldActor, FieldObject, FieldPerson, FieldFrom, FieldTo, FieldAnswer,
		FieldDo, FieldAbout, FieldMark, FieldMonths, FieldUntil, FieldLang, FieldReason, FieldWords, FieldKey, FieldSlug, FieldText, FieldList, FieldVersion,
		FieldMedium, FieldDid, FieldStatement, FieldDocument, FieldActedOn, FieldReceivedOn, FieldWhy, FieldAge, FieldGuardianName, FieldGuardianRelation, FieldGuardianAddress,
		FieldGuardianEvidence, FieldAt, FieldSure,
		FieldTextCy, FieldOverride, FieldGrace, FieldDecision, FieldUntold}
	declared = append(declared, FieldAboutEmail, FieldAboutName, FieldAnswers, FieldAsked, FieldAsks, FieldBody, FieldContact, FieldEvent, FieldExtends, FieldFile, FieldFor, FieldKind, FieldLooked, FieldMessage, FieldNote, FieldOn, FieldOverdue, FieldParty, FieldPromise, FieldPromised, FieldReceived, FieldReference, FieldRole, FieldSubject, FieldTime, FieldTitle, FieldUrgent)
	declared = append(declared, FieldWant, FieldWhom, FieldFiles, FieldReceiverName, FieldReceiverEmail)
	declared = append(declared, FieldAnswered, FieldDoes, FieldGave, FieldGivenOn)
	declared = append(declared, FieldFormat, FieldEncoding, FieldGround, FieldTry)
	seen := map[string]bool{}
	eachPage(t, func(name, markup string) {
		if strings.HasPrefix(name, "form") || strings.HasPrefix(name, "campaign-edit") {
			return // their fields come with the page, and nobody agrees to anything there
		}
		found, _ := elements(markup)
		for _, e := range found {
			field := e.attrs["name"]
			if field == "" || e.tag != "input" && e.tag != "button" && e.tag != "textarea" {
				continue
			}
			if strings.HasPrefix(field, AttributePrefix) || strings.HasPrefix(field, RecordPrefix) {
				continue // a person's own data, as they gave it
			}
			seen[field] = true
			if !slices.Contains(declared, field) {
				t.Errorf("%s: the field %q has no constant", name, field)
			}
			if e.attrs["type"] == "checkbox" {
				if _, ticked := e.attrs["checked"]; ticked && !strings.HasPrefix(name, "case") { // what an operator looks for, or is offered, is nobody's consent
					t.Errorf("%s: a box that is ticked before anybody ticks it is no consent", name)
				}
			}
		}
	})
	for _, f := range declared {
		if !seen[f] {
			t.Errorf("no page sends the field %q", f)
		}
	}
}
