package message

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

// draft is a small message with a hole of every sort.
func draft() Draft {
	return Draft{
		Language: "en",
		Headers: []Header{
			{Name: "From", Value: MailboxValue("Harbour Office", address.Must("news@harbour.example")), Kind: Mailbox},
			{Name: "To", Value: Hole("to"), Kind: Mailbox},
			{Name: "Subject", Value: "News for " + Hole("name")},
			{Name: "Date", Value: Hole("date"), Kind: Raw},
			{Name: "Message-ID", Value: "<" + Hole("id") + "@harbour.example>", Kind: Raw},
			{Name: "List-Unsubscribe", Value: "<" + Hole("url_leave") + ">, <mailto:u+" + Hole("id") + "@harbour.example>", Kind: Raw},
		},
		Text: "Dear " + Hole("name") + ",\n\nThe harbour opens at six.\nLeave: " + Hole("url_leave") + "\n",
		HTML: `<p title="` + Hole("name") + `">Dear ` + Hole("name") + `,</p><p><a href="` + Hole("url_leave") + `">Leave</a></p>`,
	}
}

func values(t testing.TB, tpl *Template, by map[string]string) []string {
	t.Helper()
	out := make([]string, 0, len(by))
	for _, h := range tpl.Holes() {
		v, ok := by[h]
		if !ok {
			t.Fatalf("no value for hole %q", h)
		}
		out = append(out, v)
	}
	return out
}

var ann = map[string]string{
	"to": "Ann Lee <ann@example.org>", "name": "Ann", "date": "Sun, 22 Nov 2026 09:00:00 +0000",
	"id": "c1.s2", "url_leave": "https://harbour.example/u/abc?x=1&y=2",
}

func with(key, value string) map[string]string {
	m := map[string]string{}
	for k, v := range ann {
		m[k] = v
	}
	m[key] = value
	return m
}

func compose(t testing.TB, d Draft, by map[string]string) []byte {
	t.Helper()
	raw, err := Compose(d, by)
	if err != nil {
		t.Fatal(err)
	}
	checkWire(t, raw)
	return raw
}

// checkWire holds the rules that every composed message obeys on the wire.
func checkWire(t testing.TB, raw []byte) {
	t.Helper()
	inBody := false
	for i, line := range strings.SplitAfter(string(raw), "\r\n") {
		if line == "" {
			continue
		}
		text := strings.TrimSuffix(line, "\r\n")
		switch {
		case text == line || strings.ContainsAny(text, "\r\n"):
			t.Fatalf("line %d does not end in CRLF: %q", i, line)
		case len(text) > maxLine:
			t.Fatalf("line %d has %d octets", i, len(text))
		case inBody && len(text) > 76 && !strings.HasPrefix(text, "Content-"):
			t.Fatalf("line %d has %d columns: %q", i, len(text), text)
		case text == "." || strings.HasPrefix(text, "From "):
			t.Fatalf("line %d is %q", i, text)
		case inBody && strings.TrimRight(text, " \t") != text:
			t.Fatalf("line %d ends in white space: %q", i, text)
		case strings.IndexByte(text, 0) >= 0 || !isASCII(text):
			t.Fatalf("line %d is not clean ASCII: %q", i, text)
		}
		if text == "" {
			inBody = true
		}
	}
}

// read parses a composed message with the standard library.
func read(t testing.TB, raw []byte) (h mail.Header, text, html string) {
	t.Helper()
	m, err := mail.ReadMessage(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	var bodies []string
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, strings.ReplaceAll(string(b), "\r\n", "\n"))
	}
	if len(bodies) != 2 {
		t.Fatalf("%d parts, want 2", len(bodies))
	}
	return m.Header, bodies[0], bodies[1]
}

