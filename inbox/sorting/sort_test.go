package sorting

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/message"
)

// mailOf makes a mail from a person out of "subject // text".
func mailOf(t *testing.T, s string) *message.Parsed {
	t.Helper()
	subject, text, ok := strings.Cut(s, "//")
	if !ok {
		subject, text = "", s
	}
	text = strings.ReplaceAll(strings.TrimSpace(text), `\n`, "\n")
	raw := "From: Ann Lee <ann@example.org>\nTo: news@harbour.example\nSubject: " + strings.TrimSpace(subject) +
		"\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
	m, err := message.Parse(strings.NewReader(raw), message.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhatPeopleWriteIsSorted(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/requests.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, text, _ := strings.Cut(line, ": ")
		want := strings.Fields(head)
		language, want := want[0], want[1:]
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			v := Sort(mailOf(t, text))
			got := v.Labels
			if v.Kind == KindNone {
				got = []string{string(KindNone)}
			}
			if !slices.Equal(got, want) {
				t.Errorf("sorted as %s %v, want %v; grounds %+v", v.Kind, v.Labels, want, v.Grounds)
			}
			if v.Language != language && v.Language != "" && v.Kind != KindNone {
				t.Logf("language %q, want %q", v.Language, language)
			}
			if v.Kind != KindNone && len(v.Grounds) == 0 {
				t.Error("the verdict has no grounds")
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestLexiconsAreWellFormed(t *testing.T) {
	t.Parallel()
	l, err := readLexicons()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range conceptNames() {
		if c != "stopwords" && !l.concepts[c] {
			t.Errorf("no language has words for %q", c)
		}
	}
}

func TestWordingOfReportsIsWellFormed(t *testing.T) {
	t.Parallel()
	r, err := readReportWords(reportsFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string]wording{"subject": r.subject, "text": r.text, "delayed": r.delayed, "host-silent": r.hostSilent, "gave-up": r.gaveUp, "unknown-user": r.unknownUser, "still-alive": r.stillAlive, "after-data": r.afterData, "delivered": r.delivered} {
		if len(list) == 0 {
			t.Errorf("%s is empty", name)
		}
		for _, e := range list {
			if e.rarest() < 3 || strings.ToLower(e.re.String()) != e.re.String() && !strings.Contains(e.re.String(), "\\") {
				t.Errorf("%s: %s has no text in lower case that is always there", name, e.re)
			}
		}
	}
}

func TestQuotedFooterIsNoRequest(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a quote with marks":              `Thank you, see you on Friday.\n\nOn Mon, 2 Nov 2026 at 10:00, Harbour Office <news@harbour.example> wrote:\n> News from the harbour\n> To unsubscribe from this list, click here. Unsubscribe me`,
		"a quote without marks":           `Thank you, see you on Friday.\n\n-----Original Message-----\nFrom: Harbour Office\nSent: Monday\nTo: Ann\nSubject: News\n\nPlease unsubscribe me`,
		"a signature with an opt-out":     `Thank you, see you on Friday.\n\n-- \nHarbour Café\nReply STOP to unsubscribe me from our list`,
		"a footer that nobody cut off":    `Thank you, see you on Friday.\n\nYou are receiving this because you signed up. To unsubscribe, click here.`,
		"a sentence about unsubscribing":  `Our members say the unsubscribe link in your mail does not work well.`,
		"a question about someone else":   `Should subscribers be able to unsubscribe by phone as well?`,
		"a story with the word in it":     `As a user, I want to unsubscribe from notifications, so that my inbox stays tidy.`,
		"a subject that quotes the sales": `Re: Unsubscribe from boring news // Looks great, tell me more about prices!`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v := Sort(mailOf(t, text)); v.Kind != KindNone {
				t.Errorf("sorted as %s %v by %+v", v.Kind, v.Labels, v.Grounds)
			}
		})
	}
}

// parsed reads a raw mail.
func parsed(t *testing.T, raw string) *message.Parsed {
	t.Helper()
	m, err := message.Parse(strings.NewReader(raw), message.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAutoReplyIsNeverAnOptOut(t *testing.T) {
	t.Parallel()
	v := Sort(parsed(t, "From: ann@example.org\nAuto-Submitted: auto-replied\nSubject: Automatic reply: news\n\n"+
		"I am out of the office until Monday. Please remove me from your mailing list while I am away.\n"))
	if v.Kind != KindAutoReply {
		t.Errorf("sorted as %s by %+v", v.Kind, v.Grounds)
	}
}

func TestPersonsRequestUnderOddHeadersIsNotLost(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated", "Precedence: bulk", "X-Auto-Response-Suppress: All", "X-Autoreply: yes"} {
		v := Sort(parsed(t, "From: ann@example.org\n"+header+"\nSubject: my data\n\n"+
			"Please send me a copy of all the personal data you hold about me.\n"))
		if v.Kind != KindRights || !v.Has(LabelAccess) {
			t.Errorf("%s: sorted as %s by %+v", header, v.Kind, v.Grounds)
		}
	}
}

func TestRightsRequestThatAlsoOptsOutIsFlagged(t *testing.T) {
	t.Parallel()
	v := Sort(mailOf(t, `Please delete my account and take me off your mailing list.`))
	if v.Kind != KindRights || !v.Has(LabelErasure) || !v.Flagged(FlagUnsubscribe) {
		t.Errorf("got %+v", v)
	}
}

func TestRequestThatWasPassedOn(t *testing.T) {
	t.Parallel()
	const head = `Fwd: hello // For you, I think.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.org>\nDate: Mon, 2 Nov 2026\nSubject: hello\nTo: <office@harbour.example>\n\n`
	if v := Sort(mailOf(t, head+"Please send me a copy of all the data you hold about me.")); v.Kind != KindRights || !v.Flagged(FlagForwarded) {
		t.Errorf("a right: %+v", v)
	}
	if v := Sort(mailOf(t, head+"Please take me off your list.")); v.Kind != KindNone || !v.Flagged(FlagForwarded) || !v.Flagged(FlagUnsure) {
		t.Errorf("an opt-out: %+v", v)
	}
}

func TestPersonWhoSpeaksOfHolidaysIsNoMachine(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"I am on holiday next week, could we meet after the 20th?",
		"We have received your invoice, thank you for your message. Please note that it lacks the order number; could you send it again?",
		"Bob has left the company, so who will chair the meeting?",
	} {
		if v := Sort(mailOf(t, text)); v.Kind != KindNone {
			t.Errorf("%q: sorted as %s by %+v", text, v.Kind, v.Grounds)
		}
	}
}

func TestReadReceiptIsAutomatic(t *testing.T) {
	t.Parallel()
	v := Sort(parsed(t, "From: ann@example.org\nSubject: Read: please delete my data\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nYour message was read.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;ann@example.org\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n"))
	if v.Kind != KindAutoReply || !v.Has(LabelAck) {
		t.Errorf("got %+v", v)
	}
}

func TestFlagsForAPerson(t *testing.T) {
	t.Parallel()
	for text, flag := range map[string]string{
		"I act for my client and enclose a letter of authority. Please send a copy of all data you hold about her.":                                       FlagAgent,
		"Under the Freedom of Information Act I ask for the budget.":                                                                                      FlagFOI,
		"We are investigating an offence of fraud. Under Schedule 2 paragraph 2 of the Data Protection Act 2018 please disclose the address of Jo Jones.": FlagThirdParty,
		"You sent me someone else's data. This is a data breach.":                                                                                         FlagBreach,
		"I think this is a personal data breach.":                                                                                                         FlagBreach,
		"I have just been sent an email from your office that was meant for somebody else, with her bank details.":                                        FlagBreach,
		"Your newsletter shows me other people's addresses in the To line.":                                                                               FlagBreach,
		"My statement went to the wrong recipient.":                                                                                                       FlagBreach,
		"I want compensation for what you did with my data.":                                                                                              FlagCompensation,
		"My daughter is 11, please delete her account.":                                                                                                   FlagChild,
		"This is urgent, I am in danger.":                                                                                                                 FlagUrgent,
	} {
		if v := Sort(mailOf(t, text)); !v.Flagged(flag) {
			t.Errorf("%q: flags %v, want %s", text, v.Flags, flag)
		} else if !slices.ContainsFunc(v.Grounds, func(g Ground) bool {
			return g.Flag == flag && g.Words != "" && strings.Contains(strings.ReplaceAll(strings.ToLower(text), "'", ""), g.Words)
		}) {
			t.Errorf("%q: no words show why it is flagged %s: %+v", text, flag, v.Grounds)
		}
	}
}

const dsn = `From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: b+token@harbour.example
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail system could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ann@example.org
Original-Recipient: rfc822;a.lee@example.com
Action: ACTION
Status: STATUS
Diagnostic-Code: smtp; DIAGNOSTIC

--b
Content-Type: message/rfc822

From: news@harbour.example
To: a.lee@example.com
Message-ID: <c1.s2@harbour.example>
Subject: News

Please unsubscribe me
--b--
`

func TestDeliveryReports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, action, status, diagnostic, label string
		dead                                    bool
	}{
		{"an unknown user is dead", "failed", "5.1.1", "550 5.1.1 user unknown", LabelPermanent, true},
		{"a full mailbox is not dead", "failed", "5.2.2", "552 5.2.2 mailbox full", LabelPermanent, false},
		{"a full mailbox under the wrong code is not dead", "failed", "5.1.1", "550 mailbox is full", LabelPermanent, false},
		{"a policy refusal is not dead", "failed", "5.7.1", "550 5.7.1 message rejected as spam", LabelPermanent, false},
		{"an unknown domain is dead", "failed", "5.1.2", "host not found", LabelPermanent, true},
		{"a delay is temporary", "delayed", "4.4.7", "connection timed out", LabelTemporary, false},
		{"a soft failure is temporary", "failed", "4.2.2", "452 mailbox full", LabelTemporary, false},
		{"a success is delivered", "delivered", "2.1.5", "250 ok", LabelDelivered, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := Sort(parsed(t, strings.NewReplacer("ACTION", c.action, "STATUS", c.status, "DIAGNOSTIC", c.diagnostic).Replace(dsn)))
			if v.Kind != KindBounce || !slices.Equal(v.Labels, []string{c.label}) || v.Flagged(FlagDeadAddress) != c.dead || v.Status != c.status {
				t.Errorf("got %+v", v)
			}
			if len(v.Recipients) != 1 || v.Recipients[0].Address != address.Must("ann@example.org") || v.Recipients[0].Action != c.action {
				t.Errorf("recipients %+v", v.Recipients)
			}
		})
	}
}

func TestBouncesThatOnlyPeopleCanRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, raw, recipient, label, status string }{
		{
			"qmail", "From: MAILER-DAEMON@mx.example.net\nTo: news@harbour.example\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.net.\n" +
				"I'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up.\n\n<ann@example.org>:\n" +
				"192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\n" +
				"Return-Path: <news@harbour.example>\nMessage-ID: <1@harbour.example>\nFrom: news@harbour.example\nTo: a.lee@example.com\n\nHello\n",
			"ann@example.org", LabelPermanent, "5.1.1",
		},
		{
			"a warning of delay", "From: mailer-daemon@mx.example.net\nReturn-Path: <>\nTo: news@harbour.example\nSubject: Warning: message 1x delayed 24 hours\n\n" +
				"A message that you sent has not yet been delivered to one or more of its recipients.\n\n  ann@example.org\n    host mx.example.org: 450 try later\n\nDelivery attempts will continue.\n",
			"ann@example.org", LabelTemporary, "",
		},
		{
			"a header that names the recipient", "From: postmaster@mx.example.net\nTo: news@harbour.example\nX-Failed-Recipients: ann@example.org\nSubject: Mail delivery failed\n\nThe following address failed:\n550 unrouteable address\n",
			"ann@example.org", LabelPermanent, "",
		},
		{
			"a report in German", "From: postmaster@mx.example.net\nReturn-Path: <>\nTo: news@harbour.example\nSubject: Unzustellbar: Neuigkeiten\n\nIhre Nachricht konnte nicht zugestellt werden an:\n\nann@example.org\n\n550 5.1.10 Empfänger nicht gefunden\n",
			"ann@example.org", LabelPermanent, "5.1.10",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := Sort(parsed(t, c.raw))
			if v.Kind != KindBounce || !slices.Equal(v.Labels, []string{c.label}) || v.Status != c.status {
				t.Errorf("got %+v", v)
			}
			if len(v.Recipients) == 0 || v.Recipients[0].Address.String() != c.recipient {
				t.Errorf("recipients %+v", v.Recipients)
			}
		})
	}
}

