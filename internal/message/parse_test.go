package message

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func parse(t testing.TB, raw string) *Parsed {
	t.Helper()
	p, err := Parse(strings.NewReader(raw), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParseReadsAnOrdinaryMail(t *testing.T) {
	t.Parallel()
	p := parse(t, "Return-Path: <ann@example.org>\r\nDelivered-To: dpo@harbour.example\r\nAuthentication-Results: mx.harbour.example; spf=pass\r\n"+
		"Authentication-Results: forged.example; spf=pass\r\nFrom: =?utf-8?Q?S=C3=ADan_Lee?= <ann@example.org>\r\nSender: office@example.org\r\nReply-To: Ann <reply@example.org>\r\n"+
		"To: DPO <dpo@harbour.example>, \"Office, Main\" <office@harbour.example>\r\nCc: dpo@harbour.example\r\nSubject: =?utf-8?B?w4Q=?=\r\n =?utf-8?B?w5Y=?= news\r\nMessage-ID: <1@example.org>\r\n"+
		"In-Reply-To: <0@harbour.example>\r\nReferences: <a@harbour.example>\r\n <0@harbour.example>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000 (GMT)\r\nAuto-Submitted: no\r\n"+
		"Precedence: Bulk\r\nList-Id: Harbour <news.harbour.example>\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe=\r\n!\r\n")
	for name, got := range map[string][2]string{
		"from": {p.From.String(), "ann@example.org"}, "name": {p.FromName, "Sían Lee"}, "sender": {p.Sender.String(), "office@example.org"},
		"reply-to": {p.ReplyTo.String(), "reply@example.org"}, "subject": {p.Subject, "ÄÖ news"}, "message id": {p.MessageID, "1@example.org"},
		"return path": {p.ReturnPath, "ann@example.org"}, "auto-submitted": {p.AutoSubmitted, "no"}, "precedence": {p.Precedence, "bulk"},
		"list id": {p.ListID, "Harbour <news.harbour.example>"}, "text": {p.Text, "Grüße!\n"}, "type": {p.ContentType, "text/plain"},
		"date": {p.Date.UTC().Format(time.RFC3339), "2026-11-22T09:00:00Z"}, "in reply to": {strings.Join(p.InReplyTo, " "), "0@harbour.example"},
		"references": {strings.Join(p.References, " "), "a@harbour.example 0@harbour.example"}, "to": {fmt.Sprintf("%d %s", len(p.To), p.To[1]), "2 office@harbour.example"},
		"topmost result": {p.AuthenticationResults[0], "mx.harbour.example; spf=pass"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s = %q, want %q", name, got[0], got[1])
		}
	}
	if len(p.Warnings) > 0 || p.Truncated || !p.Header.Has("date") || p.Header.Len() != 19 {
		t.Errorf("warnings %v, truncated %v, %d fields", p.Warnings, p.Truncated, p.Header.Len())
	}
}

const mixed = `From: ann@example.org
Content-Type: multipart/mixed; boundary=outer

preamble
--outer
Content-Type: multipart/alternative; boundary="outer-in"

--outer-in
Content-Type: text/plain; charset=utf-8

Plain words
--outer-in
Content-Type: text/html; charset=utf-8

<p>Page <b>words</b></p>
--outer-in--
--outer
Content-Type: application/pdf; name*=utf-8''caf%C3%A9.pdf
Content-Disposition: attachment
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--outer
Content-Type: text/plain
Content-Disposition: attachment; filename="../../notes.txt"

not the text
--outer--
epilogue
`

func TestParseTellsTextFromAttachments(t *testing.T) {
	t.Parallel()
	p := parse(t, mixed)
	if p.Text != "Plain words" || !strings.Contains(p.HTML, "<b>words</b>") {
		t.Errorf("text %q, html %q", p.Text, p.HTML)
	}
	want := []Part{
		{"text/plain", "", 11, true, ""}, {"text/html", "", 24, true, ""},
		{"application/pdf", "café.pdf", 9, false, "%PDF-1.4\n"}, {"text/plain", "../../notes.txt", 12, false, "not the text"},
	}
	if !slices.Equal(p.Parts, want) {
		t.Errorf("parts = %+v", p.Parts)
	}
}

func TestParseTakesWhateverComes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ raw, text, subject string }{
		"nothing at all":                           {"", "", ""},
		"no header":                                {"just words\nand more\n", "just words\nand more\n", ""},
		"only a header":                            {"Subject: hello", "", "hello"},
		"NUL bytes":                                {"Subject: he\x00llo\n\nte\x00xt", "text", "hello"},
		"an mbox line":                             {"From ann@example.org Mon Nov 2 10:00:00 2026\nSubject: x\n\ntext", "text", "x"},
		"empty lines before the header":            {"\r\n\r\nSubject: x\r\n\r\ntext", "text", "x"},
		"a byte order mark":                        {"\xef\xbb\xbfSubject: x\n\ntext", "text", "x"},
		"bare CR line ends":                        {"Subject: x\r\rtext\rmore", "text\nmore", "x"},
		"no empty line after the header":           {"Subject: x\nDear all, nice day\nbye", "Dear all, nice day\nbye", "x"},
		"a folded line without indentation":        {"Subject: one\ntwo\nFrom: a@example.org\n\ntext", "text", "one two"},
		"a space before the colon":                 {"Subject : x\n\ntext", "text", "x"},
		"an unknown charset":                       {"Content-Type: text/plain; charset=klingon\n\ncaf\xe9", "café", ""},
		"Latin-1 labelled as UTF-8":                {"Content-Type: text/plain; charset=utf-8\n\ncaf\xe9", "café", ""},
		"UTF-8 labelled as Latin-1":                {"Content-Type: text/plain; charset=iso-8859-1\n\ncafé", "café", ""},
		"Windows-1252 without a label":             {"Subject: caf\xe9\n\n\x93caf\xe9\x94", "“café”", "café"},
		"a Japanese charset with escapes":          {"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B9A\x1b(B", "港", ""},
		"UTF-7":                                    {"Content-Type: text/plain; charset=unicode-1-1-utf-7\n\ncaf+AOk- +-1", "café +1", ""},
		"broken base64":                            {"Content-Transfer-Encoding: base64\n\naGVs!!bG8\n", "hello", ""},
		"base64 glued together":                    {"Content-Transfer-Encoding: base64\n\naGVsbG8=aGVsbG8=\n", "hellohello", ""},
		"broken quoted-printable":                  {"Content-Transfer-Encoding: quoted-printable\n\n100=% =ZZ =C3=A9=", "100=% =ZZ é", ""},
		"a transfer encoding with a remark":        {"Content-Transfer-Encoding: BASE64 (yes)\n\naGVsbG8=", "hello", ""},
		"a multipart without its boundary":         {"Content-Type: multipart/mixed\n\nhello", "hello", ""},
		"a multipart with the wrong boundary":      {"Content-Type: multipart/mixed; boundary=a\n\n--bbbbbb\nContent-Type: text/plain\n\nhello\n--bbbbbb--\n", "hello", ""},
		"a multipart that is not closed":           {"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nhello", "hello", ""},
		"a part without a header":                  {"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nhello\n--a--", "hello", ""},
		"a multipart within one of equal boundary": {"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nhello\n--a--", "hello", ""},
		"an encoded word cut within a character":   {"Subject: =?utf-8?B?ww==?= =?utf-8?B?qQ==?=\n\ntext", "text", "é"},
		"an encoded line break":                    {"Subject: =?utf-8?Q?a=0D=0ABcc:_x?=\n\ntext", "text", "a Bcc: x"},
		"an unknown encoded word":                  {"Subject: =?utf-8?X?abc?= =?bad\n\ntext", "text", "=?utf-8?X?abc?= =?bad"},
		"a Content-Type that is none":              {"Content-Type: text\n\nhello", "hello", ""},
		"HTML alone":                               {"Content-Type: text/html\n\n<style>p{}</style><p>Hello<br>there</p>", "Hello\nthere", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, c.raw)
			if p.Text != c.text || p.Subject != c.subject {
				t.Errorf("text %q, want %q; subject %q, want %q; warnings %v", p.Text, c.text, p.Subject, c.subject, p.Warnings)
			}
		})
	}
}

