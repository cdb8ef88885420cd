package segment

import (
	"fmt"
	"strconv"
)

// words names a subject within a sentence.
func (s Subject) words() string {
	switch s {
	case Attribute:
		return "an attribute"
	case List:
		return "a list"
	case Purpose:
		return "a purpose"
	case Joined:
		return "when somebody joined"
	case OnRecord:
		return "when somebody came on record"
	case Language:
		return "the language"
	case Source:
		return "the source"
	case Sent, Delivered, Bounced:
		return "what was " + string(s)
	}
	return "“" + string(s) + "”"
}

// words is an operator as it is written in the text form.
func (o Op) words() string {
	switch o {
	case "":
		return "at any time"
	case IsNot:
		return "is not"
	case OneOf:
		return "in"
	case NoneOf:
		return "not in"
	case StartsWith:
		return "starts with"
	case ContainsAny:
		return "contains any of"
	case AtLeast:
		return "at least"
	case AtMost:
		return "at most"
	case MoreThan:
		return "more than"
	case LessThan:
		return "less than"
	case InLastDays:
		return "in the last … days"
	case InNextDays:
		return "in the next … days"
	case IsSet:
		return "is set"
	}
	return string(o)
}

// number writes a number so that it is read back as the same.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// shown is a value in a sentence.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		return "“" + v + "”"
	case float64:
		return number(v)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	return fmt.Sprint(v)
}
