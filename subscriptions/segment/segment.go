package segment

import (
	"slices"

	"assent/subscriptions"
)

// Version is the version of the JSON form. A later one may add subjects and operators; it never gives these another meaning.
const Version = 1

// Limits on one segment.
const (
	MaxDepth  = 8     // groups within groups
	MaxTests  = 100   // conditions
	MaxValues = 500   // values of one condition
	maxValues = 2_000 // values of all of them: both databases bound the arguments of a statement
	maxText   = 200   // characters of one value
	MaxLength = 64 << 10
	maxDays   = 36_500 // of "in the last … days"
)

// ReasonProfiling counts, in a funnel, the people who refused profiling and so are never chosen by what they were sent (Article 21; E1-18).
const ReasonProfiling subscriptions.Reason = "refused profiling"

// Segment is a condition on people.
type Segment struct {
	Where Condition
}

// IsZero reports whether there is no condition: then everybody is meant.
func (s Segment) IsZero() bool { return s.Where.Join == "" && s.Where.Test.Subject == "" }

// Join says how a group's conditions go together.
type Join string

const (
	All Join = "all" // every one of them
	Any Join = "any" // at least one
	Not Join = "not" // the only one is not met
)

// Condition is a group of conditions, or one test.
type Condition struct {
	Join Join        // "" for a test
	Of   []Condition // two or more; one of Not
	Test Test
}

// Subject is what a test looks at.
type Subject string

const (
	Attribute Subject = "attribute" // a declared attribute
	List      Subject = "list"      // how somebody stands to a list
	Purpose   Subject = "purpose"   // how somebody stands to a purpose
	Joined    Subject = "joined"    // when somebody on a list came by the permission that stands
	OnRecord  Subject = "on_record" // since when somebody is on record
	Language  Subject = "language"
	Source    Subject = "source"    // where the record came from
	Sent      Subject = "sent"      // was, or may have been, sent a campaign
	Delivered Subject = "delivered" // was sent it, and nothing says that it did not arrive
	Bounced   Subject = "bounced"   // it was refused for good, or reported as undeliverable
)

// Profiles reports whether looking at the subject evaluates how a person behaved: whoever refused profiling is left out of it.
func (s Subject) Profiles() bool { return s == Sent || s == Delivered || s == Bounced }

// dated reports whether a subject is a moment.
func (s Subject) dated() bool { return s == Joined || s == OnRecord || s.Profiles() }

// Op is what a test asks of its subject.
type Op string

const (
	Is          Op = "is"
	IsNot       Op = "is_not" // met also by those of whom nothing is known
	OneOf       Op = "one_of"
	NoneOf      Op = "none_of" // as IsNot
	StartsWith  Op = "starts_with"
	Contains    Op = "contains"     // of a many attribute
	ContainsAny Op = "contains_any" // of a many attribute
	AtLeast     Op = "at_least"
	AtMost      Op = "at_most"
	MoreThan    Op = "more_than"
	LessThan    Op = "less_than"
	Between     Op = "between" // both ends included; of numbers or dates
	Before      Op = "before"
	After       Op = "after"
	Since       Op = "since" // on the day or after
	InLastDays  Op = "in_last_days"
	InNextDays  Op = "in_next_days"
	IsSet       Op = "set" // with true or false
)

// How somebody may stand to a list or a purpose.
const (
	On        = "on"        // of a list: active, and the term has not run out
	Permitted = "permitted" // of a purpose: likewise
	Pending   = "pending"   // asked, and not confirmed
	Lapsed    = "lapsed"    // the term has run out
	Withdrawn = "withdrawn"
)

// Test asks one thing of one subject.
type Test struct {
	Subject  Subject
	Name     string // of the attribute, or the slug of the list or purpose; "" elsewhere
	Campaign int64  // of Sent, Delivered and Bounced; 0 for any of the programme
	Op       Op     // "" of Sent, Delivered and Bounced at any time
	Values   []any  // string, float64 or bool; dates are strings such as "2026-11-25"
}

// Profiles reports whether any condition is on engagement or history.
func (s Segment) Profiles() bool {
	return s.Where.any(func(t Test) bool { return t.Subject.Profiles() })
}

// UsesAttributes reports whether any condition is on a declared attribute: then small counts are not told (E3-05, E4-06).
func (s Segment) UsesAttributes() bool {
	return s.Where.any(func(t Test) bool { return t.Subject == Attribute })
}

// AsksFor reports whether any condition is on an attribute, with a choice of it among its values; "" is any.
func (s Segment) AsksFor(attribute, choice string) bool {
	return s.Where.any(func(t Test) bool {
		return t.Subject == Attribute && t.Name == attribute && (choice == "" || slices.ContainsFunc(t.Values, func(v any) bool {
			text, is := v.(string)
			return is && Fold(text) == Fold(choice)
		}))
	})
}

// Campaigns returns the campaigns that the segment names.
func (s Segment) Campaigns() []int64 {
	var ids []int64
	s.Where.any(func(t Test) bool {
		if t.Campaign != 0 {
			ids = append(ids, t.Campaign)
		}
		return false
	})
	return ids
}

// any calls f for each test until one gives true.
func (c Condition) any(f func(Test) bool) bool {
	if c.Join == "" {
		return f(c.Test)
	}
	for _, of := range c.Of {
		if of.any(f) {
			return true
		}
	}
	return false
}
