package message

import (
	"strings"

	"golang.org/x/net/html"
)

// htmlText makes plain text of HTML, as a mail program would have put it into the text part:
// paragraphs and lists keep their lines, a link its address, quoted blocks get a ">" before
// each line, and what no reader sees is left out.
func htmlText(page string) string {
	t := textWriter{}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(t.out.String())
		case html.TextToken:
			if t.hidden == 0 {
				t.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			e := element{name: string(name)}
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				e.attribute(string(key), string(value))
			}
			t.open(e)
		case html.EndTagToken:
			name, _ := z.TagName()
			t.close(string(name))
		}
	}
}

// element is an open element, with what of its attributes matters here.
type element struct {
	name, href string
	mark       blockMark
	hidden     bool
}

// blockMark says what a mail program wrote an element for.
type blockMark uint8

const (
	noMark blockMark = iota
	quoteMark
	originalMark // the original message starts here and has no element of its own
	signatureMark
)

func (e *element) attribute(key, value string) {
	switch key {
	case "href":
		e.href = strings.TrimSpace(value)
	case "hidden":
		e.hidden = true
	case "style":
		style := strings.ToLower(strings.ReplaceAll(value, " ", ""))
		e.hidden = e.hidden || strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") || strings.Contains(style, "mso-hide:all")
		// Outlook draws a line over the header of the message it answers.
		if e.name == "div" && strings.Contains(style, "border-top:solid#") && strings.Contains(style, "padding:3.0pt0") {
			e.mark = originalMark
		}
	case "class", "id":
		for name := range strings.FieldsSeq(value) {
			if m := markOf(strings.TrimPrefix(name, "x_")); m != noMark {
				e.mark = m
			}
		}
	}
}

// markOf knows the names that mail programs give to quotes and signatures.
func markOf(name string) blockMark {
	switch name {
	case "gmail_quote", "gmail_attr", "gmail_quote_container", "moz-cite-prefix", "moz-forward-container", "yahoo_quoted", "protonmail_quote",
		"tutanota_quote", "zmail_extra", "OLK_SRC_BODY_SECTION", "ms-outlook-mobile-reference-message",
		"mail-editor-reference-message-container", "AppleOriginalContents", "reply-intro", "qt", "cite":
		return quoteMark
	case "divRplyFwdMsg", "appendonsend", "OutlookMessageHeader", "stopSpelling":
		return originalMark
	case "gmail_signature", "moz-signature", "protonmail_signature_block", "ms-outlook-mobile-signature", "Signature", "signature", "AppleMailSignature":
		return signatureMark
	}
	return noMark
}

// textWriter collects the text and knows where in a line it stands.
type textWriter struct {
	out    strings.Builder
	stack  []element
	quotes int  // depth of quoting
	hidden int  // open elements that are not shown
	pre    int  // open pre elements
	line   bool // the line has text
	space  bool // white space is due before the next word
	breaks int  // line ends since the last text
}

const voidElements = " area base br col embed hr img input link meta param source track wbr "

func (t *textWriter) open(e element) {
	switch e.name {
	case "br":
		t.newline()
		return
	case "hr":
		t.blank(1)
		return
	case "td", "th":
		t.space = true
	case "li":
		t.blank(1)
		t.text("* ")
		t.space = true
	default:
		t.blank(margin(e.name))
	}
	if among(voidElements, e.name) || len(t.stack) >= 500 {
		return
	}
	if e.name == "blockquote" {
		e.mark = quoteMark
	}
	switch e.mark {
	case originalMark:
		t.blank(1)
		t.text("-----Original Message-----")
		t.blank(1)
	case signatureMark:
		t.blank(1)
		t.text("--")
		t.newline()
	}
	e.hidden = e.hidden || among(" head script style title template noscript object select ", e.name)
	t.stack = append(t.stack, e)
	t.count(e, 1)
}

// close ends the innermost open element of that name and all within it.
func (t *textWriter) close(name string) {
	for i := len(t.stack) - 1; i >= 0 && i >= len(t.stack)-50; i-- {
		if t.stack[i].name != name {
			continue
		}
		if href := t.stack[i].href; name == "a" && t.hidden == 0 && strings.HasPrefix(href, "http") && len(href) <= 2000 {
			if !strings.HasSuffix(t.out.String(), href) {
				t.text(" <" + href + ">")
			}
		}
		for _, e := range t.stack[i:] {
			t.blank(margin(e.name))
			if e.mark == quoteMark {
				t.blank(1)
			}
			t.count(e, -1)
		}
		t.stack = t.stack[:i]
		return
	}
	t.blank(margin(name))
}

func (t *textWriter) count(e element, by int) {
	if e.mark == quoteMark {
		t.blank(1)
		t.quotes += by
	}
	if e.hidden {
		t.hidden += by
	}
	if e.name == "pre" {
		t.pre += by
	}
}

// margin returns the line ends that stand around an element.
func margin(name string) int {
	switch name {
	case "p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre":
		return 2
	case "div", "tr", "blockquote", "section", "article", "header", "footer", "address", "center", "dl", "dt", "dd", "form", "fieldset", "body", "html", "li", "tbody", "thead":
		return 1
	}
	return 0
}

// blank makes sure that n line ends follow the text so far.
func (t *textWriter) blank(n int) {
	for t.out.Len() > 0 && t.breaks < n {
		t.newline()
	}
	if n > 0 {
		t.space = false
	}
}

func (t *textWriter) newline() {
	if t.breaks < 3 {
		t.out.WriteByte('\n')
	}
	t.breaks++
	t.line, t.space = false, false
}

// text writes words with single spaces, in a pre element with the lines they have.
func (t *textWriter) text(s string) {
	if t.pre > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				t.newline()
			}
			t.word(strings.TrimRight(line, " \t\r"))
		}
		return
	}
	for s != "" {
		if trimmed := strings.TrimLeft(s, " \t\r\n\f\u00a0"); len(trimmed) < len(s) {
			t.space, s = true, trimmed
			continue
		}
		end := strings.IndexAny(s, " \t\r\n\f\u00a0")
		if end < 0 {
			end = len(s)
		}
		t.word(s[:end])
		s = s[end:]
	}
}

func (t *textWriter) word(w string) {
	if w == "" {
		return
	}
	if !t.line && t.quotes > 0 {
		t.out.WriteString(strings.Repeat(">", min(t.quotes, 9)))
		t.out.WriteByte(' ')
	} else if t.line && t.space {
		t.out.WriteByte(' ')
	}
	t.out.WriteString(w)
	t.line, t.space, t.breaks = true, false, 0
}
