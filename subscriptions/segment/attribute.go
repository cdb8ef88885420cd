package segment

import (
	"fmt"
	"slices"
	"time"

	"assent/subscriptions"
)

// opsOfType returns what may be asked of an attribute of a type.
func opsOfType(t subscriptions.AttributeType) []Op {
	switch t {
	case subscriptions.TextAttribute:
		return []Op{Is, IsNot, OneOf, NoneOf, StartsWith, IsSet}
	case subscriptions.ChoiceAttribute:
		return []Op{Is, IsNot, OneOf, NoneOf, IsSet}
	case subscriptions.ManyAttribute:
		return []Op{Contains, ContainsAny, IsSet}
	case subscriptions.NumberAttribute:
		return []Op{Is, IsNot, OneOf, NoneOf, AtLeast, AtMost, MoreThan, LessThan, Between, IsSet}
	case subscriptions.BoolAttribute:
		return []Op{Is, IsNot, IsSet}
	case subscriptions.DateAttribute:
		return []Op{Is, IsNot, Before, After, Since, Between, InLastDays, InNextDays, IsSet}
	}
	return nil
}

// attribute checks a condition on a declared attribute.
func (b *binder) attribute(k Check, where string) (Check, error) {
	i := slices.IndexFunc(b.Attributes, func(a subscriptions.Attribute) bool { return a.Name == k.Name })
	if i < 0 {
		return k, mistake(where, "The programme has no attribute %q.%s", k.Name, named(" It has: ", slugsOf(b.Attributes, func(a subscriptions.Attribute) string { return a.Name })))
	}
	a := b.Attributes[i]
	k.Type = a.Type
	b.special = b.special || a.SpecialCategory
	allowed := opsOfType(a.Type)
	if !slices.Contains(allowed, k.Op) {
		var words []string
		for _, o := range allowed {
			words = append(words, o.words())
		}
		return k, mistake(where, "%q is %s: “%s” cannot be asked of it.%s", k.Name, typeWords(a.Type), k.Op.words(), named(" Ask: ", words))
	}
	if k.Op == IsSet {
		return k, nil
	}
	return compared(k, a, where)
}

// compared checks the values that an attribute is compared with.
func compared(k Check, a subscriptions.Attribute, where string) (Check, error) {
	var err error
	switch a.Type {
	case subscriptions.TextAttribute:
		k.Folded, err = folded(k.Values, where)
	case subscriptions.NumberAttribute:
		for _, v := range k.Values {
			n, ok := v.(float64)
			if !ok {
				return k, mistake(where, "%q is a number; %s is none.", a.Name, shown(v))
			}
			k.Numbers = append(k.Numbers, n)
		}
		if k.Op == Between && k.Numbers[0] > k.Numbers[1] {
			err = mistake(where, "%s is more than %s: write the smaller number first.", number(k.Numbers[0]), number(k.Numbers[1]))
		}
	case subscriptions.BoolAttribute:
		if _, ok := k.Values[0].(bool); !ok {
			err = mistake(where, "%q is yes or no; %s is neither.", a.Name, shown(k.Values[0]))
		}
	case subscriptions.DateAttribute:
		if err = dates(where, k.Values); err == nil && k.Op != Is && k.Op != IsNot {
			k.Days, err = daysOf(k.Test, where)
		}
	case subscriptions.ChoiceAttribute, subscriptions.ManyAttribute:
		k.Values, err = choices(k.Values, a, where)
	}
	return k, err
}

// choices returns the declared choices that are meant, whatever their case.
func choices(values []any, a subscriptions.Attribute, where string) ([]any, error) {
	out := make([]any, 0, len(values))
	for _, v := range values {
		text, ok := v.(string)
		i := slices.Index(a.Choices, text)
		if i < 0 && ok {
			i = slices.IndexFunc(a.Choices, func(c string) bool { return Fold(c) == Fold(text) })
		}
		if i < 0 {
			return nil, mistake(where, "%s is no choice of %q.%s", shown(v), a.Name, named(" Its choices are: ", a.Choices))
		}
		out = append(out, a.Choices[i])
	}
	return out, nil
}

// folded returns texts as they are compared.
func folded(values []any, where string) ([]string, error) {
	out := make([]string, 0, len(values))
	for _, v := range values {
		text, ok := v.(string)
		if !ok {
			return nil, mistake(where, "Put %s in quotes: it is compared with text.", shown(v))
		}
		out = append(out, Fold(text))
	}
	if n := len(Variants(out...)); n > maxVariants {
		return nil, mistake(where, "The condition compares %d different letters outside A to Z; at most %d can be compared at once.", n, maxVariants)
	}
	return out, nil
}

func typeWords(t subscriptions.AttributeType) string {
	switch t {
	case subscriptions.TextAttribute:
		return "text"
	case subscriptions.ChoiceAttribute:
		return "one of several choices"
	case subscriptions.ManyAttribute:
		return "any number of choices"
	case subscriptions.NumberAttribute:
		return "a number"
	case subscriptions.BoolAttribute:
		return "yes or no"
	case subscriptions.DateAttribute:
		return "a date"
	}
	return string(t)
}

// dateWords writes a date for reading.
func dateWords(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return fmt.Sprint(t.Day()) + t.Format(" January 2006")
}
