package e2e

import (
	"fmt"
	"strings"

	"assent/internal/token"
	"assent/mailer"
)

// mix makes the mails that fill a mailbox.
type mix struct {
	name    string
	mail    func(m mix, i int) string
	reports int // of 20 mails, about as many people whom a campaign went to

	ways     mailer.Ways
	keys     *token.Keys
	campaign int64
	list     int64
	people   []int64 // whom the campaign went to
}

// mixes are what fills mailboxes: the one that everything comes back to after a campaign, and one that people write to.
var mixes = []mix{{name: "after a campaign", mail: afterCampaign, reports: reportsIn}, {name: "of people", mail: ofPeople}}

// reportsIn is how many of 20 mails after a campaign are delivery reports, each about another person.
const reportsIn = 8

// afterCampaign: of 20 mails 8 are reports of mail systems (5 of addresses that do not exist, 3 of delays), 6 are absences, 3 opt-outs (one to the signed
// address), 2 letters, and one a request about rights.
func afterCampaign(m mix, i int) string {
	back := mailer.Back{ListID: m.list, CampaignID: m.campaign, SubscriberID: m.people[i/20*reportsIn%len(m.people)+min(i%20, reportsIn-1)]}
	l := letter{from: fmt.Sprintf("person-%05d@example.org", i), to: "contact@harbour.example", id: i, headers: "In-Reply-To: <" + m.ways.MessageID(m.keys, back) + ">\r\n"}
	switch n := i % 20; {
	case n < 5:
		return m.report(back, i, "failed", "5.1.1", "550 5.1.1 The email account that you tried to reach does not exist")
	case n < reportsIn:
		return m.report(back, i, "delayed", "4.2.2", "452 4.2.2 Mailbox full")
	case n < 14:
		l.subject, l.body = "Automatic reply: Harbour News", "I am out of the office until Monday, and will read your message when I am back.\r\n"
		l.headers += "Auto-Submitted: auto-replied\r\n"
	case n < 16:
		l.subject, l.body = "Re: Harbour News", "Please unsubscribe me.\r\n"
	case n < 17:
		l.to = strings.TrimPrefix(m.ways.UnsubscribeMailto(m.keys, back), "mailto:")
		l.to, _, _ = strings.Cut(l.to, "?")
		l.subject = "unsubscribe"
	case n < 19:
		l.subject, l.body = "Re: Harbour News", "Thank you for the newsletter. When is the next meeting of the harbour board, and may we come?\r\n\r\nBest wishes\r\n"
	default:
		l.subject, l.body = "My data", wantsData
	}
	return l.String()
}

// ofPeople: of 20 mails 9 are absences, 7 letters, 3 opt-outs and one a request about rights.
func ofPeople(_ mix, i int) string {
	l := letter{from: fmt.Sprintf("somebody-%06d@reader.example", i), to: "contact@harbour.example", id: i, subject: fmt.Sprintf("Mail %d", i)}
	switch n := i % 20; {
	case n == 0:
		l.subject, l.body = "My data", wantsData
	case n < 4:
		l.subject, l.body = "Unsubscribe me", "Please unsubscribe me.\r\n"
	case n < 13:
		l.subject, l.body = "Automatic reply: Harbour News", "I am out of the office until Monday, and will read your message when I am back.\r\n"
		l.headers = "Auto-Submitted: auto-replied\r\n"
	default:
		l.body = "Thank you for the newsletter. When is the next meeting of the harbour board, and may we come?\r\n\r\nBest wishes\r\n"
	}
	return l.String()
}

// letter is a mail with 30 lines of the newsletter quoted below, as mail programs do.
type letter struct {
	from, to, subject, headers, body string
	id                               int
}

func (l letter) String() string {
	quoted := strings.Repeat("> A line of the newsletter that is quoted below, as mail programs do.\r\n", 30)
	return fmt.Sprintf("Return-Path: <%s>\r\nReceived: from mail.reader.example by mx.harbour.example; Sun, 22 Nov 2026 10:00:00 +0000\r\nFrom: Person %d <%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <%d.bench@reader.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n%s\r\n%s\r\nOn 3 March, Harbour News wrote:\r\n%s",
		l.from, l.id, l.from, l.to, l.subject, l.id, l.headers, l.body, quoted)
}

// report is a delivery report (RFC 3464) that returns the header of the message.
func (m mix) report(back mailer.Back, i int, action, status, says string) string {
	person := fmt.Sprintf("person-%05d@example.org", back.SubscriberID)
	return strings.ReplaceAll(fmt.Sprintf(`Return-Path: <>
Received: from mx.example.org by mx.harbour.example; Sun, 22 Nov 2026 10:00:00 +0000
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: <%s>
Subject: Delivery Status Notification (%s)
Message-ID: <%d.report@mx.example.org>
Date: Sun, 22 Nov 2026 10:00:00 +0000
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b%d"

--b%d
Content-Type: text/plain; charset=utf-8

This is the mail system at mx.example.org. Your message could not be delivered to one recipient yet, or not at all.

<%s>: host mx.example.org said: %s

--b%d
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Sun, 22 Nov 2026 09:59:00 +0000

Final-Recipient: rfc822; %s
Action: %s
Status: %s
Diagnostic-Code: smtp; %s

--b%d
Content-Type: text/rfc822-headers

From: Harbour News <news@harbour.example>
To: <%s>
Subject: March
Message-ID: <%s>
Date: Sun, 22 Nov 2026 09:58:00 +0000

--b%d--
`, m.ways.EnvelopeSender(m.keys, back), action, i, i, i, person, says, i, person, action, status, says, i, person, m.ways.MessageID(m.keys, back), i), "\n", "\r\n")
}
