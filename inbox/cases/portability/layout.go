package portability

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"assent/inbox/cases/access"
	"assent/internal/errs"
	"assent/templates"
)

// Format names this form of a pack.
const Format = "assent portability 1"

// Layout is the access.Maker of portability packs.
type Layout struct {
	Templates *templates.Set
	Zone      *time.Location
}

// Belongs implements access.Maker.
func (Layout) Belongs(x access.Item) bool { return OfItem(x.Content) == Portable }

// Passes implements access.Maker: a receiver gets the values and the files that the person provided. The page is for the person, and so is what is said of data that is not
// portable (Article 5(1)(c)).
func (Layout) Passes(file string) bool { return file != pageFile && file != ownFile }

// The files of a pack that are the person's alone.
const (
	pageFile = "about.html"
	ownFile  = "your-data.json"
)

// Data is what a pack holds, as JSON.
type Data struct {
	Format    string  `json:"format"`
	Reference string  `json:"reference"`
	MadeAt    string  `json:"made_at"` // RFC 3339, UTC
	Values    []Value `json:"values"`
	NotHere   []Not   `json:"not_portable"`
}

// Value is one value that the person provided.
type Value struct {
	Item    int            `json:"item"` // values of one item belong together
	Source  string         `json:"source"`
	Name    string         `json:"name"`
	Label   string         `json:"label,omitempty"`
	Value   string         `json:"value"`
	At      string         `json:"at"` // RFC 3339, UTC
	Purpose []access.Basis `json:"purposes"`
}

// Not is how much is not portable, and why.
type Not struct {
	Source string `json:"source"`
	Why    Why    `json:"why"`
	Items  int    `json:"items"`
}

// DataOf takes from a pack what is portable.
func DataOf(p access.Pack, all []access.Item) Data {
	d := Data{Format: Format, Reference: p.Reference, MadeAt: p.MadeAt.UTC().Format(time.RFC3339), Values: []Value{}, NotHere: []Not{}}
	for _, x := range p.Items {
		for _, f := range given(x) {
			d.Values = append(d.Values, Value{x.Number, x.Source, f.Name, f.Label, f.Value, x.At.UTC().Format(time.RFC3339), x.Bases})
		}
	}
	for _, x := range all {
		if why := OfItem(x.Content); why != Portable {
			d.not(x.Source, why)
		}
	}
	return d
}

// given returns the values of an item that the person provided; what they wrote is one of them.
func given(x access.PackItem) []access.Field {
	var out []access.Field
	for _, f := range x.Fields {
		if f.Given {
			out = append(out, f)
		}
	}
	if x.Text != "" {
		out = append(out, access.Field{Name: "text", Value: x.Text})
	}
	if x.File != "" {
		out = append(out, access.Field{Name: "file", Value: x.File})
	}
	return out
}

func (d *Data) not(source string, why Why) {
	for i := range d.NotHere {
		if n := &d.NotHere[i]; n.Source == source && n.Why == why {
			n.Items++
			return
		}
	}
	d.NotHere = append(d.NotHere, Not{source, why, 1})
}

// Files implements access.Maker: JSON and CSV for programs, and a page that says what they hold.
func (l Layout) Files(p access.Pack, all []access.Item) ([]access.Output, error) {
	d := DataOf(p, all)
	data, err := access.JSON(ownFile, d)
	if err != nil {
		return nil, err
	}
	passed, err := access.JSON("data-to-pass-on.json", passing(d))
	if err != nil {
		return nil, err
	}
	table, err := d.table()
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	if err := l.Templates.DocumentIn(&page, "portable", p.Language, l.page(p, d)); err != nil {
		return nil, err
	}
	return []access.Output{
		{Name: pageFile, Type: "text/html; charset=utf-8", Body: page.Bytes()}, data, {Name: "your-data.csv", Type: "text/csv; charset=utf-8", Body: table}, passed,
	}, nil
}

// passing is what a pack tells another organisation: the values alone.
func passing(d Data) any {
	return struct {
		Format    string  `json:"format"`
		Reference string  `json:"reference"`
		MadeAt    string  `json:"made_at"`
		Values    []Value `json:"values"`
	}{d.Format, d.Reference, d.MadeAt, d.Values}
}

// table writes the values as CSV (RFC 4180). What a spreadsheet would run as a formula gets a quote in front; the JSON beside it has every value as it is.
func (d Data) table() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"item", "source", "name", "label", "value", "at"}}
	for _, v := range d.Values {
		rows = append(rows, []string{fmt.Sprint(v.Item), v.Source, v.Name, v.Label, inert(v.Value), v.At})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, errs.E("portability: write CSV", errs.Internal, "", err)
	}
	return b.Bytes(), nil
}

// inert keeps a spreadsheet from running a value as a formula (OWASP, CSV Injection).
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// page lays out what a pack holds.
func (l Layout) page(p access.Pack, d Data) templates.Portable {
	out := templates.Portable{Reference: p.Reference, MadeAt: p.MadeAt.In(l.Zone), Name: p.Person.Name}
	if t, err := time.ParseInLocation(time.DateOnly, p.ReceivedOn, l.Zone); err == nil {
		out.ReceivedOn = t
	}
	for _, v := range d.Values {
		name := access.Facts([]access.Field{{Name: v.Name, Label: v.Label}}, p.Language, l.Zone)[0].Name
		out.Rows = append(out.Rows, templates.PortableRow{What: access.Word(v.Source, p.Language), Name: name, Value: v.Value})
	}
	for _, n := range d.NotHere {
		out.Others = append(out.Others, templates.PortableOther{What: access.Word(n.Source, p.Language), Why: n.Why.Words(p.Language), Items: n.Items})
	}
	return out
}

var _ access.Maker = Layout{}
