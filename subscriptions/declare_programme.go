package subscriptions

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assent/internal/errs"
)

const (
	maxHouseClocks = 20
	maxMailboxes   = 50
	maxHouseDays   = 250 // working days: about a year
	maxGuardianAge = 18  // years
)

// CreateProgramme declares a programme. Its slug is for life.
func (s *Service) CreateProgramme(ctx context.Context, p Programme) (Programme, error) {
	const op = "subscriptions: create programme"
	p.CreatedAt = s.Now()
	p = p.withDefaults()
	if err := firstOf(checkSlug(p.Slug), p.check()); err != nil {
		return Programme{}, errs.Wrap(op, err)
	}
	err := s.Store.Update(ctx, func(tx Tx) error { return tx.CreateProgramme(&p) })
	return p, errs.Wrap(op, err)
}

func (p Programme) withDefaults() Programme {
	if p.TimeZone == "" {
		p.TimeZone = "Europe/London"
	}
	if p.Division == "" {
		p.Division = "england-and-wales"
	}
	if p.GuardianAge == 0 {
		p.GuardianAge = DefaultGuardianAge
	}
	return p
}

// check refuses a programme that could not be shown or acted on.
func (p Programme) check() error {
	return firstOf(
		title(p.Name, "name"), title(p.Owner, "owner"), title(p.Controller, "controller"), plain(p.PostalAddress, "postal_address", maxPostal),
		title(p.FromName, "from_name"), need(p.FromAddress.String(), "from_address"),
		need(p.PostalAddress, "postal_address"), // PECR regulation 23: a valid address
		title(p.Contact.Name, "contact_name"), need(p.Contact.Address.String(), "contact_address"),
		oneLine(p.DPOName, "dpo_name", maxName),
		oneOf(p.Division, "division", "england-and-wales", "scotland", "northern-ireland"),
		checkZone(p.TimeZone), ranged(p.GuardianAge, "guardian_age", 1, maxGuardianAge),
		p.checkHouseClocks(), p.checkMailboxes(), p.checkStatements(),
	)
}

func checkZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return errs.E("subscriptions: check", errs.Invalid, "The time zone must be a name such as Europe/London.", err)
	}
	return nil
}

func ranged(n int, field string, least, most int) error {
	if n < least || n > most {
		return invalid("The %s must be from %d to %d.", field, least, most)
	}
	return nil
}

func (p Programme) checkHouseClocks() error {
	if len(p.HouseClocks) > maxHouseClocks {
		return invalid("At most %d house clocks can be declared.", maxHouseClocks)
	}
	seen := map[string]bool{}
	for _, c := range p.HouseClocks {
		if seen[c.Kind] {
			return invalid("The house clock of %q is declared twice.", c.Kind)
		}
		seen[c.Kind] = true
		if err := firstOf(oneLine(c.Kind, "kind of case", maxName),
			ranged(c.AcknowledgeWorkingDays, "acknowledge_working_days", 0, maxHouseDays), ranged(c.AnswerWorkingDays, "answer_working_days", 0, maxHouseDays)); err != nil {
			return err
		}
		if c.AnswerWorkingDays != 0 && c.AcknowledgeWorkingDays > c.AnswerWorkingDays {
			return invalid("A case of kind %q would be acknowledged after it is answered.", c.Kind)
		}
	}
	return nil
}

func (p Programme) checkMailboxes() error {
	if len(p.Mailboxes) > maxMailboxes {
		return invalid("At most %d mailboxes can belong to a programme.", maxMailboxes)
	}
	seen := map[string]bool{}
	for _, m := range p.Mailboxes {
		if seen[m.Name] {
			return invalid("The mailbox %q is named twice.", m.Name)
		}
		seen[m.Name] = true
		if err := firstOf(title(m.Name, "mailbox"), oneLine(m.Kind, "kind of mail", maxName)); err != nil {
			return err
		}
	}
	return nil
}

func (p Programme) checkStatements() error {
	for language, s := range p.Statements {
		if !slices.Contains(NoticeLanguages, language) {
			return invalid("Statements are in one of %q; %q is none of them.", NoticeLanguages, language)
		}
		for field, text := range map[string]string{"source": s.Source, "requirement": s.Requirement, "automated": s.Automated, "retention": s.Retention} {
			if err := plain(text, fmt.Sprintf("statement on %s (%s)", field, language), 2000); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkRecipient refuses a recipient of whom people could not be told (Article 13(1)(e) and (f)).
func checkRecipient(r Recipient, locked bool) error {
	if err := firstOf(title(r.Name, "name"), title(r.Category, "category"), title(r.Purpose, "purpose"),
		oneLine(r.Safeguard, "safeguard", maxName), oneLine(r.Agreement, "agreement", maxName)); err != nil {
		return err
	}
	if r.Language != "" && r.Language != "en" && r.Language != "cy" {
		return invalid("The language of letters to a recipient must be en or cy.")
	}
	if len(r.Country) != 2 || r.Country[0] < 'A' || r.Country[0] > 'Z' || r.Country[1] < 'A' || r.Country[1] > 'Z' {
		return invalid("The country must be a code of two capitals, such as GB (ISO 3166-1).")
	}
	if r.Abroad() && locked {
		return invalid("This programme promises that no data leaves the United Kingdom, and %s is in %s.", r.Name, r.Country)
	}
	if r.Abroad() && r.Safeguard == "" {
		return invalid("Say what protects the data in %s (safeguard): an adequacy decision or standard clauses, for example.", r.Country)
	}
	return nil
}
