package subscriptions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/subscriptions/notice"
)

// NoticeLanguages holds the languages that a notice may be in: those of the public pages.
var NoticeLanguages = []string{"en", "cy"}

// NoticeDraft is what is to become the next version of a programme's notice.
type NoticeDraft struct {
	ProgrammeID int64
	Texts       map[string]string // by language, Markdown
	Purposes    []int64           // which it tells of; nil for all of the programme
	Override    string            // why it is published although incomplete; "" to refuse that
	By          string            // "user:3", "key:5" or "system"
}

// Examination is what publishing a draft would mean.
type Examination struct {
	Notice     Notice                      // as it would be kept, without ID
	Findings   map[string][]notice.Finding // by language
	Difference notice.Difference           // to the version in force
	First      bool                        // there is none in force
	Untold     []Purpose                   // purposes that people on record have not been told of: mail for them waits for a notice run
}

// Complete reports whether the draft says all it must, in each of its languages.
func (x Examination) Complete() bool { return len(x.Gaps()) == 0 }

// Gaps says what is missing, each in a sentence that names its language.
func (x Examination) Gaps() []string {
	var out []string
	for _, language := range NoticeLanguages {
		for _, f := range notice.Gaps(x.Findings[language]) {
			out = append(out, language+": "+f.Why)
		}
	}
	return out
}

// RetentionWords says in sentences how long a programme's data is kept, out of the rules in force (E1-44).
type RetentionWords interface {
	RetentionStatements(ctx context.Context, programmeID int64) ([]string, error)
}

// ExamineNotice judges a draft and changes nothing.
func (s *Service) ExamineNotice(ctx context.Context, d NoticeDraft) (Examination, error) {
	x, _, err := s.examine(ctx, d)
	return x, errs.Wrap("subscriptions: examine notice", err)
}

func (s *Service) examine(ctx context.Context, d NoticeDraft) (x Examination, all []Notice, err error) {
	if err := d.check(); err != nil {
		return x, nil, err
	}
	programme, err := s.Store.Programme(ctx, d.ProgrammeID)
	if err != nil {
		return x, nil, err
	}
	covered, err := s.coveredBy(ctx, d)
	if err != nil {
		return x, nil, err
	}
	facts, err := s.facts(ctx, programme, covered)
	if err != nil {
		return x, nil, err
	}
	if all, err = s.Store.Notices(ctx, d.ProgrammeID); err != nil {
		return x, nil, err
	}
	main := MainLanguage(d.Texts)
	n := Notice{
		ProgrammeID: d.ProgrammeID, Version: len(all) + 1, Text: d.Texts[main], Texts: d.Texts, Facts: facts,
		Digest: TextDigest(Document(main, d.Texts)), PublishedBy: d.By, PublishedAt: s.Now(),
	}
	for _, p := range covered {
		n.Purposes = append(n.Purposes, p.ID)
	}
	x = Examination{Notice: n, Findings: map[string][]notice.Finding{}, First: len(all) == 0}
	for language, text := range d.Texts {
		x.Findings[language] = notice.Complete(text, facts)
	}
	was := notice.Declared{}
	if !x.First {
		was = all[len(all)-1].Facts
		for _, p := range covered {
			if !slices.ContainsFunc(all, func(old Notice) bool { return old.Covers(p.ID) }) {
				x.Untold = append(x.Untold, p)
			}
		}
	}
	x.Difference = notice.Compare(was, facts)
	return x, all, nil
}

func (d NoticeDraft) check() error {
	if len(d.Texts) == 0 {
		return invalid("Give the notice's text in at least one language.")
	}
	for language, text := range d.Texts {
		if !slices.Contains(NoticeLanguages, language) {
			return invalid("A notice is in one of %q; %q is none of them.", NoticeLanguages, language)
		}
		if err := firstOf(need(text, "text"), plain(text, "text", maxWords)); err != nil {
			return err
		}
	}
	return oneLine(d.Override, "override", maxName)
}

// coveredBy returns the purposes that a draft tells of, by ID.
func (s *Service) coveredBy(ctx context.Context, d NoticeDraft) ([]Purpose, error) {
	all, err := s.Store.Purposes(ctx, d.ProgrammeID)
	if err != nil || d.Purposes == nil {
		return all, err
	}
	var out []Purpose
	for _, p := range all {
		if slices.Contains(d.Purposes, p.ID) {
			out = append(out, p)
		}
	}
	for _, id := range d.Purposes {
		if !slices.ContainsFunc(out, func(p Purpose) bool { return p.ID == id }) {
			return nil, invalid("The programme has no purpose with the number %d.", id)
		}
	}
	return out, nil
}

