package segment

import (
	"slices"
	"strings"
	"time"

	"assent/subscriptions"
)

// Person is what a rule looks at of one person.
type Person struct {
	Record   subscriptions.Subscriber
	State    subscriptions.State
	Joined   map[int64]time.Time // by list: when the permission that stands was given
	Mailings []Mailing           // of the programme's campaigns
}

// Mailing is what became of one campaign's message to the person.
type Mailing struct {
	Campaign int64
	At       time.Time // when it was finished
	Sent     bool      // it went out, or may have
	Failed   bool      // it was refused for good, or reported as undeliverable
	Certain  bool      // the relay took it
}

// Match reports whether a person is meant. Whoever refused profiling is meant by no rule that profiles.
func (r Rule) Match(p Person) bool {
	if r.Profiles && p.State.ProfilingRefusedBy != 0 {
		return false
	}
	return r.match(r.Where, p)
}

func (r Rule) match(n Node, p Person) bool {
	switch n.Join {
	case All:
		return !slices.ContainsFunc(n.Of, func(of Node) bool { return !r.match(of, p) })
	case Any:
		return slices.ContainsFunc(n.Of, func(of Node) bool { return r.match(of, p) })
	case Not:
		return !r.match(n.Of[0], p)
	}
	k := n.Check
	switch k.Subject {
	case Attribute:
		return k.attribute(p.Record.Attributes[r.Programme.Slug][k.Name])
	case Language:
		return k.text(p.Record.Language)
	case Source:
		return k.text(p.Record.Source)
	case OnRecord:
		return k.within(p.Record.CreatedAt)
	case List:
		return r.stands(p.State.Lists[k.ID], k.Values[0])
	case Purpose:
		return r.purpose(k, p.State)
	case Joined:
		at, on := p.Joined[k.ID]
		return on && r.stands(p.State.Lists[k.ID], On) && k.within(at)
	}
	return slices.ContainsFunc(p.Mailings, k.mailing)
}

// stands reports whether a standing is as asked: "lapsed" from the second on at which the term runs out.
func (r Rule) stands(st subscriptions.Standing, want any) bool {
	over := !st.ExpiresAt.IsZero() && !r.At.Before(st.ExpiresAt)
	switch want {
	case On, Permitted:
		return st.Status == subscriptions.StatusActive && !over
	case Pending:
		return st.Status == subscriptions.StatusPending
	case Lapsed:
		return st.Status == subscriptions.StatusLapsed || st.Status == subscriptions.StatusActive && over
	}
	return st.Status == subscriptions.StatusWithdrawn
}

// purpose reports how somebody stands to a purpose. A request waits on one of its lists.
func (r Rule) purpose(k Check, s subscriptions.State) bool {
	if k.Values[0] != Pending {
		return r.stands(s.Purposes[k.ID], k.Values[0])
	}
	return slices.ContainsFunc(r.ListsOf(k.ID), func(id int64) bool { return r.stands(s.Lists[id], Pending) })
}

// ListsOf returns the lists that serve a purpose.
func (r Rule) ListsOf(purpose int64) []int64 {
	var ids []int64
	for _, l := range r.Declared {
		if l.PurposeID == purpose {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

func (k Check) mailing(m Mailing) bool {
	if k.Campaign != 0 && k.Campaign != m.Campaign || !k.within(m.At) {
		return false
	}
	switch k.Subject {
	case Sent:
		return m.Sent
	case Delivered:
		return m.Certain && !m.Failed
	}
	return m.Failed
}

// attribute compares a value; nil where nothing is known.
func (k Check) attribute(v any) bool {
	if k.Op == IsSet {
		return isKnown(v) == (k.Values[0] == true)
	}
	switch v := v.(type) {
	case nil:
		return k.Op == IsNot || k.Op == NoneOf
	case string:
		switch k.Type {
		case subscriptions.TextAttribute:
			return k.text(v)
		case subscriptions.DateAttribute:
			return k.date(v)
		}
		return k.oneOf(slices.Contains(k.Values, any(v)))
	case float64:
		return k.number(v)
	case bool:
		return k.oneOf(v == k.Values[0])
	case []any:
		return slices.ContainsFunc(v, func(one any) bool { return slices.Contains(k.Values, one) })
	}
	return false
}

func isKnown(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	}
	return true
}

// oneOf turns the answer round where the operator denies.
func (k Check) oneOf(found bool) bool { return found != (k.Op == IsNot || k.Op == NoneOf) }

func (k Check) text(v string) bool {
	v = Fold(v)
	if k.Op == StartsWith {
		return strings.HasPrefix(v, k.Folded[0])
	}
	return k.oneOf(slices.Contains(k.Folded, v))
}

func (k Check) date(v string) bool {
	if k.Op == Is || k.Op == IsNot {
		return k.oneOf(v == k.Values[0])
	}
	return k.Days.has(v)
}

func (k Check) number(v float64) bool {
	switch k.Op {
	case AtLeast:
		return v >= k.Numbers[0]
	case AtMost:
		return v <= k.Numbers[0]
	case MoreThan:
		return v > k.Numbers[0]
	case LessThan:
		return v < k.Numbers[0]
	case Between:
		return v >= k.Numbers[0] && v <= k.Numbers[1]
	}
	return k.oneOf(slices.Contains(k.Numbers, v))
}
