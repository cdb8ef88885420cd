package message

import (
	"net/mail"
	"slices"
	"strings"
	"unicode"

	"assent/internal/address"
	"assent/internal/errs"
)

// compiler builds a Template.
type compiler struct {
	t       Template
	pending []byte // literal bytes not yet made a step
	body    []byte // literal text of the open part, not yet encoded
}

func (c *compiler) write(s string) {
	c.encodeBody(false)
	c.pending = append(c.pending, s...)
}

// openPart starts a part of the multipart/alternative.
func (c *compiler) openPart(boundary, mediaType string) {
	c.write("\r\n--" + boundary + "\r\nContent-Type: " + mediaType +
		"; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
}

func (c *compiler) bodyPiece(p piece, kind stepKind) {
	if p.hole == "" {
		c.body = append(c.body, p.literal...)
		return
	}
	c.encodeBody(true)
	c.step(step{kind: kind, hole: c.index(p.hole)})
}

func (c *compiler) htmlPiece(p htmlPiece) {
	if p.place == atURLStart {
		c.bodyPiece(p.piece, urlStep)
		return
	}
	c.bodyPiece(p.piece, htmlStep)
}

// encodeBody encodes the literal text so far. Before a hole it ends at the start of a line, so
// that the value can be encoded without knowing what stands before it.
func (c *compiler) encodeBody(beforeHole bool) {
	w := qp{dst: c.pending}
	w.text(string(c.body))
	if beforeHole {
		w.close()
	}
	c.pending, c.body = w.dst, c.body[:0]
}

func (c *compiler) step(s step) {
	c.flush()
	c.t.steps = append(c.t.steps, s)
}

func (c *compiler) flush() {
	if len(c.pending) > 0 {
		c.t.steps = append(c.t.steps, step{kind: literalStep, literal: c.pending})
		c.t.size += len(c.pending)
		c.pending = nil
	}
}

// index returns the position of the hole's value and gives it one at first sight.
func (c *compiler) index(name string) int {
	if i := slices.Index(c.t.holes, name); i >= 0 {
		return i
	}
	c.t.holes = append(c.t.holes, name)
	return len(c.t.holes) - 1
}

func (c *compiler) addHeader(h Header) error {
	pieces, err := split(h.Value)
	if err != nil {
		return err
	}
	line := &headerLine{name: h.Name, kind: h.Kind}
	holes := 0
	for _, p := range pieces {
		part := headerPart{literal: p.literal, hole: -1}
		if p.hole != "" {
			part.hole = c.index(p.hole)
			holes++
		}
		if strings.ContainsFunc(p.literal, unicode.IsControl) {
			return refuse("The header " + h.Name + " holds a line break or another control character.")
		}
		if h.Kind == Raw && !isASCII(p.literal) {
			return refuse("The header " + h.Name + " may hold only ASCII.")
		}
		line.parts = append(line.parts, part)
	}
	if holes > 0 {
		if h.Kind == Mailbox && len(pieces) > 1 {
			return refuse("In the header " + h.Name + " a hole must be the whole value.")
		}
		c.step(step{kind: headerStep, header: line})
		return nil
	}
	if h.Kind == Mailbox && len(line.parts) == 1 {
		if line.parts[0].literal, err = mailboxes(h.Value); err != nil {
			return errs.E("message: compile", errs.Invalid, "The header "+h.Name+" holds no usable address.", err)
		}
	}
	c.pending, err = line.append(c.pending, nil)
	return err
}

// mailboxes reads a list of mailboxes and writes it as MailboxValue does.
func mailboxes(value string) (string, error) {
	list, err := mail.ParseAddressList(value)
	if err != nil {
		return "", err
	}
	written := make([]string, len(list))
	for i, m := range list {
		a, err := address.Parse(m.Address)
		if err != nil {
			return "", err
		}
		written[i] = MailboxValue(m.Name, a)
	}
	return strings.Join(written, ", "), nil
}

// append writes the header with its values. It never writes more than one header.
func (h *headerLine) append(dst []byte, values []string) ([]byte, error) {
	begin := len(dst)
	dst = append(append(dst, h.name...), ':', ' ')
	col, from := len(dst)-begin, len(dst)
	for _, p := range h.parts {
		s := p.literal
		if p.hole >= 0 {
			s = values[p.hole]
			if h.kind == Raw && !printable(s) {
				return dst[:begin], errs.E("message: append", errs.Invalid, "A value for the header "+h.name+" holds something else than printable ASCII.", nil)
			}
		}
		dst = appendCleanFrom(dst, from, s)
	}
	if n := len(dst); n > from && dst[n-1] == ' ' {
		dst = dst[:n-1]
	}
	if h.kind == Unstructured {
		return append(encodeTail(dst, from, col), '\r', '\n'), nil
	}
	if h.kind == Mailbox && !slices.Contains(dst[from:], '@') {
		return dst[:begin], errs.E("message: append", errs.Invalid, "The value for the header "+h.name+" holds no address.", nil)
	}
	dst, ok := foldTail(dst, from, col)
	if !ok {
		return dst[:begin], errs.E("message: append", errs.Invalid, "The header "+h.name+" has a word that is too long for a line.", nil)
	}
	return append(dst, '\r', '\n'), nil
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f })
}
