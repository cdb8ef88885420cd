package subscriptions

import (
	"cmp"
	"slices"
	"time"

	"assent/internal/address"
)

// Given is personal data that somebody got, besides what each recipient of a programme gets all the time: an export that was made for them, or what staff or a
// case disclosed (Articles 13(1)(e), 15(1)(c) and 19).
type Given struct {
	ID          int64
	ProgrammeID int64           // 0 where no programme gave it
	RecipientID int64           // 0 for somebody who is not declared as a recipient
	Name        string          // of whoever got it
	Address     address.Address // where they are told; zero where they are told otherwise
	What        string          // such as "name and address"
	Why         string
	How         GivenBy
	CaseID      int64 // 0 for none
	Actor       string
	At          time.Time // when they got it
	RecordedAt  time.Time
}

// GivenBy is how data was given.
type GivenBy string

const (
	GivenByExport GivenBy = "export"
	GivenByStaff  GivenBy = "staff"
	GivenInCase   GivenBy = "case"
)

// Addressee is somebody who must be told of what becomes of a person's data.
type Addressee struct {
	ProgrammeID int64
	RecipientID int64 // 0 for one who is not declared
	Name        string
	Address     address.Address // zero where they are told otherwise than by mail
	Language    string
}

// ToTell returns whom data of a person was given to: each declared recipient that got data of a programme while the person was on record there, and
// everybody to whom something of theirs was disclosed, each once and in a fixed order. Who keeps no copy need not be told, for there
// is nothing there to rectify or erase.
func ToTell(history []Event, declared []Recipient, given []Given) []Addressee {
	since := knownSince(history)
	var out []Addressee
	add := func(a Addressee) {
		if !slices.ContainsFunc(out, func(b Addressee) bool { return a.same(b) }) {
			out = append(out, a)
		}
	}
	byID := map[int64]Recipient{}
	for _, r := range declared {
		byID[r.ID] = r
		began, known := since[r.ProgrammeID]
		if known && !r.KeepsNone && (r.EndedAt.IsZero() || r.EndedAt.After(began)) {
			add(r.addressee())
		}
	}
	for _, g := range given {
		if r, ok := byID[g.RecipientID]; ok {
			add(r.addressee())
			continue
		}
		add(Addressee{ProgrammeID: g.ProgrammeID, RecipientID: g.RecipientID, Name: g.Name, Address: g.Address, Language: "en"})
	}
	slices.SortStableFunc(out, func(a, b Addressee) int {
		return cmp.Or(cmp.Compare(a.RecipientID, b.RecipientID), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func (r Recipient) addressee() Addressee {
	return Addressee{ProgrammeID: r.ProgrammeID, RecipientID: r.ID, Name: r.Name, Address: r.Address, Language: cmp.Or(r.Language, "en")}
}

// same reports whether two are one and the same recipient. One that two programmes have declared under one name and address is told once.
func (a Addressee) same(b Addressee) bool {
	if a.RecipientID != 0 && a.RecipientID == b.RecipientID {
		return true
	}
	return a.Name == b.Name && a.Address.Normal() == b.Address.Normal()
}

// knownSince returns from when on a person was on record in each programme. A mere request puts nobody on record: anybody can make one.
func knownSince(history []Event) map[int64]time.Time {
	out := map[int64]time.Time{}
	for _, e := range sinceErasure(history) {
		if _, known := out[e.Scope.ProgrammeID]; !known && e.Scope.ProgrammeID != 0 && establishes(e.Kind) {
			out[e.Scope.ProgrammeID] = e.At
		}
	}
	return out
}
