package subscriptions

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"assent/internal/audit"
	"assent/internal/errs"
)

// Correction is a change of what is on record about a person by staff or a program. What the person changes themself is Details; the address changes by a Move,
// which is agreed to by mail.
type Correction struct {
	SubscriberID int64
	Actor        string
	Why          string // what the change rests on: it goes on the audit trail
	CaseID       int64  // in which the person asked for it; 0 for none
	Name         *string
	Language     *string
	Attributes   Attributes // by programme; one that is not there stays as it is, one that is nil is taken away
}

// Correct writes what staff corrected, as Article 16 and accuracy (Article 5(1)(d)) want it: with who, why, and what it was before on the audit trail, and those told who
// were given the data. Only what is declared may be among it. Kind Refused while a hold keeps the data as it is, and while processing is restricted, save where the
// person asked for it in a case (Article 18(2)); the attempt is put on record. It returns what changed; nothing that changes nothing leaves a trace.
func (k *Keeper) Correct(ctx context.Context, c Correction) ([]FieldChange, error) {
	const op = "subscriptions: correct"
	if err := k.checkCorrection(ctx, c); err != nil {
		return nil, errs.Wrap(op, err)
	}
	var changes []FieldChange
	err := k.Store.UpdateKept(audit.For(audit.As(ctx, c.Actor), c.Why), func(tx KeepingTx) error {
		was, err := tx.Person(c.SubscriberID)
		if err != nil {
			return err
		}
		is := c.applied(was)
		if changes = differences(was, is); len(changes) == 0 {
			return nil
		}
		if err := k.mayCorrect(tx, was, c); err != nil {
			return err
		}
		if err := tellRecipients(tx, recordChanged{person: was, change: RecordRectified, fields: changes, caseID: c.CaseID, at: k.Now()}); err != nil {
			return err
		}
		return tx.UpdateSubscriber(is)
	})
	if err != nil {
		return nil, errs.Wrap(op, k.refused(ctx, Attempt{Actor: c.Actor, What: "change", SubscriberID: c.SubscriberID}, err))
	}
	k.done()
	return changes, nil
}

func (k *Keeper) checkCorrection(ctx context.Context, c Correction) error {
	if err := firstOf(need(c.Why, "reason"), oneLine(c.Why, "reason", maxReason)); err != nil {
		return err
	}
	if c.Name != nil {
		if err := oneLine(*c.Name, "name", maxName); err != nil {
			return err
		}
	}
	if c.Language != nil {
		if err := oneLine(*c.Language, "language", maxLanguage); err != nil {
			return err
		}
	}
	for slug, values := range c.Attributes {
		programme, err := k.Store.ProgrammeBySlug(ctx, slug)
		if err != nil {
			return err
		}
		declared, err := k.Store.AttributesOf(ctx, programme.ID)
		if err != nil {
			return err
		}
		given := maps.Clone(values)
		maps.DeleteFunc(given, func(name string, v any) bool { return v == nil && declares(declared, name) })
		if err := CheckAttributes(declared, given); err != nil {
			return err
		}
	}
	return nil
}

// applied returns the person as they are after a correction.
func (c Correction) applied(p Subscriber) Subscriber {
	if c.Name != nil {
		p.Name = *c.Name
	}
	if c.Language != nil {
		p.Language = *c.Language
	}
	p.Attributes = p.Attributes.with(c.Attributes)
	return p
}

// mayCorrect refuses what may not be changed now.
func (k *Keeper) mayCorrect(tx KeepingTx, p Subscriber, c Correction) error {
	const op, what = "subscriptions: may correct", "the data of a person may not be changed"
	if p.Address.IsZero() {
		return errs.E(op, errs.Refused, "This was refused: the person was erased, and nothing is kept of them that could be corrected.", nil)
	}
	holds, err := tx.Holds(p)
	if err != nil {
		return err
	}
	if len(holds) > 0 {
		return holds[0].Refusal(op, what)
	}
	byKey, err := tx.EventsByKey(p.Key)
	if err != nil {
		return err
	}
	if Fold(byKey[string(p.Key)]).RestrictedBy != 0 && c.CaseID == 0 {
		return errs.E(op, errs.Refused, "This was refused: "+what+", because their processing is restricted to storage (Article 18), and no case says that they asked for it. The attempt is on record.", nil)
	}
	return nil
}

// differences returns which fields of a record differ, in a fixed order.
func differences(was, is Subscriber) []FieldChange {
	var out []FieldChange
	add := func(field, before, after string) {
		if before != after {
			out = append(out, FieldChange{Field: field, Before: before, After: after})
		}
	}
	add("name", was.Name, is.Name)
	add("language", was.Language, is.Language)
	slugs := slices.Collect(maps.Keys(was.Attributes))
	slugs = slices.AppendSeq(slugs, maps.Keys(is.Attributes))
	slices.Sort(slugs)
	for _, slug := range slices.Compact(slugs) {
		names := slices.Collect(maps.Keys(was.Attributes[slug]))
		names = slices.AppendSeq(names, maps.Keys(is.Attributes[slug]))
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			if !reflect.DeepEqual(plainValue(was.Attributes[slug][name]), plainValue(is.Attributes[slug][name])) {
				add(slug+": "+name, was.Attributes.Text(slug, name), is.Attributes.Text(slug, name))
			}
		}
	}
	return out
}

// plainValue makes of a value what JSON makes of it, so that two that are kept alike are alike.
func plainValue(v any) (out any) {
	b, err := json.Marshal(v)
	if err != nil || json.Unmarshal(b, &out) != nil {
		return v
	}
	return out
}
