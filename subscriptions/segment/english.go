package segment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/subscriptions"
)

// Line is one sentence of a segment in English. Depth tells within how many groups it stands.
type Line struct {
	Depth int    `json:"depth" doc:"Within how many groups it stands." example:"1"`
	Text  string `json:"text" example:"their Region is “South West”"`
}

// Description says a rule in English: a line for each condition, in the words of the declarations, with every date as it was fixed.
func (r Rule) Description() []Line { return slices.Clone(r.description) }

// Explain is Description as one text, indented.
func (r Rule) Explain() string {
	var b strings.Builder
	for _, l := range r.description {
		b.WriteString(strings.Repeat("  ", l.Depth) + l.Text + "\n")
	}
	return b.String()
}

func (b *binder) describe(n Node, depth int) []Line {
	var head string
	switch n.Join {
	case All:
		head = "All of this is true of them:"
	case Any:
		head = "At least one of this is true of them:"
	case Not:
		head = "This is not true of them:"
	default:
		return []Line{{depth, b.sentence(n.Check)}}
	}
	out := []Line{{depth, head}}
	for _, of := range n.Of {
		out = append(out, b.describe(of, depth+1)...)
	}
	return out
}

// sentence says one condition of people as "they".
func (b *binder) sentence(k Check) string {
	switch k.Subject {
	case Attribute:
		return "Their " + b.label(k.Name) + " " + asked(k) + "."
	case Language:
		return "Their language " + asked(k) + "."
	case Source:
		return "The source of their data " + asked(k) + "."
	case OnRecord:
		return "They came on record " + b.when(k) + "."
	case List:
		return b.onList(k)
	case Purpose:
		return b.forPurpose(k)
	case Joined:
		return "They are on the list " + b.list(k.ID) + ", and the permission that stands was given " + b.when(k) + "."
	}
	return b.mailing(k)
}

func (b *binder) onList(k Check) string {
	list := b.list(k.ID)
	switch k.Values[0] {
	case On:
		return "They are on the list " + list + "."
	case Pending:
		return "They asked for the list " + list + " and have not confirmed it."
	case Lapsed:
		return "Their permission for the list " + list + " has run out."
	}
	return "They left the list " + list + "."
}

func (b *binder) forPurpose(k Check) string {
	name := k.Name
	for _, p := range b.Purposes {
		if p.ID == k.ID {
			name = p.Name
		}
	}
	switch k.Values[0] {
	case Permitted:
		return "The purpose “" + name + "” is permitted for them."
	case Pending:
		return "They asked for something that serves “" + name + "”, and have not confirmed it."
	case Lapsed:
		return "Their permission for “" + name + "” has run out."
	}
	return "Their permission for “" + name + "” was withdrawn."
}

func (b *binder) mailing(k Check) string {
	which := "some campaign of this programme"
	if k.Campaign != 0 {
		which = fmt.Sprintf("the campaign “%s” (%d)", b.Campaigns[k.Campaign], k.Campaign)
	}
	when := ""
	if k.Op != "" {
		when = " " + b.when(k)
	}
	switch k.Subject {
	case Sent:
		return "They were, or may have been, sent " + which + when + "."
	case Delivered:
		return "They were sent " + which + when + ", and nothing says that it did not arrive."
	}
	return "They were sent " + which + when + ", and it came back or was refused."
}

func (b *binder) list(id int64) string {
	for _, l := range b.Lists {
		if l.ID == id {
			return "“" + l.Name + "”"
		}
	}
	return ""
}

func (b *binder) label(name string) string {
	for _, a := range b.Attributes {
		if a.Name == name && a.Label != "" {
			return a.Label
		}
	}
	return strings.ReplaceAll(name, "_", " ")
}

// when says a range of moments by the days that begin and end it.
func (b *binder) when(k Check) string {
	first, last := "", ""
	if !k.From.IsZero() {
		first = k.From.In(b.zone).Format(time.DateOnly)
	}
	if !k.To.IsZero() {
		last = k.To.Add(-time.Nanosecond).In(b.zone).Format(time.DateOnly)
	}
	return rangeWords(Days{first, last})
}

func rangeWords(d Days) string {
	switch {
	case d.First == "":
		return "on " + dateWords(d.Last) + " or before"
	case d.Last == "":
		return "on " + dateWords(d.First) + " or later"
	case d.First == d.Last:
		return "on " + dateWords(d.First)
	}
	return "from " + dateWords(d.First) + " to " + dateWords(d.Last)
}

// asked says what is asked of a value: "is “South West”".
func asked(k Check) string {
	words := make([]string, len(k.Values))
	for i, v := range k.Values {
		words[i] = shown(v)
		if text, ok := v.(string); ok && k.Type == subscriptions.DateAttribute {
			words[i] = dateWords(text)
		}
	}
	switch k.Op {
	case Is:
		return "is " + words[0]
	case IsNot:
		return "is not " + words[0] + ", or is not known"
	case OneOf:
		return "is " + listed(words, "or")
	case NoneOf:
		return "is neither " + listed(words, "nor") + ", or is not known"
	case StartsWith:
		return "starts with " + words[0]
	case Contains:
		return "includes " + words[0]
	case ContainsAny:
		return "includes " + listed(words, "or")
	case AtLeast:
		return "is " + words[0] + " or more"
	case AtMost:
		return "is " + words[0] + " or less"
	case MoreThan, LessThan:
		return "is " + k.Op.words() + " " + words[0]
	case IsSet:
		if k.Values[0] == false {
			return "is not known"
		}
		return "is known"
	case Between:
		if k.Type == subscriptions.NumberAttribute {
			return "is between " + words[0] + " and " + words[1]
		}
	}
	return "is " + rangeWords(k.Days)
}

func listed(words []string, last string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
	return strings.Join(words, "")
}
