package amending

import (
	"context"
	"slices"
	"strings"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/subscriptions"
)

// erasing is the practice of Article 17.
type erasing struct{ store Store }

// Outcomes implements cases.Practice.
func (erasing) Outcomes(cases.Case) []cases.Outcome { return usual() }

// grounds are the grounds of erasure as reasons of a decision (Article 17(1); E1-15), with what the ledger calls them.
func grounds() []struct {
	cases.Reason
	ground subscriptions.Ground
} {
	type row = struct {
		cases.Reason
		ground subscriptions.Ground
	}
	return []row{
		{cases.Reason{Code: "unneeded", Words: "The data is no longer necessary for what it was collected", Rule: "Art 17(1)(a) UK GDPR",
			English: "we no longer need the data for what it was collected", Welsh: "nid oes angen y data arnom mwyach at y diben y cafodd ei gasglu"}, subscriptions.GroundUnneeded},
		{cases.Reason{Code: "consent-withdrawn", Words: "Consent was withdrawn, and there is no other basis", Rule: "Art 17(1)(b) UK GDPR",
			English: "you took back your consent, and there is no other basis", Welsh: "rydych wedi tynnu eich cydsyniad yn ôl, ac nid oes sail arall"}, subscriptions.GroundWithdrawn},
		{cases.Reason{Code: "consent-expired", Words: "Consent was for a limited time, which is over", Rule: "Art 17(1)(b) UK GDPR",
			English: "your consent was for a limited time, which is over", Welsh: "roedd eich cydsyniad am gyfnod penodol, sydd wedi dod i ben"}, subscriptions.GroundExpired},
		{cases.Reason{Code: "objection", Words: "The person objected, and nothing overrides that", Rule: "Art 17(1)(c) UK GDPR",
			English: "you objected, and nothing overrides that", Welsh: "rydych wedi gwrthwynebu, ac nid oes dim yn drech na hynny"}, subscriptions.GroundObjection},
		{cases.Reason{Code: "unlawful", Words: "The data was processed unlawfully", Rule: "Art 17(1)(d) UK GDPR",
			English: "the data was processed unlawfully", Welsh: "cafodd y data ei brosesu’n anghyfreithlon"}, subscriptions.GroundUnlawful},
		{cases.Reason{Code: "obligation", Words: "A law wants the data erased", Rule: "Art 17(1)(e) UK GDPR",
			English: "a law wants the data erased", Welsh: "mae’r gyfraith yn mynnu bod y data’n cael ei ddileu"}, subscriptions.GroundObligation},
	}
}

// Reasons implements cases.Practice: the grounds of an erasure, and for a refusal the exemptions (Article 17(3)).
func (erasing) Reasons(_ cases.Case, o cases.Outcome) []cases.Reason {
	var out []cases.Reason
	for _, g := range grounds() {
		out = append(out, g.Reason)
	}
	if o == cases.Granted {
		return out
	}
	return append(out,
		cases.Reason{Code: "no-ground", Words: "None of the grounds for erasure applies: the data is still needed, on a lawful basis", Rule: "Art 17(1) UK GDPR",
			English: "none of the grounds for erasure applies: we still need the data, on a lawful basis", Welsh: "nid oes yr un o’r seiliau dros ddileu yn berthnasol: mae angen y data arnom o hyd, ar sail gyfreithlon"},
		cases.Reason{Code: "expression", Words: "It is needed for freedom of expression and information", Rule: "Art 17(3)(a) UK GDPR",
			English: "it is needed for freedom of expression and information", Welsh: "mae ei angen ar gyfer rhyddid mynegiant a gwybodaeth"},
		cases.Reason{Code: "legal-duty", Words: "A legal obligation, or a task in the public interest, needs it", Rule: "Art 17(3)(b) UK GDPR",
			English: "a legal obligation, or a task in the public interest, needs it", Welsh: "mae ei angen ar gyfer rhwymedigaeth gyfreithiol neu dasg er budd y cyhoedd"},
		cases.Reason{Code: "public-health", Words: "Public health needs it", Rule: "Art 17(3)(c) UK GDPR",
			English: "public health needs it", Welsh: "mae ei angen ar gyfer iechyd y cyhoedd"},
		cases.Reason{Code: "archiving", Words: "Archiving in the public interest, research or statistics would be seriously impaired", Rule: "Art 17(3)(d) UK GDPR",
			English: "archiving in the public interest, research or statistics would be seriously impaired", Welsh: "byddai archifo er budd y cyhoedd, ymchwil neu ystadegau’n cael eu hamharu’n ddifrifol"},
		cases.Reason{Code: "claims", Words: "Legal claims need it", Rule: "Art 17(3)(e) UK GDPR",
			English: "legal claims need it", Welsh: "mae ei angen ar gyfer hawliadau cyfreithiol"},
	)
}

