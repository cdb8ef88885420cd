package segment

import (
	"fmt"
	"math"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

// mistake says what is wrong with a segment. where is "" or leads to the place, such as "where.all[1]".
func mistake(where, format string, a ...any) error {
	says := fmt.Sprintf(format, a...)
	if where != "" {
		says = "At " + where + ": " + says
	}
	return errs.E("segment: check", errs.Invalid, says, nil)
}

// wellFormed checks everything that needs no declarations.
func (s Segment) wellFormed() error {
	if s.IsZero() {
		return mistake("", "The segment has no condition.")
	}
	tests, values := 0, 0
	if err := s.Where.wellFormed("where", 1, &tests, &values); err != nil {
		return err
	}
	if tests > MaxTests {
		return mistake("", "The segment has %d conditions; at most %d are allowed.", tests, MaxTests)
	}
	if values > maxValues {
		return mistake("", "The segment has %d values in all; at most %d are allowed. For more people than that, make a list.", values, maxValues)
	}
	return nil
}

func (c Condition) wellFormed(where string, depth int, tests, values *int) error {
	if depth > MaxDepth {
		return mistake(where, "Conditions stand within conditions more than %d deep.", MaxDepth)
	}
	if c.Join == "" {
		if (c.Test.Subject == Attribute || c.Test.Subject == List || c.Test.Subject == Purpose || c.Test.Subject == Joined) && c.Test.Name == "" {
			return mistake(where, "The name is missing.")
		}
		*tests++
		*values += len(c.Test.Values)
		if *tests > MaxTests || *values > maxValues {
			return nil // told as a whole
		}
		return c.Test.wellFormed(where)
	}
	if c.Join == Not && len(c.Of) != 1 {
		return mistake(where, "“not” is about exactly one condition.")
	}
	if c.Join != Not && len(c.Of) < 2 {
		return mistake(where, "“%s” needs at least two conditions.", c.Join)
	}
	for i, of := range c.Of {
		at := where + "." + string(c.Join)
		if c.Join != Not {
			at = place(at, i)
		}
		if err := of.wellFormed(at, depth+1, tests, values); err != nil {
			return err
		}
	}
	return nil
}

// wellFormed checks that a test has the values that its operator takes.
func (t Test) wellFormed(where string) error {
	if !slices.Contains(opsOf(t.Subject), t.Op) {
		return mistake(where, "“%s” cannot be asked of %s.", t.Op.words(), t.Subject.words())
	}
	if n := len(t.Values); n > MaxValues {
		return mistake(where, "The condition has %d values; at most %d are allowed.", n, MaxValues)
	}
	low, high := t.Op.arity()
	if n := len(t.Values); n < low || n > high {
		return mistake(where, "“%s” takes %s.", t.Op.words(), howMany(low, high))
	}
	for _, v := range t.Values {
		if err := goodValue(where, v); err != nil {
			return err
		}
	}
	return t.fitting(where)
}

// fitting checks the values that no declaration is needed for.
func (t Test) fitting(where string) error {
	switch t.Op {
	case InLastDays, InNextDays:
		if n, ok := t.Values[0].(float64); !ok || n != math.Trunc(n) || n < 1 || n > maxDays {
			return mistake(where, "Give a whole number of days from 1 to %d.", maxDays)
		}
	case IsSet:
		if _, ok := t.Values[0].(bool); !ok {
			return mistake(where, "“set” is true or false.")
		}
	case StartsWith:
		if s, ok := t.Values[0].(string); !ok || s == "" {
			return mistake(where, "Say in quotes what it starts with.")
		}
	case Before, After, Since:
		return dates(where, t.Values)
	case Between:
		if t.Subject.dated() {
			return dates(where, t.Values)
		}
	}
	if t.Subject == List || t.Subject == Purpose {
		if s, ok := t.Values[0].(string); !ok || !slices.Contains(standings(t.Subject), s) {
			return mistake(where, "How somebody stands to a %s is one of %q.", t.Subject, standings(t.Subject))
		}
	}
	if t.Subject == Language || t.Subject == Source {
		for _, v := range t.Values {
			if _, ok := v.(string); !ok {
				return mistake(where, "Put what %s is compared with in quotes.", t.Subject.words())
			}
		}
	}
	return nil
}

// place leads to one of a list.
func place(where string, i int) string { return fmt.Sprintf("%s[%d]", where, i) }

func dates(where string, values []any) error {
	for _, v := range values {
		text, ok := v.(string)
		if _, err := time.Parse(time.DateOnly, text); !ok || err != nil {
			return mistake(where, "%v is no date such as 2026-11-25.", shown(v))
		}
	}
	return nil
}

func goodValue(where string, v any) error {
	switch v := v.(type) {
	case string:
		if utf8.RuneCountInString(v) > maxText {
			return mistake(where, "A value is longer than %d characters.", maxText)
		}
		for _, r := range v {
			if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Co, r) {
				return mistake(where, "A value holds characters that are no text.")
			}
		}
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return mistake(where, "A value is no number.")
		}
	case bool:
	default:
		return mistake(where, "A value is text, a number, or true or false.")
	}
	return nil
}

// opsOf returns what may be asked of a subject; of an attribute, whatever its type.
func opsOf(s Subject) []Op {
	switch s {
	case Attribute:
		return []Op{Is, IsNot, OneOf, NoneOf, StartsWith, Contains, ContainsAny, AtLeast, AtMost, MoreThan, LessThan, Between, Before, After, Since, InLastDays, InNextDays, IsSet}
	case List, Purpose:
		return []Op{Is}
	case Language, Source:
		return []Op{Is, IsNot, OneOf, NoneOf, StartsWith}
	case Joined, OnRecord:
		return []Op{Before, After, Since, Between, InLastDays}
	case Sent, Delivered, Bounced:
		return []Op{"", Before, After, Since, Between, InLastDays}
	}
	return nil
}

// arity returns how many values an operator takes.
func (o Op) arity() (low, high int) {
	switch o {
	case "":
		return 0, 0
	case OneOf, NoneOf, ContainsAny:
		return 1, MaxValues
	case Between:
		return 2, 2
	}
	return 1, 1
}

func howMany(low, high int) string {
	switch {
	case high == 0:
		return "no value"
	case low == high && low == 1:
		return "one value"
	case low == high:
		return fmt.Sprintf("%d values", low)
	}
	return fmt.Sprintf("%d to %d values", low, high)
}

func standings(s Subject) []string {
	if s == Purpose {
		return []string{Permitted, Pending, Lapsed, Withdrawn}
	}
	return []string{On, Pending, Lapsed, Withdrawn}
}
