// Package registers reads the registers that an organisation keeps: of complaints with what was promised (E1-35), of breaches (Article 33(5)), and of what third parties asked
// for and were given (E1-11). Each is read a page at a time out of the cases, so none can differ from them, and written as CSV for people with spreadsheets.
package registers

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/breach"
	"assent/inbox/cases/complaint"
	"assent/inbox/cases/report"
	"assent/inbox/cases/thirdparty"
	"assent/internal/clock"
	"assent/internal/csvfile"
	"assent/internal/errs"
)

// Store reads what the registers hold.
type Store interface {
	// CasesReceived returns up to limit cases of a filter whose number is above after, in the order of their numbers.
	CasesReceived(ctx context.Context, f report.Filter, after int64, limit int) ([]cases.Case, error)
	CaseParties(ctx context.Context, id int64) ([]cases.Party, error)
	CaseMessages(ctx context.Context, id int64) ([]cases.Message, error)
	Breach(ctx context.Context, caseID int64) ([]breach.Version, error)
	Released(ctx context.Context, caseID int64) (breach.Release, bool, error)
	Disclosure(ctx context.Context, caseID int64) (thirdparty.Record, bool, error)
}

// Service reads registers.
type Service struct {
	Store Store
	Day   func(time.Time) clock.Date
}

// Breach is a line of the register of breaches. Record is zero while nothing is on record.
type Breach struct {
	Case    cases.Case
	Record  breach.Record
	Version int  // of the record; 0 for none
	Frozen  bool // the evidence is
}

// Disclosure is a line of the register of requests of third parties.
type Disclosure struct {
	Case   cases.Case
	Record thirdparty.Record
}

// Complaints returns up to limit complaints of a filter whose number is above after.
func (s *Service) Complaints(ctx context.Context, f report.Filter, after int64, limit int) ([]complaint.Entry, error) {
	return lines(ctx, s, f, cases.Complaint, after, limit, func(c cases.Case) (complaint.Entry, error) {
		parties, err := s.Store.CaseParties(ctx, c.ID)
		if err != nil {
			return complaint.Entry{}, err
		}
		messages, err := s.Store.CaseMessages(ctx, c.ID)
		return complaint.EntryOf(c, parties, messages), err
	})
}

// Breaches returns up to limit breaches of a filter whose number is above after.
func (s *Service) Breaches(ctx context.Context, f report.Filter, after int64, limit int) ([]Breach, error) {
	return lines(ctx, s, f, cases.Breach, after, limit, func(c cases.Case) (Breach, error) {
		out := Breach{Case: c}
		versions, err := s.Store.Breach(ctx, c.ID)
		if err != nil {
			return out, err
		}
		if n := len(versions); n > 0 {
			out.Record, out.Version = versions[n-1].Record, versions[n-1].Number
		}
		_, released, err := s.Store.Released(ctx, c.ID)
		out.Frozen = !released
		return out, err
	})
}

// Disclosures returns up to limit requests of third parties of a filter whose number is above after.
func (s *Service) Disclosures(ctx context.Context, f report.Filter, after int64, limit int) ([]Disclosure, error) {
	return lines(ctx, s, f, cases.Disclosure, after, limit, func(c cases.Case) (Disclosure, error) {
		r, _, err := s.Store.Disclosure(ctx, c.ID)
		return Disclosure{Case: c, Record: r}, err
	})
}

func lines[T any](ctx context.Context, s *Service, f report.Filter, kind cases.Kind, after int64, limit int, line func(cases.Case) (T, error)) ([]T, error) {
	f.Kind = kind
	all, err := s.Store.CasesReceived(ctx, f, after, limit)
	if err != nil {
		return nil, errs.Wrap("registers: read", err)
	}
	out := make([]T, 0, len(all))
	for _, c := range all {
		l, err := line(c)
		if err != nil {
			return nil, errs.Wrap("registers: read", err)
		}
		out = append(out, l)
	}
	return out, nil
}

// Names of the registers.
const (
	OfComplaints   = "complaints"
	OfBreaches     = "breaches"
	OfThirdParties = "third-parties"
)

const atOnce = 200

