// Package webform takes requests and complaints that people type into the public form (E2-32; DPA 2018 s.164A(2)), beside mail. Each opens a case with its clocks
// running. Nobody has shown that the address is theirs: what is asked is worked on as a case, and identity is looked at there. What stops mail to the
// person's own address acts at once, for it needs no identity (Article 21(3), Article 7(3)).
//
// The words are sorted by the same rules as mail, so that a right or a claim for compensation that stands in them and not in a tick is not missed.
package webform

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/inbox/cases"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/idempotency"
	"assent/internal/message"
	"assent/subscriptions"
)

// Limits of a form.
const (
	MaxWords   = 20_000  // octets of what somebody wants
	MaxName    = 200     // characters
	MaxContact = 500     // octets of a postal address or telephone number
	MaxFiles   = 5       // files
	MaxFile    = 5 << 20 // octets of each
)

// Kinds returns what the form offers to tick, in the order in which it stands there.
func Kinds() []cases.Kind {
	return []cases.Kind{
		cases.Access, cases.Rectification, cases.Erasure, cases.Restriction, cases.Objection, cases.WithdrawConsent, cases.Portability, cases.AutomatedDecision,
		cases.Complaint, cases.Breach,
	}
}

// Form is what somebody typed and ticked.
type Form struct {
	Programme    subscriptions.Programme
	Complaint    bool // it is the complaint form: what is asked is a complaint, whatever else
	Kinds        []cases.Kind
	Words        string
	Name         string
	Address      address.Address // to answer to; zero where they gave another way
	Contact      string          // postal address or telephone number
	ForOther     bool            // it is about somebody else
	AboutName    string
	AboutAddress address.Address
	Receiver     Receiver
	Language     string // "en" or "cy"
	Browser      string // evidence of the act
	Key          string // that the page put into its form, by which a form that is sent twice is known; "" for none
	Files        []File
}

// Receiver is another organisation to which who asks wants the data sent straight (Article 20(2)). The zero Receiver is none; one without an address is found by staff.
type Receiver struct {
	Name    string
	Address address.Address
}

// File is something that came with a form.
type File struct {
	Name string
	Size int64
	Body io.Reader
}

// Stopper stops mail at once. *subscriptions.Service does.
type Stopper interface {
	Object(ctx context.Context, o subscriptions.Objection) (subscriptions.Outcome, error)
	Withdraw(ctx context.Context, w subscriptions.Withdrawal) (subscriptions.Outcome, error)
}

// Desk opens cases. *cases.Service is one.
type Desk interface {
	Enter(ctx context.Context, in cases.Entry) (cases.Case, error)
}

// Passer records to which organisation a person wants their data sent straight, on the case of portability among those that a form opened. *access.Service is one.
type Passer interface {
	NameChosen(ctx context.Context, opened cases.Case, name string, to address.Address, language, evidence string) error
}

// Service takes forms.
type Service struct {
	Cases  Desk
	People Stopper
	Passer Passer
	Sent   idempotency.Store
	Now    func() time.Time
	Log    *slog.Logger
}

// Mistake is something to mend in a form.
type Mistake string

const (
	NothingAsked  Mistake = "nothing-asked" // neither a tick nor words
	WordsTooLong  Mistake = "words-too-long"
	NoWayToAnswer Mistake = "no-way-to-answer"
	NameTooLong   Mistake = "name-too-long"
	AboutLong     Mistake = "about-name-too-long"
	ContactLong   Mistake = "contact-too-long"
	WhoElse       Mistake = "who-else" // it is about somebody who is not named
	FileTooLarge  Mistake = "file-too-large"
	TooManyFiles  Mistake = "too-many-files"
	ReceiverLong  Mistake = "receiver-too-long"
)

// Check returns what is to be mended before the form can be taken, nothing where it can.
func (f Form) Check() []Mistake {
	var out []Mistake
	wrong := func(is bool, m Mistake) {
		if is {
			out = append(out, m)
		}
	}
	wrong(strings.TrimSpace(f.Words) == "" && (f.Complaint || len(f.Kinds) == 0), NothingAsked)
	wrong(len(f.Words) > MaxWords || !utf8.ValidString(f.Words), WordsTooLong)
	wrong(f.Address.IsZero() && strings.TrimSpace(f.Contact) == "", NoWayToAnswer)
	wrong(badName(f.Name), NameTooLong)
	wrong(badName(f.AboutName), AboutLong)
	wrong(len(f.Contact) > MaxContact || !utf8.ValidString(f.Contact), ContactLong)
	wrong(f.ForOther && strings.TrimSpace(f.AboutName) == "" && f.AboutAddress.IsZero(), WhoElse)
	wrong(badName(f.Receiver.Name), ReceiverLong)
	wrong(len(f.Files) > MaxFiles, TooManyFiles)
	wrong(slices.ContainsFunc(f.Files, func(x File) bool { return x.Size > MaxFile }), FileTooLarge)
	return out
}

func badName(name string) bool {
	return utf8.RuneCountInString(name) > MaxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl)
}

