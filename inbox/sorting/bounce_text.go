package sorting

import (
	"regexp"
	"slices"
	"strings"

	"assent/internal/address"
	"assent/internal/message"
)

var (
	statusCode = regexp.MustCompile(`(?:^|[\s#(=<'":;,-])([245]\.\d{1,3}\.\d{1,3})(?:[^.\d\w]|\.\s|\.$|$)`)
	replyCode  = regexp.MustCompile(`(?:^|[\s:'"(<>-])([45][0-5]\d)(?:[ -]|$)`)
	mailAddr   = regexp.MustCompile(`[\p{L}\p{N}._%+=/!#$&'*?^{|}~-]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?`)
)

// fromMailSystem weighs the signs that a mail system wrote this: who sent it, with which
// return path, under which subject, with which words, and with what enclosed. The name alone is
// also put on fraud, so one of the signs must be hard to come by.
func fromMailSystem(m *message.Parsed, written string) ([]Ground, bool) {
	var grounds []Ground
	note := func(where, words, rule string) {
		grounds = append(grounds, Ground{Where: where, Words: words, Rule: rule})
	}
	hard, said := false, false
	if f := m.Header.Get("X-Failed-Recipients"); f != "" {
		note("header X-Failed-Recipients", f, "names who was not reached")
		hard, said = true, true
	}
	if daemon(m) {
		note("header From", m.Header.Get("From"), "a mail system's address")
		hard = true
	}
	if listManager(m) {
		if s := reportWords().listRefusal.first(flat(written)); s != "" {
			note("header From", m.Header.Get("From"), "a mailing list's address")
			note("text", s, "refuses a post")
			return grounds, true
		}
	}
	if m.ReturnPath == "<>" || strings.HasPrefix(strings.ToLower(m.ReturnPath), "mailer-daemon") {
		note("header Return-Path", m.ReturnPath, "the sender of reports (RFC 5321 section 4.5.5)")
		hard = true
	}
	if m.Returned != nil && m.Forwarded == nil && (m.ContentType == "multipart/report" || mailSystemName.MatchString(m.FromName) ||
		(statusIn(written) != "" || replyCode.MatchString(written)) && reportWords().text.in(flat(written))) {
		note("part "+m.ContentType, m.Returned.Subject, "returns a message")
		hard = true
	}
	if !hard {
		return nil, false // most mail: the costly look at the words is saved
	}
	if s := reportWords().subject.first(flat(m.Subject)); s != "" {
		note("subject", s, "words of a report")
		said = true
	}
	if s := reportWords().text.first(flat(written)); s != "" {
		note("text", s, "words of a report")
		said = said || daemon(m) || m.Returned != nil || m.ReturnPath == "<>" && (statusIn(written) != "" || replyCode.MatchString(written))
	}
	if !said && m.ReturnPath == "<>" && namesFailed(m, written) {
		note("text", written, "names an address and what was wrong with it")
		said = true
	}
	if !said && shapedAsReport(m, written) {
		note("text", written, "a mail system names an address, in a language not known")
		said = true
	}
	return grounds, said
}

// namesFailed reports whether a text gives an address, which is neither end of it, in a line that says what was wrong, or on a line of its
// own below words of a report: "ann@example.org is no longer a valid address".
func namesFailed(m *message.Parsed, written string) bool {
	if strings.HasPrefix(m.AutoSubmitted, "auto-replied") {
		return false
	}
	told := reportWords().text.in(flat(written))
	for line := range strings.Lines(written) {
		at := mailAddr.FindStringIndex(line)
		if at == nil {
			continue
		}
		a, err := address.Parse(strings.Trim(line[at[0]:at[1]], "'.*"))
		if err == nil && addressPoints(m, a, line, at) >= 3 && (told || ofTrouble(flat(line))) {
			return true
		}
	}
	return false
}

// listManager knows programs that run mailing lists, by their mark or by the names of their addresses (RFC 2142 section 6).
func listManager(m *message.Parsed) bool {
	if m.Header.Has("X-List-Administrivia") || m.Header.Has("X-Mailman-Version") {
		return true
	}
	local := strings.ToLower(m.From.Local())
	return slices.ContainsFunc([]string{"sympa", "listserv", "majordomo", "ezmlm", "mailman", "listmaster", "lyris", "mlmmj", "schleuder"}, func(s string) bool { return strings.HasPrefix(local, s) }) ||
		slices.ContainsFunc([]string{"-bounces", "-owner", "-request", "+owner", "+help", "-help"}, func(s string) bool { return strings.HasSuffix(local, s) }) || strings.HasPrefix(local, "owner-")
}

// shapedAsReport knows a report in a language that no list has by its shape: from a mail system, with the null
// sender, and with a failure code, the message that it returns, or an address which is neither end of the report.
func shapedAsReport(m *message.Parsed, written string) bool {
	if !daemon(m) || m.ReturnPath != "<>" || strings.HasPrefix(m.AutoSubmitted, "auto-replied") {
		return false
	}
	if m.Returned != nil || statusIn(written) != "" || replyCode.MatchString(written) {
		return true
	}
	return slices.ContainsFunc(namedAddresses(m, written), func(c candidate) bool { return c.points > 0 })
}

var mailSystemName = regexp.MustCompile(`(?i)mail(?:er)?[ -]?(?:daemon|delivery|system|router|administrator)|postmaster|system administrator|delivery (?:sub)?system`)

// separators takes out what a mail system's name is joined with: "mail_daemon", "Mailer-Daemon".
var separators = strings.NewReplacer("_", "", "-", "", " ", "", ".", "")

// daemon reports whether the sender has an address as only mail systems have (RFC 5321 section 4.5.1, RFC 2142).
func daemon(m *message.Parsed) bool {
	local := strings.ToLower(m.From.Local())
	if m.From.IsZero() {
		local = strings.ToLower(m.FromName)
	}
	local = separators.Replace(local)
	for _, name := range []string{"mailerdaemon", "maildaemon", "postmaster", "mdaemon", "maildelivery", "mailsystem", "poostmaster", "mailerdemon", "bouncenotification", "microsoftexchange"} {
		if strings.HasPrefix(local, name) {
			return true
		}
	}
	return slices.Contains([]string{"mmdf", "uucp", "bounces", "bounce", "mailer", "smtp"}, local)
}
