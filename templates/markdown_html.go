package templates

import (
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
)

// html writes the document as HTML. style returns the attributes, with a space before
// them, for a class of element; headings go down by shift levels.
func (d document) html(style func(class string) string, shift int) string {
	w := htmlWriter{document: d, style: style, shift: shift}
	w.blocks(d.root)
	return strings.TrimRight(w.out.String(), "\n")
}

type htmlWriter struct {
	document
	out    strings.Builder
	style  func(class string) string
	shift  int
	column int // octets since the last line feed
}

// softWidth is after how many octets a space in running text becomes a line feed, so that
// lines stay far below the 998 octets of RFC 5322, 2.1.1, before and after holes are filled.
const softWidth = 160

// raw writes markup of ours.
func (w *htmlWriter) raw(s string) {
	w.out.WriteString(s)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		w.column = len(s) - i - 1
	} else {
		w.column += len(s)
	}
}

// say writes somebody's words, escaped.
func (w *htmlWriter) say(s string) {
	for i, word := range strings.Split(s, " ") {
		if i > 0 && w.column > softWidth {
			w.raw("\n")
		} else if i > 0 {
			w.raw(" ")
		}
		w.raw(html.EscapeString(word))
	}
}

func (w *htmlWriter) open(tag, class string) { w.raw("<" + tag + w.style(class) + ">") }
func (w *htmlWriter) shut(tag string)        { w.raw("</" + tag + ">") }

func (w *htmlWriter) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n)
	}
}

func (w *htmlWriter) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		tag := "h" + strconv.Itoa(min(n.Level+w.shift, 6))
		w.open(tag, "h"+strconv.Itoa(min(n.Level, 3)))
		w.inlines(n)
		w.shut(tag)
	case *ast.Paragraph:
		class := "p"
		if n.NextSibling() == nil && n.Parent().Kind() == ast.KindBlockquote {
			class = "last"
		}
		w.open("p", class)
		w.inlines(n)
		w.shut("p")
	case *ast.TextBlock: // the words of an item in a tight list
		w.inlines(n)
		if n.NextSibling() == nil {
			return
		}
	case *ast.Blockquote:
		w.open("blockquote", "quote")
		w.raw("\n")
		w.blocks(n)
		w.shut("blockquote")
	case *ast.List:
		w.list(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		w.open("pre", "pre")
		w.raw(html.EscapeString(strings.Join(w.codeLines(n), "\n")))
		w.shut("pre")
	case *ast.ThematicBreak:
		w.open("hr", "rule")
	case *tables.Table:
		w.table(n)
	default: // raw HTML is dropped
		return
	}
	w.raw("\n")
}

func (w *htmlWriter) list(n *ast.List) {
	tag, start := "ul", ""
	if n.IsOrdered() {
		tag = "ol"
		if n.Start != 1 {
			start = ` start="` + strconv.Itoa(n.Start) + `"`
		}
	}
	w.raw("<" + tag + start + w.style("list") + ">\n")
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		w.open("li", "item")
		w.blocks(item)
		w.shut("li")
		w.raw("\n")
	}
	w.shut(tag)
}

func (w *htmlWriter) table(n *tables.Table) {
	w.open("table", "table")
	w.raw("\n")
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		tag, class, scope := "td", "td", ""
		if row.Kind() == tables.KindTableHeader {
			tag, class, scope = "th", "th", ` scope="col"`
		}
		w.raw("<tr>")
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			w.raw("<" + tag + scope + alignment(cell) + w.style(class) + ">")
			w.inlines(cell)
			w.shut(tag)
		}
		w.raw("</tr>\n")
	}
	w.shut("table")
}

// alignment returns the attribute for a cell. It is old, and the one that every mail program knows.
func alignment(cell ast.Node) string {
	c, ok := cell.(*tables.TableCell)
	switch {
	case ok && c.Alignment == tables.AlignRight:
		return ` align="right"`
	case ok && c.Alignment == tables.AlignCenter:
		return ` align="center"`
	}
	return ` align="left"`
}

func (w *htmlWriter) inlines(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.inline(n)
	}
}

func (w *htmlWriter) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.say(w.words(n))
		switch {
		case n.HardLineBreak():
			w.raw("<br>\n")
		case n.SoftLineBreak():
			w.raw("\n")
		}
	case *ast.String:
		w.say(string(n.Value))
	case *ast.CodeSpan:
		w.open("code", "code")
		w.say(w.plain(n))
		w.shut("code")
	case *ast.Emphasis:
		tag := "em"
		if n.Level > 1 {
			tag = "strong"
		}
		w.raw("<" + tag + ">")
		w.inlines(n)
		w.shut(tag)
	case *ast.Link, *ast.AutoLink:
		w.link(n)
	case *ast.Image:
		w.say(w.plain(n))
	}
}

func (w *htmlWriter) link(n ast.Node) {
	to, may := w.target(n)
	if may {
		w.raw(`<a href="` + html.EscapeString(to) + `"` + w.style("a") + ">")
		defer w.shut("a")
	}
	switch n := n.(type) {
	case *ast.AutoLink:
		w.say(string(n.Label(w.src)))
	default:
		w.inlines(n)
		if may && strings.TrimSpace(w.plain(n)) == "" { // a link must have a name to be followed by
			w.say(to)
		}
	}
}
