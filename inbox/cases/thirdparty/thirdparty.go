// Package thirdparty is how a request of a third party for somebody's personal data is dealt with, such as one of the police or of a court (E1-11). Nothing is
// disclosed by default: a formal written request names the law that it rests on, a person decides, and what was given to whom, when and how is on record with it. The
// record is one of "who got what" beside exports and the register of recipients: read it with Store.DisclosuresOf.
package thirdparty

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/internal/errs"
)

// Record is what is on record about a request of a third party.
type Record struct {
	CaseID       int64
	ProgrammeID  int64
	SubscriberID int64  // whose data it is, where they are on record; 0 otherwise
	Organisation string // who asks, such as a police force
	Officer      string // who there
	TheirRef     string // such as a crime number
	Gateway      string // a code of Gateways; "" while none is named
	GatewayWords string // what they say to it
	FormFileID   int64  // the formal written request, among the files of the case (E1-11); 0 while it has not come
	Wanted       string // which data, for what

	Disclosed   string     // what was given; "" for nothing, as it is by default
	DisclosedOn clock.Date // when
	Means       string     // how, such as "by an encrypted file"
	Told        string     // "told" or "not-told": whether the person was told of it
	ToldWhy     string     // why not, such as that it would tip somebody off
	Actor       string
	ChangedAt   time.Time
}

// Whether the person was told that their data was disclosed.
const (
	Told    = "told"
	NotTold = "not-told"
)

const (
	maxLine = 300
	maxText = 8000
)

// Check refuses a record that cannot be. Kind of error: Invalid.
func (r Record) Check(today clock.Date) error {
	invalid := func(says string) error { return errs.E("thirdparty: check", errs.Invalid, says, nil) }
	for _, line := range []string{r.Organisation, r.Officer, r.TheirRef, r.Means} {
		if len(line) > maxLine || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			return invalid("A name, reference or means is one line of at most 300 characters. Nothing was kept.")
		}
	}
	for _, text := range []string{r.GatewayWords, r.Wanted, r.Disclosed, r.ToldWhy} {
		if len(text) > maxText || !utf8.ValidString(text) {
			return invalid("A field is longer than 8,000 characters, or no text. Nothing was kept.")
		}
	}
	switch {
	case strings.TrimSpace(r.Organisation) == "":
		return invalid("Say which organisation asks.")
	case r.Gateway != "" && !isGateway(r.Gateway):
		return invalid("There is no such legal gateway.")
	case r.Disclosed == "" && !r.DisclosedOn.IsZero():
		return invalid("Say what was disclosed, or leave the day out.")
	case r.Disclosed != "" && (r.DisclosedOn.IsZero() || strings.TrimSpace(r.Means) == ""):
		return invalid("Say when and how it was disclosed.")
	case r.DisclosedOn.After(today):
		return invalid("It cannot have been disclosed in the future.")
	case r.Told != "" && r.Told != Told && r.Told != NotTold:
		return invalid("The person was told, or not told.")
	case r.Told == NotTold && strings.TrimSpace(r.ToldWhy) == "":
		return invalid("Say why the person was not told, such as that it would have warned somebody.")
	}
	return nil
}

// Codes of duties.
const (
	RequestWhole = "disclosure-request"
	Given        = "disclosure-given"
	PersonTold   = "disclosure-person"
)

// Reader reads what Practice looks at.
type Reader interface {
	// Disclosure returns the record of a case; ok is false where there is none yet.
	Disclosure(ctx context.Context, caseID int64) (r Record, ok bool, err error)
}

// Store keeps records.
type Store interface {
	Reader
	Case(ctx context.Context, id int64) (cases.Case, error)
	CaseFiles(ctx context.Context, id int64) ([]cases.File, error)
	// SaveDisclosure keeps a record in the place of what was there.
	SaveDisclosure(ctx context.Context, r Record) error
	// DisclosuresOf returns what was disclosed of a person to third parties, the newest first. What was given is emptied when the person is erased; that it was given, to whom and when, stays.
	DisclosuresOf(ctx context.Context, subscriberID int64) ([]Record, error)
}

// Practice is how a case of a disclosure is carried out.
type Practice struct{ Store Reader }

// Outcomes implements cases.Practice. The usual is that nothing is given.
func (Practice) Outcomes(cases.Case) []cases.Outcome {
	return []cases.Outcome{cases.Refused, cases.Granted, cases.Partly, cases.NoData, cases.Withdrawn}
}

