package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
)

const (
	maxRenewals  = 5
	maxRenewDays = 365
	maxKeepIP    = 3650 // days
)

// CreatePurpose declares a purpose of a programme, with its one lawful basis and the conditions of it.
func (s *Service) CreatePurpose(ctx context.Context, p Purpose) (Purpose, error) {
	const op = "subscriptions: create purpose"
	p.CreatedAt = s.Now()
	p = p.withDefaults()
	if err := firstOf(checkSlug(p.Slug), p.check()); err != nil {
		return Purpose{}, errs.Wrap(op, err)
	}
	if _, err := s.Store.Programme(ctx, p.ProgrammeID); err != nil {
		return Purpose{}, errs.Wrap(op, err)
	}
	err := s.Store.Update(ctx, func(tx Tx) error {
		if err := tx.CreatePurpose(&p); err != nil {
			return err
		}
		return BarObjectors(tx, p, s.Now())
	})
	return p, errs.Wrap(op, err)
}

func (p Purpose) withDefaults() Purpose {
	if p.ConfirmOutcome == "" {
		p.ConfirmOutcome = NoAnswerLapses
	}
	if p.RenewDays == nil {
		p.RenewDays = []int{30, 7}
	}
	return p
}

func (p Purpose) check() error {
	err := firstOf(
		title(p.Name, "name"), oneOf(p.Basis, "basis", Bases...), oneOf(p.Class, "class", Classes...),
		CheckBasis(p.Basis, p.Conditions), CheckClass(p.Class, p.Basis), oneLine(p.DPIA, "dpia", maxName),
		oneOf(p.ConfirmOutcome, "confirm_outcome", NoAnswerLapses, NoAnswerKeeps), ranged(p.KeepIPDays, "keep_ip_days", 0, maxKeepIP),
	)
	if err != nil {
		return err
	}
	if p.Term < 0 || p.ConfirmEvery < 0 {
		return invalid("A term cannot be negative; 0 is without end.")
	}
	if len(p.RenewDays) > maxRenewals {
		return invalid("A renewal can be asked for at most %d times.", maxRenewals)
	}
	for i, d := range p.RenewDays {
		if d < 1 || d > maxRenewDays || i > 0 && d >= p.RenewDays[i-1] {
			return invalid("The days before the end on which a renewal is asked for (renew_days) go down, from at most %d to at least 1.", maxRenewDays)
		}
	}
	return nil
}

// CheckBasis refuses a basis without its conditions, or with those of another.
func CheckBasis(b Basis, c Conditions) error {
	allowed := Conditions{}
	var err error
	switch b {
	case SoftOptIn: // PECR regulation 22(3)
		allowed.FromSale, allowed.OwnSimilar, allowed.OptOutAtStart, allowed.OptOutEachTime = c.FromSale, c.OwnSimilar, c.OptOutAtStart, c.OptOutEachTime
		if !c.FromSale || !c.OwnSimilar || !c.OptOutAtStart || !c.OptOutEachTime {
			err = invalid("The soft opt-in holds only where all of it is so: details got in a sale or its negotiation, own similar products, and an opt-out offered at the start and in every message (PECR regulation 22(3)).")
		}
	case CharitySoftOptIn: // PECR regulation 22(3A)
		allowed.CharitysPurposes, allowed.InterestOrSupport, allowed.OptOutAtStart, allowed.OptOutEachTime = c.CharitysPurposes, c.InterestOrSupport, c.OptOutAtStart, c.OptOutEachTime
		if !c.CharitysPurposes || !c.InterestOrSupport || !c.OptOutAtStart || !c.OptOutEachTime {
			err = invalid("The charities' soft opt-in holds only where all of it is so: only for the charity's purposes, details got when the person showed interest or gave support, and an opt-out offered at the start and in every message (PECR regulation 22(3A)).")
		}
	case LegitimateInterests: // Article 6(1)(f); E2-06
		allowed.Interest, allowed.Assessment, allowed.ReviewOn = c.Interest, c.Assessment, c.ReviewOn
		err = firstOf(title(c.Interest, "interest"), title(c.Assessment, "reference of the assessment"))
		if err == nil && c.ReviewOn.IsZero() {
			err = invalid("Say when the assessment is to be reviewed (review_on).")
		}
	case PublicTask, Contract, LegalObligation: // Article 6(1)(e), (b), (c)
		allowed.Reference = c.Reference
		err = firstOf(title(c.Reference, "reference"))
	}
	if err == nil && c != allowed {
		err = invalid("These conditions belong to another basis than %q.", b)
	}
	return err
}

// CheckClass refuses a class of mail that a basis cannot carry.
//
//   - Marketing needs consent or a soft opt-in: PECR regulation 22 knows nothing else for individuals.
//   - A soft opt-in is for marketing and for nothing else.
//   - Service mail goes to people for a contract, a duty, a task or an interest, not because they asked for more mail (E4-09).
//   - Case mail is a duty or a task, which no opt-out stops.
func CheckClass(c Class, b Basis) error {
	switch {
	case c == Marketing && !b.NeedsAct() && !b.IsSoftOptIn():
		return invalid("Marketing mail needs consent or the soft opt-in.")
	case b.IsSoftOptIn() && c != Marketing:
		return invalid("The soft opt-in is a basis of marketing mail only.")
	case c == ServiceClass && b.NeedsAct():
		return invalid("Service mail is what people get whether or not they agreed to more. Give the purpose another basis than consent, or another class.")
	case c == CaseClass && b != LegalObligation && b != PublicTask:
		return invalid("Mail about cases rests on a legal obligation or a public task.")
	}
	return nil
}

// MessageClass returns the class of a message that serves purposes, the first of them that of its list. Promotion is marketing wherever it stands
// (Leave.EU & Eldon v IC; E0-02), and what people get whether or not they agreed to more carries nothing else (E4-09).
func MessageClass(purposes []Purpose) (Class, error) {
	if len(purposes) == 0 {
		return "", invalid("A message serves at least one purpose.")
	}
	class := purposes[0].Class
	for _, p := range purposes {
		switch {
		case p.Class == CaseClass:
			return "", invalid("Mail about a case goes to one person; it is no campaign.")
		case (p.Class == ServiceClass) != (class == ServiceClass):
			return "", invalid("Service mail carries service purposes only, and no other mail is service mail. Send “%s” by itself.", p.Name)
		case p.Class == Marketing:
			class = Marketing
		}
	}
	return class, nil
}

// acted reports whether an act came at a moment that the purpose's basis allows: the charities' soft opt-in takes in nothing from
// before its day (Data (Use and Access) Act 2025 s.114).
func (p Purpose) acted(at time.Time) error {
	if p.Basis == CharitySoftOptIn && at.Before(CharityFrom()) {
		return errs.E("subscriptions: check act", errs.Refused, "The charities' soft opt-in is in force since 5 February 2026, and details got before do not fall under it. Ask this person for consent.", nil)
	}
	return nil
}
