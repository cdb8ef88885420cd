// Package templates holds every text that people see: the mails, the pages, the
// stylesheet and the logo, embedded in the binary, in English and Welsh.
//
// A mail or a page is rendered from the struct that this package declares for
// it (mails.go, public.go, console.go). The structs hold strings, numbers and times and know no domain
// type. Times are printed in the location they carry: callers pass them through
// time.Time.In with the organisation's zone.
//
// # Holes
//
// A string may hold holes: runs of private-use runes (U+E000 to U+F8FF and planes 15
// and 16), without white space, that the composer replaces for each recipient after rendering. They come
// through unharmed in text, in HTML and in links; the composer escapes what it
// puts in: HTML-escaped in the HTML part, as it is in the text part.
//
// # Trust
//
// Strings are data and are escaped where they land. The one exception is the type
// HTML, which only Markdown and Prose should make. Links are refused unless they are
// https, http, mailto, or begin with a hole.
package templates

import (
	"bytes"
	"embed"
	htmltemplate "html/template"
	"io"
	"io/fs"
	"reflect"
	"strings"
	texttemplate "text/template"

	"assent/internal/errs"
)

//go:embed all:email all:pages static
var files embed.FS

// StaticPath is where the pages expect the files of Static to be served.
const StaticPath = "/static/"

// English is the language that stands in for any other that a mail or page does not have.
const English = "en"

// Welsh is the second language of every mail and every public page.
const Welsh = "cy"

// HTML is markup that is already safe, as Prose and Markdown make it. Converting
// any other string to it puts the string into mails and pages unescaped.
type HTML = htmltemplate.HTML

// Email is a rendered mail. Lines end in a bare line feed. Subject is one line
// without control characters, not yet encoded for a header.
type Email struct{ Subject, Text, HTML string }

// Set holds all mails and pages, parsed. It is safe for concurrent use.
type Set struct {
	mails map[key]*mail
	pages map[key]*page

	documents map[key]*page
}

type key struct{ name, lang string }

type mail struct {
	data reflect.Type
	text *texttemplate.Template
	html *htmltemplate.Template
}

type page struct {
	data reflect.Type
	html *htmltemplate.Template
}

// complete is a mail's data that can say which duty it leaves unmet.
type complete interface{ missing() string }

// Languages lists the languages that every mail and every public page comes in, English first.
func Languages() []string { return []string{English, Welsh} }

// Static returns the files that pages refer to, to be served under StaticPath.
func Static() fs.FS {
	sub, err := fs.Sub(files, "static")
	if err != nil {
		return files // cannot happen: the name is a constant and valid
	}
	return sub
}

// Email renders the mail of that name in that language, or in English when the
// language is unknown. data is the struct declared for the name, by value or by
// pointer. Errors: NotFound for an unknown name; Internal for data of another
// type, or data that lacks what the mail must say.
func (s *Set) Email(name, lang string, data any) (Email, error) {
	const op = "templates: email"
	m, ok := pick(s.mails, name, lang)
	if !ok {
		return Email{}, errs.E(op+" "+name, errs.NotFound, "", nil)
	}
	data, err := typed(data, m.data)
	if err != nil {
		return Email{}, errs.Wrap(op+" "+name, err)
	}
	if c, ok := data.(complete); ok {
		if field := c.missing(); field != "" {
			return Email{}, errs.E(op+" "+name+": no "+field, errs.Internal, "", nil)
		}
	}
	var subject, text, html bytes.Buffer
	if err := m.text.ExecuteTemplate(&subject, "subject", data); err != nil {
		return Email{}, errs.E(op, errs.Internal, "", err)
	}
	if err := m.text.Execute(&text, data); err != nil {
		return Email{}, errs.E(op, errs.Internal, "", err)
	}
	if err := m.html.ExecuteTemplate(&html, "layout", data); err != nil {
		return Email{}, errs.E(op, errs.Internal, "", err)
	}
	return Email{
		Subject: oneLine(subject.String()),
		Text:    tidy(text.String()),
		HTML:    strings.TrimSpace(html.String()) + "\n",
	}, nil
}

// Page writes the page of that name in that language, or in English when the page
// does not have the language. Nothing is written unless the whole page renders. Errors are as for Email,
// and those of w.
func (s *Set) Page(w io.Writer, name, lang string, data any) error {
	const op = "templates: page"
	p, ok := pick(s.pages, name, lang)
	if !ok {
		return errs.E(op+" "+name, errs.NotFound, "", nil)
	}
	data, err := typed(data, p.data)
	if err != nil {
		return errs.Wrap(op+" "+name, err)
	}
	var b bytes.Buffer
	if err := p.html.ExecuteTemplate(&b, "layout", data); err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return errs.E(op, errs.Unavailable, "", err)
	}
	return nil
}

// Section renders the content of an operators' page without what stands around it, to stand within another page: the section of a case page. Errors are as for Email.
func (s *Set) Section(name string, data any) (HTML, error) {
	const op = "templates: section"
	p, ok := pick(s.pages, name, English)
	if !ok {
		return "", errs.E(op+" "+name, errs.NotFound, "", nil)
	}
	data, err := typed(data, p.data)
	if err != nil {
		return "", errs.Wrap(op+" "+name, err)
	}
	var b bytes.Buffer
	if err := p.html.ExecuteTemplate(&b, "main", data); err != nil {
		return "", errs.E(op, errs.Internal, "", err)
	}
	return HTML(b.String()), nil
}

func pick[T any](from map[key]T, name, lang string) (T, bool) {
	if t, ok := from[key{name, lang}]; ok {
		return t, true
	}
	t, ok := from[key{name, English}]
	return t, ok
}

// typed returns data by value if it is of the declared type.
func typed(data any, want reflect.Type) (any, error) {
	v := reflect.ValueOf(data)
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if !v.IsValid() || v.Type() != want {
		return nil, errs.E("wrong data", errs.Internal, "", typeError{want, data})
	}
	return v.Interface(), nil
}

type typeError struct {
	want reflect.Type
	got  any
}

func (e typeError) Error() string {
	return "want " + e.want.String() + ", got " + typeName(e.got)
}

func typeName(v any) string {
	if v == nil {
		return "nil"
	}
	return reflect.TypeOf(v).String()
}