func TestAddressListTakesWhatPeopleSend(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`Ann <ann@example.org>, bob@example.org`:         "Ann=ann@example.org bob@example.org",
		`"Lee, Ann" <ann@example.org>`:                   "Lee, Ann=ann@example.org",
		`ann@example.org (Ann Lee)`:                      "Ann Lee=ann@example.org",
		`Lee, Ann <ann@example.org>`:                     "Ann=ann@example.org",
		`"unclosed <ann@example.org>, bob@example.org`:   "unclosed=ann@example.org bob@example.org",
		`undisclosed-recipients:;`:                       "",
		`Friends: ann@example.org, bob@example.org;`:     "ann@example.org bob@example.org",
		`=?utf-8?Q?J=C3=B6rg?= <joerg@example.org>`:      "Jörg=joerg@example.org",
		`<@relay.example:ann@example.org>`:               "ann@example.org",
		`ann@example.org; bob@example.org`:               "ann@example.org bob@example.org",
		`'ann@example.org'`:                              "ann@example.org",
		`<>`:                                             "",
		`MAILER-DAEMON`:                                  "",
		`Ann <ann@@example.org>, Bob <bob@example.org>,`: "Bob=bob@example.org",
	} {
		var got []string
		for _, m := range addressList(in) {
			s := m.addr.String()
			if m.name != "" {
				s = m.name + "=" + s
			}
			got = append(got, s)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", in, strings.Join(got, " "), want)
		}
	}
}

