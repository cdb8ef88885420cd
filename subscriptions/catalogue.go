package subscriptions

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

var (
	slugForm      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	attributeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
)

// nameField is the field of a message that holds the person's name.
const nameField = "name"

// Limits, in characters.
const (
	maxPostal   = 500    // of a postal address
	maxWords    = 20_000 // of a wording or a notice
	maxName     = 200    // of anything with a name, and of a source
	maxLanguage = 35     // of a language tag (RFC 5646, section 4.4.1)
)

// CreateProgramme declares a programme. Its slug is for life.
func (s *Service) CreateProgramme(ctx context.Context, p Programme) (Programme, error) {
	const op = "subscriptions: create programme"
	p.CreatedAt = s.Now()
	if p.TimeZone == "" {
		p.TimeZone = "Europe/London"
	}
	if p.Division == "" {
		p.Division = "england-and-wales"
	}
	err := firstOf(
		checkSlug(p.Slug),
		title(p.Name, "name"), title(p.Owner, "owner"), title(p.Controller, "controller"), plain(p.PostalAddress, "postal_address", maxPostal),
		title(p.FromName, "from_name"), need(p.FromAddress.String(), "from_address"),
		need(p.PostalAddress, "postal_address"), // PECR regulation 23: a valid address
		title(p.Contact.Name, "contact_name"), need(p.Contact.Address.String(), "contact_address"),
		oneLine(p.DPOName, "dpo_name", maxName),
		oneOf(p.Division, "division", "england-and-wales", "scotland", "northern-ireland"),
	)
	if _, zoneErr := time.LoadLocation(p.TimeZone); err == nil && (zoneErr != nil || p.TimeZone == "Local") {
		err = errs.E(op, errs.Invalid, "The time zone must be a name such as Europe/London.", zoneErr)
	}
	if err != nil {
		return Programme{}, errs.Wrap(op, err)
	}
	err = s.Store.Update(ctx, func(tx Tx) error { return tx.CreateProgramme(&p) })
	return p, errs.Wrap(op, err)
}

// CreatePurpose declares a purpose of a programme, with its one lawful basis.
func (s *Service) CreatePurpose(ctx context.Context, p Purpose) (Purpose, error) {
	const op = "subscriptions: create purpose"
	p.CreatedAt = s.Now()
	err := firstOf(checkSlug(p.Slug), title(p.Name, "name"),
		oneOf(p.Basis, "basis", Bases...), oneOf(p.Class, "class", Newsletter, Targeted, Marketing))
	if err == nil && p.Term < 0 {
		err = errs.E(op, errs.Invalid, "The term cannot be negative; 0 is without end.", nil)
	}
	if err == nil && p.Class == Marketing && !p.Basis.NeedsAct() && p.Basis != SoftOptIn {
		// PECR regulation 22 knows no other basis for marketing mail to individuals.
		err = errs.E(op, errs.Invalid, "Marketing mail needs consent or the soft opt-in.", nil)
	}
	if err != nil {
		return Purpose{}, errs.Wrap(op, err)
	}
	if _, err := s.Store.Programme(ctx, p.ProgrammeID); err != nil {
		return Purpose{}, errs.Wrap(op, err)
	}
	err = s.Store.Update(ctx, func(tx Tx) error { return tx.CreatePurpose(&p) })
	return p, errs.Wrap(op, err)
}

// PublishNotice publishes the next version of a programme's privacy notice.
func (s *Service) PublishNotice(ctx context.Context, programmeID int64, text string) (Notice, error) {
	const op = "subscriptions: publish notice"
	if err := firstOf(need(text, "text"), plain(text, "text", maxWords)); err != nil {
		return Notice{}, errs.Wrap(op, err)
	}
	if _, err := s.Store.Programme(ctx, programmeID); err != nil {
		return Notice{}, errs.Wrap(op, err)
	}
	n := Notice{ProgrammeID: programmeID, Text: text, Digest: TextDigest(text), PublishedAt: s.Now()}
	err := s.Store.Update(ctx, func(tx Tx) error {
		if _, err := tx.KeepText(text); err != nil {
			return err
		}
		return tx.CreateNotice(&n)
	})
	return n, errs.Wrap(op, err)
}

