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

// All reports whether the filter chooses by time alone.
func (f Filter) All() bool {
	f.From, f.To = time.Time{}, time.Time{}
	return f == Filter{}
}
