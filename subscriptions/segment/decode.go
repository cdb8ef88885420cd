package segment

import (
	"encoding/json"
	"slices"
)

// readCondition reads a group or a test.
func readCondition(v any, where string, depth int) (Condition, error) {
	o, ok := v.(object)
	if !ok {
		return Condition{}, mistake(where, "Here stands a condition: an object such as {\"attribute\": \"region\", \"is\": \"Wales\"}.")
	}
	if depth > MaxDepth {
		return Condition{}, mistake(where, "Conditions stand within conditions more than %d deep.", MaxDepth)
	}
	if len(o) == 0 {
		return Condition{}, mistake(where, "The condition is empty.")
	}
	for _, j := range []Join{All, Any, Not} {
		if inner := o.get(string(j)); inner != nil {
			if err := o.only(where, string(j)); err != nil {
				return Condition{}, err
			}
			return readGroup(j, inner, where+"."+string(j), depth)
		}
	}
	t, err := readTest(o, where)
	return Condition{Test: t}, err
}

func readGroup(j Join, v any, where string, depth int) (Condition, error) {
	if j == Not {
		inner, err := readCondition(v, where, depth+1)
		return Condition{Join: Not, Of: []Condition{inner}}, err
	}
	all, ok := v.([]any)
	if !ok || len(all) == 0 {
		return Condition{}, mistake(where, "Here stands a list of conditions.")
	}
	c := Condition{Join: j}
	for i, one := range all {
		inner, err := readCondition(one, place(where, i), depth+1)
		if err != nil {
			return c, err
		}
		c.Of = append(c.Of, inner)
	}
	if len(c.Of) == 1 { // "all" or "any" of one is that one
		return c.Of[0], nil
	}
	return c, nil
}

// untracked are the subjects that people ask for and that there are none of.
var untracked = []string{"opened", "clicked", "opens", "clicks"}

const untrackedSays = "Assent does not track who opened a message or clicked a link, so it cannot choose people by that. Ask for “sent”, “delivered” or “bounced”."

var subjectKeys = []string{"attribute", "list", "purpose", "joined", "person", "sent", "delivered", "bounced"}

func readTest(o object, where string) (Test, error) {
	key, rest := o[0], o[1:]
	if i := slices.IndexFunc(o, func(m member) bool { return slices.Contains(subjectKeys, m.key) }); i >= 0 {
		key = o[i]
		rest = slices.Delete(slices.Clone(o), i, i+1)
	}
	if slices.Contains(untracked, key.key) {
		return Test{}, mistake(where, untrackedSays)
	}
	if !slices.Contains(subjectKeys, key.key) {
		return Test{}, mistake(where, "%.40q is not known here. A condition is one of %q, or a group: all, any, not.", key.key, subjectKeys)
	}
	t, err := readSubject(key, where)
	if err != nil {
		return t, err
	}
	switch {
	case len(rest) == 0:
		return t, t.wellFormed(where)
	case len(rest) > 1:
		return t, mistake(where, "A condition asks one thing. %.40q and %.40q are two: make them a group.", rest[0].key, rest[1].key)
	case !slices.Contains(opsOf(t.Subject), Op(rest[0].key)):
		return t, mistake(where, "%.40q is not known here. %.40q takes one of %q.", rest[0].key, key.key, opsOf(t.Subject))
	}
	t.Op = Op(rest[0].key)
	where += "." + rest[0].key
	if t.Values, err = readValues(t.Op, rest[0].value, where); err != nil {
		return t, err
	}
	return t, t.wellFormed(where)
}

func readSubject(m member, where string) (Test, error) {
	where += "." + m.key
	t := Test{Subject: Subject(m.key)}
	if t.Subject.Profiles() {
		return t, readCampaign(&t, m.value, where)
	}
	name, ok := m.value.(string)
	if !ok || name == "" {
		return t, mistake(where, "Here stands a name in quotes.")
	}
	if m.key != "person" {
		t.Name = name
		return t, goodName(name, where)
	}
	t.Subject = Subject(name)
	if t.Subject != Language && t.Subject != Source && t.Subject != OnRecord {
		return t, mistake(where, "Of a person may be asked: language, source, on_record.")
	}
	return t, nil
}

func readCampaign(t *Test, v any, where string) error {
	if v == "any" {
		return nil
	}
	n, ok := v.(json.Number)
	id, err := n.Int64()
	if !ok || err != nil || id < 1 {
		return mistake(where, "Here stands the number of a campaign, or \"any\".")
	}
	t.Campaign = id
	return nil
}

// goodName refuses what can be the name of nothing.
func goodName(name, where string) error {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return mistake(where, "%.60q is no name: it has small letters, digits, hyphens and underscores.", name)
		}
	}
	if len(name) > maxText {
		return mistake(where, "The name is too long.")
	}
	return nil
}

func readValues(op Op, v any, where string) ([]any, error) {
	all, many := v.([]any)
	if _, high := op.arity(); high == 1 {
		if many {
			return nil, mistake(where, "Here stands one value.")
		}
		all = []any{v}
	} else if !many {
		return nil, mistake(where, "Here stands a list of values.")
	}
	if len(all) > MaxValues {
		return nil, mistake(where, "The condition has %d values; at most %d are allowed.", len(all), MaxValues)
	}
	out := make([]any, 0, len(all))
	for _, one := range all {
		if n, ok := one.(json.Number); ok {
			f, err := n.Float64()
			if err != nil {
				return nil, mistake(where, "The number is too large.")
			}
			one = f
		}
		if err := goodValue(where, one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}