// CreateList opens a list. It cannot be opened without a published notice of the same programme (E1-28) and the exact wording of what people agree to.
func (s *Service) CreateList(ctx context.Context, l List) (List, error) {
	const op = "subscriptions: create list"
	l.CreatedAt = s.Now()
	if err := firstOf(
		checkSlug(l.Slug), title(l.Name, "name"), plain(l.Description, "description", maxWords),
		need(l.Wording, "wording"), plain(l.Wording, "wording", maxWords), oneLine(l.Contact.Name, "contact_name", maxName),
	); err != nil {
		return List{}, errs.Wrap(op, err)
	}
	purpose, err := s.Store.Purpose(ctx, l.PurposeID)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	notice, err := s.Store.Notice(ctx, l.NoticeID)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	if purpose.ProgrammeID != l.ProgrammeID || notice.ProgrammeID != l.ProgrammeID {
		return List{}, errs.E(op, errs.Invalid, "A list, its purpose and its notice belong to one programme.", nil)
	}
	if l.Public && !l.DoubleOptIn {
		return List{}, errs.E(op, errs.Invalid, "A public list needs double opt-in, or anybody could sign up anybody.", nil)
	}
	if l.Contact.Address.IsZero() {
		programme, err := s.Store.Programme(ctx, l.ProgrammeID)
		if err != nil {
			return List{}, errs.Wrap(op, err)
		}
		l.Contact = programme.Contact
	}
	err = s.Store.Update(ctx, func(tx Tx) error { return tx.CreateList(&l) })
	return l, errs.Wrap(op, err)
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
	case (a.Type == ChoiceAttribute || a.Type == ManyAttribute) && len(a.Choices) == 0:
		err = errs.E(op, errs.Invalid, "An attribute with choices must name them.", nil)
	}
	if err != nil {
		return Attribute{}, errs.Wrap(op, err)
	}
	if _, err := s.Store.Programme(ctx, a.ProgrammeID); err != nil {
		return Attribute{}, errs.Wrap(op, err)
	}
	err = s.Store.Update(ctx, func(tx Tx) error { return tx.CreateAttribute(&a) })
	return a, errs.Wrap(op, err)
}

func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func invalid(format string, a ...any) error {
	return errs.E("subscriptions: check", errs.Invalid, fmt.Sprintf(format, a...), nil)
}

func need(value, field string) error {
	if strings.TrimSpace(value) == "" {
		return invalid("Fill in %s.", field)
	}
	return nil
}

func short(value, field string, limit int) error {
	if utf8.RuneCountInString(value) > limit {
		return invalid("The %s is longer than %d characters.", field, limit)
	}
	return nil
}

// plain refuses what a database or a page cannot hold as text.
func plain(value, field string, limit int) error {
	noText := func(r rune) bool { // a private-use character means what each program wants
		return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) || unicode.Is(unicode.Co, r)
	}
	if !utf8.ValidString(value) || strings.ContainsFunc(value, noText) {
		return invalid("The %s holds characters that are no text.", field)
	}
	return short(value, field, limit)
}

// title is what must be there and stand in one line.
func title(value, field string) error {
	return firstOf(need(value, field), oneLine(value, field, maxName))
}

// oneLine is plain for what stands in one line.
func oneLine(value, field string, limit int) error {
	if strings.ContainsAny(value, "\n\r\t") {
		return invalid("The %s must be in one line.", field)
	}
	return plain(value, field, limit)
}

func checkSlug(slug string) error {
	if len(slug) > 60 || !slugForm.MatchString(slug) {
		return invalid("The slug must have small letters, digits and single hyphens, such as harbour-news.")
	}
	return nil
}

func oneOf[T ~string](value T, field string, allowed ...T) error {
	if !slices.Contains(allowed, value) {
		return invalid("The %s must be one of %q.", field, allowed)
	}
	return nil
}
