package templates

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
)

// text writes the document as plain text that reads well on its own.
func (d document) text() string {
	w := textWriter{document: d}
	w.blocks(d.root, "", "", false)
	return strings.Trim(strings.Join(w.out, "\n"), "\n")
}

type textWriter struct {
	document
	out []string // lines
}

func (w *textWriter) line(s string) { w.out = append(w.out, strings.TrimRight(s, " ")) }

// blocks writes the blocks under parent. lead begins the first line and hang all others;
// tight leaves no empty lines between them.
func (w *textWriter) blocks(parent ast.Node, lead, hang string, tight bool) {
	written := false
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() == ast.KindHTMLBlock {
			continue // raw HTML is dropped
		}
		if written && !tight {
			w.line(hang)
		}
		w.block(n, lead, hang)
		lead, written = hang, true
	}
	if !written && lead != hang {
		w.line(lead) // a list item without words keeps its mark
	}
}

func (w *textWriter) block(n ast.Node, lead, hang string) {
	switch n := n.(type) {
	case *ast.Heading:
		w.heading(n, lead, hang)
	case *ast.Blockquote:
		w.blocks(n, lead+"> ", hang+"> ", false)
	case *ast.List:
		w.list(n, lead, hang)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		for _, l := range w.codeLines(n) {
			w.line(lead + "    " + l)
			lead = hang
		}
	case *ast.ThematicBreak:
		w.line(lead + "----------")
	case *tables.Table:
		w.table(n, lead, hang)
	default: // paragraphs
		w.paragraph(w.inlines(n), lead, hang)
	}
}

// paragraph writes words, in which a line feed is a break that the writer asked for.
func (w *textWriter) paragraph(words, lead, hang string) {
	for part := range strings.SplitSeq(words, "\n") {
		for _, l := range fill(strings.TrimSpace(part), lead, hang) {
			w.line(l)
		}
		lead = hang
	}
}

// heading underlines the first two levels.
func (w *textWriter) heading(n *ast.Heading, lead, hang string) {
	words := oneLine(w.inlines(n))
	w.paragraph(words, lead, hang)
	if n.Level <= 2 {
		mark := map[int]string{1: "=", 2: "-"}[n.Level]
		w.line(hang + strings.Repeat(mark, min(utf8.RuneCountInString(words), textWidth-utf8.RuneCountInString(hang))))
	}
}

func (w *textWriter) list(n *ast.List, lead, hang string) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		if item != n.FirstChild() && !n.IsTight {
			w.line(hang)
		}
		w.blocks(item, lead+mark, hang+strings.Repeat(" ", len(mark)), n.IsTight)
		lead = hang
	}
}

// table sets narrow tables in columns; a wide one becomes a block of "heading: value" lines per row.
func (w *textWriter) table(n *tables.Table, lead, hang string) {
	rows := w.cells(n)
	widths, total := columns(rows)
	if utf8.RuneCountInString(hang)+total > textWidth {
		w.stack(rows, lead, hang)
		return
	}
	for i, row := range rows {
		line := lead
		for c, cell := range row {
			gap := strings.Repeat(" ", widths[c]-utf8.RuneCountInString(cell))
			if c < len(n.Alignments) && n.Alignments[c] == tables.AlignRight {
				line += gap + cell + "  "
			} else {
				line += cell + gap + "  "
			}
		}
		w.line(line)
		lead = hang
		if i == 0 {
			w.line(hang + strings.Repeat("-", max(total, 3)))
		}
	}
}

func (w *textWriter) stack(rows [][]string, lead, hang string) {
	for i, row := range rows[1:] {
		if i > 0 {
			w.line(hang)
		}
		for c, cell := range row {
			words := cell
			if c < len(rows[0]) && rows[0][c] != "" {
				words = rows[0][c] + ": " + cell
			}
			w.paragraph(words, lead, hang)
			lead = hang
		}
	}
}

func (w *textWriter) cells(n *tables.Table) [][]string {
	var rows [][]string
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, oneLine(w.inlines(cell)))
		}
		rows = append(rows, cells)
	}
	return rows
}

// columns returns the width of each column in runes, and of the whole table with its gaps.
func columns(rows [][]string) (widths []int, total int) {
	for _, row := range rows {
		for c, cell := range row {
			if c == len(widths) {
				widths = append(widths, 0)
			}
			widths[c] = max(widths[c], utf8.RuneCountInString(cell))
		}
	}
	for _, w := range widths {
		total += w + 2
	}
	return widths, max(total-2, 0)
}

// inlines returns the words under parent; a hard break is a line feed.
func (w *textWriter) inlines(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			b.WriteString(w.words(n))
			switch {
			case n.HardLineBreak():
				b.WriteByte('\n')
			case n.SoftLineBreak():
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.Link, *ast.AutoLink:
			b.WriteString(w.link(n))
		case *ast.CodeSpan, *ast.Image:
			b.WriteString(w.plain(n))
		case *ast.RawHTML:
		default:
			b.WriteString(w.inlines(n))
		}
	}
	return b.String()
}

// link returns "words (https://example.org/)", or the address alone when it is its own name.
func (w *textWriter) link(n ast.Node) string {
	words := w.inlines(n)
	if auto, ok := n.(*ast.AutoLink); ok {
		words = string(auto.Label(w.src))
	}
	to, may := w.target(n)
	if !may {
		return words
	}
	to = strings.TrimPrefix(to, "mailto:")
	switch strings.TrimSpace(words) {
	case "", to:
		return to
	}
	return words + " (" + to + ")"
}