// Each file says what is expected in a header field: the first recipient, the outcome, the status if
// there is one, and whether the address is dead.
func TestBouncesOfManyMailSystems(t *testing.T) {
	t.Parallel()
	for _, f := range globbed(t, "testdata/bounces/*.eml") {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			m := parsed(t, string(raw))
			v := Sort(m)
			got := []string{}
			for _, r := range v.Recipients[:min(1, len(v.Recipients))] {
				got = append(got, r.Address.String())
			}
			got = append(got, v.Labels...)
			if v.Status != "" {
				got = append(got, v.Status)
			}
			if v.Flagged(FlagDeadAddress) {
				got = append(got, "dead")
			}
			if want := strings.Fields(m.Header.Get("Expect")); v.Kind != KindBounce || !slices.Equal(got, want) {
				t.Errorf("%s %v, want %v; %+v", v.Kind, got, want, v.Grounds)
			}
		})
	}
}

func TestFraudThatLooksLikeABounceIsNone(t *testing.T) {
	t.Parallel()
	v := Sort(parsed(t, "From: Mail Delivery System <noreply@fraud.example>\nTo: news@harbour.example\nReturn-Path: <x@fraud.example>\nSubject: Undeliverable: outgoing mail failed\n\n"+
		"Your message could not be delivered. Click here to release your messages.\n"))
	if v.Kind != KindNone {
		t.Errorf("sorted as %s by %+v", v.Kind, v.Grounds)
	}
}