// Duties implements cases.Practice.
func (p erasing) Duties(ctx context.Context, c cases.Case) ([]cases.Duty, error) {
	e, begun, err := p.store.ErasureOfCase(ctx, c.ID)
	if err != nil || !acts(c) || c.SubjectID == 0 && !begun {
		return nil, err
	}
	var out []cases.Duty
	if !begun || e.State == subscriptions.ErasureRefused {
		if out, err = holdDuties(ctx, p.store, c); err != nil {
			return nil, err
		}
		out = append([]cases.Duty{proof(c)}, out...)
		st, err := state(ctx, p.store, c)
		if err != nil {
			return nil, err
		}
		if st.RestrictedBy != 0 {
			out = append(out, cases.Duty{Code: "released", Words: "Lift the restriction of processing first, once the person has been told (Article 18(3))"})
		}
	}
	switch {
	case c.Decision != nil && c.Decision.Outcome == cases.Partly:
		out = append(out, done(c, cases.CarryingOut, partErased, "Take away what is to be erased"))
	case begun && e.State == subscriptions.ErasureTelling:
		out = append(out, cases.Duty{Step: cases.CarryingOut, Code: "erase", Words: "Wait until the letter that tells the person has left: then they are erased"})
	default:
		out = append(out, cases.Duty{Step: cases.CarryingOut, Code: "erase", Words: "Erase the person", Done: begun && e.State == subscriptions.ErasureDone})
	}
	out = append(out, done(c, cases.Following, madePublic, "Say whether the data was made public, and how those who copy it were informed (Article 17(2))"))
	told, err := recipientDuties(ctx, p.store, c)
	return append(out, told...), err
}

// groundOf returns the ground of an erasure that a decision rests on. Where it names none, the person asked for it.
func groundOf(d *cases.Decision) subscriptions.Ground {
	for _, g := range grounds() {
		if slices.Contains(d.Reasons, g.Code) {
			return g.ground
		}
	}
	return subscriptions.GroundRequest
}

// Erase has the person of a case erased. Who was not told the outcome yet is told by the letter of the erasure, which says what stays and why; it is done when that letter
// has left. Kinds of error: Conflict, Refused while an access case, a hold or a restriction keeps the data.
func (s *Service) Erase(ctx context.Context, caseID int64, actor string) (subscriptions.Erasure, error) {
	const op = "amending: erase"
	c, p, err := s.decided(ctx, caseID, cases.Erasure)
	if err != nil {
		return subscriptions.Erasure{}, errs.Wrap(op, err)
	}
	if c.Decision.Outcome != cases.Granted {
		return subscriptions.Erasure{}, errs.E(op, errs.Conflict, "Only a part is to be erased. Choose what, and take that away.", nil)
	}
	r := subscriptions.ErasureRequest{SubscriberID: p.ID, Ground: groundOf(c.Decision), Actor: actor, CaseID: c.ID}
	told := !c.Facts.AnsweredOn.IsZero()
	if told {
		r.Untold = "told by the answer to case " + c.Reference
	}
	e, err := s.Keeper.Erase(acting(ctx, actor, c), r)
	if err != nil {
		return e, errs.Wrap(op, err)
	}
	what := "The person was erased."
	if e.State == subscriptions.ErasureTelling {
		if what, err = s.toldOfErasure(ctx, c); err != nil {
			return e, errs.Wrap(op, err)
		}
	}
	if c, err = s.did(ctx, c, actor, "erasing", what, ""); err != nil {
		return e, errs.Wrap(op, err)
	}
	if told || e.Untold != "" {
		return e, nil
	}
	_, err = s.Cases.Do(ctx, c.ID, cases.Event{Kind: cases.Answered, Actor: actor, Detail: cases.Detail{Reasons: cases.InWriting()}})
	return e, errs.Wrap(op, err)
}

