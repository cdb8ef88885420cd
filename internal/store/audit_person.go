package store

import (
	"assent/internal/audit"
	"assent/subscriptions"
)

// personal returns what is known of a person, as the audit trail keeps it: each attribute under its programme, such as
// "harbour-news.region". What is not known is left out.
func personal(p subscriptions.Subscriber) audit.Values {
	v := audit.Values{}
	for name, text := range map[string]string{"address": p.Address.String(), "name": p.Name, "language": p.Language, "source": p.Source} {
		if text != "" {
			v[name] = text
		}
	}
	for programme, attributes := range p.Attributes {
		for name, value := range attributes {
			v[programme+"."+name] = value
		}
	}
	return v
}

// notePerson notes what changed about a person: the names of the fields openly, their values under the person's key. Nothing changed, nothing noted.
func (t *ledgerTx) notePerson(action audit.Action, id int64, before, after audit.Values) error {
	was, is, fields := audit.Differences(before, after)
	if len(fields) == 0 {
		return nil
	}
	return t.note(t.ctx, audit.Note{
		Action: action, Object: audit.About("subscriber", id), Facts: audit.Values{"fields": fields}, Before: was, After: is,
	})
}
