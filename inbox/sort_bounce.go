package inbox

import (
	"regexp"
	"strings"

	"assent/internal/address"
	"assent/internal/message"
)

// sortBounce knows delivery reports: those of RFC 3464, and those of the many mail systems that
// write only for people.
func sortBounce(m *message.Parsed, v *Verdict) bool {
	if m.Report != nil && len(m.Report.Recipients) > 0 {
		reportBounce(m, v)
		return true
	}
	return textBounce(m, v)
}

func reportBounce(m *message.Parsed, v *Verdict) {
	v.Kind, v.Confidence = KindBounce, 0.99
	v.Grounds = append(v.Grounds, Ground{Where: "part message/delivery-status", Words: "Action: " + m.Report.Recipients[0].Action + ", Status: " + m.Report.Recipients[0].Status, Rule: "RFC 3464"})
	for _, rr := range m.Report.Recipients {
		a := rr.Final
		if a.IsZero() {
			a = rr.Original
		}
		if a.IsZero() {
			continue
		}
		v.Recipients = append(v.Recipients, Recipient{Address: a, Status: rr.Status, Action: rr.Action})
	}
	first := m.Report.Recipients[0]
	v.Status = first.Status
	if label := outcome(first.Action, first.Status); label != "" {
		v.Labels = []string{label}
	}
	if deadStatus(first.Status) && first.Action == "failed" {
		v.Flags = append(v.Flags, FlagDeadAddress)
	}
}

// outcome reads action and status of a report (RFC 3464 section 2.3.3, RFC 3463 section 2).
func outcome(action, status string) string {
	switch {
	case action == "delivered" || action == "relayed" || action == "expanded" || strings.HasPrefix(status, "2."):
		return LabelDelivered
	case action == "delayed" || strings.HasPrefix(status, "4."):
		return LabelTemporary
	case action == "failed" || strings.HasPrefix(status, "5."):
		return LabelPermanent
	}
	return ""
}

// deadStatus reports whether a status says that the address does not exist, rather than that
// the message, the sender or a full mailbox was the matter.
func deadStatus(status string) bool {
	return strings.HasPrefix(status, "5.1.") && status != "5.1.7" && status != "5.1.8" || status == "5.0.0" && false
}

var statusCode = regexp.MustCompile(`\b([245]\.\d{1,3}\.\d{1,3})\b`)

// textBounce reads a bounce that has no machine-readable part.
func textBounce(m *message.Parsed, v *Verdict) bool {
	failed := m.Header.All("X-Failed-Recipients")
	if len(failed) == 0 && !fromMailSystem(m) {
		return false
	}
	for _, list := range failed {
		for one := range strings.SplitSeq(list, ",") {
			if a, err := address.Parse(strings.Trim(one, " <>")); err == nil {
				v.Recipients = append(v.Recipients, Recipient{Address: a})
			}
		}
	}
	v.Kind, v.Confidence = KindBounce, 0.9
	v.Status = statusCode.FindString(m.Text)
	return true
}

func fromMailSystem(m *message.Parsed) bool {
	l := strings.ToLower(m.From.Local())
	return l == "mailer-daemon" || l == "postmaster"
}