// Duties implements cases.Practice.
func (p Practice) Duties(ctx context.Context, c cases.Case) ([]cases.Duty, error) {
	r, ok, err := p.Store.Disclosure(ctx, c.ID)
	if err != nil {
		return nil, errs.Wrap("thirdparty: duties", err)
	}
	out := []cases.Duty{{Code: RequestWhole, Words: "Put on record who asks for what", Done: ok && r.Wanted != ""}}
	if c.Decision == nil || !gives(c.Decision.Outcome) {
		return out, nil
	}
	return append(out,
		cases.Duty{Step: cases.CarryingOut, Code: "disclosure-gateway", Words: "Record the law that it rests on, with the formal written request", Done: r.MayDisclose() == nil},
		cases.Duty{Step: cases.CarryingOut, Code: Given, Words: "Record what was disclosed, when and how", Done: r.Disclosed != ""},
		cases.Duty{Step: cases.CarryingOut, Code: PersonTold, Words: "Tell the person that their data was disclosed, or record why not", Done: r.Told != ""}), nil
}

// MayDisclose refuses while no law or no formal written request is on record. Kind of error: Conflict.
func (r Record) MayDisclose() error {
	switch {
	case r.Gateway == "":
		return errs.E("thirdparty: may", errs.Conflict, "Nothing is disclosed while no law is named that it rests on.", nil)
	case r.FormFileID == 0:
		return errs.E("thirdparty: may", errs.Conflict, "Nothing is disclosed without the formal written request among the files of the case.", nil)
	}
	return nil
}

// Casework records what was done on the timeline. *cases.Service does.
type Casework interface {
	DidOn(ctx context.Context, id int64, e cases.Event) (cases.Case, error)
}

// Service works on requests of third parties.
type Service struct {
	Store Store
	Cases Casework
	Day   func(time.Time) clock.Date
	Now   func() time.Time
}

// Save keeps the record of a case. Something disclosed goes on record only where a person granted it, on a named law, with the formal request there; and it is not
// taken off the record again. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) Save(ctx context.Context, caseID int64, actor string, r Record) (Record, error) {
	const op = "thirdparty: save"
	c, err := s.Store.Case(ctx, caseID)
	if err != nil {
		return r, errs.Wrap(op, err)
	}
	r.CaseID, r.ProgrammeID, r.SubscriberID, r.Actor, r.ChangedAt = caseID, c.ProgrammeID, c.SubjectID, actor, s.Now()
	if err := r.Check(s.Day(s.Now())); err != nil {
		return r, errs.Wrap(op, err)
	}
	before, _, err := s.Store.Disclosure(ctx, caseID)
	if err != nil {
		return r, errs.Wrap(op, err)
	}
	if err := s.allows(ctx, c, before, r); err != nil {
		return r, errs.Wrap(op, err)
	}
	if err := s.Store.SaveDisclosure(ctx, r); err != nil {
		return r, errs.Wrap(op, err)
	}
	e := cases.Event{Kind: cases.Done, Actor: actor, What: "Put on record who asks for what.", Detail: cases.Detail{Code: RequestWhole}}
	if r.Disclosed != "" && before.Disclosed == "" {
		e.What, e.Detail.Code, e.On = "Data was disclosed to "+r.Organisation+".", Given, r.DisclosedOn
	}
	_, err = s.Cases.DidOn(ctx, caseID, e)
	return r, errs.Wrap(op, err)
}

func (s *Service) allows(ctx context.Context, c cases.Case, before, r Record) error {
	conflict := func(says string) error { return errs.E("thirdparty: allows", errs.Conflict, says, nil) }
	switch {
	case c.Kind != cases.Disclosure:
		return conflict("This case is no request of a third party. Take it as one first.")
	case !c.Open():
		return conflict("This case is closed. Reopen it first.")
	case before.Disclosed != "" && r.Disclosed == "":
		return conflict("What was disclosed stays on record.")
	}
	if r.FormFileID != 0 {
		files, err := s.Store.CaseFiles(ctx, c.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(files, func(f cases.File) bool { return f.ID == r.FormFileID }) {
			return errs.E("thirdparty: allows", errs.Invalid, "The formal request is not among the files of this case.", nil)
		}
	}
	if r.Disclosed == "" {
		return nil
	}
	if c.Decision == nil || !gives(c.Decision.Outcome) {
		return conflict("Nothing is disclosed unless a person decided so.")
	}
	return r.MayDisclose()
}