func TestReportIsReadWithAllItsRecipients(t *testing.T) {
	t.Parallel()
	p := parse(t, "From: <>\nReturn-Path: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\n"+
		"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; ann@example.org\nOriginal-Recipient: rfc822;a.lee@example.org\nAction: Failed (permanently)\nStatus: 5.1.1 (unknown)\nDiagnostic-Code: smtp;\n 550 no such\n user\n\n"+
		"Final-Recipient: rfc822;<bob@example.org>\nAction: delayed\nStatus: 4.4.7\n\nFinal-Recipient: x-local; nobody\nAction: failed\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <c1@harbour.example>\nTo: a.lee@example.org\n--b--\n")
	if p.ReturnPath != "<>" || p.Report == nil || p.Report.ReportingMTA != "mx.example.org" || len(p.Report.Recipients) != 3 {
		t.Fatalf("report %+v", p.Report)
	}
	a, b, c := p.Report.Recipients[0], p.Report.Recipients[1], p.Report.Recipients[2]
	if a.Final.String() != "ann@example.org" || a.Original.String() != "a.lee@example.org" || a.Action != "failed" || a.Status != "5.1.1" || a.Diagnostic != "smtp; 550 no such user" {
		t.Errorf("first %+v", a)
	}
	if b.Final.String() != "bob@example.org" || b.Action != "delayed" || !c.Final.IsZero() || c.FinalRaw != "nobody" {
		t.Errorf("second %+v, third %+v", b, c)
	}
	if p.Returned == nil || p.Returned.MessageID != "c1@harbour.example" || len(p.Returned.To) != 1 {
		t.Errorf("returned %+v", p.Returned)
	}
}

func TestReturnedMessageInTheTextIsFound(t *testing.T) {
	t.Parallel()
	p := parse(t, "From: MAILER-DAEMON@mx.example\n\nfailed: ann@example.org\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <news@harbour.example>\nMessage-ID: <c1@harbour.example>\nTo: ann@example.org\nSubject: News\n\nHello\n")
	if p.Returned == nil || p.Returned.MessageID != "c1@harbour.example" || strings.TrimSpace(p.Returned.Text) != "Hello" {
		t.Errorf("returned %+v", p.Returned)
	}
}

func TestFeedbackReportIsRead(t *testing.T) {
	t.Parallel()
	p := parse(t, "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: Abuse\nUser-Agent: FBL/1\nOriginal-Mail-From: <b@harbour.example>\nOriginal-Rcpt-To: <ann@example.org>\nOriginal-Rcpt-To: <bob@example.org>\nSource-IP: 192.0.2.1\n--b--\n")
	if f := p.Feedback; f == nil || f.Type != "abuse" || len(f.OriginalRecipients) != 2 || f.OriginalMailFrom != "b@harbour.example" || f.SourceIP != "192.0.2.1" {
		t.Errorf("feedback %+v", p.Feedback)
	}
}

