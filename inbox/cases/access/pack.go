package access

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"assent/inbox/cases"
	"assent/internal/errs"
)

// Format names this form of a pack.
const Format = "assent access pack 1"

// Frame is what a pack says besides the data itself: the information of Article 15(1) and (2), as E0-18 and E2-26 list it.
type Frame struct {
	Format      string       `json:"format"`
	Kind        cases.Kind   `json:"kind"`
	Reference   string       `json:"reference"`
	Language    string       `json:"language"`
	MadeAt      time.Time    `json:"made_at"`
	ReceivedOn  string       `json:"received_on"` // UK date
	Person      Person       `json:"person"`
	Controllers []Controller `json:"controllers"`
	Purposes    []Purpose    `json:"purposes"`
	Categories  []string     `json:"categories"` // codes of sources that held something
	Recipients  []Recipient  `json:"recipients"`
	Retention   []Retention  `json:"retention"`
	Origins     []string     `json:"origins"`   // where the data came from, in the organisation's words or the record's
	Automated   []string     `json:"automated"` // automated decisions, in the organisation's words
	Searched    []Line       `json:"searched"`
	Boxes       []Box        `json:"mailboxes"`
	Elsewhere   []Elsewhere  `json:"elsewhere"`
}

// Person is whom a pack is about.
type Person struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
}

// Controller is who is responsible for the data of a programme.
type Controller struct {
	Programme  string `json:"programme"`
	Name       string `json:"controller"`
	Post       string `json:"postal_address"`
	Officer    string `json:"data_protection_officer"`
	OfficerAt  string `json:"officer_address"`
	Complaints string `json:"complaints_address"`
}

// Purpose is what data is used for, on which basis.
type Purpose struct {
	Programme string `json:"programme"`
	Name      string `json:"name"`
	Basis     string `json:"basis"`
	Rests     string `json:"rests_on,omitempty"` // which interest, function or contract
	Days      int    `json:"days,omitempty"`     // how long a permission lasts; 0 without end
}

// Recipient is to whom data is given.
type Recipient struct {
	Programme string `json:"programme"`
	Name      string `json:"name"`
	Category  string `json:"category"`
	Purpose   string `json:"purpose"`
	Country   string `json:"country"`
	Safeguard string `json:"safeguard,omitempty"`
}

// Retention is how long something is kept.
type Retention struct {
	Programme string `json:"programme,omitempty"` // "" for all
	Name      string `json:"name"`
	Period    string `json:"period"`
	Reason    string `json:"reason"`
}

// Elsewhere is a place where staff looked.
type Elsewhere struct {
	Place string `json:"place"`
	On    string `json:"on"`
	Terms string `json:"terms"`
	Found string `json:"found"`
}

// Pack is what is handed over: only what remains after the review.
type Pack struct {
	Frame
	Items   []PackItem `json:"items"`
	LeftOut []LeftOut  `json:"left_out"`
}

// PackItem is one item as it is given.
type PackItem struct {
	Number int       `json:"number"`
	Source string    `json:"source"`
	At     time.Time `json:"at"`
	Fields []Field   `json:"fields,omitempty"`
	Text   string    `json:"text,omitempty"`
	Cut    bool      `json:"cut,omitempty"`
	File   string    `json:"file,omitempty"` // its name in the pack
	Bases  []Basis   `json:"bases,omitempty"`
	Why    []string  `json:"removed_because,omitempty"` // codes of reasons

	Kept *File `json:"-"` // what File hands over
}

// LeftOut says how much was left out for one reason (Article 12(4)).
type LeftOut struct {
	Reason string `json:"reason"`
	Law    string `json:"law"`
	Items  int    `json:"items"`
	Parts  int    `json:"passages"`
}