// toldOfErasure says who is told by a letter before a person is erased.
func (s *Service) toldOfErasure(ctx context.Context, c cases.Case) (string, error) {
	parties, err := s.Cases.Store.CaseParties(ctx, c.ID)
	if cases.Agent(parties) {
		return "The person is told by a letter, and whoever asked for them by another. They are erased when both have left.", err
	}
	return "The person is told by a letter, and erased when it has left.", err
}

// Part is what goes where only a part of what was asked is erased: fields of the record, what lies elsewhere, or both.
type Part struct {
	Fields    []Item // only which they are is read
	Elsewhere string // what was erased outside of Assent, and where
}

// ErasePart takes away fields of a record, and notes what was erased elsewhere. Whoever was given the data is told. Kinds of error: Conflict, Invalid, Refused.
func (s *Service) ErasePart(ctx context.Context, caseID int64, actor string, part Part) (cases.Case, error) {
	const op = "amending: erase part"
	c, p, err := s.decided(ctx, caseID, cases.Erasure)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	if c.Decision.Outcome != cases.Partly {
		return c, errs.E(op, errs.Conflict, "Decide first that a part is erased, and tell the person what stays and why.", nil)
	}
	if err := checkWords(part.Elsewhere, len(part.Fields) == 0, "Choose what is to be taken away, or say what was erased elsewhere."); err != nil {
		return c, errs.Wrap(op, err)
	}
	what := "Erased what lay elsewhere."
	if len(part.Fields) > 0 {
		if what, err = s.takeAway(ctx, c, p, actor, part.Fields); err != nil {
			return c, errs.Wrap(op, err)
		}
	}
	c, err = s.did(ctx, c, actor, partErased, what, part.Elsewhere)
	return c, errs.Wrap(op, err)
}

// takeAway empties fields of a record, and says which.
func (s *Service) takeAway(ctx context.Context, c cases.Case, p subscriptions.Subscriber, actor string, fields []Item) (string, error) {
	correction := subscriptions.Correction{SubscriberID: p.ID, Actor: actor, Why: "case " + c.Reference, CaseID: c.ID}
	for _, x := range fields {
		if x.Field != NameField && x.Field != AttributeField {
			return "", errs.E("amending: take away", errs.Invalid, "What can be taken away alone is the name and attributes.", nil)
		}
		x.After = nil
		x.into(&correction)
	}
	changes, err := s.Keeper.Correct(ctx, correction)
	if err != nil {
		return "", err
	}
	if len(changes) == 0 {
		return "", errs.E("amending: take away", errs.Invalid, "Nothing of what you chose is on record any more.", nil)
	}
	names := make([]string, len(changes))
	for i, x := range changes {
		names[i] = x.Field
	}
	return "Took away " + strings.Join(names, ", ") + ".", nil
}

// MadePublic records whether data was made public, and what was done to inform those who copy it (Article 17(2); E2-37).
func (s *Service) MadePublic(ctx context.Context, caseID int64, actor, words string) (cases.Case, error) {
	const op = "amending: made public"
	c, err := s.Cases.Store.Case(ctx, caseID)
	if err != nil || c.Kind != cases.Erasure {
		return c, errs.Wrap(op, firstError(err, errs.E(op, errs.Conflict, "This is not a case of erasure.", nil)))
	}
	if err := checkWords(words, true, "Say whether the data was made public, and what was done."); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, actor, madePublic, "Saw to copies that are public.", words)
	return c, errs.Wrap(op, err)
}

func firstError(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
