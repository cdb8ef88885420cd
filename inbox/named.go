package inbox

import (
	"context"
	"slices"
	"strings"

	"assent/internal/address"
	"assent/internal/message"
	"assent/mailer"
)

// maxNamed bounds the addresses that are looked for in one message.
const maxNamed = 200

// What the parts of an address in a text may be: as long as an address can be (RFC 5321, section 4.5.3.1), and without what stands around one.
const (
	longestLocal  = 64  // octets
	longestDomain = 253 // octets
	aroundAddress = " \t\n\f\r<>()[]\",;:\\@"
)

// inText finds what looks like an address in a text, around each "@"; address.Parse decides. It looks at each octet a few times at most, however the text is made.
func inText(text string, found func(string)) {
	for n, from := 0, 0; n < maxNamed; {
		at := strings.IndexByte(text[from:], '@')
		if at < 0 {
			return
		}
		at += from
		start := max(0, at-longestLocal)
		if i := strings.LastIndexAny(text[start:at], aroundAddress); i >= 0 {
			start += i + 1
		}
		end := min(len(text), at+1+longestDomain)
		if i := strings.IndexAny(text[at+1:end], aroundAddress+"/"); i >= 0 {
			end = at + 1 + i
		}
		if start < at && at+1 < end {
			found(text[start:end])
			n++
		}
		from = at + 1
	}
}

// named returns every address that stands in a message beside its writer's, each once: whom it is sent to, whom a report is about, and who is named
// in its text. They are kept as keyed hashes only, so that erasing a person finds the mail that holds their address.
func named(m *message.Parsed) []address.Address {
	var out []address.Address
	seen := map[string]bool{m.From.Normal(): true, "": true}
	add := func(a address.Address) {
		if n := a.Normal(); !seen[n] && len(out) < maxNamed {
			seen[n], out = true, append(out, a)
		}
	}
	scan := func(texts ...string) {
		for _, text := range texts {
			inText(text, func(found string) {
				if a, err := address.Parse(trimmed(found)); err == nil {
					add(a)
				}
			})
		}
	}
	add(m.Sender)
	add(m.ReplyTo)
	for _, to := range m.To {
		add(to)
	}
	for _, r := range []*message.Returned{m.Returned, m.Forwarded} {
		if r == nil {
			continue
		}
		add(r.From)
		for _, to := range r.To {
			add(to)
		}
		scan(r.Text)
	}
	if m.Feedback != nil {
		scan(m.Feedback.OriginalRecipients...)
	}
	if m.Report != nil {
		for _, r := range m.Report.Recipients {
			add(r.Final)
			add(r.Original)
			scan(r.FinalRaw, r.OriginalRaw, r.Diagnostic)
		}
	}
	scan(m.Text, m.HTML, m.Subject)
	return out
}

// others returns who is named in the message, without our own addresses: every message would be found by these.
func (h *handling) others(ctx context.Context) ([]address.Address, error) {
	all, err := h.Records.Programmes(ctx)
	return slices.DeleteFunc(named(h.mail), func(a address.Address) bool { return isProgrammes(all, a) || mailer.Signed(h.Keys, a) }), err
}

// trimmed takes off what stands around an address in a sentence.
func trimmed(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '.' || s[len(s)-1] == '!' || s[len(s)-1] == '?' || s[len(s)-1] == '\'') {
		s = s[:len(s)-1]
	}
	for len(s) > 0 && (s[0] == '\'' || s[0] == '.') {
		s = s[1:]
	}
	return s
}
