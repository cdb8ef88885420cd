// Package breach is how a breach of personal data is dealt with: what is on record about it (Articles 33(3) and 33(5)), telling the Commissioner within 72 hours
// or saying why not (Article 33(1)), telling the people whom it concerns or saying why not (Article 34), and its evidence, which is listed with its hashes and kept as
// it is until a person releases it (E2-20).
//
// The record is kept in versions: none is ever changed. It is written about what happened and names nobody, for the register of breaches stays when people are erased.
package breach

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"assent/inbox/cases"
	"assent/internal/errs"
)

// Risk is what a breach may mean for people.
type Risk string

const (
	Unlikely Risk = "unlikely" // no risk to anybody is likely: the Commissioner need not be told (Article 33(1))
	Some     Risk = "some"     // the Commissioner is told
	High     Risk = "high"     // the people are told as well (Article 34)
)

// Why people need not be told of a high risk (Article 34(3)).
const (
	Unreadable       = "unreadable"       // the data was unintelligible to whoever got it, as when it was encrypted
	RiskGone         = "risk-gone"        // what was done since makes the high risk unlikely
	Disproportionate = "disproportionate" // telling each would be out of proportion: it is told in public instead
)

// Record is what is on record about a breach.
type Record struct {
	AwareAt       time.Time `json:"aware_at"`      // when we became aware: the 72 hours run from here
	HappenedFrom  string    `json:"happened_from"` // UK date, as far as known
	HappenedTo    string    `json:"happened_to"`
	Nature        string    `json:"nature"`         // what happened (33(3)(a))
	People        string    `json:"people"`         // categories of people
	PeopleNumber  int       `json:"people_number"`  // about how many
	Records       string    `json:"records"`        // categories of records
	RecordsNumber int       `json:"records_number"` // about how many
	Consequences  string    `json:"consequences"`   // that are likely (33(3)(c))
	Measures      string    `json:"measures"`       // taken or proposed (33(3)(d))
	Cause         string    `json:"cause"`
	Risk          Risk      `json:"risk"`
	RiskWhy       string    `json:"risk_why"`

	NotifiedAt  time.Time `json:"notified_at,omitzero"` // when the Commissioner was told
	NotifiedRef string    `json:"notified_ref"`         // their reference
	LateWhy     string    `json:"late_why"`             // the reasons for the delay (33(1))
	NotNotified string    `json:"not_notified"`         // why the Commissioner is not told

	PeopleToldOn  string `json:"people_told_on"` // UK date
	PeopleToldHow string `json:"people_told_how"`
	PeopleToldN   int    `json:"people_told_number"`
	NotTold       string `json:"not_told"` // one of the codes of Article 34(3), or "no-high-risk"
	NotToldWhy    string `json:"not_told_why"`
}

// NoHighRisk is why people are not told where Article 34 does not ask for it.
const NoHighRisk = "no-high-risk"

// NotTold returns the codes of why people are not told.
func NotTold() []string { return []string{NoHighRisk, Unreadable, RiskGone, Disproportionate} }

// Within is how long there is to tell the Commissioner (Article 33(1)).
const Within = 72 * time.Hour

const (
	maxText = 8000 // octets of a field
	maxN    = 1_000_000_000
)

