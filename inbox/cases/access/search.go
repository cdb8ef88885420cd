package access

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/internal/message"
)

// Bounds of a search. Who has more is asked what they want first (E0-19, E2-27), or sources are left out with a reason.
const (
	maxFound = 5000     // items of one source
	maxText  = 32 << 20 // octets of text, all items together
	maxOrder = 50       // terms of one sort that an operator adds
	maxWords = 500      // octets of one
)

// Search looks through every source that is not left out, and keeps what it finds for the review. Searching again keeps the reviews of what did not change. Kinds of error: NotFound, Invalid, Conflict, Refused where there is too much.
func (s *Service) Search(ctx context.Context, caseID int64, actor string, o Order) (Search, error) {
	const op = "access: search"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return Search{}, errs.Wrap(op, err)
	}
	if err := o.check(); err != nil {
		return Search{}, errs.Wrap(op, err)
	}
	about, err := s.subjects(ctx, k.ID)
	if err != nil {
		return Search{}, errs.Wrap(op, err)
	}
	found := Search{CaseID: k.ID, At: s.Now(), Actor: actor}
	var who Who
	if found.Terms, who, err = terms(about, o); err != nil {
		return Search{}, errs.Wrap(op, err)
	}
	who.CaseID = k.ID
	items, err := s.lookThrough(ctx, &found, who, o)
	if err != nil {
		return Search{}, errs.Wrap(op, err)
	}
	if found.Boxes, err = s.Store.MailKept(ctx); err != nil {
		return Search{}, errs.Wrap(op, err)
	}
	if err := s.Store.KeepSearch(ctx, &found, items); err != nil {
		return Search{}, errs.Wrap(op, err)
	}
	what := fmt.Sprintf("Searched. Sources: %d, addresses: %d, items found: %d.", len(found.Lines)-left(found), len(found.Terms.Addresses), found.Found())
	_, err = s.Cases.Did(ctx, k.ID, actor, DutySearch, what, "")
	return found, errs.Wrap(op, err)
}

func left(s Search) (n int) {
	for _, l := range s.Lines {
		if l.Left != "" {
			n++
		}
	}
	return n
}

// check refuses an order that cannot be.
func (o Order) check() error {
	for _, all := range [][]string{o.Addresses, o.Names, o.Others} {
		if len(all) > maxOrder {
			return invalid("Give at most %d terms of one sort.", maxOrder)
		}
		for _, x := range all {
			if len(x) > maxWords || !utf8.ValidString(x) {
				return invalid("A term is longer than %d characters, or no text.", maxWords)
			}
		}
	}
	for code, why := range o.Leave {
		if _, known := SourceOf(code); !known {
			return invalid("There is no source %q.", code)
		}
		if strings.TrimSpace(why) == "" || len(why) > maxWords {
			return invalid("Say in at most %d characters why a source is not searched: the search must be reasonable and proportionate.", maxWords)
		}
	}
	return nil
}

// lookThrough searches the sources one after the other.
func (s *Service) lookThrough(ctx context.Context, found *Search, who Who, o Order) ([]Item, error) {
	var all []Item
	size := 0
	for _, source := range Sources() {
		line := Line{Source: source.Code, Tables: source.Tables, By: Word("by-"+source.Code, "en"), At: s.Now(), Left: o.Leave[source.Code]}
		if line.Left == "" {
			items, err := s.Store.FindItems(ctx, source.Code, who, maxFound)
			if err != nil {
				return nil, err
			}
			if len(items) > maxFound {
				return nil, tooMuch(source.Code)
			}
			if items, err = s.readMails(ctx, items); err != nil {
				return nil, err
			}
			for i := range items {
				items[i].CaseID, items[i].Source = found.CaseID, source.Code
				for _, text := range items[i].Content.Texts() {
					size += len(text)
				}
			}
			line.Found = len(items)
			all = append(all, items...)
		}
		if size > maxText {
			return nil, tooMuch(source.Code)
		}
		found.Lines = append(found.Lines, line)
	}
	return all, nil
}

func tooMuch(source string) error {
	return errs.E("access: search", errs.Refused, fmt.Sprintf("There is more than can be reviewed at once: the search stopped at %q, and nothing was kept. Ask the person what they want first, or leave a source out with the reason.",
		Word(source, "en")), nil)
}

// readMails opens the raw messages among items: the text, who it names, and an item for each enclosure.
func (s *Service) readMails(ctx context.Context, items []Item) ([]Item, error) {
	var out []Item
	for _, x := range items {
		if x.Content.File == nil || x.Content.File.Digest == "" {
			out = append(out, x)
			continue
		}
		more, err := s.readMail(ctx, x)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func (s *Service) readMail(ctx context.Context, x Item) ([]Item, error) {
	digest := x.Content.File.Digest
	raw := s.Store.Raw(ctx, digest)
	defer raw.Close()
	p, err := message.Parse(raw, message.DefaultLimits())
	if err != nil {
		if ctx.Err() != nil || errs.KindOf(err) == errs.Unavailable {
			return nil, err
		}
		return []Item{x}, nil // what cannot be read is handed over as the file that it is, or withheld
	}
	x.Content.File = nil
	for _, name := range []string{"from", "to", "cc"} {
		for _, v := range p.Header.All(name) {
			x.Content.Fields = append(x.Content.Fields, Field{Name: name, Value: norm.NFC.String(v)})
		}
	}
	x.Content.Text, x.Content.Cut = norm.NFC.String(p.Text), p.Truncated
	out := []Item{x}
	for i, part := range p.Parts {
		if part.Inline && part.Filename == "" {
			continue
		}
		name := part.Filename
		if name == "" {
			name = fmt.Sprintf("part-%d", i+1)
		}
		out = append(out, Item{Ref: fmt.Sprintf("%s/part:%d", x.Ref, i), At: x.At, Content: Content{
			File: &File{Name: cases.SafeName(name), Type: part.Type, Size: int64(part.Size), Digest: digest, Place: i}, Paper: x.Content.Paper,
			Bases: x.Content.Bases, Fields: writer(x),
		}})
	}
	return out, nil
}

// writer says of an enclosure whether the person sent it.
func writer(x Item) []Field {
	for _, f := range x.Content.Fields {
		if f.Name == "role" {
			return []Field{f}
		}
	}
	return nil
}
