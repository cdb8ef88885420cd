package access

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"assent/templates"
)

// Layout is the Maker of access packs: a page to read and print, and the same for programs.
type Layout struct {
	Templates *templates.Set
	Zone      *time.Location // in which times are shown
}

// Belongs implements Maker: whoever asks for access gets all there is (E1-08).
func (Layout) Belongs(Item) bool { return true }

// Passes implements access.Maker: a copy for the person goes to the person, or to who acts for them.
func (Layout) Passes(string) bool { return false }

// Files implements Maker.
func (l Layout) Files(p Pack, _ []Item) ([]Output, error) {
	var b bytes.Buffer
	if err := l.Templates.DocumentIn(&b, "dossier", p.Language, l.page(p)); err != nil {
		return nil, err
	}
	data, err := JSON("your-data.json", p)
	return []Output{{Name: "your-data.html", Type: "text/html; charset=utf-8", Body: b.Bytes()}, data}, err
}

// page lays a pack out for people to read.
func (l Layout) page(p Pack) templates.Dossier {
	word := func(code string) string { return Word(code, p.Language) }
	out := templates.Dossier{
		Reference: p.Reference, ReceivedOn: l.date(p.ReceivedOn), MadeAt: p.MadeAt.In(l.Zone), Name: p.Person.Name, Addresses: p.Person.Addresses, Origins: p.Origins, Automated: p.Automated,
	}
	for _, c := range p.Controllers {
		out.Controllers = append(out.Controllers, templates.DossierController{Programme: c.Programme, Name: c.Name, Post: strings.TrimRight(c.Post, ". "), Officer: c.Officer, OfficerAddress: c.OfficerAt, Contact: c.Complaints})
	}
	for _, u := range p.Purposes {
		out.Purposes = append(out.Purposes, templates.DossierPurpose{Programme: u.Programme, Name: u.Name, Basis: word(u.Basis), Rests: u.Rests, Days: u.Days, Until: said(untilWords(), u.Basis, "", p.Language)})
	}
	for _, code := range p.Categories {
		out.Categories = append(out.Categories, word(code))
	}
	for _, r := range p.Recipients {
		out.Recipients = append(out.Recipients, templates.DossierRecipient{Name: r.Name, Category: r.Category, Purpose: r.Purpose, Country: r.Country, Safeguard: r.Safeguard})
	}
	for _, r := range p.Retention {
		out.Retention = append(out.Retention, templates.DossierKept{Programme: r.Programme, Name: r.Name, Period: r.Period, Reason: r.Reason})
	}
	l.searched(p, &out)
	for _, x := range p.LeftOut {
		out.LeftOut = append(out.LeftOut, templates.DossierLeft{Words: word(x.Reason), Law: x.Law, Items: x.Items, Passages: x.Parts})
	}
	for _, x := range p.Items {
		title := word(x.Source)
		i := slices.IndexFunc(out.Sections, func(s templates.DossierSection) bool { return s.Title == title })
		if i < 0 {
			i, out.Sections = len(out.Sections), append(out.Sections, templates.DossierSection{Title: title})
		}
		out.Sections[i].Items = append(out.Sections[i].Items, l.entry(x, p.Language))
	}
	return out
}

func (l Layout) searched(p Pack, out *templates.Dossier) {
	for _, s := range p.Searched {
		out.Searched = append(out.Searched, templates.DossierSearched{What: Word(s.Source, p.Language), By: Word("by-"+s.Source, p.Language), Found: s.Found, Left: s.Left})
	}
	for _, b := range p.Boxes {
		out.Boxes = append(out.Boxes, templates.DossierBox{Name: b.Name, Messages: int(b.Messages), Since: b.Since.In(l.Zone), Until: b.Until.In(l.Zone)})
	}
	for _, e := range p.Elsewhere {
		out.Elsewhere = append(out.Elsewhere, templates.DossierPlace{Place: e.Place, On: l.date(e.On), Found: e.Found})
	}
}

func (l Layout) entry(x PackItem, language string) templates.DossierEntry {
	out := templates.DossierEntry{Number: x.Number, At: x.At.In(l.Zone), Fields: Facts(x.Fields, language, l.Zone), Text: x.Text, File: x.File, Cut: x.Cut}
	for _, code := range x.Why {
		out.Removed = append(out.Removed, Word(code, language))
	}
	return out
}

// Facts returns fields with their names and values in words, times in zone.
func Facts(fields []Field, language string, zone *time.Location) []templates.Fact {
	var out []templates.Fact
	for _, f := range fields {
		name := f.Label
		switch {
		case name == "":
			name = Word(f.Name, language)
		case f.Name == "evidence": // a name of ours
			name = said(evidenceWords(), name, name, language)
		}
		out = append(out, templates.Fact{Name: name, Value: valueIn(f, language, zone)})
	}
	return out
}

// date reads a UK date; the zero time where it is none.
func (l Layout) date(iso string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, iso, l.Zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

var _ Maker = Layout{}
