package amending

import (
	"context"
	"fmt"
	"strings"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// MayTell implements cases.Telling: that something was corrected is told once it stands on record (Article 16). Kind of error: Conflict.
func (p rectifying) MayTell(ctx context.Context, c cases.Case) error {
	if c.Decision == nil || !granted(c.Decision.Outcome) || c.SubjectID == 0 {
		return nil
	}
	items, err := p.store.Corrections(ctx, c.ID)
	if err != nil {
		return err
	}
	corrected := 0
	for _, x := range items {
		switch {
		case !x.decided():
			return errs.E("amending: tell", errs.Conflict, "Decide on "+x.Name()+" first. The person is told of all of it.", nil)
		case x.Left():
			return errs.E("amending: tell", errs.Conflict, "The record is not corrected yet ("+x.Name()+"). Correct it first: the letter says what stands on record now.", nil)
		case x.Decision == Correct:
			corrected++
		}
	}
	if corrected == 0 && c.Decision.Outcome == cases.Granted {
		return errs.E("amending: tell", errs.Conflict, "Nothing was corrected yet. Write down what is wrong, decide on each item and correct the record; then tell the person.", nil)
	}
	return nil
}

// changesWords are the sentences of a letter that lists corrections.
type changesWords struct {
	name, language, address              string
	corrected, added, taken, moved       string // with the field and the values
	stays, unwritten, nothing, statement string
}

func changesIn(language string) changesWords {
	if language == "cy" {
		return changesWords{
			name: "Enw", language: "Iaith", address: "Cyfeiriad e-bost",
			corrected: "**%s:** roedd yn “%s”, bellach mae’n “%s”", added: "**%s:** nid oedd dim, bellach mae’n “%s”", taken: "**%s:** roedd yn “%s”, bellach nid oes dim",
			moved: "**%s:** o “%s” i “%s”, cyn gynted ag y bydd hynny wedi’i gytuno drwy’r dolenni a anfonwyd gennym", stays: "**%s:** mae’n aros yn “%s”, oherwydd: %s", nothing: "dim",
			unwritten: "gwerth nad ydym yn ei ysgrifennu mewn e-bost", statement: "Mae eich datganiad yn sefyll wrth ochr y data:",
		}
	}
	return changesWords{
		name: "Name", language: "Language", address: "Email address",
		corrected: "**%s:** was “%s”, is now “%s”", added: "**%s:** was empty, is now “%s”", taken: "**%s:** was “%s”, is now empty",
		moved: "**%s:** from “%s” to “%s”, once the links that we sent by email have been used", stays: "**%s:** stays “%s”, because: %s", nothing: "nothing",
		unwritten: "a value that we do not write in an email", statement: "Your statement stands beside the data:",
	}
}

// Changes writes, as a letter in a language ("en" or "cy") lists it in Markdown, what of a record stood and what stands now, what was not corrected and why, and the statement that stands beside it.
// What is of a special category is not written into a mail. "" while nothing is decided. Kinds of error: those of the store.
func (s *Service) Changes(ctx context.Context, c cases.Case, language string) (string, error) {
	const op = "amending: changes"
	items, err := s.Store.Corrections(ctx, c.ID)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	says := changesIn(language)
	var lines []string
	for _, x := range items {
		if !x.decided() || x.Left() {
			continue
		}
		field, special, err := s.label(ctx, x, says)
		if err != nil {
			return "", errs.Wrap(op, err)
		}
		moved := true
		if x.Field == AddressField {
			at, err := s.Standing(ctx, x)
			if err != nil {
				return "", errs.Wrap(op, err)
			}
			moved = at == Corrected
		}
		lines = append(lines, "- "+says.line(x, field, special, moved))
	}
	statements, err := s.Store.Statements(ctx, c.SubjectID)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	out := strings.Join(lines, "\n")
	for _, st := range statements {
		if st.CaseID == c.ID {
			out += "\n\n" + says.statement + "\n\n> " + templates.Literal(st.Words)
		}
	}
	return strings.TrimSpace(out), nil
}

// line says what became of one item.
func (w changesWords) line(x Item, field string, special, moved bool) string {
	show := func(v any) string {
		text := subscriptions.Attributes{"": {"": v}}.Text("", "")
		if special && text != "" {
			return w.unwritten
		}
		return templates.Literal(text)
	}
	before, after := show(x.Before), show(x.After)
	switch {
	case x.Decision != Correct:
		if before == "" {
			before = w.nothing
		}
		return fmt.Sprintf(w.stays, field, before, strings.Join(strings.Fields(x.Words), " "))
	case !moved:
		return fmt.Sprintf(w.moved, field, before, after)
	case before == "":
		return fmt.Sprintf(w.added, field, after)
	case after == "":
		return fmt.Sprintf(w.taken, field, before)
	}
	return fmt.Sprintf(w.corrected, field, before, after)
}

// label returns what a letter calls the field of an item, and whether its values are of a special category.
func (s *Service) label(ctx context.Context, x Item, says changesWords) (string, bool, error) {
	switch x.Field {
	case NameField:
		return says.name, false, nil
	case LanguageField:
		return says.language, false, nil
	case AddressField:
		return says.address, false, nil
	}
	programme, err := s.People.Store.ProgrammeBySlug(ctx, x.Programme)
	if err != nil {
		return "", false, err
	}
	declared, err := s.People.Store.AttributesOf(ctx, programme.ID)
	for _, a := range declared {
		if a.Name == x.Attribute {
			return a.Label, a.SpecialCategory, err
		}
	}
	return x.Attribute, true, err // nobody declares it any more: nobody knows what it is
}
