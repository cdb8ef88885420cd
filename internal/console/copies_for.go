package console

import (
	"context"
	"strconv"

	"assent/internal/errs"
	"assent/templates"
)

const forHint = "Whoever is in a file for somebody else gets it into their record of who was given their data, and the recipient is told when that data changes (Article 19)"

// recipientChoices are the declared recipients that a file may be made for, of every programme.
func (s *console) recipientChoices(ctx context.Context) ([]templates.Choice, error) {
	out := []templates.Choice{{Value: "", Label: "Our own use"}}
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range programmes {
		declared, err := s.Disclosures.Catalogue.Recipients(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range declared {
			if r.EndedAt.IsZero() {
				out = append(out, templates.Choice{Value: itoa(r.ID), Label: r.Name + " (" + p.Name + ")"})
			}
		}
	}
	return out, nil
}

// madeFor reads whom a file is made for: 0 for our own use.
func madeFor(v typed) (int64, error) {
	chosen := v.get("for")
	if chosen == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(chosen, 10, 64)
	if err != nil || id <= 0 {
		return 0, errs.E("console: made for", errs.Invalid, "Choose whom it is for.", err)
	}
	return id, nil
}
