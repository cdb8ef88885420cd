package templates

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"assent/internal/errs"
)

// Markdown turns what a person wrote in CommonMark, with tables, into both parts of
// a mail: HTML whose elements carry their style, and plain text with links as
// "words (https://example.org/)". Raw HTML is dropped. A link that is neither https,
// http, mailto, tel nor a hole keeps its words only. A picture becomes its
// description: fetching it would tell somebody that the mail was opened (PECR reg 6). The same
// source always gives the same bytes. Errors: Invalid for a text that is too long, nested too deeply or not UTF-8.
func Markdown(src string) (htmlPart, textPart string, err error) {
	d, err := parse("templates: markdown", src)
	if err != nil {
		return "", "", err
	}
	style := func(class string) string {
		s, _ := mailStyle(class)
		return ` style="` + s + `"`
	}
	return d.html(style, 0), d.text(), nil
}

// Prose turns CommonMark into HTML for a page: without styles of its own, its highest
// headings at the second level because the page has its own first. Errors are as for Markdown.
func Prose(src string) (HTML, error) {
	d, err := parse("templates: prose", src)
	if err != nil {
		return "", err
	}
	return HTML(d.html(func(string) string { return "" }, 2-highestHeading(d.root))), nil
}

// document is a parsed source. Its methods in markdown_html.go and markdown_text.go write it out.
type document struct {
	root ast.Node
	src  []byte
}

func parse(op, src string) (document, error) {
	if err := within(op, src); err != nil {
		return document{}, err
	}
	if !utf8.ValidString(src) {
		return document{}, errs.E(op, errs.Invalid, "The text is not valid UTF-8. Save it as UTF-8 and try again.", nil)
	}
	clean := []byte(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ReplaceAll(src, "\r\n", "\n")))
	p := parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(append(parser.DefaultInlineParsers(),
			util.Prioritized(extension.NewLinkifyParser(), 999))...),
		parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200))...),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
	d := document{root: p.Parse(text.NewReader(clean)), src: clean}
	if deeper(d.root, maxNesting) {
		return document{}, errs.E(op, errs.Invalid, nestedTooDeep, nil)
	}
	return d, nil
}

// deeper reports whether the tree under n has more than levels levels.
func deeper(n ast.Node, levels int) bool {
	if levels < 0 {
		return true
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if deeper(c, levels-1) {
			return true
		}
	}
	return false
}

// highestHeading returns the highest level of heading under n, from 1; 6 when there is none.
func highestHeading(n ast.Node) int {
	top := 6
	if h, ok := n.(*ast.Heading); ok {
		top = h.Level
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		top = min(top, highestHeading(c))
	}
	return top
}

// words returns a text node as it reads: escapes and entities resolved.
func (d document) words(n *ast.Text) string {
	v := n.Value(d.src)
	if n.IsRaw() {
		return string(v)
	}
	return resolve(v)
}

// plain returns all words under n without any markup.
func (d document) plain(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.WriteString(d.words(c))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.AutoLink:
			b.Write(c.Label(d.src))
		default:
			b.WriteString(d.plain(c))
		}
	}
	return b.String()
}

// target returns where a link or an autolink leads, if it may be followed.
func (d document) target(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.Link:
		return linkable(resolve(n.Destination))
	case *ast.AutoLink:
		if n.AutoLinkType == ast.AutoLinkEmail {
			return linkable("mailto:" + strings.TrimPrefix(string(n.URL(d.src)), "mailto:"))
		}
		return linkable(string(n.URL(d.src)))
	}
	return "", false
}

// codeLines returns the lines of a code block.
func (d document) codeLines(n ast.Node) []string {
	var out []string
	for i := range n.Lines().Len() {
		seg := n.Lines().At(i)
		out = append(out, strings.TrimRight(string(seg.Value(d.src)), "\n"))
	}
	return out
}

// resolve takes away CommonMark's backslash escapes and entities, in one pass, so
// that an escaped ampersand begins no entity.
func resolve(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\' && i+1 < len(b) && util.IsPunct(b[i+1]):
			i++
			out.WriteByte(b[i])
		case b[i] == '&':
			n := entity(b[i:])
			out.WriteString(strings.Map(printable, html.UnescapeString(string(b[i:i+n]))))
			i += n - 1
		default:
			out.WriteByte(b[i])
		}
	}
	return out.String()
}

// printable drops control characters: an entity can name those that the source may not hold.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}

// entity returns the length of the entity that b begins with, or 1 when its & is only an ampersand.
func entity(b []byte) int {
	for i := 1; i < len(b) && i < 34; i++ {
		switch c := b[i]; {
		case c == ';' && i > 1:
			return i + 1
		case c == '#' && i == 1, util.IsAlphaNumeric(c):
		default:
			return 1
		}
	}
	return 1
}