// Assemble makes a pack of reviewed items. What the review removed is taken out of every text, those of the frame that came from elsewhere included. Kinds of error: Conflict for an item that nobody reviewed, Invalid for a
// passage that cannot be removed.
func Assemble(f Frame, items []Item) (Pack, *Remover, error) {
	passages, left, err := reviewed(items)
	if err != nil {
		return Pack{}, nil, err
	}
	r, err := NewRemover(passages)
	if err != nil {
		return Pack{}, nil, err
	}
	p := Pack{Frame: f.cleaned(r), Items: []PackItem{}, LeftOut: left}
	for _, x := range items {
		if x.Review.Verdict == Withheld {
			continue
		}
		p.Items = append(p.Items, given(x, len(p.Items)+1, r))
	}
	return p, r, nil
}

// reviewed returns what is removed, and how much is left out for which reason.
func reviewed(items []Item) (passages []string, left []LeftOut, err error) {
	count := func(code string, items, parts int) {
		i := slices.IndexFunc(left, func(l LeftOut) bool { return l.Reason == code })
		if i < 0 {
			i, left = len(left), append(left, LeftOut{Reason: code, Law: ReasonOf(code).Law})
		}
		left[i].Items, left[i].Parts = left[i].Items+items, left[i].Parts+parts
	}
	for _, x := range items {
		switch x.Review.Verdict {
		case Unreviewed:
			return nil, nil, errs.E("access: assemble", errs.Conflict, "Not every item has been reviewed. Nothing was made.", nil)
		case Withheld:
			count(x.Review.Reason, 1, 0)
		case Replaced:
			count(x.Review.Reason, 0, 1)
		case Redacted:
			for _, m := range x.Review.Removed {
				passages = append(passages, m.Text)
				count(m.Reason, 0, 1)
			}
		}
	}
	if left == nil {
		left = []LeftOut{}
	}
	return passages, left, nil
}

// given is an item without what was removed.
func given(x Item, number int, r *Remover) PackItem {
	out := PackItem{Number: number, Source: x.Source, At: x.At, Text: r.Clean(x.Content.Text), Cut: x.Content.Cut, Bases: x.Content.Bases}
	for _, f := range x.Content.Fields {
		f.Value = r.Clean(f.Value)
		out.Fields = append(out.Fields, f)
	}
	out.Kept = x.Content.File
	if x.Review.Verdict == Replaced { // what was read out of the original is not handed over either
		out.Kept, out.Text, out.Why = &x.Review.Copy, "", []string{x.Review.Reason}
	}
	if out.Kept != nil {
		out.File = fmt.Sprintf("files/%03d-%s", number, cases.SafeName(r.Clean(out.Kept.Name)))
	}
	for _, m := range x.Review.Removed {
		if !slices.Contains(out.Why, m.Reason) {
			out.Why = append(out.Why, m.Reason)
		}
	}
	return out
}

// cleaned takes what was removed out of what staff and the record say in the frame. What the organisation publishes about itself stays: Check refuses a passage
// that stands there.
func (f Frame) cleaned(r *Remover) Frame {
	f.Origins, f.Elsewhere = slices.Clone(f.Origins), slices.Clone(f.Elsewhere)
	for i := range f.Origins {
		f.Origins[i] = r.Clean(f.Origins[i])
	}
	for i, e := range f.Elsewhere {
		f.Elsewhere[i] = Elsewhere{r.Clean(e.Place), e.On, r.Clean(e.Terms), r.Clean(e.Found)}
	}
	return f
}

// Output is one file of a pack that was made here.
type Output struct {
	Name string // such as "data.json"
	Type string
	Body []byte
}

// JSON is a value as a file for programs.
func JSON(name string, v any) (Output, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return Output{}, errs.E("access: write JSON", errs.Internal, "", err)
	}
	return Output{Name: name, Type: "application/json", Body: append(b, '\n')}, nil
}

// Check refuses outputs in which something is left that was removed, in any byte of their content or their names. It is the last look before a pack is kept. Kind of error: Conflict.
func Check(r *Remover, outputs []Output) error {
	for _, o := range outputs {
		if left := r.Left(o.Name + "\n" + string(o.Body)); left != "" {
			return errs.E("access: check pack", errs.Conflict, fmt.Sprintf("“%s” was to be removed and would still stand in %s: it also stands in the pack's own words, or in what a file holds. "+
				"Mark a longer passage, or withhold the item or file. Nothing was made.", left, o.Name), nil)
		}
	}
	return nil
}
