package sorting

import (
	_ "embed"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

//go:embed wording/reports.txt
var reportsFile string

// wording is a list of expressions of which any may occur in a text.
type wording []expression

// expression is a regular expression with lists of pieces of text, of each of which one is in whatever it matches: looking for
// these first is much faster.
type expression struct {
	re    *regexp.Regexp
	needs [][]piece
}

func (e expression) find(lower string, of *trigrams) string {
	for _, any := range e.needs {
		if !slices.ContainsFunc(any, func(p piece) bool { return p.in(lower, of) }) {
			return ""
		}
	}
	return e.re.FindString(lower)
}

// in reports whether one of the expressions occurs in a text, which must be in lower case.
func (w wording) in(lower string) bool { return w.first(lower) != "" }

// first returns what the first expression that occurs in a text matches, or "".
func (w wording) first(lower string) string {
	var of *trigrams
	if len(w) >= trigramsFrom {
		of = trigramsOf(lower)
	}
	for _, e := range w {
		if s := e.find(lower, of); s != "" {
			return s
		}
	}
	return ""
}

// flat returns a text in lower case and on one line, with plain apostrophes, as wordings are compared.
func flat(s string) string {
	return strings.ToLower(strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "’", "'"))
}

// reportWording is what mail systems write, by what it says.
type reportWording struct {
	subject, text wording // of a report
	delayed       wording // delivery goes on
	hostSilent    wording // no word from the other host: of the address it is not known whether it lives
	gaveUp        wording // no further attempt
	unknownUser   wording // the address does not exist
	stillAlive    wording // something else was the matter
	listRefusal   wording // a mailing list does not take the post
	delivered     wording // it arrived, or went on
	afterData     wording // refused after the content was seen: the address had been accepted
}

// reportWords reads the embedded file once.
var reportWords = sync.OnceValue(func() *reportWording {
	r, err := readReportWords(reportsFile)
	if err != nil {
		panic(err) // the file is part of the program; a test reads it
	}
	return r
})

func readReportWords(file string) (*reportWording, error) {
	r := &reportWording{}
	sections := map[string]*wording{"subject": &r.subject, "text": &r.text, "delayed": &r.delayed, "host-silent": &r.hostSilent,
		"gave-up": &r.gaveUp, "unknown-user": &r.unknownUser, "still-alive": &r.stillAlive, "after-data": &r.afterData, "list-refusal": &r.listRefusal, "delivered": &r.delivered}
	var list *wording
	n := 0
	for line := range strings.Lines(file) {
		n++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") && sections[strings.Trim(line, "[]")] != nil:
			list = sections[strings.Trim(line, "[]")]
		case list == nil:
			return nil, fmt.Errorf("line %d: an expression before the first section", n)
		default:
			e, err := newExpression(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			*list = append(*list, e)
		}
	}
	return r, nil
}

func newExpression(s string) (expression, error) {
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return expression{}, err
	}
	re, err := regexp.Compile(s)
	return expression{re: re, needs: needs(tree)}, err
}

// sure returns texts of which one is in everything an expression matches; nil when there are none.
func sure(e *syntax.Regexp) []string {
	switch e.Op {
	case syntax.OpLiteral:
		return []string{string(e.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return sure(e.Sub[0])
	case syntax.OpConcat:
		var best []string
		for _, sub := range e.Sub {
			if s := sure(sub); worth(s) > worth(best) {
				best = s
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range e.Sub {
			s := sure(sub)
			if s == nil {
				return nil
			}
			all = append(all, s...)
		}
		return all
	}
	return nil
}

// worth says how rarely one of the pieces stands in a text that does not match: by the length of the shortest.
func worth(pieces []string) int {
	shortest := 0
	for i, p := range pieces {
		if n := len(strings.TrimSpace(p)); i == 0 || n < shortest {
			shortest = n
		}
	}
	return shortest
}