func TestComplaintReport(t *testing.T) {
	t.Parallel()
	v := Sort(parsed(t, "From: fbl@provider.example\nTo: fbl@harbour.example\nSubject: complaint\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"+
		"--b\nContent-Type: text/plain\n\nThis is a complaint.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: X/1\nVersion: 1\nOriginal-Rcpt-To: <ann@example.org>\n\n"+
		"--b\nContent-Type: message/rfc822\n\nFrom: news@harbour.example\nTo: ann@example.org\nSubject: News\n\nHello\n--b--\n"))
	if v.Kind != KindARF || !v.Has("abuse") || len(v.Recipients) != 1 || v.Recipients[0].Address.String() != "ann@example.org" {
		t.Errorf("got %+v", v)
	}
}

func TestHostileTextIsSortedInTime(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"the same request again and again": strings.Repeat("please delete all my personal data ", 8000),
		"words of every concept":           strings.Repeat("not do not please request my data account delete no longer want send receive stop newsletter which hold copy about me until use marketing ", 4000),
		"thanks that name everything":      strings.Repeat("thank you for my data delete it thanks for delete everything about me ", 6000),
		"one word on each line":            strings.Repeat("my\n", 80_000),
		"one long word":                    strings.Repeat("x", 250_000),
		"gaps that nearly match":           strings.Repeat("what what what what ", 12_000),
		"addresses":                        strings.Repeat("<a@b.example>:\n", 15_000),
		"apostrophes":                      strings.Repeat("l'a'b'c'd'e ", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := parsed(t, "From: mailer-daemon@mx.example.org\nReturn-Path: <>\nSubject: failure notice\n\n"+text)
			start := time.Now()
			Sort(m)
			m.From, m.ReturnPath, m.Subject = address.Must("ann@example.org"), "", "hello"
			Sort(m)
			if took := time.Since(start); took > time.Minute { // some 50 ms; generous, for the race detector on a busy machine
				t.Errorf("it took %v", took)
			} else {
				t.Log(took)
			}
		})
	}
}

