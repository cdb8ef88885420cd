package sorting

import (
	"slices"
	"strings"

	"assent/internal/address"
	"assent/internal/message"
)

// sortComplaintReport knows the reports of feedback loops (RFC 5965) and those that came before.
func sortComplaintReport(m *message.Parsed, v *Verdict) bool {
	switch {
	case m.Feedback != nil:
		label := m.Feedback.Type
		if label == "" {
			label = "abuse"
		}
		v.Kind, v.Labels, v.Confidence = KindARF, []string{label}, 0.99
		v.Grounds = append(v.Grounds, Ground{Where: "part message/feedback-report", Words: "Feedback-Type: " + m.Feedback.Type, Rule: "RFC 5965"})
		for _, raw := range m.Feedback.OriginalRecipients {
			if a, err := address.Parse(strings.Trim(raw, " <>")); err == nil {
				v.Recipients = append(v.Recipients, Recipient{Address: a})
			}
		}
	case oldComplaint(m):
		v.Kind, v.Labels, v.Confidence = KindARF, []string{"abuse"}, 0.9
		v.Grounds = append(v.Grounds, Ground{Where: "subject", Words: m.Subject, Rule: "complaint with the message enclosed"})
		if a, err := address.Parse(strings.Trim(m.Returned.Header.Get("X-HmXmrOriginalRecipient"), " <>")); err == nil {
			v.Recipients = append(v.Recipients, Recipient{Address: a})
		}
	default:
		return false
	}
	return true
}

// oldComplaint knows complaints without the part of RFC 5965: a message enclosed and a subject
// or header that says so.
func oldComplaint(m *message.Parsed) bool {
	if m.Returned == nil {
		return false
	}
	if strings.Contains(strings.ToLower(m.Header.Get("Content-Type")), "feedback-report") { // without its part
		return true
	}
	subject := strings.ToLower(m.Subject)
	if strings.Contains(subject, "complaint about message from") || strings.HasPrefix(subject, "email feedback report") || m.Returned.Header.Has("X-HmXmrOriginalRecipient") {
		return true
	}
	from := strings.ToLower(m.From.Local())
	loop := slices.ContainsFunc([]string{"complaint", "abuse", "fbl", "feedback", "scomp", "spam", "report"}, func(s string) bool { return strings.Contains(from, s) })
	said := slices.ContainsFunc([]string{"abuse", "complaint", "feedback", "spam report", "reported as spam", "spamcop", "unsolicited"}, func(s string) bool { return strings.Contains(subject, s) })
	return loop && said
}