// hostile makes messages that are meant to cost time or memory.
func hostile() map[string]func() io.Reader {
	repeat := func(head, unit string, n int) func() io.Reader {
		return func() io.Reader {
			return io.MultiReader(strings.NewReader(head), io.LimitReader(&repeater{unit: unit}, int64(n*len(unit))))
		}
	}
	nested := strings.Builder{}
	for i := range 20_000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	return map[string]func() io.Reader{
		"50 MB of text":                 repeat("Subject: x\n\n", "All work and no play makes a dull boy.\n", 50<<20/40),
		"50 MB in one line":             repeat("Subject: x\n\n", strings.Repeat("x", 4096), 50<<8),
		"50 MB of base64 attachment":    repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n", strings.Repeat("QUJD", 19)+"\n", 50<<20/77),
		"50 MB of one header":           repeat("Subject: ", strings.Repeat("x", 4096), 50<<8),
		"a million headers":             repeat("", "X: y\n", 1_000_000),
		"a million header folds":        repeat("Subject: x\n", " y\n", 1_000_000),
		"a million parts":               repeat("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n", 1_000_000),
		"a million addresses":           repeat("To: ", "a@b.example,", 1_000_000),
		"a million encoded words":       repeat("Subject: ", "=?utf-8?Q?x?= ", 1_000_000),
		"a million open encoded words":  repeat("Subject: ", "=?a?q?", 1_000_000),
		"20,000 containers nested":      func() io.Reader { return strings.NewReader(nested.String()) },
		"messages nested":               repeat("", "Content-Type: message/rfc822\n\n", 100_000),
		"a million open quotes":         repeat("From: ", `"`, 1_000_000),
		"a million open brackets":       repeat("From: ", "<(", 500_000),
		"a million tags":                repeat("Content-Type: text/html\n\n", "<div><b>", 1_000_000),
		"a million quotes in HTML":      repeat("Content-Type: text/html\n\n", "<blockquote>x", 500_000),
		"a million quoted attributions": repeat("\n", "On 1 May 2026, a@b.example wrote:\n> x\ny\n", 100_000),
		"a million almost attributions": repeat("\n", "On 1 May 2026, a@b.example\n", 200_000),
		"a million header blocks":       repeat("\n", "From: a\nTo: b\nSubject: c\n\n", 200_000),
		"a million boundaries-to-be":    repeat("Content-Type: multipart/mixed; boundary=b\n\n", "--bb\n", 1_000_000),
		"a million delivery reports":    repeat("Content-Type: message/delivery-status\n\n", "Action: failed\n\n", 500_000),
		"media type parameters":         repeat("Content-Type: text/plain; ", `a="b";`, 200_000),
	}
}

type repeater struct {
	unit string
	at   int
}

func (r *repeater) Read(p []byte) (n int, err error) {
	for n < len(p) {
		c := copy(p[n:], r.unit[r.at:])
		n, r.at = n+c, (r.at+c)%len(r.unit)
	}
	return n, nil
}

// Not parallel: it measures memory.
func TestHostileMailCostsLittle(t *testing.T) {
	for name, open := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			p, err := Parse(open(), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			NewText(p.Text)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%v, %d KB allocated, text %d, truncated %v", took, (after.TotalAlloc-before.TotalAlloc)>>10, len(p.Text), p.Truncated)
			// It takes well under a second; generous, for the race detector on a busy machine.
			if took > time.Minute {
				t.Errorf("it took %v", took)
			}
			if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 64<<20 {
				t.Errorf("%d MB of memory", kept>>20)
			}
			runtime.KeepAlive(p)
		})
	}
}

func TestTextBehindALargeAttachmentIsStillRead(t *testing.T) {
	t.Parallel()
	attachment := strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 200_000)
	p := parse(t, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n"+attachment+"--b\nContent-Type: text/plain\n\nPlease read this.\n--b--\n")
	if p.Text != "Please read this." || !p.Truncated || len(p.Parts) != 2 {
		t.Errorf("text %q, truncated %v, parts %+v", p.Text, p.Truncated, p.Parts)
	}
}

func TestFailingReaderIsAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	if _, err := Parse(io.MultiReader(strings.NewReader("Subject: x\n"), iotestErr{broken}), Limits{}); !errors.Is(err, broken) {
		t.Errorf("err = %v", err)
	}
}

type iotestErr struct{ err error }

func (r iotestErr) Read([]byte) (int, error) { return 0, r.err }

func FuzzParse(f *testing.F) {
	f.Add([]byte(mixed))
	f.Add([]byte("Content-Type: message/rfc822\n\nContent-Type: multipart/report; boundary=\"\"\n\n--\n"))
	f.Add([]byte("Subject: =?utf-8?B?w?= =?utf-7?Q?+A-?=\n\nOn 1 May 2026, a@b wrote:\n> x"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Parse(bytes.NewReader(raw), Limits{Bytes: 64 << 10, Parts: 20, Depth: 4})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{p.Subject, p.FromName, p.MessageID, p.ListID} {
			if strings.ContainsAny(s, "\r\n\x00") {
				t.Fatalf("a line break in %q", s)
			}
		}
		NewText(p.Text)
		CutReturned(p.Text)
	})
}

// What opens a file is told by the end of its name.
func TestALongFileNameKeepsItsEnding(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("a", 300) + ".svg", strings.Repeat("ä", 300) + ".svg"} {
		raw := "From: ann@example.org\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: image/svg+xml\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n\r\nxx\r\n--x--\r\n"
		m, err := Parse(strings.NewReader(raw), Limits{})
		if err != nil || len(m.Parts) != 1 {
			t.Fatalf("%+v, %v", m, err)
		}
		if got := m.Parts[0].Filename; len(got) > 255 || !strings.HasSuffix(got, ".svg") || !utf8.ValidString(got) {
			t.Errorf("%d octets: %q", len(got), got)
		}
	}
}