// Check refuses a record that cannot be. What is not known yet may be left out: it is given in phases (Article 33(4)). Kind of error: Invalid.
func (r Record) Check(now time.Time) error {
	const op = "breach: check"
	invalid := func(says string) error { return errs.E(op, errs.Invalid, says, nil) }
	for _, text := range []string{r.Nature, r.People, r.Records, r.Consequences, r.Measures, r.Cause, r.RiskWhy, r.NotifiedRef, r.LateWhy, r.NotNotified, r.PeopleToldHow, r.NotToldWhy} {
		if len(text) > maxText || !utf8.ValidString(text) {
			return invalid(fmt.Sprintf("A field is longer than %d characters, or no text. Nothing was kept.", maxText))
		}
	}
	switch {
	case r.AwareAt.IsZero() || r.AwareAt.After(now):
		return invalid("Say when we became aware of the breach. It cannot lie in the future.")
	case r.NotifiedAt.After(now):
		return invalid("The Commissioner cannot have been told in the future.")
	case !r.NotifiedAt.IsZero() && r.NotifiedAt.Before(r.AwareAt):
		return invalid("The Commissioner cannot have been told before we were aware.")
	case !r.NotifiedAt.IsZero() && r.NotifiedAt.Sub(r.AwareAt) > Within && blank(r.LateWhy):
		return invalid("The Commissioner was told after more than 72 hours. Give the reasons for the delay (Article 33(1)).")
	case !r.NotifiedAt.IsZero() && !blank(r.NotNotified):
		return invalid("Either the Commissioner was told, or there is a reason why not.")
	case !blank(r.NotNotified) && r.Risk != Unlikely:
		return invalid("The Commissioner need not be told only where no risk to anybody is likely (Article 33(1)). Say so in the risk, or tell them.")
	case r.Risk != "" && r.Risk != Unlikely && r.Risk != Some && r.Risk != High:
		return invalid("The risk is unlikely, some or high.")
	case r.NotTold != "" && !contains(NotTold(), r.NotTold):
		return invalid("Say why the people are not told: " + strings.Join(NotTold(), ", ") + ".")
	case r.NotTold == NoHighRisk && r.Risk == High:
		return invalid("The risk is high, so the people are told, or one of the reasons of Article 34(3) stands.")
	case r.NotTold != "" && blank(r.NotToldWhy):
		return invalid("Say in words why the people are not told.")
	case r.PeopleNumber < 0 || r.RecordsNumber < 0 || r.PeopleToldN < 0 || r.PeopleNumber > maxN || r.RecordsNumber > maxN || r.PeopleToldN > maxN:
		return invalid("A number is too large, or less than none.")
	}
	return nil
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

// Lacks returns what of the content of Article 33(3) and 33(5) is not on record yet, in words; nothing where it is whole.
func (r Record) Lacks() []string {
	var out []string
	for _, f := range []struct {
		is    bool
		words string
	}{
		{!blank(r.Nature), "what happened"}, {!blank(r.People), "whose data it is"}, {r.PeopleNumber > 0 || !blank(r.People) && r.Risk == Unlikely, "about how many people"},
		{!blank(r.Records), "which records"}, {!blank(r.Consequences), "the likely consequences"}, {!blank(r.Measures), "what is done about it"}, {r.Risk != "", "the risk"}, {!blank(r.RiskWhy), "why the risk is so"},
	} {
		if !f.is {
			out = append(out, f.words)
		}
	}
	return out
}

// CommissionerSettled reports whether the Commissioner was told, or it is on record why not.
func (r Record) CommissionerSettled() bool { return !r.NotifiedAt.IsZero() || !blank(r.NotNotified) }

// PeopleSettled reports whether the people were told, or it is on record why not.
func (r Record) PeopleSettled() bool { return r.PeopleToldOn != "" || r.NotTold != "" }

// Codes of duties.
const (
	RecordWhole    = "breach-record"
	PeopleTold     = "breach-people"
	EvidenceListed = "breach-evidence"
)

// Practice is how a case of a breach is carried out.
type Practice struct{ Store Reader }

// Reader reads what Practice looks at.
type Reader interface {
	// Breach returns the versions of a breach's record, the oldest first.
	Breach(ctx context.Context, caseID int64) ([]Version, error)
	// Evidence returns what was listed as evidence.
	Evidence(ctx context.Context, caseID int64) ([]Item, error)
	CaseFiles(ctx context.Context, id int64) ([]cases.File, error)
	CaseMessages(ctx context.Context, id int64) ([]cases.Message, error)
}

// Version is one version of a record.
type Version struct {
	CaseID  int64
	Number  int // from 1
	Record  Record
	Actor   string
	SavedAt time.Time
}

// Outcomes implements cases.Practice.
func (Practice) Outcomes(cases.Case) []cases.Outcome {
	return []cases.Outcome{cases.DealtWith, cases.NotRequired}
}

// Reasons implements cases.Practice. What a breach was decided on stands in its record.
func (Practice) Reasons(cases.Case, cases.Outcome) []cases.Reason { return nil }

// Duties implements cases.Practice.
func (p Practice) Duties(ctx context.Context, c cases.Case) ([]cases.Duty, error) {
	versions, err := p.Store.Breach(ctx, c.ID)
	if err != nil {
		return nil, errs.Wrap("breach: duties", err)
	}
	var r Record
	if len(versions) > 0 {
		r = versions[len(versions)-1].Record
	}
	any, listed, err := p.allListed(ctx, c)
	if err != nil {
		return nil, errs.Wrap("breach: duties", err)
	}
	words := "Put on record what Article 33(3) asks for"
	if lacks := r.Lacks(); len(lacks) > 0 && len(versions) > 0 {
		words += ": still missing are " + strings.Join(lacks, ", ")
	}
	duties := []cases.Duty{
		{Code: cases.CommissionerTold, Words: "Tell the Commissioner, or record why not (Article 33)", Done: r.CommissionerSettled()},
		{Code: RecordWhole, Words: words, Done: len(versions) > 0 && len(r.Lacks()) == 0},
		{Code: PeopleTold, Words: "Tell the people whom it concerns, or record why not (Article 34)", Done: r.PeopleSettled()},
	}
	if any {
		duties = append(duties, cases.Duty{Code: EvidenceListed, Words: "List the evidence with its hashes", Done: listed})
	}
	return duties, nil
}

// allListed reports whether a case has papers at all, and whether all of them are on the list of its evidence.
func (p Practice) allListed(ctx context.Context, c cases.Case) (any, all bool, err error) {
	have, err := papers(ctx, p.Store, c.ID)
	if err != nil {
		return false, false, err
	}
	listed, err := p.Store.Evidence(ctx, c.ID)
	if err != nil {
		return false, false, err
	}
	on := map[string]bool{}
	for _, i := range listed {
		on[i.key()] = true
	}
	for _, i := range have {
		if !on[i.key()] {
			return true, false, nil
		}
	}
	return len(have) > 0, true, nil
}