func FuzzSort(f *testing.F) {
	f.Add([]byte(dsn))
	f.Add([]byte("Subject: unsubscribe\n\n"))
	f.Add([]byte("From: mailer-daemon@x.example\nSubject: failure notice\n\n<a@b.example>:\n550 5.1.1 x\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := message.Parse(strings.NewReader(string(raw)), message.Limits{})
		if err != nil {
			return
		}
		start := time.Now()
		v := Sort(m)
		if took := time.Since(start); took > 10*time.Second {
			t.Fatalf("it took %v", took)
		}
		if v.Kind == "" || v.Confidence < 0 || v.Confidence > 1 {
			t.Fatalf("verdict %+v", v)
		}
	})
}

// BenchmarkSort parses and sorts: letters of a page, what people write in testdata, and reports.
func BenchmarkSort(b *testing.B) {
	const head = "From: Ann Lee <ann@example.org>\nTo: news@harbour.example\nSubject: my data\nContent-Type: text/plain; charset=utf-8\n\n"
	letter := head + strings.Repeat("I have been a member of the sailing club for many years and I like the harbour. ", 10) +
		"\n\nPlease send me a copy of all the personal data you hold about me.\n\nYours sincerely,\nAnn Lee\n"
	var written, reports []string
	for _, f := range globbed(b, "testdata/*/en.txt") {
		for _, w := range readWritten(b, f) {
			_, text, _ := strings.Cut(w.text, "//")
			written = append(written, head+strings.ReplaceAll(text, `\n`, "\n"))
		}
	}
	for _, f := range globbed(b, "testdata/machines/*.txt") {
		for _, m := range readMachines(b, f) {
			reports = append(reports, m.raw)
		}
	}
	for name, mails := range map[string][]string{"letter": {letter}, "written": written, "machines": reports} {
		b.Run("mail="+name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				m, err := message.Parse(strings.NewReader(mails[n%len(mails)]), message.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				Sort(m)
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}

func globbed(tb testing.TB, pattern string) []string {
	tb.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		tb.Fatal(len(files), err)
	}
	return files
}

// The flags decide about clocks and routes: a breach has 72 hours, a child and an agent need other answers. The file names those that are right before each mail.
func TestFlagsOfMailAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	flags := map[string]string{
		"breach": FlagBreach, "compensation": FlagCompensation, "foi": FlagFOI, "agent": FlagAgent, "child": FlagChild, "urgent": FlagUrgent, "third-party": FlagThirdParty,
	}
	scores := map[string]*score{}
	for _, w := range readWritten(t, "testdata/flags/en.txt") {
		v := Sort(mailOf(t, w.text))
		for name, flag := range flags {
			tally(scores, name, slices.Contains(w.labels, name), v.Flagged(flag))
		}
	}
	for name := range flags {
		t.Logf("%s: precision %.2f, recall %.2f", name, scores[name].precision(), scores[name].recall())
		atLeast(t, "recall of the flag "+name, scores[name].recall(), 0.9)
		atLeast(t, "precision of the flag "+name, scores[name].precision(), 0.7)
	}
}
