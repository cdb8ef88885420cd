package console

import (
	"context"
	"net/url"

	"assent/inbox/cases"
	"assent/internal/auth"
	"assent/templates"
)

// section makes what one kind of case shows on its page, besides what all have: the name of a page "section-<kind>" and its data; name "" shows nothing. Its forms post
// to routes of their own; typed is what was typed into one where it was not taken, nil else.
type section func(ctx context.Context, by auth.Actor, k cases.Case, typed url.Values) (name string, data any, err error)

// sections says which kinds have a section. One line for each, in a file of its own.
func (s *console) sections() map[cases.Kind]section {
	return map[cases.Kind]section{
		cases.Access:        s.accessSection,
		cases.Portability:   s.accessSection,
		cases.Breach:        s.breachSection,
		cases.Disclosure:    s.thirdPartySection,
		cases.Rectification: s.recordSection, cases.Erasure: s.recordSection, cases.Restriction: s.recordSection, cases.Objection: s.recordSection, cases.WithdrawConsent: s.recordSection,
		cases.AutomatedDecision: s.recordSection,
	}
}

// caseSection puts the section of a case's kind on its page.
func (s *console) caseSection(ctx context.Context, by auth.Actor, k cases.Case, typed url.Values, page *templates.CasePage) error {
	make, ok := s.sections()[k.Kind]
	if !ok {
		return nil
	}
	name, data, err := make(ctx, by, k, typed)
	if err != nil || name == "" {
		return err
	}
	page.SectionTitle = caseKind(string(k.Kind))
	page.Section, err = s.Mail.Templates.Section(name, data)
	return err
}
