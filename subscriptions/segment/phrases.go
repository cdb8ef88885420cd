package segment

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// test reads one condition. A word that begins no phrase is the name of an attribute.
func (p *parser) test() (Condition, error) {
	start := p.peek()
	t, err := p.phrase()
	if err != nil {
		return Condition{}, err
	}
	if err := t.wellFormed(""); err != nil {
		return Condition{}, p.at(start, messageOf(err))
	}
	return Condition{Test: t}, nil
}

func (p *parser) phrase() (Test, error) {
	for _, ph := range phrases {
		if !p.is(ph.words...) {
			continue
		}
		t := Test{Subject: ph.subject, Op: Is, Values: []any{ph.standing}}
		var err error
		t.Name, err = p.name("the " + string(ph.subject))
		return t, err
	}
	switch {
	case p.is("joined"):
		name, err := p.name("the list")
		return p.asked(Test{Subject: Joined, Name: name}, err)
	case p.is("on", "record"):
		return p.asked(Test{Subject: OnRecord}, nil)
	case p.is("language"):
		return p.asked(Test{Subject: Language}, nil)
	case p.is("source"):
		return p.asked(Test{Subject: Source}, nil)
	case p.is("attribute"):
		name, err := p.name("the attribute")
		return p.asked(Test{Subject: Attribute, Name: name}, err)
	}
	for _, s := range []Subject{Sent, Delivered, Bounced} {
		if p.is(string(s)) {
			id, err := p.campaign()
			return p.asked(Test{Subject: s, Campaign: id}, err)
		}
	}
	t := p.peek()
	if t.kind == wordToken && slices.Contains(untracked, Fold(t.text)) {
		return Test{}, p.at(t, untrackedSays)
	}
	if t.kind != wordToken || slices.Contains(reserved, Fold(t.text)) {
		return Test{}, p.at(t, `A condition is missing here, such as: region is "South West".`)
	}
	name, err := p.name("the attribute")
	return p.asked(Test{Subject: Attribute, Name: name}, err)
}

// phrases say how somebody stands to a list or a purpose.
var phrases = []struct {
	subject  Subject
	standing string
	words    []string
}{
	{List, On, []string{"on", "list"}},
	{List, Pending, []string{"pending", "on", "list"}},
	{List, Lapsed, []string{"lapsed", "on", "list"}},
	{List, Withdrawn, []string{"left", "list"}},
	{Purpose, Permitted, []string{"permitted", "for"}},
	{Purpose, Pending, []string{"pending", "for"}},
	{Purpose, Lapsed, []string{"lapsed", "for"}},
	{Purpose, Withdrawn, []string{"withdrawn", "from"}},
}

// reserved begin phrases. An attribute of such a name is written "attribute sent is …".
var reserved = []string{"and", "or", "not", "on", "pending", "lapsed", "left", "permitted", "withdrawn", "joined", "language", "source", "attribute",
	"sent", "delivered", "bounced", "opened", "clicked", "opens", "clicks"}

func (p *parser) name(of string) (string, error) {
	t := p.take()
	if t.kind != wordToken {
		return "", p.at(t, "The name of "+of+" is missing here.")
	}
	name := Fold(t.text)
	if err := goodName(name, ""); err != nil {
		return "", p.at(t, messageOf(err))
	}
	return name, nil
}

// campaign reads "campaign 12" or "any campaign".
func (p *parser) campaign() (int64, error) {
	if p.is("any", "campaign") {
		return 0, nil
	}
	if p.is("campaign") {
		t := p.take()
		if id, err := strconv.ParseInt(t.text, 10, 64); err == nil && id > 0 && t.kind == wordToken {
			return id, nil
		}
		return 0, p.at(t, "The number of a campaign is missing here.")
	}
	return 0, p.at(p.peek(), "Write “any campaign”, or “campaign” and its number.")
}

// operators in the text form, the longer ones before those that they begin with.
var operators = []struct {
	op    Op
	words []string
}{
	{IsSet, []string{"is", "not", "set"}}, {IsSet, []string{"is", "set"}},
	{IsNot, []string{"is", "not"}}, {Is, []string{"is"}},
	{NoneOf, []string{"not", "in"}},
	{StartsWith, []string{"starts", "with"}},
	{ContainsAny, []string{"contains", "any", "of"}}, {Contains, []string{"contains"}},
	{AtLeast, []string{"at", "least"}}, {AtMost, []string{"at", "most"}}, {MoreThan, []string{"more", "than"}}, {LessThan, []string{"less", "than"}},
	{Between, []string{"between"}},
	{Before, []string{"before"}}, {After, []string{"after"}}, {Since, []string{"since"}},
	{InLastDays, []string{"in", "the", "last"}}, {InNextDays, []string{"in", "the", "next"}},
	{OneOf, []string{"in"}},
}

// asked reads the operator and its values.
func (p *parser) asked(t Test, err error) (Test, error) {
	if err != nil {
		return t, err
	}
	start := p.peek()
	for _, o := range operators {
		if !p.is(o.words...) {
			continue
		}
		t.Op = o.op
		switch o.op {
		case IsSet:
			t.Values = []any{len(o.words) == 2}
		case Between:
			t.Values, err = p.between()
		case OneOf, NoneOf, ContainsAny:
			t.Values, err = p.values()
		case InLastDays, InNextDays:
			t.Values, err = p.days()
		default:
			var v any
			v, err = p.value()
			t.Values = []any{v}
		}
		return t, err
	}
	if t.Subject.Profiles() {
		return t, nil
	}
	return t, p.at(start, "What is asked of "+t.Subject.words()+" is missing here, such as “is”, “in”, “before” or “is set”.")
}

func (p *parser) between() ([]any, error) {
	low, err := p.value()
	if err != nil {
		return nil, err
	}
	if !p.is("and") {
		return nil, p.at(p.peek(), "Write “between … and …”.")
	}
	high, err := p.value()
	return []any{low, high}, err
}

func (p *parser) days() ([]any, error) {
	t := p.peek()
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	if n, ok := v.(float64); !ok || n != math.Trunc(n) || !p.is("days") && !p.is("day") {
		return nil, p.at(t, "Write a whole number of days, such as “30 days”.")
	}
	return []any{v}, nil
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
