package message

import "strings"

// CutReturned parts the text of a delivery report that has no MIME parts into what the mail
// system wrote and the message that it returns below, from that message's header on. copied
// is "" when no message is returned in the text.
func CutReturned(text string) (written, copied string) {
	at := 0
	for at < len(text) {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			break
		}
		if traceField(text[at:at+end]) && headerAhead(text[at:]) && !cited(text[at:]) {
			return text[:at], text[at:]
		}
		at += end + 1
	}
	return text, ""
}

// cited reports whether text starts with an indented header after which a report goes on, indented less: "a message
// that you sent with the following header fields:".
func cited(text string) bool {
	header, rest, _ := strings.Cut(text, "\n\n")
	if !strings.HasPrefix(header, " ") && !strings.HasPrefix(header, "\t") {
		return false
	}
	rest = strings.TrimLeft(rest, "\n")
	return rest != "" && rest[0] != ' ' && rest[0] != '\t'
}

// traceField reports whether a line is a header field with which a returned message may begin.
func traceField(line string) bool {
	name, value, ok := strings.Cut(strings.TrimLeft(line, " \t>"), ":")
	if !ok || len(name) > 30 || !strings.HasPrefix(value, " ") && value != "" && value[0] != '<' {
		return false
	}
	return among(" received return-path message-id from to subject date mime-version x-received dkim-signature delivered-to user-agent x-mailer content-type reply-to sender x-original-to arc-seal authentication-results received-spf ", name)
}

// headerAhead reports whether text starts with a header of some length, with a field in it that
// only a message has and no quoted "From: Sent: To:" of a mail program.
func headerAhead(text string) bool {
	known, trace := 0, false
	for n, line := range strings.SplitN(text, "\n", 41) {
		if n == 40 || strings.TrimSpace(line) == "" {
			break
		}
		if !traceField(line) {
			continue
		}
		known++
		name, _, _ := strings.Cut(strings.TrimLeft(line, " \t>"), ":")
		trace = trace || among(" received return-path message-id mime-version x-received ", name)
	}
	return known >= 3 && trace || known >= 4
}

// returnedInText reads the message that a delivery report returns within its text.
func (r *reader) returnedInText(p *Parsed) {
	_, copied := CutReturned(p.Text)
	if copied == "" {
		return
	}
	lines := strings.Split(clipText(copied, 64<<10), "\n")
	for i, l := range lines {
		if lines[i] = strings.TrimPrefix(l, "> "); strings.TrimSpace(l) == "" {
			break
		}
	}
	fields, body, cut := cutFields([]byte(strings.Join(lines, "\n")), &r.headers)
	r.cut = r.cut || cut
	r.enclosed(p, &node{fields: fields, mediaType: "text/plain", body: body})
}
