package pages

import (
	"context"
	"strconv"
	"time"

	"assent/subscriptions"
)

// Declared is what operators declared, for showing events about it.
type Declared struct {
	Programmes []subscriptions.Programme
	Lists      []subscriptions.List
	Purposes   map[int64]string  // name, by ID
	Notices    map[string]string // version, by digest
}

// ReadDeclared reads all of it.
func ReadDeclared(ctx context.Context, store subscriptions.Store) (d Declared, err error) {
	d = Declared{Purposes: map[int64]string{}, Notices: map[string]string{}}
	if d.Programmes, err = store.Programmes(ctx); err != nil {
		return d, err
	}
	if d.Lists, err = store.Lists(ctx); err != nil {
		return d, err
	}
	for _, p := range d.Programmes {
		purposes, err := store.Purposes(ctx, p.ID)
		if err != nil {
			return d, err
		}
		for _, u := range purposes {
			d.Purposes[u.ID] = u.Name
		}
		notices, err := store.Notices(ctx, p.ID)
		if err != nil {
			return d, err
		}
		for _, n := range notices {
			d.Notices[n.Digest] = strconv.Itoa(n.Version)
		}
	}
	return d, nil
}

// Ends is when a programme ends; the zero time for never.
func (d Declared) Ends(programmeID int64) time.Time {
	for _, p := range d.Programmes {
		if p.ID == programmeID {
			return p.EndsAt
		}
	}
	return time.Time{}
}

// Reach says in words what an event is about.
func (d Declared) Reach(sc subscriptions.Scope) string {
	switch sc.Reach {
	case subscriptions.OneList:
		for _, l := range d.Lists {
			if l.ID == sc.ListID {
				return l.Name
			}
		}
		return "list " + strconv.FormatInt(sc.ListID, 10)
	case subscriptions.OnePurpose:
		return "all lists for the purpose “" + d.Purposes[sc.PurposeID] + "”"
	case subscriptions.WholeProgramme:
		for _, p := range d.Programmes {
			if p.ID == sc.ProgrammeID {
				return "everything from " + p.Name
			}
		}
	}
	return "everything"
}