// CSV writes a whole register. Kinds of error: NotFound for a name that is none, Unavailable.
func (s *Service) CSV(ctx context.Context, w io.Writer, name string, f report.Filter) error {
	switch name {
	case OfComplaints:
		return table(ctx, w, f, complaintHeader(), s.Complaints, s.complaintRow, func(e complaint.Entry) int64 { return e.CaseID })
	case OfBreaches:
		return table(ctx, w, f, breachHeader(), s.Breaches, s.breachRow, func(b Breach) int64 { return b.Case.ID })
	case OfThirdParties:
		return table(ctx, w, f, disclosureHeader(), s.Disclosures, s.disclosureRow, func(d Disclosure) int64 { return d.Case.ID })
	}
	return errs.E("registers: csv", errs.NotFound, "There is no such register: complaints, breaches or third-parties.", nil)
}

func table[T any](ctx context.Context, w io.Writer, f report.Filter, header []string, read func(context.Context, report.Filter, int64, int) ([]T, error), row func(T) []string, id func(T) int64) error {
	out := csvfile.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	for after := int64(0); ; {
		page, err := read(ctx, f, after, atOnce)
		if err != nil {
			return err
		}
		for _, line := range page {
			if err := out.Write(row(line)); err != nil {
				return err
			}
			after = id(line)
		}
		if len(page) < atOnce {
			return out.Flush()
		}
	}
}

func complaintHeader() []string {
	return []string{"reference", "received", "complainant", "brief", "state", "stage", "first_outcome", "outcome", "acknowledged", "answered", "actions_promised", "actions_open", "compensation", "commissioner_since"}
}

func (s *Service) complaintRow(e complaint.Entry) []string {
	return []string{
		e.Reference, s.Day(e.ReceivedAt).String(), e.Complainant, e.Brief, string(e.State), strconv.Itoa(e.Stage), string(e.First), string(e.Outcome), e.Acknowledged.String(), e.Answered.String(),
		Actions(e.Actions), Actions(e.Open()), yes(e.Compensation), e.Commissioner.String(),
	}
}

// Actions writes promises in a line: what, and by when.
func Actions(all []cases.Promise) string {
	var out []string
	for _, p := range all {
		line := fmt.Sprintf("%s (by %s", p.Words, p.Due)
		if !p.KeptOn.IsZero() {
			line += ", done " + p.KeptOn.String()
		}
		out = append(out, line+")")
	}
	return strings.Join(out, "; ")
}

func breachHeader() []string {
	return []string{
		"reference", "aware", "happened_from", "happened_to", "nature", "cause", "people", "people_number", "records", "records_number", "consequences", "measures", "risk", "risk_why",
		"commissioner_told", "commissioner_reference", "late_why", "not_notified_why", "people_told_on", "people_told_how", "people_told_number", "people_not_told", "people_not_told_why", "state", "outcome",
		"record_version", "evidence",
	}
}

func (s *Service) breachRow(b Breach) []string {
	r, aware := b.Record, b.Record.AwareAt
	if aware.IsZero() {
		aware = b.Case.ReceivedAt
	}
	outcome, evidence := "", "released"
	if b.Case.Decision != nil {
		outcome = string(b.Case.Decision.Outcome)
	}
	if b.Frozen {
		evidence = "frozen"
	}
	return []string{
		b.Case.Reference, moment(aware), r.HappenedFrom, r.HappenedTo, r.Nature, r.Cause, r.People, strconv.Itoa(r.PeopleNumber), r.Records, strconv.Itoa(r.RecordsNumber), r.Consequences,
		r.Measures, string(r.Risk), r.RiskWhy, moment(r.NotifiedAt), r.NotifiedRef, r.LateWhy, r.NotNotified, r.PeopleToldOn, r.PeopleToldHow, strconv.Itoa(r.PeopleToldN), r.NotTold, r.NotToldWhy,
		string(b.Case.State), outcome, strconv.Itoa(b.Version), evidence,
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func disclosureHeader() []string {
	return []string{"reference", "received", "organisation", "officer", "their_reference", "gateway", "gateway_words", "formal_request", "wanted", "outcome", "disclosed", "disclosed_on", "means", "person_told", "person_not_told_why", "state"}
}

func (s *Service) disclosureRow(d Disclosure) []string {
	r, outcome := d.Record, ""
	if d.Case.Decision != nil {
		outcome = string(d.Case.Decision.Outcome)
	}
	return []string{
		d.Case.Reference, s.Day(d.Case.ReceivedAt).String(), r.Organisation, r.Officer, r.TheirRef, r.Gateway, r.GatewayWords, yes(r.FormFileID != 0), r.Wanted, outcome, r.Disclosed,
		r.DisclosedOn.String(), r.Means, r.Told, r.ToldWhy, string(d.Case.State),
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
