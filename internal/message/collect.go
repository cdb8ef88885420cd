package message

import (
	"strings"
)

// collect walks the tree and fills what comes from the body.
func (r *reader) collect(p *Parsed, root *node) {
	var text, page strings.Builder
	r.walk(p, root, &text, &page, false)
	p.Text, p.HTML = clipText(text.String(), r.lim.TextBytes), page.String()
	if strings.TrimSpace(p.Text) == "" && p.HTML != "" {
		p.Text = clipText(htmlText(p.HTML), r.lim.TextBytes)
	}
}

// walk visits one part. alternative means that the parent offers the same content in several forms.
func (r *reader) walk(p *Parsed, n *node, text, page *strings.Builder, alternative bool) {
	if len(n.children) > 0 {
		for _, c := range n.children {
			r.walk(p, c, text, page, n.mediaType == "multipart/alternative")
		}
		return
	}
	part := Part{Type: n.mediaType, Filename: r.filename(n)}
	disposition := keyword(n.fields.raw("content-disposition"))
	part.Inline = disposition != "attachment" && (part.Filename == "" || disposition == "inline")
	encoding := n.fields.raw("content-transfer-encoding")
	switch {
	case n.message != nil:
		part.Size, part.Inline = len(n.body), true
		r.enclosed(p, n.message)
	case n.mediaType == "text/rfc822-headers" || n.mediaType == "message/rfc822-headers" || n.mediaType == "message/global-headers":
		content := r.decoded(n, encoding)
		part.Size = len(content)
		fields, _, cut := cutFields(normal(content), &r.headers)
		r.cut = r.cut || cut
		r.enclosed(p, &node{fields: fields, mediaType: "text/plain"})
	case n.mediaType == "message/delivery-status" || n.mediaType == "message/global-delivery-status":
		content := r.decoded(n, encoding)
		part.Size = len(content)
		r.report(p, content)
	case n.mediaType == "message/feedback-report":
		content := r.decoded(n, encoding)
		part.Size = len(content)
		r.feedback(p, content)
	case !part.Inline || !strings.HasPrefix(n.mediaType, "text/"):
		part.Size = decodedSize(n.body, encoding)
		head, _ := decodeTransfer(n.body[:min(len(n.body), 4*headBytes)], encoding, headBytes)
		part.Head = string(head)
	case n.mediaType == "text/html":
		content := r.charset(n, r.decoded(n, encoding))
		part.Size = len(content)
		if page.Len()+len(content) <= 2*r.lim.TextBytes {
			page.WriteString(content)
		}
		if !alternative && text.Len() > 0 { // a page that goes on where a text ended
			text.WriteString("\n" + htmlText(content))
		}
	default:
		content := r.charset(n, r.decoded(n, encoding))
		part.Size = len(content)
		if n.mediaType == "text/plain" || !alternative {
			r.addText(text, content)
		}
	}
	p.Parts = append(p.Parts, part)
}

// headBytes is how much of an attachment Part.Head holds.
const headBytes = 64

func (r *reader) addText(text *strings.Builder, content string) {
	if text.Len() > 0 {
		text.WriteByte('\n')
	}
	if text.Len()+len(content) > r.lim.TextBytes {
		r.cut = true
		content = clipText(content, max(0, r.lim.TextBytes-text.Len()))
	}
	text.WriteString(content)
}

func (r *reader) decoded(n *node, encoding string) []byte {
	out, cut := decodeTransfer(n.body, encoding, r.lim.TextBytes)
	r.cut = r.cut || cut
	return out
}

func (r *reader) charset(n *node, content []byte) string {
	s := decodeCharset(content, n.params["charset"])
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func (r *reader) filename(n *node) string {
	if value := n.fields.raw("content-disposition"); value != "" {
		if _, params := r.contentType("x/"+value, ""); params["filename"] != "" {
			return clipName(decodeWords(params["filename"]))
		}
	}
	return clipName(decodeWords(n.params["name"]))
}

// clipName bounds a file name, and keeps its ending, which tells what opens the file.
func clipName(name string) string {
	const most, ending = 255, 20 // octets
	if len(name) <= most {
		return name
	}
	return clipText(name, most-ending) + strings.ToValidUTF8(name[len(name)-ending:], "")
}

// enclosed keeps the first enclosed message that has a header.
func (r *reader) enclosed(p *Parsed, m *node) {
	if p.Returned != nil || m.fields.Len() == 0 {
		return
	}
	inner := &Parsed{}
	r.collect(inner, m)
	p.Returned = &Returned{
		Header:    m.fields,
		MessageID: first(ids(m.fields.raw("message-id"))),
		From:      firstAddress(m.fields.raw("from")),
		To:        recipients(m.fields),
		Subject:   strings.TrimSpace(m.fields.Get("subject")),
		Date:      parseDate(m.fields.raw("date")),
		Text:      inner.Text,
	}
}

func decodedSize(body []byte, encoding string) int {
	if strings.EqualFold(strings.TrimSpace(encoding), "base64") {
		return len(body) / 4 * 3
	}
	return len(body)
}

// clipText cuts s to at most n octets at the start of a character.
func clipText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}
