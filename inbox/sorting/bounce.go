package sorting

import (
	"cmp"
	"slices"
	"strings"

	"assent/internal/address"
	"assent/internal/message"
)

// maxReportText bounds what is read of a report's words, in octets. Mail systems come to the point.
const maxReportText = 8 << 10

// sortBounce knows delivery reports: those of RFC 3464, and those of the many mail systems that
// write only for people.
func sortBounce(m *message.Parsed, v *Verdict) bool {
	written, _ := message.CutReturned(m.Text)
	if len(written) > maxReportText {
		written = strings.ToValidUTF8(written[:maxReportText], "")
	}
	if m.Report != nil && len(m.Report.Recipients) > 0 {
		if asksBack(m, written) {
			return false
		}
		reportBounce(m, written, v)
		return true
	}
	grounds, ok := fromMailSystem(m, written)
	if !ok || challenges(written) {
		return false
	}
	v.Kind, v.Confidence, v.Grounds = KindBounce, 0.9, grounds
	v.Status = statusIn(written)
	for _, a := range failedRecipients(m, written) {
		v.Recipients = append(v.Recipients, Recipient{Address: a, Status: v.Status})
	}
	label := textOutcome(m.Subject, written, v.Status)
	if label == "" { // in words that no list has: most reports tell of a failure
		label, v.Confidence = LabelPermanent, 0.6
	}
	v.Labels = []string{label}
	if len(v.Recipients) == 0 {
		v.Confidence = 0.5
	}
	said := []string{written}
	if len(v.Recipients) > 1 {
		said = passages(written, v.Recipients)
	}
	for i := range v.Recipients {
		if r := &v.Recipients[i]; len(said) > 1 {
			r.Status = statusIn(said[i])
			r.Dead = dead(label, r.Status, said[i])
		} else {
			r.Dead = dead(label, v.Status, written)
		}
	}
	if len(v.Recipients) == 0 && dead(label, v.Status, written) {
		v.Flags = append(v.Flags, FlagDeadAddress)
	}
	flagDead(v)
	return true
}

// flagDead flags a report whose first recipient does not exist.
func flagDead(v *Verdict) {
	if len(v.Recipients) > 0 && v.Recipients[0].Dead {
		v.Flags = append(v.Flags, FlagDeadAddress)
	}
}

func reportBounce(m *message.Parsed, written string, v *Verdict) {
	v.Kind, v.Confidence = KindBounce, 0.99
	list := worstFirst(m.Report.Recipients)
	for _, rr := range list {
		status := cmp.Or(rr.Status, statusIn(rr.Diagnostic))
		if a := reportedAddress(rr); !a.IsZero() {
			v.Recipients = append(v.Recipients, Recipient{Address: a, Status: status, Action: rr.Action, Dead: dead(outcome(rr.Action, status), status, rr.Diagnostic)})
		}
	}
	first := list[0]
	v.Status = cmp.Or(first.Status, statusIn(first.Diagnostic), statusIn(written))
	v.Grounds = append(v.Grounds, Ground{Where: "part message/delivery-status", Words: strings.TrimSpace("Action: " + first.Action + ", Status: " + first.Status + " " + first.Diagnostic), Rule: "RFC 3464"})
	if len(v.Recipients) == 0 {
		for _, a := range failedRecipients(m, written) {
			v.Recipients = append(v.Recipients, Recipient{Address: a, Status: v.Status, Action: first.Action})
		}
	}
	label := outcome(first.Action, v.Status)
	if label != "" {
		v.Labels = []string{label}
	}
	accepted := reportWords().afterData.in(flat(written))
	for i := range v.Recipients {
		r := &v.Recipients[i]
		if i == 0 {
			r.Dead = dead(label, v.Status, cmp.Or(first.Diagnostic, written))
		}
		r.Dead = r.Dead && !accepted
	}
	flagDead(v)
}

// worstFirst returns the recipients of a report with the first that failed before the others: the report is about that one.
func worstFirst(list []message.ReportRecipient) []message.ReportRecipient {
	i := slices.IndexFunc(list, func(r message.ReportRecipient) bool { return r.Action == "failed" })
	if i <= 0 {
		return list
	}
	return slices.Concat(list[i:i+1], list[:i], list[i+1:])
}

// reportedAddress returns the address that the sender used, as far as the report tells
// it: Final-Recipient is where delivery failed.
func reportedAddress(rr message.ReportRecipient) address.Address {
	if !rr.Final.IsZero() {
		return rr.Final
	}
	return rr.Original
}

// outcome reads action and status of a report (RFC 3464 section 2.3.3, RFC 3463 section 2).
func outcome(action, status string) string {
	switch {
	case action == "delivered" || action == "relayed" || action == "expanded":
		return LabelDelivered
	case action == "delayed" || strings.HasPrefix(status, "4."):
		return LabelTemporary
	case strings.HasPrefix(status, "2."):
		return LabelDelivered
	case action == "failed" || strings.HasPrefix(status, "5."):
		return LabelPermanent
	}
	return ""
}

// textOutcome reads the outcome out of what a mail system wrote for people.
func textOutcome(subject, written, status string) string {
	words := reportWords()
	subject, written = flat(subject), flat(written)
	all := subject + " " + written
	switch {
	case strings.HasPrefix(status, "4.") || words.delayed.in(all) || words.hostSilent.in(all):
		return LabelTemporary
	case strings.HasPrefix(status, "5."):
		return LabelPermanent
	}
	if code := replyCode.FindStringSubmatch(written); code != nil {
		if code[1][0] == '4' && !words.gaveUp.in(all) {
			return LabelTemporary
		}
		return LabelPermanent
	}
	if words.delivered.in(all) && !words.unknownUser.in(all) {
		return LabelDelivered
	}
	if words.text.in(all) || words.subject.in(subject) || words.listRefusal.in(written) {
		return LabelPermanent
	}
	return ""
}

// statusIn finds a status code of RFC 3463 in text, and no version number or IP address.
func statusIn(text string) string {
	if found := statusCode.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}

// dead reports whether words or a status say that an address does not exist, so that it is not written to again. A
// full mailbox, a refused sender or a rejected message is no dead address.
func dead(label, status, words string) bool {
	if label != LabelPermanent || status == "5.1.7" || status == "5.1.8" { // of the sender (RFC 3463 section 3.2)
		return false
	}
	words = flat(words)
	unknown := strings.HasPrefix(status, "5.1.") && status != "5.1.0" || status == "5.4.4"
	return (unknown || reportWords().unknownUser.in(words)) && !reportWords().stillAlive.in(words)
}