// open opens the case of a form and stops mail where that is asked.
func (s *Service) open(ctx context.Context, f Form) (cases.Case, error) {
	const op = "webform: open"
	kinds, flags := f.asked()
	stopped, err := s.stop(ctx, f, kinds)
	if err != nil {
		return cases.Case{}, errs.Wrap(op, err)
	}
	entry := cases.Entry{
		Actor: "subscriber", ProgrammeID: f.Programme.ID, Channel: cases.ByForm, ReceivedAt: s.Now(), Asked: f.text(), Kinds: kinds, Language: f.Language,
		Urgent: slices.Contains(flags, sorting.FlagUrgent), Flags: flags, Acknowledge: true, Stopped: stopped, Parties: f.parties(),
	}
	for _, file := range f.Files {
		head := make([]byte, 512)
		n, err := io.ReadFull(file.Body, head)
		if n == 0 {
			continue // nothing in it
		}
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return cases.Case{}, errs.E(op, errs.Invalid, "A file could not be read. Send the form again.", err)
		}
		entry.Files = append(entry.Files, cases.File{
			Name: cases.SafeName(file.Name), Type: cases.Sniff(head[:n]), Body: io.MultiReader(strings.NewReader(string(head[:n])), io.LimitReader(file.Body, MaxFile)),
		})
	}
	c, err := s.Cases.Enter(ctx, entry)
	if err == nil && !f.Receiver.Address.IsZero() {
		evidence := "Who asks named it on the web form."
		if err := s.Passer.NameChosen(ctx, c, cmp.Or(f.Receiver.Name, f.Receiver.Address.String()), f.Receiver.Address, f.Language, evidence); err != nil {
			s.Log.WarnContext(ctx, "a receiver stands only in the words of its case", "case", c.ID, "cause", err.Error()) // the case is open, and must not be sent twice
		}
	}
	return c, errs.Wrap(op, err)
}

// asked is what the form asks for: what was ticked first, then what else its words say. What nobody can name is a request about rights all the same.
func (f Form) asked() (kinds []cases.Kind, flags []string) {
	if f.Complaint {
		kinds = []cases.Kind{cases.Complaint}
	}
	add := func(k cases.Kind) {
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	for _, k := range f.Kinds {
		if slices.Contains(Kinds(), k) {
			add(k)
		}
	}
	if f.Receiver != (Receiver{}) && !f.Complaint {
		add(cases.Portability)
	}
	v := sorting.Sort(&message.Parsed{Text: f.Words})
	if v.Flagged(sorting.FlagLikeness) { // a guess names no right: a person does
		v.Kind = sorting.KindNone
	}
	if v.Kind == sorting.KindRights {
		for _, k := range cases.KindsOf(v.Labels) {
			if k != cases.Other {
				add(k)
			}
		}
	}
	if v.Kind == sorting.KindUnsubscribe && !f.Complaint {
		add(cases.WithdrawConsent)
	}
	if v.Flagged(sorting.FlagBreach) {
		add(cases.Breach)
	}
	if len(kinds) == 0 {
		kinds = []cases.Kind{cases.Other}
	}
	for _, flag := range v.Flags {
		if slices.Contains([]string{sorting.FlagCompensation, sorting.FlagFOI, sorting.FlagChild, sorting.FlagUrgent}, flag) {
			flags = append(flags, flag)
		}
	}
	if f.ForOther {
		flags = append(flags, sorting.FlagAgent)
	}
	return kinds, flags
}

// text is what was asked, as the case keeps it.
func (f Form) text() string {
	text := "Ticked on the form, without further words."
	if words := strings.TrimSpace(f.Words); words != "" {
		text = words
	}
	if f.Receiver != (Receiver{}) {
		text += "\n\nTo be sent straight to: " + strings.Trim(f.Receiver.Name+", "+f.Receiver.Address.String(), ", ")
	}
	return text
}

func (f Form) parties() []cases.Party {
	asks := cases.Party{Role: cases.Requester, Name: strings.TrimSpace(f.Name), Address: f.Address, Contact: strings.TrimSpace(f.Contact)}
	if !f.ForOther {
		return []cases.Party{asks}
	}
	return []cases.Party{asks, {Role: cases.Subject, Name: strings.TrimSpace(f.AboutName), Address: f.AboutAddress}}
}

// stop ends mail to the person's own address where they object to it or take their consent back: at once, before anything else, and without asking who they are. For
// somebody else a person decides.
func (s *Service) stop(ctx context.Context, f Form, kinds []cases.Kind) (stopped bool, err error) {
	if f.ForOther || f.Address.IsZero() {
		return false, nil
	}
	evidence := subscriptions.Evidence{"act": "Asked for it on the public form for requests.", "user_agent": f.Browser, "language": f.Language}
	switch {
	case slices.Contains(kinds, cases.WithdrawConsent):
		_, err = s.People.Withdraw(ctx, subscriptions.Withdrawal{
			Address: f.Address, Scope: subscriptions.ProgrammeScope(f.Programme.ID), Channel: subscriptions.ByForm, Actor: "subscriber", Evidence: evidence,
		})
	case slices.Contains(kinds, cases.Objection):
		_, err = s.People.Object(ctx, subscriptions.Objection{
			Address: f.Address, ProgrammeIDs: []int64{f.Programme.ID}, Channel: subscriptions.ByForm, Actor: "subscriber", Evidence: evidence,
		})
	default:
		return false, nil
	}
	return err == nil, err
}
