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
	note := func(where, words, rule string) { grounds = append(grounds, Ground{where, words, rule}) }
	hard, said := false, false
	if f := m.Header.Get("X-Failed-Recipients"); f != "" {
		note("header X-Failed-Recipients", f, "names who was not reached")
		hard, said = true, true
	}
	if daemon(m) {
		note("header From", m.Header.Get("From"), "a mail system's address")
		hard = true
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
		said = said || daemon(m) || m.Returned != nil
	}
	return grounds, said
}

var mailSystemName = regexp.MustCompile(`(?i)mail(?:er)?[ -]?(?:daemon|delivery|system|router|administrator)|postmaster|system administrator|delivery (?:sub)?system`)

// daemon reports whether the sender has an address as only mail systems have (RFC 5321 section 4.5.1, RFC 2142).
func daemon(m *message.Parsed) bool {
	local := strings.ToLower(m.From.Local())
	if m.From.IsZero() {
		local = strings.ToLower(m.FromName)
	}
	local = strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(local)
	for _, name := range []string{"mailerdaemon", "maildaemon", "postmaster", "mdaemon", "maildelivery", "mailsystem", "poostmaster", "mailerdemon", "bouncenotification", "microsoftexchange"} {
		if strings.HasPrefix(local, name) {
			return true
		}
	}
	return slices.Contains([]string{"mmdf", "uucp", "bounces", "bounce", "mailer", "smtp"}, local)
}

// maxRecipients bounds the recipients read out of a text.
const maxRecipients = 100

// failedRecipients finds whom a report without a machine-readable part is about.
func failedRecipients(m *message.Parsed, written string) []address.Address {
	var out []address.Address
	add := func(a address.Address, err error) {
		if err == nil && !slices.Contains(out, a) && len(out) < maxRecipients {
			out = append(out, a)
		}
	}
	for _, list := range m.Header.All("X-Failed-Recipients") {
		for one := range strings.SplitSeq(list, ",") {
			add(address.Parse(strings.Trim(one, " <>\t")))
		}
	}
	if len(out) > 0 {
		return out
	}
	best := 0
	points := map[address.Address]int{}
	var order []address.Address
	for line := range strings.Lines(written) {
		for _, at := range mailAddr.FindAllStringIndex(line, 5) {
			a, err := address.Parse(strings.Trim(line[at[0]:at[1]], "'.*"))
			if err != nil {
				continue
			}
			if _, seen := points[a]; !seen {
				order = append(order, a)
			}
			points[a] = max(points[a], addressPoints(m, a, line, at))
			best = max(best, points[a])
		}
	}
	if best >= 2 {
		for _, a := range order {
			if points[a] == best {
				add(a, nil)
			}
		}
	}
	if len(out) == 0 && m.Returned != nil {
		for _, a := range m.Returned.To {
			add(a, nil)
		}
	}
	if len(out) == 0 && best > 0 {
		for _, a := range order {
			if points[a] == best {
				add(a, nil)
			}
		}
	}
	return out
}

// ofTrouble reports whether a line says what was wrong.
func ofTrouble(lower string) bool {
	words := reportWords()
	return words.unknownUser.in(lower) || words.stillAlive.in(lower) || words.text.in(lower)
}

// addressPoints weighs whether an address in a line of a report is that of a failed recipient.
func addressPoints(m *message.Parsed, a address.Address, line string, at []int) int {
	before, after := strings.TrimSpace(strings.ToLower(line[:at[0]])), strings.ToLower(line[at[1]:])
	p := 1
	switch {
	case strings.Trim(before, "<>'\"*-([{• \t") == "":
		p += 2 // starts the line
	case strings.HasSuffix(strings.TrimRight(before, "<'\": "), " to") || strings.TrimRight(before, "<'\": ") == "to" || strings.Contains(before, "rcpt to") || strings.Contains(before, "recipient"):
		p += 2
	case ofTrouble(strings.ToLower(line)):
		p += 2
	}
	if strings.HasPrefix(after, ">:") || strings.HasPrefix(after, ":") || strings.Contains(after, "...") {
		p++
	}
	if m.Returned != nil && slices.ContainsFunc(m.Returned.To, func(t address.Address) bool { return t.Normal() == a.Normal() }) {
		p += 3
	}
	local := strings.ToLower(a.Local())
	if strings.Contains(before, "from:") || strings.Contains(before, "mail from") || strings.Contains(before, "message-id") || strings.Contains(before, "id:") {
		p -= 4
	}
	if slices.Contains(m.To, a) || m.Returned != nil && m.Returned.From == a {
		p -= 3
	}
	if a == m.From || strings.HasPrefix(local, "postmaster") || strings.HasPrefix(local, "mailer-daemon") || local == "abuse" || local == "support" || local == "helpdesk" {
		p -= 4
	}
	return p
}
