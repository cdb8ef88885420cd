package segment

import (
	"slices"
	"strings"

	"assent/internal/errs"
)

// String returns the text form; Parse reads it back as the same segment.
func (s Segment) String() string {
	if s.IsZero() {
		return ""
	}
	return s.Where.text(false)
}

// text writes a condition, in brackets where it stands within another and is a group.
func (c Condition) text(within bool) string {
	if c.Join == "" {
		return c.Test.text()
	}
	if c.Join == Not {
		return "not " + c.Of[0].text(true)
	}
	parts := make([]string, len(c.Of))
	for i, of := range c.Of {
		parts[i] = of.text(true)
	}
	word := " and "
	if c.Join == Any {
		word = " or "
	}
	text := strings.Join(parts, word)
	if within {
		return "(" + text + ")"
	}
	return text
}

func (t Test) text() string {
	for _, ph := range phrases {
		if t.Subject == ph.subject && len(t.Values) == 1 && t.Values[0] == ph.standing {
			return strings.Join(ph.words, " ") + " " + t.Name
		}
	}
	subject := string(t.Subject)
	switch t.Subject {
	case Attribute:
		if subject = t.Name; slices.Contains(reserved, t.Name) {
			subject = "attribute " + t.Name
		}
	case Joined:
		subject = "joined " + t.Name
	case OnRecord:
		subject = "on record"
	case Sent, Delivered, Bounced:
		if subject += " any campaign"; t.Campaign != 0 {
			subject = string(t.Subject) + " campaign " + number(float64(t.Campaign))
		}
	}
	switch t.Op {
	case "":
		return subject
	case IsSet:
		if t.Values[0] == false {
			return subject + " is not set"
		}
		return subject + " is set"
	case Between:
		return subject + " between " + t.value(0) + " and " + t.value(1)
	case InLastDays, InNextDays:
		return subject + " " + strings.TrimSuffix(t.Op.words(), "… days") + t.value(0) + " days"
	case OneOf, NoneOf, ContainsAny:
		all := make([]string, len(t.Values))
		for i := range t.Values {
			all[i] = t.value(i)
		}
		return subject + " " + t.Op.words() + " (" + strings.Join(all, ", ") + ")"
	}
	return subject + " " + t.Op.words() + " " + t.value(0)
}

// value is a value as the text form has it.
func (t Test) value(i int) string {
	if text, ok := t.Values[i].(string); ok {
		if isDate(text) {
			return text
		}
		return quote(text)
	}
	return shown(t.Values[i])
}

func messageOf(err error) string { return errs.Message(err) }
