package audit

import "time"

// Filter chooses entries. A zero field lets everything through.
type Filter struct {
	Actor    string
	Action   Action
	Object   string
	PersonID int64
	From, To time.Time // From included, To not
}

// Lets reports whether the filter lets an entry through.
func (f Filter) Lets(e Entry) bool {
	return (f.Actor == "" || f.Actor == e.Actor) && (f.Action == "" || f.Action == e.Action) && (f.Object == "" || f.Object == e.Object) &&
		(f.PersonID == 0 || f.PersonID == e.PersonID) && (f.From.IsZero() || !e.At.Before(f.From)) && (f.To.IsZero() || e.At.Before(f.To))
}