// PublishNotice publishes the next version of a programme's privacy notice and puts the programme's lists under it. An incomplete notice is
// refused unless the draft says why it is published all the same; so is one that no longer tells of what a list is for.
func (s *Service) PublishNotice(ctx context.Context, d NoticeDraft) (Notice, error) {
	const op = "subscriptions: publish notice"
	x, all, err := s.examine(ctx, d)
	if err != nil {
		return Notice{}, errs.Wrap(op, err)
	}
	n := x.Notice
	if gaps := x.Gaps(); len(gaps) > 0 {
		if strings.TrimSpace(d.Override) == "" {
			return Notice{}, errs.E(op, errs.Refused, "The notice is incomplete, and was not published. "+strings.Join(gaps, " ")+" Complete it, or say why it is published as it is (override).", nil)
		}
		n.Overridden = d.Override
	}
	for _, old := range all {
		if old.Digest == n.Digest {
			return Notice{}, errs.E(op, errs.Conflict, fmt.Sprintf("Version %d says the same, word for word. Nothing was published.", old.Version), nil)
		}
	}
	if err := s.keepsLists(ctx, n); err != nil {
		return Notice{}, errs.Wrap(op, err)
	}
	err = s.Store.Update(ctx, func(tx Tx) error { return tx.CreateNotice(&n) })
	return n, errs.Wrap(op, err)
}

// keepsLists refuses a notice that leaves out the purpose of a list: its form would have no notice (E1-28).
func (s *Service) keepsLists(ctx context.Context, n Notice) error {
	lists, err := s.Store.Lists(ctx)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if l.ProgrammeID == n.ProgrammeID && !n.Covers(l.PurposeID) {
			return invalid("The list %q serves a purpose that this notice does not tell of.", l.Slug)
		}
	}
	return nil
}

// DraftNotice writes a first text out of what is declared now (E1-44), in a language of NoticeLanguages.
func (s *Service) DraftNotice(ctx context.Context, programmeID int64, language string) (string, error) {
	const op = "subscriptions: draft notice"
	if err := oneOf(language, "language", NoticeLanguages...); err != nil {
		return "", errs.Wrap(op, err)
	}
	programme, err := s.Store.Programme(ctx, programmeID)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	purposes, err := s.Store.Purposes(ctx, programmeID)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	facts, err := s.facts(ctx, programme, purposes)
	return notice.Draft(facts, language), errs.Wrap(op, err)
}

// facts gathers what is declared, for the purposes that a notice covers.
func (s *Service) facts(ctx context.Context, p Programme, purposes []Purpose) (notice.Declared, error) {
	d := notice.Declared{
		Controller: p.Controller, PostalAddress: p.PostalAddress,
		Contact: notice.Person{Name: p.Contact.Name, Address: p.Contact.Address.String()},
		Officer: notice.Person{Name: p.DPOName, Address: p.DPOAddress.String()}, RegionLock: p.RegionLock,
	}
	if !p.EndsAt.IsZero() {
		d.EndsOn = p.EndsAt.In(zoneOf(p)).Format(time.DateOnly)
	}
	for _, u := range purposes {
		d.Purposes = append(d.Purposes, notice.Purpose{
			Slug: u.Slug, Name: u.Name, Basis: string(u.Basis), Interest: u.Conditions.Interest, Reference: u.Conditions.Reference, TermDays: int(u.Term / (24 * time.Hour)),
		})
	}
	if len(p.Statements) > 0 {
		d.Statements = map[string]notice.Statements{}
	}
	for language, said := range p.Statements {
		d.Statements[language] = notice.Statements(said)
	}
	attributes, err := s.Store.AttributesOf(ctx, p.ID)
	if err != nil {
		return d, err
	}
	for _, a := range attributes {
		d.Categories = append(d.Categories, labelOf(a))
	}
	recipients, err := s.Store.Recipients(ctx, p.ID)
	if err != nil {
		return d, err
	}
	for _, r := range recipients {
		if r.EndedAt.IsZero() {
			d.Recipients = append(d.Recipients, notice.Recipient{Name: r.Name, Category: r.Category, Purpose: r.Purpose, Country: r.Country, Safeguard: r.Safeguard})
		}
	}
	if s.Retention != nil {
		d.Retention, err = s.Retention.RetentionStatements(ctx, p.ID)
	}
	return d, err
}

func labelOf(a Attribute) string {
	if a.Label != "" {
		return a.Label
	}
	return a.Name
}

// zoneOf is the programme's time zone, which was checked when it was declared.
func zoneOf(p Programme) *time.Location {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}
