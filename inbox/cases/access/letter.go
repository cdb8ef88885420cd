package access

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/templates"
)

// linkFields returns what the fields of a letter with a link stand for.
func (s *Service) linkFields(ctx context.Context, k cases.Case, l Link, language string) (cases.Fields, error) {
	v, err := s.fields(ctx, k, language)
	if err == nil {
		v["link"], v["link-until"] = s.URL(l), day(s.Cases.Reckoner.UKDate(l.ExpiresAt), language)
	}
	return v, err
}

// fields returns what the fields of a letter stand for.
func (s *Service) fields(ctx context.Context, k cases.Case, language string) (cases.Fields, error) {
	v := s.Cases.DecisionFields(k, language, "")
	v["reference"], v["received"] = k.Reference, day(s.Cases.Reckoner.UKDate(k.ReceivedAt), language)
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

// writeText writes a letter from a text of the programme, in the letter's language.
func (s *Service) writeText(ctx context.Context, k cases.Case, actor, key, name string, values cases.Fields, l cases.Letter) error {
	texts, err := s.Cases.Texts(ctx, k.ProgrammeID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(texts, func(t cases.Text) bool { return t.Name == name && t.Language == l.Language })
	if i < 0 {
		return errs.E("access: letter", errs.Internal, "", nil)
	}
	text := texts[i]
	if l.Answers {
		text = text.For(k)
	}
	if l.Subject, err = cases.Fill(text.Subject, values); err != nil {
		return err
	}
	if l.Body, err = cases.FillBody(text.Body, values); err != nil {
		return err
	}
	_, err = s.Cases.Write(ctx, k.ID, actor, key, "", l)
	return err
}

// textFor is the name of the text that a letter with a link is made of.
func textFor(k cases.Case) string {
	if k.Decision != nil && k.Decision.Outcome == cases.Partly {
		return "pack-part"
	}
	return "pack"
}
