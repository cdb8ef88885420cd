package message

import (
	"strings"

	"assent/internal/address"
)

// forwarded finds the message that was passed on: as an enclosure of a mail that is no report, or in the
// text below a line and a block of fields as mail programs write them.
func (p *Parsed) forwarded() *Returned {
	if p.Report != nil || p.Feedback != nil || p.ContentType == "multipart/report" {
		return nil
	}
	for _, part := range p.Parts {
		if isMessage(part.Type) {
			return p.Returned
		}
	}
	lines := splitLines(p.Text)
	passedOn := forwardSubject.MatchString(p.Subject)
	for i := range lines {
		first := strings.TrimLeft(lines[i], "> \t*")
		marked := first != "" && strings.ContainsRune("-_=#bB", rune(first[0])) && (forwardMark.MatchString(first) || passedOn && originalMessage.MatchString(first))
		if !marked && !(passedOn && headerBlock(lines[i:]) > 0) {
			continue
		}
		if f := readForwarded(lines[i:]); f != nil {
			return f
		}
	}
	return nil
}

// readForwarded reads the block of fields at or below the first line, and the text after it.
func readForwarded(lines []string) *Returned {
	at := 0
	for at < min(4, len(lines)) && headerBlock(lines[at:]) == 0 {
		at++
	}
	n := 0
	if at < len(lines) {
		n = headerBlock(lines[at:])
	}
	if n == 0 {
		return nil
	}
	f := &Returned{}
	for _, l := range lines[at : at+n] {
		_, value, _ := strings.Cut(l, ":")
		value = strings.Trim(value, " \t*_\u00a0")
		switch fieldOf(l) {
		case "from":
			f.From = mentioned(value)
		case "to":
			if a := mentioned(value); !a.IsZero() {
				f.To = append(f.To, a)
			}
		case "subject":
			f.Subject = value
		case "date":
			f.Date = parseDate(value)
		}
	}
	rest := lines[at+n:]
	for i, l := range rest {
		rest[i] = strings.TrimPrefix(strings.TrimPrefix(l, ">"), " ")
	}
	f.Text = strings.TrimSpace(strings.Join(rest, "\n"))
	return f
}

// mentioned finds an address in a value such as "Ann Lee [mailto:ann@example.org]".
func mentioned(value string) address.Address {
	value = strings.NewReplacer("[mailto:", "<", "mailto:", "", "]", ">").Replace(value)
	if a := firstAddress(value); !a.IsZero() {
		return a
	}
	for word := range strings.FieldsSeq(value) {
		if a, err := address.Parse(strings.Trim(word, "<>()[];,\"'")); err == nil {
			return a
		}
	}
	return address.Address{}
}