func TestComposedMessageReadsBack(t *testing.T) {
	t.Parallel()
	h, text, html := read(t, compose(t, draft(), ann))
	if want := "Dear Ann,\n\nThe harbour opens at six.\nLeave: https://harbour.example/u/abc?x=1&y=2\n"; text != want {
		t.Errorf("text = %q", text)
	}
	if want := "<p title=\"Ann\">Dear Ann,</p><p><a href=\"https://harbour.example/u/abc?x=1&amp;y=2\">Leave</a></p>\n"; html != want {
		t.Errorf("html = %q", html)
	}
	for name, want := range map[string]string{
		"From": "Harbour Office <news@harbour.example>", "To": "Ann Lee <ann@example.org>", "Subject": "News for Ann",
		"Date": "Sun, 22 Nov 2026 09:00:00 +0000", "Message-Id": "<c1.s2@harbour.example>", "Content-Language": "en",
		"List-Unsubscribe": "<https://harbour.example/u/abc?x=1&y=2>, <mailto:u+c1.s2@harbour.example>", "Mime-Version": "1.0",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestSameDraftAndValuesGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	if a, b := compose(t, draft(), ann), compose(t, draft(), ann); !bytes.Equal(a, b) {
		t.Error("two renderings differ")
	}
}

func TestValueInHeaderNeverStartsAnotherHeader(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{
		"Ann\r\nBcc: x@example.org", "Ann\nBcc: x@example.org", "Ann\rBcc: x@example.org", "Ann\r\n\r\nbody", "Ann\x00\r\n",
		"Ann\u2028Bcc: x@example.org", "Ann\u0085Bcc: x", "\r\n", "=?utf-8?B?DQpCY2M6IHhAZXhhbXBsZS5vcmc=?=", "Ann\v\fBcc: x",
	} {
		raw := compose(t, draft(), with("name", evil))
		h, _, _ := read(t, raw)
		if h.Get("Bcc") != "" || len(h) != 9 {
			t.Errorf("%q made headers %v", evil, h)
		}
		raw = compose(t, draft(), with("to", evil+" <ann@example.org>"))
		if h, _, _ := read(t, raw); h.Get("Bcc") != "" || len(h) != 9 {
			t.Errorf("%q made headers %v", evil, h)
		}
	}
}

func TestRawHeaderRefusesAValueThatIsNotPrintableASCII(t *testing.T) {
	t.Parallel()
	tpl, err := Compile(draft())
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"a\r\nBcc: x", "a\n", "a\x00", "ä", "\x7f"} {
		dst, err := tpl.Append([]byte("kept"), values(t, tpl, with("id", bad)))
		if errs.KindOf(err) != errs.Invalid || string(dst) != "kept" {
			t.Errorf("%q: err %v, dst %q", bad, err, dst)
		}
	}
}

func TestLinkWithAnotherSchemeIsRefused(t *testing.T) {
	t.Parallel()
	d := draft()
	d.Headers = d.Headers[:5]
	for _, bad := range []string{"javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//example.org", "", "vbscript:x"} {
		if _, err := Compose(d, with("url_leave", bad)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: err = %v", bad, err)
		}
	}
}

func TestValueInHTMLStaysText(t *testing.T) {
	t.Parallel()
	_, _, html := read(t, compose(t, draft(), with("name", `"><script>alert('x')</script>&amp;`)))
	if strings.Contains(html, "<script") || !strings.Contains(html, `&#34;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;`) {
		t.Errorf("html = %q", html)
	}
}

