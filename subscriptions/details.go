package subscriptions

import (
	"context"
	"maps"
	"slices"

	"assent/internal/audit"
	"assent/internal/errs"
)

// SetLanguage sets the language of a person's mails. It does no harm in anybody's hands, so the preference link alone allows it.
func (p *Preferences) SetLanguage(ctx context.Context, person Subscriber, language string) error {
	const op = "subscriptions: set language"
	if err := firstOf(need(language, "language"), oneLine(language, "language", maxLanguage)); err != nil {
		return errs.Wrap(op, err)
	}
	return p.change(ctx, op, person, false, func(s *Subscriber) { s.Language = language })
}

// Details is what a person corrects about themselves: their name, and the attributes that a programme leaves to them (E0-16).
type Details struct {
	Name       string
	Attributes Attributes // by programme; one that is not there stays as it is, one that is nil is taken away
}

// SetDetails writes what a person corrected. Only what the programmes that they know declare as self-service may be among it; the same
// checks hold as for any other way in. Whoever was given the data is told what is right now, as of any other rectification (Article 19).
func (p *Preferences) SetDetails(ctx context.Context, person Subscriber, d Details) error {
	const op = "subscriptions: set details"
	if err := oneLine(d.Name, "name", maxName); err != nil {
		return errs.Wrap(op, err)
	}
	for slug, values := range d.Attributes {
		programme, err := p.Store.ProgrammeBySlug(ctx, slug)
		if err != nil {
			return errs.Wrap(op, err)
		}
		declared, err := p.Store.AttributesOf(ctx, programme.ID)
		if err != nil {
			return errs.Wrap(op, err)
		}
		own := slices.DeleteFunc(declared, func(a Attribute) bool { return !a.SelfService || a.Ended() })
		for _, a := range own {
			if v, sent := values[a.Name]; sent && a.Required && empty(v) {
				return errs.Wrap(op, CheckRequired([]Attribute{a}, nil))
			}
		}
		given := maps.Clone(values)
		maps.DeleteFunc(given, func(name string, v any) bool { return v == nil && declares(own, name) })
		if err := CheckAttributes(own, given); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return p.change(ctx, op, person, true, func(s *Subscriber) {
		s.Name = d.Name
		s.Attributes = s.Attributes.with(d.Attributes)
	})
}

func declares(all []Attribute, name string) bool {
	return slices.ContainsFunc(all, func(a Attribute) bool { return a.Name == name })
}

// with returns the attributes with some of them set anew, and those that are nil taken away. Neither argument is changed.
func (a Attributes) with(changes Attributes) Attributes {
	out := Attributes{}
	for slug, values := range a {
		out[slug] = maps.Clone(values)
	}
	for slug, values := range changes {
		if out[slug] == nil {
			out[slug] = map[string]any{}
		}
		for name, v := range values {
			if v == nil {
				delete(out[slug], name)
			} else {
				out[slug][name] = v
			}
		}
		if len(out[slug]) == 0 {
			delete(out, slug)
		}
	}
	return out
}

// change writes a person's row; the store puts on the audit trail what it was before and by whom it was changed (E1-29). What changes nothing leaves
// no trace. rectifies says that recipients are told.
func (p *Preferences) change(ctx context.Context, op string, person Subscriber, rectifies bool, set func(*Subscriber)) error {
	next := person
	set(&next)
	if len(differences(person, next)) == 0 {
		return nil
	}
	return p.done(op, p.Store.Update(audit.As(ctx, themselves), func(tx Tx) error {
		now, ok, err := tx.SubscriberByKey(person.Key)
		if err != nil || !ok || now.Address.IsZero() { // erased meanwhile
			return err
		}
		was := now
		set(&now)
		if changes := differences(was, now); rectifies && len(changes) > 0 { // or somebody else was quicker
			if err := tellRecipients(tx, recordChanged{person: was, change: RecordRectified, fields: changes, at: p.Now()}); err != nil {
				return err
			}
		}
		return tx.UpdateSubscriber(now)
	}))
}
