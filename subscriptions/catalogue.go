package subscriptions

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"assent/internal/errs"
)

var attributeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// nameField is the field of a message that holds the person's name.
const nameField = "name"

// taken are names under which files that come in and go out have something else.
var taken = []string{
	"address", "email", "first_name", "last_name", "language", "act", "acted_at", "confirmed_at", "source", "wording", "statement", "ip", "status", "out_at", "attributes",
	"subscriber_id", "expires_at", "created_at", "updated_at",
}

// CreateAttribute declares an attribute of a programme's people.
func (s *Service) CreateAttribute(ctx context.Context, a Attribute) (Attribute, error) {
	const op = "subscriptions: create attribute"
	err := oneOf(a.Type, "type", TextAttribute, NumberAttribute, BoolAttribute, DateAttribute, ChoiceAttribute, ManyAttribute)
	switch {
	case err != nil:
	case !attributeForm.MatchString(a.Name):
		err = errs.E(op, errs.Invalid, "An attribute's name has small letters, digits and underscores, and begins with a letter.", nil)
	case a.Name == nameField:
		err = errs.E(op, errs.Invalid, "A name is what everybody has; it needs no attribute.", nil)
	case slices.Contains(taken, a.Name):
		err = errs.E(op, errs.Invalid, fmt.Sprintf("Files that come in and go out have a column %q already. Choose another name.", a.Name), nil)
	default:
		err = a.check()
	}
	if err != nil {
		return Attribute{}, errs.Wrap(op, err)
	}
	if _, err := s.Store.Programme(ctx, a.ProgrammeID); err != nil {
		return Attribute{}, errs.Wrap(op, err)
	}
	purposes, err := s.Store.Purposes(ctx, a.ProgrammeID)
	if err != nil {
		return Attribute{}, errs.Wrap(op, err)
	}
	a.EndedAt = time.Time{}
	if err := a.checkSpecial(purposes); err != nil {
		return Attribute{}, errs.Wrap(op, err)
	}
	err = s.Store.Update(ctx, func(tx Tx) error { return tx.CreateAttribute(&a) })
	return a, errs.Wrap(op, err)
}
