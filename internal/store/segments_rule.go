package store

import (
	"slices"
	"strings"
	"time"

	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// ruleSQL is segment.Rule.Match for whole audiences: a condition on the subscriber s that is true or false and never unknown. Nothing of
// a rule becomes part of the text; everything is an argument. TestSegmentsAgreeWithMatch holds the two together.
func (c conn) ruleSQL(r segment.Rule) (string, []any) {
	b := ruleBuilder{dialect: c.dialect, rule: r}
	text := b.node(r.Where)
	return text, b.args
}

type ruleBuilder struct {
	dialect dialect
	rule    segment.Rule
	args    []any
}

// arg takes an argument and returns its place.
func (b *ruleBuilder) arg(v any) string {
	b.args = append(b.args, v)
	return "?"
}

func (b *ruleBuilder) node(n segment.Node) string {
	parts := make([]string, 0, len(n.Of))
	for _, of := range n.Of {
		parts = append(parts, b.node(of))
	}
	switch n.Join {
	case segment.All:
		return "(" + strings.Join(parts, " AND ") + ")"
	case segment.Any:
		return "(" + strings.Join(parts, " OR ") + ")"
	case segment.Not:
		return "NOT " + parts[0]
	}
	return "(" + b.check(n.Check) + ")"
}

func (b *ruleBuilder) check(k segment.Check) string {
	switch k.Subject {
	case segment.Attribute:
		return b.attribute(k)
	case segment.Language:
		return b.text("s.language", k)
	case segment.Source:
		return b.text("s.source", k)
	case segment.OnRecord:
		return strings.TrimPrefix(b.span("s.created_at", k), " AND ")
	case segment.List:
		return b.membership([]int64{k.ID}, k.Values[0])
	case segment.Purpose:
		if k.Values[0] == segment.Pending {
			return b.membership(b.rule.ListsOf(k.ID), segment.Pending)
		}
		return "EXISTS (SELECT 1 FROM permissions g WHERE g.purpose_id = " + b.arg(k.ID) + " AND g.subscriber_id = s.id AND " + b.standing(k.Values[0]) + ")"
	case segment.Joined:
		return "EXISTS (SELECT 1 FROM memberships g JOIN consent_events e ON e.seq = g.event_seq WHERE g.list_id = " + b.arg(k.ID) +
			" AND g.subscriber_id = s.id AND " + b.standing(segment.On) + b.span("e.at", k) + ")"
	}
	return b.mailing(k)
}

func (b *ruleBuilder) membership(lists []int64, standing any) string {
	if len(lists) == 0 {
		return "0 > 1"
	}
	return "EXISTS (SELECT 1 FROM memberships g WHERE g.list_id IN (" + b.list(anys(lists)) + ") AND g.subscriber_id = s.id AND " + b.standing(standing) + ")"
}

// standing is Rule.stands for a row g.
func (b *ruleBuilder) standing(want any) string {
	switch want {
	case segment.On, segment.Permitted:
		return "g.status = 'active' AND (g.expires_at = 0 OR g.expires_at > " + b.arg(millis(b.rule.At)) + ")"
	case segment.Pending:
		return "g.status = 'pending'"
	case segment.Lapsed:
		return "(g.status = 'lapsed' OR g.status = 'active' AND g.expires_at <> 0 AND g.expires_at <= " + b.arg(millis(b.rule.At)) + ")"
	}
	return "g.status = 'withdrawn'"
}

// span bounds a column of milliseconds: " AND … AND …".
func (b *ruleBuilder) span(column string, k segment.Check) string {
	text := ""
	for _, bound := range []struct {
		at time.Time
		op string
	}{{k.From, " >= "}, {k.To, " < "}} {
		if !bound.at.IsZero() {
			text += " AND " + column + bound.op + b.arg(millis(bound.at))
		}
	}
	return text
}

// mailing looks at what became of a campaign's message. One that is finished at no known moment counts from when the gate was asked.
func (b *ruleBuilder) mailing(k segment.Check) string {
	text := "EXISTS (SELECT 1 FROM deliveries d JOIN campaigns k ON k.id = d.campaign_id WHERE d.subscriber_id = s.id AND k.programme_id = " + b.arg(b.rule.Programme.ID)
	if k.Campaign != 0 {
		text += " AND d.campaign_id = " + b.arg(k.Campaign)
	}
	switch k.Subject {
	case segment.Sent:
		text += " AND d.state IN ('sent', 'uncertain')"
	case segment.Delivered:
		text += " AND d.state = 'sent' AND d.report <> 'failed'"
	default:
		text += " AND (d.state = 'failed' OR d.report = 'failed')"
	}
	return text + b.span("CASE WHEN d.finished_at <> 0 THEN d.finished_at ELSE d.asked_at END", k) + ")"
}

// list takes arguments and returns their places: "?, ?".
func (b *ruleBuilder) list(values []any) string {
	b.args = append(b.args, values...)
	return marks(len(values))
}

// denied turns a comparison round where the operator denies. A comparison with what is not known is false before.
func denied(k segment.Check, comparison string) string {
	known := "COALESCE(" + comparison + ", 0 > 1)"
	if k.Op == segment.IsNot || k.Op == segment.NoneOf {
		return "NOT " + known
	}
	return known
}

// text compares a column or expression without regard to case, as segment.Fold does it: lower() of ASCII, and
// replace() for those letters outside it that what is asked for has.
func (b *ruleBuilder) text(expression string, k segment.Check) string {
	folded := "lower(" + expression + b.bytewise() + ")"
	for _, v := range segment.Variants(k.Folded...) {
		folded = "replace(" + folded + ", " + b.arg(v[0]) + ", " + b.arg(v[1]) + ")"
	}
	if k.Op == segment.StartsWith { // no LIKE: what is asked for may hold its wildcards
		return denied(k, "substr("+folded+", 1, "+b.arg(len([]rune(k.Folded[0])))+") = "+b.arg(k.Folded[0]))
	}
	return denied(k, folded+" IN ("+b.list(anys(k.Folded))+")")
}

// bytewise compares and folds text the same on every server, whatever its language.
func (b *ruleBuilder) bytewise() string {
	if b.dialect == postgres {
		return ` COLLATE "C"`
	}
	return ""
}

// attribute compares one value of the programme's attributes, which are JSON by programme and name.
func (b *ruleBuilder) attribute(k segment.Check) string {
	if k.Op == segment.IsSet {
		nothing := "''"
		if k.Type == subscriptions.ManyAttribute {
			nothing = "'[]'"
		}
		set := "COALESCE(CAST(" + b.value(k) + " AS TEXT), " + nothing + ") <> " + nothing
		if k.Values[0] == false {
			return "NOT " + set
		}
		return set
	}
	switch k.Type {
	case subscriptions.TextAttribute:
		return b.text("CAST("+b.value(k)+" AS TEXT)", k)
	case subscriptions.NumberAttribute:
		return b.number(k)
	case subscriptions.BoolAttribute:
		is := "false"
		if k.Values[0] == true {
			is = "true"
		}
		return denied(k, "CAST("+b.json(k)+" AS TEXT) = "+b.arg(is))
	case subscriptions.DateAttribute:
		return b.date(k)
	case subscriptions.ManyAttribute:
		return b.many(k)
	}
	return denied(k, "CAST("+b.value(k)+" AS TEXT) IN ("+b.list(k.Values)+")")
}

// json is an attribute as JSON, value as the value itself; both are NULL where there is none.
func (b *ruleBuilder) json(k segment.Check) string {
	return "(s.attributes -> CAST(" + b.arg(b.rule.Programme.Slug) + " AS TEXT) -> CAST(" + b.arg(k.Name) + " AS TEXT))"
}

func (b *ruleBuilder) value(k segment.Check) string {
	return "(s.attributes -> CAST(" + b.arg(b.rule.Programme.Slug) + " AS TEXT) ->> CAST(" + b.arg(k.Name) + " AS TEXT))"
}

func (b *ruleBuilder) date(k segment.Check) string {
	if k.Op == segment.Is || k.Op == segment.IsNot {
		return denied(k, "CAST("+b.value(k)+" AS TEXT) = "+b.arg(k.Values[0]))
	}
	var parts []string
	for _, bound := range [][2]string{{k.Days.First, " >= "}, {k.Days.Last, " <= "}} {
		if bound[0] != "" {
			parts = append(parts, "CAST("+b.value(k)+" AS TEXT)"+b.bytewise()+bound[1]+b.arg(bound[0]))
		}
	}
	return denied(k, "("+strings.Join(parts, " AND ")+")")
}

func (b *ruleBuilder) number(k segment.Check) string {
	number := "CAST(" + b.value(k) + " AS DOUBLE PRECISION)"
	asked := func(i int) string { return "CAST(" + b.arg(k.Numbers[i]) + " AS DOUBLE PRECISION)" }
	switch k.Op {
	case segment.AtLeast:
		return denied(k, number+" >= "+asked(0))
	case segment.AtMost:
		return denied(k, number+" <= "+asked(0))
	case segment.MoreThan:
		return denied(k, number+" > "+asked(0))
	case segment.LessThan:
		return denied(k, number+" < "+asked(0))
	case segment.Between:
		return denied(k, number+" BETWEEN "+asked(0)+" AND "+asked(1))
	}
	parts := make([]string, len(k.Numbers))
	for i := range k.Numbers {
		parts[i] = asked(i)
	}
	return denied(k, number+" IN ("+strings.Join(parts, ", ")+")")
}

// many looks for choices in a JSON array.
func (b *ruleBuilder) many(k segment.Check) string {
	if b.dialect == postgres {
		array := b.json(k)
		asked := slices.Repeat([]string{"CAST(? AS TEXT)"}, len(k.Values))
		b.args = append(b.args, k.Values...)
		return "COALESCE(jsonb_exists_any(" + array + ", ARRAY[" + strings.Join(asked, ", ") + "]), FALSE)"
	}
	return "EXISTS (SELECT 1 FROM json_each(" + b.json(k) + ") j WHERE j.value IN (" + b.list(k.Values) + "))"
}
