package message

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"assent/internal/errs"
)

// Template is a compiled Draft. It is immutable and may be used by many goroutines at once.
type Template struct {
	holes []string
	steps []step
	size  int // bytes of all literals
}

type stepKind uint8

const (
	literalStep stepKind = iota
	textStep             // a hole in the text part
	htmlStep             // a hole in the HTML part
	urlStep              // a hole at the start of a URL attribute
	headerStep           // a header with holes, written whole
)

// step is one thing that Append does.
type step struct {
	kind    stepKind
	literal []byte
	hole    int // index into the values, for a body hole
	header  *headerLine
}

// headerLine is a header whose value has holes.
type headerLine struct {
	name  string
	kind  HeaderKind
	parts []headerPart
}

// headerPart is a literal, or a hole when hole >= 0.
type headerPart struct {
	literal string
	hole    int
}

// Compile checks d and encodes everything in it that does not depend on the recipient.
// It refuses, with an error of kind Invalid: a header that would start another line, a
// missing From, a missing text or HTML part, a hole in a place where it cannot be made harmless,
// a marker that Hole did not make.
func Compile(d Draft) (*Template, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	c := compiler{}
	for _, h := range d.Headers {
		if err := c.addHeader(h); err != nil {
			return nil, err
		}
	}
	text, err := split(lastLineEnded(d.Text))
	if err != nil {
		return nil, err
	}
	page, err := splitHTML(lastLineEnded(unescapeHoles(d.HTML)))
	if err != nil {
		return nil, err
	}
	b := boundary(d)
	c.write("MIME-Version: 1.0\r\n")
	if d.Language != "" {
		c.write("Content-Language: " + d.Language + "\r\n")
	}
	c.write("Content-Type: multipart/alternative; boundary=\"" + b + "\"\r\n\r\n")
	c.openPart(b, "text/plain")
	for _, p := range text {
		c.bodyPiece(p, textStep)
	}
	c.openPart(b, "text/html")
	for _, p := range page {
		c.htmlPiece(p)
	}
	c.write("\r\n--" + b + "--\r\n")
	c.flush()
	return &c.t, nil
}

// Holes returns the names of the holes, each once, in the order in which Append
// takes their values.
func (t *Template) Holes() []string { return slices.Clone(t.holes) }

// Append appends the message to dst, values[i] being the value of Holes()[i], and returns the extended
// slice. Values are by position because a map or a callback costs more than the rest of the
// work. It allocates only when dst has no room; Size tells how much to provide. On an
// error, of kind Invalid, dst is returned as it was: the value of a Raw header holds something
// else than printable ASCII, a Mailbox value holds no address, a URL has a scheme other
// than http, https or mailto.
func (t *Template) Append(dst []byte, values []string) ([]byte, error) {
	if len(values) != len(t.holes) {
		return dst, errs.E("message: append", errs.Internal, "", fmt.Errorf("%d values for %d holes", len(values), len(t.holes)))
	}
	start := len(dst)
	for i := range t.steps {
		s := &t.steps[i]
		switch s.kind {
		case literalStep:
			dst = append(dst, s.literal...)
		case headerStep:
			var err error
			if dst, err = s.header.append(dst, values); err != nil {
				return dst[:start], err
			}
		case textStep:
			w := qp{dst: dst}
			w.text(values[s.hole])
			w.close()
			dst = w.dst
		default:
			if s.kind == urlStep && !followable(values[s.hole]) {
				return dst[:start], errs.E("message: append", errs.Invalid, "The link for "+t.holes[s.hole]+" is not a web or mail address.", nil)
			}
			w := qp{dst: dst}
			w.html(values[s.hole])
			w.close()
			dst = w.dst
		}
	}
	return dst, nil
}

// Size returns about how many bytes a message has whose values are short.
func (t *Template) Size() int { return t.size + 64*len(t.holes) }

// Compose compiles d and fills it once, for a message that goes to one person. values holds the
// value of each hole by its name; it refuses a hole without a value, with kind Invalid.
func Compose(d Draft, values map[string]string) ([]byte, error) {
	t, err := Compile(d)
	if err != nil {
		return nil, err
	}
	ordered := make([]string, len(t.holes))
	for i, name := range t.holes {
		v, ok := values[name]
		if !ok {
			return nil, errs.E("message: compose", errs.Invalid, "The message has no value for "+name+".", nil)
		}
		ordered[i] = v
	}
	return t.Append(make([]byte, 0, t.Size()), ordered)
}

// boundary is the same for the same draft. Nothing in a body can equal it: in
// quoted-printable a "=" is always followed by hexadecimal digits or the end of the line.
func boundary(d Draft) string {
	sum := sha256.Sum256([]byte(d.Text + "\x00" + d.HTML))
	return "=_" + hex.EncodeToString(sum[:12])
}

// followable reports whether a link may stand in a mail: no "javascript:", no "data:".
func followable(url string) bool {
	scheme, _, ok := strings.Cut(url, ":")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "mailto"))
}

func lastLineEnded(s string) string {
	if strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}
