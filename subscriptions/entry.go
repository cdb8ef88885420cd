package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
)

// Medium is how an agreement reached staff.
type Medium string

const (
	OnPaper  Medium = "paper"
	ByPhone  Medium = "phone"
	InPerson Medium = "in person"
)

// Media holds every medium.
var Media = []Medium{OnPaper, ByPhone, InPerson}

// Entry is an agreement that reached staff on paper, by phone or in person, with who enters it and why, and which document shows it (E1-25).
type Entry struct {
	Act                  // who agreed to what; its Actor is who enters it
	Medium     Medium    //
	Did        string    // what the person did, such as "ticked the box and signed"
	Document   string    // reference of the paper form, or of the note of the call
	ActedOn    time.Time // the day on which the person acted: midnight in the programme's time zone
	ReceivedOn time.Time // the day on which it reached us
	Why        string    // why staff enters it
}

// Enter records an entry, and says what to look at all the same. It is an act of the person's own, so that it may follow an opt-out, but only one made before the
// day on which they acted (H3).
func (s *Service) Enter(ctx context.Context, e Entry) (seq int64, warnings []string, err error) {
	const op = "subscriptions: enter consent"
	if err := e.check(s.Now()); err != nil {
		return 0, nil, errs.Wrap(op, err)
	}
	list, err := s.Store.List(ctx, e.ListID)
	if err != nil {
		return 0, nil, errs.Wrap(op, err)
	}
	programme, err := s.Store.Programme(ctx, list.ProgrammeID)
	if err != nil {
		return 0, nil, errs.Wrap(op, err)
	}
	a := e.Act
	a.Channel, a.ActedAt, a.Source = ByStaff, e.ActedOn, string(e.Medium)
	a.Evidence = Evidence{
		"act": e.Did, "medium": string(e.Medium), "document": e.Document, "received_on": e.ReceivedOn.Format(time.DateOnly), "why": e.Why,
	}
	if statement := e.Evidence["statement"]; statement != "" {
		a.Evidence["statement"] = statement
	}
	seq, err = s.Grant(ctx, a)
	return seq, programme.Warnings(a), errs.Wrap(op, err)
}

func (e Entry) check(now time.Time) error {
	if err := firstOf(oneOf(e.Medium, "medium", Media...), title(e.Document, "document"), title(e.Did, "what the person did"), title(e.Why, "why"),
		plain(e.Evidence["statement"], "statement", maxPostal)); err != nil {
		return err
	}
	switch {
	case e.Actor == "":
		return invalid("Say who enters this.")
	case e.ActedOn.IsZero() || e.ReceivedOn.IsZero():
		return invalid("Give the day on which the person acted, and the day on which it reached you.")
	case e.ReceivedOn.Before(e.ActedOn):
		return invalid("It cannot have reached you before the person acted.")
	case e.ReceivedOn.After(now):
		return invalid("The day on which it reached you lies in the future.")
	}
	return nil
}
