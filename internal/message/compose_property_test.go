package message

import (
	"mime"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// oneLine is what a header keeps of a text.
func oneLine(s string) string { return string(appendClean(nil, s)) }

// lines is what a body keeps of a text: line ends made "\n", NUL gone, bytes that are not UTF-8 replaced.
func lines(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	out := strings.Builder{}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r != 0 {
			out.WriteRune(r)
		}
		i += n
	}
	return out.String()
}

func TestAnyTextAndAnyValueReadBack(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.RuneFrom([]rune(" \t\r\n.=Fa\x00-_é👩‍🚀\u202e\u0301"))),
		rapid.StringN(0, 2000, 10_000),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
	rapid.Check(t, func(rt *rapid.T) {
		literal, value := text.Draw(rt, "literal"), text.Draw(rt, "value")
		literal = strings.NewReplacer(holeOpen, "", holeClose, "").Replace(literal)
		d := draft()
		d.Text = "x" + literal + Hole("name") + literal
		d.Headers[2].Value = "n " + Hole("name") + " m"
		raw, err := Compose(d, with("name", value))
		if err != nil {
			rt.Fatal(err)
		}
		checkWire(t, raw)
		h, got, _ := read(t, raw)
		// A lone CR at the seam of two pieces and an LF after it are two breaks, not one.
		if want := lastLineEnded("x" + lines(literal) + lines(value) + lines(lastLineEnded(literal))); got != want {
			rt.Fatalf("text = %q, want %q", got, want)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
		if want := oneLine("n " + value + " m"); err != nil || subject != want {
			rt.Fatalf("subject = %q, want %q (%v)", subject, want, err)
		}
	})
}

func FuzzAppend(f *testing.F) {
	tpl, err := Compile(draft())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("Ann", "Ann Lee <ann@example.org>", "https://example.org/")
	f.Add("A\r\nBcc: x", "\r\n.\r\n@", "http:\n")
	f.Fuzz(func(t *testing.T, name, to, url string) {
		m := with("name", name)
		m["to"], m["url_leave"] = to, url
		raw, err := tpl.Append(nil, values(t, tpl, m))
		if err != nil {
			return
		}
		h, _, _ := read(t, raw)
		if len(h) != 9 || h.Get("Bcc") != "" {
			t.Fatalf("headers %v", h)
		}
	})
}
