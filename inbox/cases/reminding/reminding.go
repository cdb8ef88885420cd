// Package reminding reminds the data protection officer of what would otherwise pass in silence: clocks of cases that end soon or have ended, and complaints to whose
// complainant nobody has written for long, for which the law wants word of progress and gives no date (DPA 2018 s.164A(5)).
//
// It is one mail for each programme on a working day, and none where there is nothing to say; a breach is reminded of on any day, for its 72 hours know no weekend. It names cases by reference alone: mail is read on telephones.
package reminding

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/complaint"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

const (
	soon   = 3   // working days before a day to work to from which it is reminded of
	from   = 7   // o'clock, in the programme's time zone, from which the day's mail goes out
	most   = 100 // cases in one mail; the console has them all
	atOnce = 100 // cases that are read at a time
)

// Store reads cases and keeps letters. All errors are of the kinds of package errs.
type Store interface {
	Programmes(ctx context.Context) ([]subscriptions.Programme, error)
	// LetterByKey returns the letter with a key; kind NotFound.
	LetterByKey(ctx context.Context, key string) (mailer.Letter, error)
	// OpenLetter opens a letter, once for its key.
	OpenLetter(ctx context.Context, l *mailer.Letter, now time.Time) error
	// Cases returns up to limit cases that a filter shows, after skipping offset.
	Cases(ctx context.Context, f cases.Filter, offset, limit int) ([]cases.Case, error)
	CaseMessages(ctx context.Context, id int64) ([]cases.Message, error)
}

// Service writes the mails. All of it is safe to repeat, on several machines at once.
type Service struct {
	Store    Store
	Reckoner *clock.Reckoner
	Now      func() time.Time
	Kick     func() // wakes the relay after a commit that enqueued tasks; may be nil
}

// Run writes the mails of today that have not been written, and returns how many. Kind of error: Unavailable.
func (s *Service) Run(ctx context.Context) (written int, err error) {
	const op = "reminding: run"
	all, err := s.Store.Programmes(ctx)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	for _, p := range all {
		wrote, err := s.programme(ctx, p)
		if err != nil {
			return written, errs.Wrap(op, err)
		}
		if wrote {
			written++
		}
	}
	if written > 0 && s.Kick != nil {
		s.Kick()
	}
	return written, nil
}

// programme writes to the officer of one programme, or where it names none to its Point of Contact.
func (s *Service) programme(ctx context.Context, p subscriptions.Programme) (bool, error) {
	to, today := p.DPOAddress, s.Reckoner.UKDate(s.Now())
	if to.IsZero() {
		to = p.Contact.Address
	}
	if to.IsZero() || !s.awake(p) {
		return false, nil
	}
	key := fmt.Sprintf("case-reminder:%d:%s", p.ID, today)
	if _, err := s.Store.LetterByKey(ctx, key); errs.KindOf(err) != errs.NotFound || err == nil {
		return false, err
	}
	lines, err := s.lines(ctx, p, today)
	if err != nil || len(lines) == 0 {
		return false, err
	}
	return true, s.write(ctx, p, to, key, lines)
}

// awake reports whether it is late enough in the day.
func (s *Service) awake(p subscriptions.Programme) bool {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return s.Now().In(zone).Hour() >= from
}

func (s *Service) write(ctx context.Context, p subscriptions.Programme, to address.Address, key string, lines []mailer.Reminder) error {
	data, err := json.Marshal(mailer.About{Reminders: lines[:min(len(lines), most)], More: max(len(lines)-most, 0)})
	if err != nil {
		return errs.E("reminding: write", errs.Internal, "", err)
	}
	l := mailer.Letter{
		Key: key, Kind: mailer.CaseReminderLetter, ProgrammeID: p.ID, To: to.String(), Language: "en", Data: data, State: mailer.LetterWaiting, CreatedAt: s.Now(),
	}
	return s.Store.OpenLetter(ctx, &l, s.Now())
}

// lines are what the officer of a programme is reminded of: first what is due, then silence.
func (s *Service) lines(ctx context.Context, p subscriptions.Programme, today clock.Date) ([]mailer.Reminder, error) {
	calendar, division := s.Reckoner.Calendar(), clock.Division(p.Division)
	beyond, works := calendar.AddWorkingDays(division, today, soon).AddDays(1), calendar.WorkingDay(division, today)
	var out []mailer.Reminder
	err := s.each(ctx, cases.Filter{State: cases.OpenState, ProgrammeID: p.ID, OverdueOn: beyond.String()}, func(c cases.Case) error {
		if works || c.Kind == cases.Breach {
			out = append(out, mailer.Reminder{Reference: c.Reference, DueOn: c.DueOn, Late: c.DueOn < today.String()})
		}
		return nil
	})
	if err != nil || !works {
		return out, err
	}
	err = s.each(ctx, cases.Filter{State: cases.OpenState, Kind: cases.Complaint, ProgrammeID: p.ID}, func(c cases.Case) error {
		messages, err := s.Store.CaseMessages(ctx, c.Root())
		if days := complaint.EntryOf(c, nil, messages).Silent(s.Now()); days > 0 {
			out = append(out, mailer.Reminder{Reference: c.Reference, Silent: days})
		}
		return err
	})
	return out, err
}

// each calls do for every open case of a filter.
func (s *Service) each(ctx context.Context, f cases.Filter, do func(cases.Case) error) error {
	for offset := 0; ; offset += atOnce {
		page, err := s.Store.Cases(ctx, f, offset, atOnce)
		if err != nil {
			return err
		}
		for _, c := range page {
			if !c.Open() {
				continue
			}
			if err := do(c); err != nil {
				return err
			}
		}
		if len(page) < atOnce {
			return nil
		}
	}
}
