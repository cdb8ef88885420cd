package sorting

import (
	"cmp"
	"slices"
	"strings"

	"assent/internal/address"
	"assent/internal/message"
)

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
	list := namedAddresses(m, written)
	best := candidate{}
	if len(list) > 0 {
		best = slices.MaxFunc(list, func(a, b candidate) int { return cmp.Compare(a.points, b.points) })
	}
	if best.points >= 2 {
		for _, c := range list {
			if c.points == best.points {
				add(c.addr, nil)
			}
		}
		for _, c := range list { // the others of a list, each on its line
			if best.ownLine && c.ownLine && c.points >= 3 {
				add(c.addr, nil)
			}
		}
	}
	if len(out) == 0 && m.Returned != nil {
		for _, a := range m.Returned.To {
			add(a, nil)
		}
	}
	if len(out) == 0 && best.points > 0 {
		for _, c := range list {
			if c.points == best.points {
				add(c.addr, nil)
			}
		}
	}
	return out
}

// candidate is an address in the words of a report.
type candidate struct {
	addr    address.Address
	points  int  // for its being a failed recipient
	ownLine bool // begins a line, and nothing but a reason comes after it
}

// namedAddresses returns the addresses in a report's words, in their order.
func namedAddresses(m *message.Parsed, written string) []candidate {
	var list []candidate
	for line := range strings.Lines(written) {
		for _, at := range mailAddr.FindAllStringIndex(line, 5) {
			a, err := address.Parse(strings.Trim(line[at[0]:at[1]], "'.*"))
			if err != nil {
				continue
			}
			c := candidate{addr: a, points: addressPoints(m, a, line, at), ownLine: ownLine(line, at)}
			i := slices.IndexFunc(list, func(o candidate) bool { return o.addr == a })
			if i < 0 {
				if len(list) < 2*maxRecipients {
					list = append(list, c)
				}
				continue
			}
			list[i].points, list[i].ownLine = max(list[i].points, c.points), list[i].ownLine || c.ownLine
		}
	}
	return list
}

// ownLine reports whether an address begins its line and its end or a reason comes next: not "<b@example.org>): host",
// the rest of "(expanded from".
func ownLine(line string, at []int) bool {
	if strings.Trim(line[:at[0]], "<'\"*-([{• \t") != "" {
		return false
	}
	after := strings.TrimLeft(strings.TrimSpace(line[at[1]:]), ">'\"]")
	return after == "" || strings.ContainsRune(":;(.,=", rune(after[0])) || strings.HasPrefix(after, " (") || strings.HasPrefix(after, "<mailto:") || strings.HasPrefix(after, "on ")
}

// passages returns what a text says of each of several recipients: from the line that begins with the address to that of the next.
func passages(written string, list []Recipient) []string {
	out := make([]string, len(list))
	of := -1
	for line := range strings.Lines(written) {
		if at := mailAddr.FindStringIndex(line); at != nil && ownLine(line, at) {
			if a, err := address.Parse(strings.Trim(line[at[0]:at[1]], "'.*")); err == nil {
				if i := slices.IndexFunc(list, func(r Recipient) bool { return r.Address == a }); i >= 0 {
					of = i
				}
			}
		}
		if of >= 0 {
			out[of] += line
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
	if strings.HasPrefix(strings.TrimPrefix(after, ">"), ")") && !strings.HasSuffix(before, "(") { // "(expanded from <alias>)"
		p -= 2
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
	if a == m.From || strings.HasPrefix(local, "postmaster") || strings.HasPrefix(local, "mailer-daemon") || strings.HasSuffix(local, "-request") || strings.HasSuffix(local, "-owner") || local == "abuse" || local == "support" || local == "helpdesk" {
		p -= 4
	}
	return p
}