func TestHoleEncodedByATemplateEngineIsStillAHole(t *testing.T) {
	t.Parallel()
	d := draft()
	for _, enc := range []string{"%F3%B0%A9%95url_leave%F3%B0%A9%96", "%f3%b0%a9%95url_leave%f3%b0%a9%96"} {
		d.HTML = `<a href="` + enc + `">x</a>`
		_, _, html := read(t, compose(t, d, ann))
		if want := `<a href="https://harbour.example/u/abc?x=1&amp;y=2">x</a>` + "\n"; html != want {
			t.Errorf("html = %q", html)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Draft){
		"a message without From":                  func(d *Draft) { d.Headers = d.Headers[1:] },
		"a message without text":                  func(d *Draft) { d.Text = " \n" },
		"a message without HTML":                  func(d *Draft) { d.HTML = "" },
		"a line break in a header":                func(d *Draft) { d.Headers[2].Value = "a\r\nBcc: x@example.org" },
		"a line break in a raw header":            func(d *Draft) { d.Headers[4].Value = "<a>\n" },
		"NUL in a header":                         func(d *Draft) { d.Headers[2].Value = "a\x00" },
		"an umlaut in a raw header":               func(d *Draft) { d.Headers[4].Value = "<ä>" },
		"a header name with a colon":              func(d *Draft) { d.Headers[2].Name = "X:Y" },
		"a header name with a line break":         func(d *Draft) { d.Headers[2].Name = "X\r\nBcc" },
		"a Bcc":                                   func(d *Draft) { d.Headers[2].Name = "Bcc" },
		"a Content-Type of one's own":             func(d *Draft) { d.Headers[2].Name = "content-type" },
		"two subjects":                            func(d *Draft) { d.Headers = append(d.Headers, Header{Name: "subject", Value: "x"}) },
		"a From without an address":               func(d *Draft) { d.Headers[0].Value = "Harbour Office" },
		"an empty From":                           func(d *Draft) { d.Headers[0].Value = "" },
		"a hole beside other words in a mailbox":  func(d *Draft) { d.Headers[1].Value = Hole("name") + " <a@example.org>" },
		"a raw word too long for a line":          func(d *Draft) { d.Headers[4].Value = "<" + strings.Repeat("a", 1000) + ">" },
		"an open marker":                          func(d *Draft) { d.Text = "a" + holeOpen + "b" },
		"a closing marker alone":                  func(d *Draft) { d.Text = "a" + holeClose + "b" },
		"a marker with a foreign name":            func(d *Draft) { d.Text = Hole("A b") },
		"a hole in a script":                      func(d *Draft) { d.HTML = "<script>var a = '" + Hole("name") + "'</script>" },
		"a hole in a style":                       func(d *Draft) { d.HTML = "<style>p{color:" + Hole("name") + "}</style>" },
		"a hole in a comment":                     func(d *Draft) { d.HTML = "<p>x</p><!-- " + Hole("name") + " -->" },
		"a hole in an attribute without quotes":   func(d *Draft) { d.HTML = "<p title=" + Hole("name") + ">x</p>" },
		"a hole as attribute name":                func(d *Draft) { d.HTML = "<p " + Hole("name") + `="x">x</p>` },
		"a hole as tag name":                      func(d *Draft) { d.HTML = "<p>x</p></" + Hole("name") + ">" },
		"a hole in an event handler":              func(d *Draft) { d.HTML = `<p onclick="` + Hole("name") + `">x</p>` },
		"a hole in a style attribute":             func(d *Draft) { d.HTML = `<p style="` + Hole("name") + `">x</p>` },
		"a hole of another name in a link":        func(d *Draft) { d.HTML = `<a href="` + Hole("name") + `">x</a>` },
		"a hole of another name within a link":    func(d *Draft) { d.HTML = `<a href='https://x.example/` + Hole("name") + `'>x</a>` },
		"a hole of another name in an image link": func(d *Draft) { d.HTML = `<img alt="x" src="` + Hole("name") + `">` },
		"HTML that ends within a tag":             func(d *Draft) { d.HTML = `<p>x</p><a href="` },
		"HTML that ends within a tag, with hole":  func(d *Draft) { d.HTML = `<p>x</p><a title="` + Hole("name") },
		"a language that is not a tag":            func(d *Draft) { d.Language = "en\r\nBcc: x" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := draft()
			change(&d)
			if _, err := Compile(d); errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestHeadersAreFoldedAndEncoded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("sufficiently long words ", 12)
	for _, subject := range []string{
		"Plain", strings.TrimSpace(long), "Grüße aus Köln", "اخبار الميناء", strings.Repeat("港", 200), "🚢" + strings.Repeat("👩‍👩‍👧", 40),
		strings.Repeat("x", 300), "=?utf-8?Q?not_encoded?=", "Ŵythnos ym Mhenarth",
	} {
		d := draft()
		d.Headers[2].Value = subject
		raw := compose(t, d, ann)
		h, _, _ := read(t, raw)
		got, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
		if err != nil || got != subject {
			t.Errorf("subject %q reads back as %q, %v", subject, got, err)
		}
		head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		for line := range strings.SplitSeq(string(head), "\r\n") {
			if len(line) > maxHeaderLine {
				t.Errorf("header line has %d columns: %q", len(line), line)
			}
		}
	}
}

func TestMailboxValueReadsBack(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Ann Lee", `Lee, "Ann" \ (x)`, "Jörg Müller", "=?x?=", "شركة الميناء", "A\r\nBcc: x", strings.Repeat("長", 300), "Ann <other@example.org>"} {
		v := MailboxValue(name, address.Must("ann@example.org"))
		list, err := mail.ParseAddressList(v)
		if err != nil || len(list) != 1 || list[0].Address != "ann@example.org" || strings.ContainsAny(v, "\r\n") {
			t.Errorf("%q gives %q: %v", name, v, err)
			continue
		}
		if want := strings.Join(strings.Fields(name), " "); len([]rune(want)) <= 100 && list[0].Name != want {
			t.Errorf("%q reads back as %q", name, list[0].Name)
		}
	}
}

func TestFormatDateKeepsTheZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 7, 1, 0, 30, 0, 0, time.FixedZone("BST", 3600))
	if got := FormatDate(at); got != "Wed, 01 Jul 2026 00:30:00 +0100" {
		t.Errorf("got %q", got)
	}
}

func BenchmarkAppend(b *testing.B) {
	d := draft()
	d.Text += strings.Repeat("A sentence about the harbour, its ships and its opening hours.\n", 30)
	d.HTML += strings.Repeat("<p>A sentence about the harbour, its ships and its opening hours.</p>\n", 100)
	tpl, err := Compile(d)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, value string }{{"ascii", "Ann"}, {"welsh", "Siân Llŷr"}} {
		b.Run("name="+c.name, func(b *testing.B) {
			in := values(b, tpl, with("name", c.value))
			dst := make([]byte, 0, 2*tpl.Size())
			b.ReportAllocs()
			for b.Loop() {
				if dst, err = tpl.Append(dst[:0], in); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(dst)))
		})
	}
}
