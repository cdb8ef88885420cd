package inbox

import (
	"fmt"
	"strings"
	"testing"

	"assent/internal/message"
)

func TestEverybodyWhoStandsInAMessageIsFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, raw, want string }{
		{"whom it is sent to", "From: Bo <bo@example.net>\nTo: privacy@harbour.example\nCc: Cy <cy@example.net>\n\nhello\n", "[privacy@harbour.example cy@example.net]"},
		{"whom the text names, in a sentence", "From: bo@example.net\n\nWrite to Ann@Example.org. Or to 'dee@example.org'!\n", "[Ann@example.org dee@example.org]"},
		{"each once, and the writer not", "From: bo@example.net\nTo: ann@example.org\n\nI am bo@example.net, she is ANN@example.org.\n", "[ann@example.org]"},
		{"who is no address is not", "From: bo@example.net\n\nmeet @ noon, a@b, @home\n", "[]"},
		{"after many signs that are no address", "From: bo@example.net\n\n" + strings.Repeat("@ ", 1000) + "<ann@example.org>, (cy@example.org)\n", "[ann@example.org cy@example.org]"},
		{"two that hang together", "From: bo@example.net\n\nann@example.org;cy@example.org\n", "[ann@example.org cy@example.org]"},
		{"whom a report is about", "From: mailer-daemon@mx.example\nTo: bounces@harbour.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nfailed\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\n--b--\n",
			"[bounces@harbour.example ann@example.org]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, err := message.Parse(strings.NewReader(strings.ReplaceAll(tt.raw, "\n", "\r\n")), message.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range named(m) {
				got = append(got, a.String())
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
