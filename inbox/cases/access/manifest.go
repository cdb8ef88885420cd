package access

import (
	"time"

	"assent/internal/address"
	"assent/internal/clock"
)

// Search is one look through all sources, and what was found (E1-08, E2-27).
type Search struct {
	ID     int64
	CaseID int64
	At     time.Time
	Actor  string
	Terms  Terms
	Lines  []Line
	Boxes  []Box
}

// Terms is what was looked for. Addresses are looked for as written, in the form that all spellings share, and as keyed hashes.
type Terms struct {
	Addresses []string `json:"addresses"`
	Names     []string `json:"names,omitempty"` // of the person: no reason for a proposal
	Others    []string `json:"others,omitempty"`
	Numbers   []int64  `json:"numbers,omitempty"` // on record
}

// Line says what one source held.
type Line struct {
	Source string    `json:"source"`
	Tables []string  `json:"tables"`
	By     string    `json:"by"`
	Found  int       `json:"found"`
	At     time.Time `json:"at"`
	Left   string    `json:"left_out,omitempty"` // why it was not searched: a search is reasonable and proportionate (Article 12A, DUAA s.78)
}

// Box is a mailbox whose mail Assent keeps.
type Box struct {
	Name     string    `json:"name"`
	Messages int64     `json:"messages"`
	Since    time.Time `json:"since"` // the oldest message that is kept
	Until    time.Time `json:"until"`
}

// Found returns how many items a search found.
func (s Search) Found() int {
	n := 0
	for _, l := range s.Lines {
		n += l.Found
	}
	return n
}

// Place is somewhere that Assent cannot look, and what staff found there (E2-27 "search databases, systems and other places").
type Place struct {
	ID     int64
	CaseID int64
	Name   string     // such as "The mailbox office@harbour.example before June 2026"
	By     string     // who looked
	On     clock.Date // when
	Terms  string     // what was looked for
	Found  string     // what was found, in words
	Actor  string     // who wrote it down
	At     time.Time
}

// Who is the person whose data is looked for, as the store needs it.
type Who struct {
	CaseID    int64 // the case whose search it is
	Numbers   []int64
	Addresses []address.Address
}

// Order is what an operator asks of a search, besides what the case says.
type Order struct {
	Addresses []string          // other addresses of the person
	Names     []string          // other names of theirs
	Others    []string          // telephone numbers and postcodes of theirs: no reason for a proposal
	Leave     map[string]string // sources that are not searched, each with the reason
}
