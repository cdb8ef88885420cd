package message

import (
	"bytes"
	"cmp"
	"strings"

	"assent/internal/address"
)

// maxReported bounds the recipients that are read from one delivery report.
const maxReported = 500

// report reads a message/delivery-status part (RFC 3464 section 2): one group of fields about the
// message, then one for each recipient, with empty lines between. Groups that are missing, joined or
// doubled are taken as they come.
func (r *reader) report(p *Parsed, content []byte) {
	if p.Report == nil {
		p.Report = &Report{}
	}
	action := "" // stated once for all, in the group about the message
	for len(content) > 0 && len(p.Report.Recipients) < maxReported {
		content = bytes.TrimLeft(content, "\r\n \t")
		f, rest, cut := cutFields(content, &r.headers)
		r.cut = r.cut || cut
		if f.Len() == 0 { // a line that is no field
			_, rest = cutLine(content)
		}
		content = rest
		if mta := typed(f.Get("reporting-mta")); mta != "" {
			p.Report.ReportingMTA = mta
		}
		switch {
		case f.Has("final-recipient") || f.Has("original-recipient") || f.Has("action") && !f.Has("reporting-mta"):
			rr := reportRecipient(f)
			rr.Action = cmp.Or(rr.Action, action)
			p.Report.Recipients = append(p.Report.Recipients, rr)
		case f.Has("action"):
			action = keyword(f.raw("action"))
		}
	}
}

func reportRecipient(f Fields) ReportRecipient {
	rr := ReportRecipient{
		FinalRaw:    typed(f.Get("final-recipient")),
		OriginalRaw: typed(f.Get("original-recipient")),
		Action:      keyword(f.raw("action")),
		Status:      keyword(f.raw("status")),
		Diagnostic:  f.Get("diagnostic-code"),
		RemoteMTA:   typed(f.Get("remote-mta")),
	}
	rr.Final, rr.Original = reported(rr.FinalRaw), reported(rr.OriginalRaw)
	rr.Status, _, _ = strings.Cut(rr.Status, " ")
	return rr
}

// typed drops the type before a value, as in "rfc822; ann@example.org".
func typed(value string) string {
	if t, rest, ok := strings.Cut(value, ";"); ok && !strings.ContainsAny(t, "@<") {
		value = rest
	}
	return strings.TrimSpace(value)
}

// reported reads an address of a report: with or without brackets, with words after it.
func reported(value string) address.Address {
	if list := addressList(value); len(list) > 0 {
		return list[0].addr
	}
	a, _ := address.Parse(strings.Trim(value, " <>\"'"))
	return a
}

// feedback reads a message/feedback-report part (RFC 5965 section 3).
func (r *reader) feedback(p *Parsed, content []byte) {
	f, _, cut := cutFields(bytes.TrimLeft(content, "\r\n \t"), &r.headers)
	r.cut = r.cut || cut
	p.Feedback = &Feedback{
		Type:               keyword(f.raw("feedback-type")),
		UserAgent:          f.Get("user-agent"),
		OriginalRecipients: f.All("original-rcpt-to"),
		OriginalMailFrom:   strings.Trim(f.Get("original-mail-from"), "<>"),
		SourceIP:           f.Get("source-ip"),
		ReportedDomain:     f.Get("reported-domain"),
		Fields:             f,
	}
}
