package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// frame collects what a pack says besides the data, of every programme that the person has to do with and that of the case.
func (s *Service) frame(ctx context.Context, k cases.Case, found Search, items []Item, language string) (Frame, error) {
	f := Frame{
		Format: Format, Kind: k.Kind, Reference: k.Reference, Language: language, MadeAt: s.Now().UTC(), ReceivedOn: s.Cases.Reckoner.UKDate(k.ReceivedAt).String(),
		Person: Person{Addresses: found.Terms.Addresses}, Searched: found.Lines, Boxes: found.Boxes,
		Controllers: []Controller{}, Purposes: []Purpose{}, Categories: []string{}, Recipients: []Recipient{}, Retention: []Retention{}, Origins: []string{}, Automated: []string{}, Elsewhere: []Elsewhere{},
	}
	if len(found.Terms.Names) > 0 {
		f.Person.Name = found.Terms.Names[0]
	}
	for _, x := range items {
		if !slices.Contains(f.Categories, x.Source) {
			f.Categories = append(f.Categories, x.Source)
		}
		if x.Source == "record" {
			f.origin(x)
		}
	}
	places, err := s.Store.Places(ctx, k.ID)
	if err != nil {
		return f, err
	}
	for _, p := range places {
		f.Elsewhere = append(f.Elsewhere, Elsewhere{p.Name, p.On.String(), p.Terms, p.Found})
	}
	err = s.declared(ctx, k, found.Terms.Numbers, &f)
	f.Purposes = slices.DeleteFunc(f.Purposes, func(u Purpose) bool { return neverAgreed(u, found, items) })
	return f, err
}

// neverAgreed reports whether a purpose rests on the person's agreement and nothing that was found shows any: then their data is not used for it, and saying so would be wrong (Article 15(1)(a)).
func neverAgreed(u Purpose, found Search, items []Item) bool {
	i := slices.IndexFunc(found.Lines, func(l Line) bool { return l.Source == "permissions" })
	if b := subscriptions.Basis(u.Basis); !b.NeedsAct() && !b.IsSoftOptIn() || i < 0 || found.Lines[i].Left != "" {
		return false
	}
	return !slices.ContainsFunc(items, func(x Item) bool {
		return x.Source == "permissions" && slices.ContainsFunc(x.Content.Fields, func(f Field) bool { return f.Name == "purpose" && f.Value == u.Name })
	})
}

// origin tells where a record came from (Article 15(1)(g)).
func (f *Frame) origin(x Item) {
	for _, v := range x.Content.Fields {
		if v.Name == "source" && v.Value != "" && !slices.Contains(f.Origins, v.Value) {
			f.Origins = append(f.Origins, v.Value)
		}
	}
}

// declared adds what the programmes declare.
func (s *Service) declared(ctx context.Context, k cases.Case, numbers []int64, f *Frame) error {
	ids, err := s.Catalogue.ProgrammesOf(ctx, numbers)
	if err != nil {
		return err
	}
	all, err := s.Catalogue.Programmes(ctx)
	if err != nil {
		return err
	}
	rules, err := s.Catalogue.Rules(ctx, false)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, p := range all {
		if p.ID != k.ProgrammeID && !slices.Contains(ids, p.ID) {
			continue
		}
		names[p.ID] = p.Name
		if err := s.programme(ctx, p, f); err != nil {
			return err
		}
	}
	for _, r := range rules {
		if name, theirs := names[r.ProgrammeID]; theirs || r.ProgrammeID == 0 {
			f.Retention = append(f.Retention, Retention{name, r.Name, periodIn(f.Language, r.Period), r.Reason})
		}
	}
	return nil
}

// periodIn says how long something is kept in a language of packs. Welsh counts years in three forms, by the number before them.
func periodIn(language string, p retention.Period) string {
	if language != "cy" {
		return p.String()
	}
	unit := map[retention.Unit]string{retention.Days: "diwrnod", retention.Months: "mis", retention.Years: "mlynedd"}[p.Unit]
	switch {
	case p.Unit == retention.Years && p.Length == 1:
		unit = "flwyddyn"
	case p.Unit == retention.Years && p.Length == 2:
		unit = "flynedd"
	case p.Unit == retention.Years && (p.Length == 3 || p.Length == 4 || p.Length == 6):
		unit = "blynedd"
	case p.Unit == retention.Months && p.Length == 2:
		unit = "fis"
	case p.Unit == retention.Days && p.Length == 2:
		unit = "ddiwrnod"
	}
	return fmt.Sprintf("%d %s", p.Length, unit)
}

func (s *Service) programme(ctx context.Context, p subscriptions.Programme, f *Frame) error {
	f.Controllers = append(f.Controllers, Controller{
		Programme: p.Name, Name: cmp.Or(p.Controller, p.Owner), Post: p.PostalAddress, Officer: p.DPOName, OfficerAt: p.DPOAddress.String(), Complaints: p.Contact.Address.String(),
	})
	said := p.Statements[f.Language]
	if said == (subscriptions.Statements{}) {
		said = p.Statements["en"]
	}
	for _, to := range []struct {
		list *[]string
		text string
	}{{&f.Automated, said.Automated}, {&f.Origins, said.Source}} {
		if to.text != "" && !slices.Contains(*to.list, to.text) {
			*to.list = append(*to.list, to.text)
		}
	}
	if said.Retention != "" {
		f.Retention = append(f.Retention, Retention{Programme: p.Name, Reason: said.Retention})
	}
	purposes, err := s.Catalogue.Purposes(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, u := range purposes {
		f.Purposes = append(f.Purposes, Purpose{p.Name, u.Name, string(u.Basis), cmp.Or(u.Conditions.Interest, u.Conditions.Reference), int(u.Lasts().Hours() / 24)})
	}
	recipients, err := s.Catalogue.Recipients(ctx, p.ID)
	for _, r := range recipients {
		f.Recipients = append(f.Recipients, Recipient{p.Name, r.Name, r.Category, r.Purpose, r.Country, r.Safeguard})
	}
	return errs.Wrap("access: recipients", err)
}
