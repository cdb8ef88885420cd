package amending

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// rectifying is the practice of Article 16.
type rectifying struct{ store Store }

// Outcomes implements cases.Practice.
func (rectifying) Outcomes(cases.Case) []cases.Outcome { return usual() }

// Reasons implements cases.Practice.
func (rectifying) Reasons(_ cases.Case, _ cases.Outcome) []cases.Reason {
	return []cases.Reason{
		{Code: "accurate", Words: "The data is right as it stands", Rule: "Art 16 UK GDPR",
			English: "the data is right as it stands", Welsh: "mae’r data yn gywir fel y mae"},
		{Code: "disputed", Words: "What is right could not be shown; the person's statement stands beside it", Rule: "Art 16 UK GDPR",
			English: "what is right could not be shown; your statement stands beside the data", Welsh: "ni ellid dangos beth sy’n gywir; mae eich datganiad yn sefyll wrth ochr y data"},
		{Code: "record-of-fact", Words: "It records what was said or done at the time, which does not change", Rule: "Art 5(1)(d) UK GDPR",
			English: "it records what was said or done at the time, which does not change", Welsh: "mae’n cofnodi’r hyn a ddywedwyd neu a wnaed ar y pryd, ac nid yw hynny’n newid"},
	}
}

// Duties implements cases.Practice.
func (p rectifying) Duties(ctx context.Context, c cases.Case) ([]cases.Duty, error) {
	if !acts(c) || c.SubjectID == 0 {
		return nil, nil
	}
	items, err := p.store.Corrections(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	out := []cases.Duty{{Code: "items", Words: "Write down what is to be corrected, item by item", Done: len(items) > 0}}
	unsettled := false
	for _, x := range items {
		duty := cases.Duty{Code: fmt.Sprintf("item-%d", x.ID), Words: "Decide on " + x.Name(), Done: x.decided()}
		if x.Decision == Correct {
			duty.Step, duty.Words = cases.CarryingOut, "Correct "+x.Name()
			at, err := standing(ctx, p.store, x, time.Time{}) // done or not: when it ends does not matter here
			if err != nil {
				return nil, err
			}
			duty.Done = at == Corrected
			if x.Field == AddressField && !x.DoneAt.IsZero() {
				duty.Words = "Have the new address agreed to by mail, or decide on it again"
			}
		}
		unsettled = unsettled || x.Decision == Refuse || x.Decision == Disputed
		out = append(out, duty)
	}
	if unsettled {
		out = append(out, done(c, cases.CarryingOut, statementSettled, "Put the person's statement beside what was not corrected, or record that they want none"))
	}
	var left []cases.Duty
	if len(cases.Left(out)) > 0 {
		if left, err = holdDuties(ctx, p.store, c); err != nil {
			return nil, err
		}
		left = append([]cases.Duty{proof(c)}, left...)
	}
	told, err := recipientDuties(ctx, p.store, c)
	return append(append(left, out...), told...), err
}

// Standing is how far what was decided of an item is carried out.
type Standing string

const (
	Unmade    Standing = ""           // nothing was done yet, or nothing is to be
	Asked     Standing = "asked"      // of an address: the mailboxes were asked to agree
	NotAgreed Standing = "not-agreed" // of an address: one said no, or did not answer in time; it is to be decided again
	Corrected Standing = "corrected"  // it is on record
)

// Standing returns how far what was decided of an item is carried out. Kinds of error: those of the store.
func (s *Service) Standing(ctx context.Context, x Item) (Standing, error) {
	at, err := standing(ctx, s.Store, x, s.Now())
	return at, errs.Wrap("amending: standing", err)
}

// standing goes by the last change of address that was asked for where the item is an address, which is agreed to by mail.
func standing(ctx context.Context, store Store, x Item, now time.Time) (Standing, error) {
	switch {
	case x.Decision != Correct || x.DoneAt.IsZero():
		return Unmade, nil
	case x.Field != AddressField:
		return Corrected, nil
	}
	m, ok, err := store.LastMove(ctx, x.SubscriberID)
	switch {
	case err != nil:
		return Unmade, err
	case ok && m.Outcome == subscriptions.MoveDone:
		return Corrected, nil
	case ok && m.Outcome == subscriptions.MoveOpen && !now.After(m.ExpiresAt):
		return Asked, nil
	}
	return NotAgreed, nil
}

// Claim writes down what a person says is wrong. What is on record now is kept with it. Kinds of error: Invalid, Conflict, NotFound.
func (s *Service) Claim(ctx context.Context, caseID int64, x Item) (Item, error) {
	const op = "amending: claim"
	c, p, err := s.open(ctx, caseID, cases.Rectification)
	if err != nil {
		return Item{}, errs.Wrap(op, err)
	}
	if !c.Open() {
		return Item{}, errs.E(op, errs.Conflict, "This case is closed. Reopen it first.", nil)
	}
	if err := s.checkClaim(ctx, &x, p); err != nil {
		return Item{}, errs.Wrap(op, err)
	}
	items, err := s.Store.Corrections(ctx, c.ID)
	if err != nil {
		return Item{}, errs.Wrap(op, err)
	}
	if len(items) >= maxItems {
		return Item{}, errs.E(op, errs.Invalid, "A case has at most 100 items.", nil)
	}
	x = Item{CaseID: c.ID, SubscriberID: p.ID, Field: x.Field, Programme: x.Programme, Attribute: x.Attribute, Before: onRecord(p, x), After: x.After}
	return x, errs.Wrap(op, s.Store.AddCorrection(ctx, &x))
}

const maxItems = 100 // of one case

// checkClaim refuses what could not be put on record.
func (s *Service) checkClaim(ctx context.Context, x *Item, p subscriptions.Subscriber) error {
	const op = "amending: check claim"
	text, isText := x.After.(string)
	text = strings.TrimSpace(text)
	switch x.Field {
	case NameField, LanguageField:
		if x.After != nil && (!isText || len(text) > 200 || strings.ContainsAny(text, "\r\n")) {
			return errs.E(op, errs.Invalid, "A name or a language is one line of text.", nil)
		}
		x.After = text
	case AddressField:
		to, err := address.Parse(text)
		if err != nil {
			return err
		}
		x.After = to.String()
	case AttributeField:
		programme, err := s.People.Store.ProgrammeBySlug(ctx, x.Programme)
		if err != nil {
			return err
		}
		declared, err := s.People.Store.AttributesOf(ctx, programme.ID)
		if err != nil {
			return err
		}
		value := x.After
		if value == nil {
			value = onRecord(p, *x) // taking away what is there
			if value == nil {
				return errs.E(op, errs.Invalid, "Nothing is on record of this attribute that could be taken away.", nil)
			}
		}
		if err := subscriptions.CheckAttributes(declared, map[string]any{x.Attribute: value}); err != nil {
			return err
		}
	default:
		return errs.E(op, errs.Invalid, "Say what is wrong: name, language, address or attribute.", nil)
	}
	if reflect.DeepEqual(onRecord(p, *x), x.After) {
		return errs.E(op, errs.Invalid, "This is what is on record now.", nil)
	}
	return nil
}

// onRecord returns what is on record of the field of an item.
func onRecord(p subscriptions.Subscriber, x Item) any {
	switch x.Field {
	case NameField:
		return p.Name
	case LanguageField:
		return p.Language
	case AddressField:
		return p.Address.String()
	}
	return p.Attributes[x.Programme][x.Attribute]
}

// Judgement is what a person decided of one item.
type Judgement struct {
	Actor   string
	Person  string // who decided, where a program records it for them
	Verdict Verdict
	Words   string // what shows that the new data is right (E4-25), or why it is not corrected
}

// Judge keeps what a person decided of one item (E0-10). A refusal, and a dispute, needs words that the person is told (E1-38). Kinds of error: Invalid, Conflict,
// NotFound, Forbidden.
func (s *Service) Judge(ctx context.Context, caseID, itemID int64, j Judgement) (Item, error) {
	const op = "amending: judge"
	c, _, err := s.open(ctx, caseID, cases.Rectification)
	if err != nil {
		return Item{}, errs.Wrap(op, err)
	}
	if !c.Open() {
		return Item{}, errs.E(op, errs.Conflict, "This case is closed. Reopen it first.", nil)
	}
	x, err := s.item(ctx, c.ID, itemID)
	if err != nil {
		return x, errs.Wrap(op, err)
	}
	at, err := s.Standing(ctx, x)
	if err != nil {
		return x, errs.Wrap(op, err)
	}
	switch {
	case j.Verdict != Correct && j.Verdict != Refuse && j.Verdict != Disputed:
		return x, errs.E(op, errs.Invalid, "Decide: correct, refuse or disputed.", nil)
	case !strings.HasPrefix(j.Actor, "user:") && strings.TrimSpace(j.Person) == "":
		return x, errs.E(op, errs.Forbidden, "Only a person decides. A program that records a decision must name the person who took it.", nil)
	case at == Corrected:
		return x, errs.E(op, errs.Conflict, "This was corrected already.", nil)
	case at == Asked:
		return x, errs.E(op, errs.Conflict, "The mailboxes were asked to agree. Wait until they have answered, or the seven days are over.", nil)
	}
	if err := checkWords(j.Words, j.Verdict != Correct, "Say why it is not corrected: the person is told, and it stays on record."); err != nil {
		return x, errs.Wrap(op, err)
	}
	x.DoneAt = time.Time{} // of an address that was not agreed to: it begins again
	x.Decision, x.Words, x.DecidedBy, x.DecidedAt = j.Verdict, strings.TrimSpace(j.Words), j.Actor, s.Now()
	if err := s.Store.SaveCorrection(ctx, x); err != nil {
		return x, errs.Wrap(op, err)
	}
	_, err = s.did(ctx, c, j.Actor, "item", "Decided of one item: "+string(j.Verdict)+".", j.Person)
	return x, errs.Wrap(op, err)
}

func (s *Service) item(ctx context.Context, caseID, itemID int64) (Item, error) {
	items, err := s.Store.Corrections(ctx, caseID)
	for _, x := range items {
		if x.ID == itemID {
			return x, err
		}
	}
	if err == nil {
		err = errs.E("amending: item", errs.NotFound, "There is no such item in this case.", nil)
	}
	return Item{}, err
}

// Rectify puts on record all that was decided to be corrected, at once, and tells whoever was given the data. A new address is asked for by mail. Kinds of
// error: Conflict, Invalid, Refused while a hold keeps the data as it is.
func (s *Service) Rectify(ctx context.Context, caseID int64, actor string) (cases.Case, error) {
	const op = "amending: rectify"
	c, p, err := s.decided(ctx, caseID, cases.Rectification)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	items, err := s.Store.Corrections(ctx, c.ID)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	correction := subscriptions.Correction{SubscriberID: p.ID, Actor: actor, Why: "case " + c.Reference, CaseID: c.ID}
	var left []Item
	for _, x := range items {
		if x.Left() {
			left = append(left, x)
			x.into(&correction)
		}
	}
	if len(left) == 0 {
		return c, errs.E(op, errs.Conflict, "Nothing is left that was decided to be corrected.", nil)
	}
	if _, err := s.Keeper.Correct(ctx, correction); err != nil {
		return c, errs.Wrap(op, err)
	}
	for _, x := range left {
		if x.Field == AddressField {
			if err := s.move(ctx, c, p, x, actor); err != nil {
				return c, errs.Wrap(op, err)
			}
		}
		x.Before, x.DoneAt = onRecord(p, x), s.Now()
		if err := s.Store.SaveCorrection(ctx, x); err != nil {
			return c, errs.Wrap(op, err)
		}
	}
	c, err = s.did(ctx, c, actor, cases.RecordCorrected, fmt.Sprintf("Corrected the record (%d of %d).", len(left), len(items)), "")
	return c, errs.Wrap(op, err)
}

// into puts an item into a correction.
func (x Item) into(c *subscriptions.Correction) {
	text, _ := x.After.(string)
	switch x.Field {
	case NameField:
		c.Name = &text
	case LanguageField:
		c.Language = &text
	case AttributeField:
		if c.Attributes == nil {
			c.Attributes = subscriptions.Attributes{}
		}
		if c.Attributes[x.Programme] == nil {
			c.Attributes[x.Programme] = map[string]any{}
		}
		c.Attributes[x.Programme][x.Attribute] = x.After
	}
}

// move asks by mail whether a new address is right. Where a member of staff saw who asks, the new mailbox's yes is enough.
func (s *Service) move(ctx context.Context, c cases.Case, p subscriptions.Subscriber, x Item, actor string) error {
	text, _ := x.After.(string)
	to, err := address.Parse(text)
	if err != nil {
		return err
	}
	return s.Preferences.AskMoveIn(acting(ctx, actor, c), subscriptions.OfCase{ID: c.ID, Seen: c.Facts.Proof.Seen()}, p, to, c.Language, actor)
}

// State puts a person's statement beside their data (E2-36, E3-13). Empty words record that they want none. Kinds of error: Invalid, Conflict.
func (s *Service) State(ctx context.Context, caseID int64, actor, words string) (cases.Case, error) {
	const op = "amending: statement"
	c, p, err := s.open(ctx, caseID, cases.Rectification)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	words = strings.TrimSpace(words)
	if err := checkWords(words, false, ""); err != nil {
		return c, errs.Wrap(op, err)
	}
	what := "The person wants no statement beside their data."
	if words != "" {
		what = "The person's statement now stands beside their data."
		if err := s.Store.AddStatement(ctx, &subscriptions.Statement{SubscriberID: p.ID, CaseID: c.ID, Words: words, Actor: actor, AddedAt: s.Now()}); err != nil {
			return c, errs.Wrap(op, err)
		}
	}
	c, err = s.did(ctx, c, actor, statementSettled, what, "")
	return c, errs.Wrap(op, err)
}
