package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/templates"
)

// typed is what stands in a form's fields, trimmed when it is read.
type typed url.Values

func (v typed) get(name string) string { return strings.TrimSpace(url.Values(v).Get(name)) }

func (v typed) ticked(name string) bool { return v.get(name) == "yes" }

// number is a whole number; an empty field is 0.
func (v typed) number(name, label string) (int, error) {
	text := v.get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errs.E("console: read form", errs.Invalid, label+" must be a whole number.", nil)
	}
	return n, nil
}

// ids are row numbers, one for each box that is ticked.
func (v typed) ids(name string) (out []int64, err error) {
	for _, text := range v[name] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errs.E("console: read form", errs.Invalid, "The form came back changed. Open the page again.", nil)
		}
		out = append(out, id)
	}
	return out, nil
}

// address is an email address; an empty field is none.
func (v typed) address(name string) (address.Address, error) {
	if v.get(name) == "" {
		return address.Address{}, nil
	}
	return address.Parse(v.get(name))
}

// date is a day; an empty field is none.
func (v typed) date(name string) (time.Time, error) {
	if v.get(name) == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, v.get(name))
	if err != nil {
		return day, errs.E("console: read form", errs.Invalid, "A day must look like 2027-03-31.", nil)
	}
	return day, nil
}

// typedIn returns what a POST brought.
func typedIn(c *gin.Context) (typed, error) {
	if err := pages.ReadForm(c.Request); err != nil {
		return nil, err
	}
	return typed(c.Request.PostForm), nil
}

func (v typed) line(name, label, hint string) templates.FormLine {
	return templates.FormLine{Name: name, Label: label, Hint: hint, Type: "text", Value: v.get(name)}
}

func (v typed) of(kind, name, label, hint string) templates.FormLine {
	l := v.line(name, label, hint)
	l.Type = kind
	return l
}

func (v typed) area(name, label, hint string, rows int) templates.FormLine {
	l := v.of(templates.LineArea, name, label, hint)
	l.Rows, l.Value = rows, url.Values(v).Get(name)
	return l
}

// one offers choices of which what stands already, or was typed, is chosen.
func (v typed) one(name, label, hint string, choices []templates.Choice) templates.FormLine {
	l := v.of(templates.LineOne, name, label, hint)
	for _, c := range choices {
		l.Options = append(l.Options, templates.FormOption{Value: c.Value, Label: c.Label, On: c.Value == v.get(name)})
	}
	return l
}

// some is one of which several may be chosen.
func (v typed) some(name, label, hint string, choices []templates.Choice) templates.FormLine {
	l := v.of(templates.LineSome, name, label, hint)
	for _, c := range choices {
		l.Options = append(l.Options, templates.FormOption{Value: c.Value, Label: c.Label, On: slices.Contains(v[name], c.Value)})
	}
	return l
}

// chosen makes choices of values and the words for them.
func chosen[T ~string](all []T, words func(T) string) (out []templates.Choice) {
	for _, x := range all {
		out = append(out, templates.Choice{Value: string(x), Label: words(x)})
	}
	return out
}

// days writes a number of days for a form; none where there is none.
func dayCount(d time.Duration) string { return countOf(int(d / (24 * time.Hour))) }

func countOf(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// yes is how a ticked box is kept in a form.
func yes(on bool) string {
	if on {
		return "yes"
	}
	return ""
}

// correctable reports whether whoever filled in a form can do something about an error.
func correctable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Refused, errs.Conflict, errs.NotFound:
		return err != nil
	}
	return false
}

// form shows a form, with the reason when it was refused before.
func (s *console) form(c *gin.Context, by auth.Actor, page templates.FormPage, problem error) error {
	page.Console = s.around(by)
	status := http.StatusOK
	if problem != nil {
		if !correctable(problem) {
			return problem
		}
		status, page.Problem = http.StatusUnprocessableEntity, errs.Message(problem)
	}
	return s.page(c, status, "form", page)
}
