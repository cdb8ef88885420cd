package access

import (
	"cmp"
	"context"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/templates"
)

// fields returns what the fields of a letter with a link stand for.
func (s *Service) fields(ctx context.Context, k cases.Case, l Link, language string) (cases.Fields, error) {
	v := s.Cases.DecisionFields(k, language, "")
	for name, value := range (cases.Fields{
		"reference": k.Reference, "received": day(s.Cases.Reckoner.UKDate(k.ReceivedAt), language), "link": s.URL(l), "link-until": day(s.Cases.Reckoner.UKDate(l.ExpiresAt), language),
	}) {
		v[name] = value
	}
	if k.Decision != nil {
		v["reasons"] = oneLine(k.Decision.Words)
	}
	parties, err := s.Cases.Store.CaseParties(ctx, k.ID)
	if err != nil {
		return nil, err
	}
	v["name"] = map[string]string{"en": "Sir or Madam", "cy": "Syr neu Fadam"}[language]
	for _, p := range parties {
		if p.Role == cases.Requester {
			v["name"] = cmp.Or(oneLine(p.Name), v["name"])
			break
		}
	}
	if k.ProgrammeID == 0 {
		return v, nil
	}
	p, err := s.Cases.Records.Programme(ctx, k.ProgrammeID)
	v["programme"], v["controller"], v["officer"], v["officer-address"] = p.Name, p.Controller, p.DPOName, p.DPOAddress.String()
	v["contact"], v["contact-address"] = p.Contact.Name, p.Contact.Address.String()
	return v, err
}

func day(d clock.Date, language string) string {
	return templates.Day(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC), language)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// textFor is the name of the text that a letter with a link is made of.
func textFor(k cases.Case) string {
	if k.Decision != nil && k.Decision.Outcome == cases.Partly {
		return "pack-part"
	}
	return "pack"
}
