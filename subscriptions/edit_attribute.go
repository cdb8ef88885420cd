package subscriptions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/internal/errs"
)

// MaxChoices is how many choices an attribute may have.
const MaxChoices = 500

// maxHint is how long the words that help people to answer may be, in characters.
const maxHint = 300

// Ended reports whether nobody gives a new value of the attribute any more.
func (a Attribute) Ended() bool { return !a.EndedAt.IsZero() }

// Takes refuses a new value of an attribute that has ended. What is on record stays until a retention rule takes it, and may be corrected and taken away. Kind of error: Refused.
func (a Attribute) Takes() error {
	if !a.Ended() {
		return nil
	}
	return errs.E("subscriptions: take attribute", errs.Refused, fmt.Sprintf("The attribute %q has ended: no new values of it are taken. Leave it out.", a.Name), nil)
}

// checkNew checks values that come in anew.
func checkNew(declared []Attribute, values map[string]any) error {
	if err := CheckAttributes(declared, values); err != nil {
		return err
	}
	for _, a := range declared {
		if _, given := values[a.Name]; given {
			if err := a.Takes(); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckRequired refuses a form that lacks what the programme's forms must bring. Kind of error: Invalid.
func CheckRequired(declared []Attribute, values map[string]any) error {
	for _, a := range declared {
		if a.Required && !a.Ended() && empty(values[a.Name]) {
			return errs.E("subscriptions: check required", errs.Invalid, fmt.Sprintf("The attribute %q is required.", a.Name), nil)
		}
	}
	return nil
}

// required refuses what a form elsewhere sends without what the programme's forms must bring. Assent's own pages for joining ask for address and name alone.
func (w setting) required(a Act) error {
	if a.Channel != ByAPI {
		return nil
	}
	return CheckRequired(w.declared, a.Attributes)
}

func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// check refuses a declaration that cannot be, as it stands.
func (a Attribute) check() error {
	const op = "subscriptions: check attribute"
	chosen := a.Type == ChoiceAttribute || a.Type == ManyAttribute
	switch {
	case chosen && len(a.Choices) == 0:
		return errs.E(op, errs.Invalid, "An attribute with choices must name them.", nil)
	case !chosen && len(a.Choices) > 0:
		return errs.E(op, errs.Invalid, "Only an attribute with choices has any.", nil)
	case len(a.Choices) > MaxChoices:
		return errs.E(op, errs.Invalid, fmt.Sprintf("An attribute has at most %d choices.", MaxChoices), nil)
	case a.Type == ManyAttribute && strings.Contains(strings.Join(a.Choices, ""), "|"):
		return errs.E(op, errs.Invalid, "A choice must have no bar (|) in it: it parts one choice from the next in files.", nil)
	}
	for i, c := range a.Choices {
		if slices.Contains(a.Choices[:i], c) {
			return errs.E(op, errs.Invalid, fmt.Sprintf("The choice %q is there twice.", c), nil)
		}
		if err := title(c, "choice"); err != nil {
			return err
		}
	}
	return firstOf(oneLine(a.Label, "label", maxName), oneLine(a.Hint, "hint", maxHint))
}

// AttributeUse tells what rests on an attribute.
type AttributeUse interface {
	// Holders counts the people who hold one of its choices.
	Holders(choice string) (int64, error)
	// Rules names, as AttributeRules does, what asks for one of its choices.
	Rules(choice string) ([]string, error)
}

// Attribute changes how people are asked for an attribute: its label and hint, its choices, whether they may correct it themselves, and whether forms must bring it. Its name
// and type are for life, and so is whether it is special-category data: people gave it as what it was. A choice that somebody holds cannot be taken away, nor one that a segment or a campaign
// yet to be planned asks for. Kinds of error: NotFound, Invalid, Refused.
func (e *Editor) Attribute(ctx context.Context, programmeID, id int64, change func(*Attribute)) (Attribute, error) {
	const op = "subscriptions: change attribute"
	purposes, err := e.Catalogue.Purposes(ctx, programmeID)
	if err != nil {
		return Attribute{}, errs.Wrap(op, err)
	}
	a, err := e.Store.ChangeAttribute(ctx, programmeID, id, func(was Attribute, use AttributeUse) (Attribute, error) {
		is := was
		is.Choices = slices.Clone(was.Choices)
		change(&is)
		if is.Type != was.Type {
			return was, errs.E(op, errs.Refused, fmt.Sprintf("The attribute %q holds %s, and stays so: what people gave would not fit. Declare another attribute, and end this one.", was.Name, holds(was.Type)), nil)
		}
		is.ID, is.ProgrammeID, is.Name, is.SpecialCategory, is.EndedAt = was.ID, was.ProgrammeID, was.Name, was.SpecialCategory, was.EndedAt
		if err := firstOf(is.check(), is.checkSpecial(purposes)); err != nil {
			return was, err
		}
		for _, choice := range was.Choices {
			if slices.Contains(is.Choices, choice) {
				continue
			}
			if err := unused(choice, use); err != nil {
				return was, err
			}
		}
		return is, nil
	})
	return a, errs.Wrap(op, err)
}

// unused refuses to take a choice away that somebody holds, or that something asks for; kind Refused.
func unused(choice string, use AttributeUse) error {
	const op = "subscriptions: take a choice away"
	n, err := use.Holders(choice)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.E(op, errs.Refused, fmt.Sprintf("The choice %q cannot be taken away: %s it. Correct their data first, or leave the choice.", choice, people(n)), nil)
	}
	rules, err := use.Rules(choice)
	if err != nil || len(rules) == 0 {
		return err
	}
	return errs.E(op, errs.Refused, fmt.Sprintf("The choice %q cannot be taken away: it is asked for by %s. Change that first, or leave the choice.", choice, strings.Join(rules, ", ")), nil)
}

// EndAttribute declares that nobody gives a new value of an attribute any more. What is on record goes by the retention rules, and until then
// segments find it. One that has ended stays as it is; kind NotFound.
func (e *Editor) EndAttribute(ctx context.Context, programmeID, id int64) (Attribute, error) {
	a, err := e.Store.ChangeAttribute(ctx, programmeID, id, func(was Attribute, _ AttributeUse) (Attribute, error) {
		if !was.Ended() {
			was.EndedAt = e.Now().Truncate(time.Millisecond)
		}
		return was, nil
	})
	return a, errs.Wrap("subscriptions: end attribute", err)
}

func holds(t AttributeType) string {
	return map[AttributeType]string{
		TextAttribute: "text", NumberAttribute: "a number", BoolAttribute: "yes or no", DateAttribute: "a date", ChoiceAttribute: "one of some choices", ManyAttribute: "any of some choices",
	}[t]
}

func people(n int64) string {
	if n == 1 {
		return "1 person has"
	}
	return fmt.Sprintf("%d people have", n)
}
