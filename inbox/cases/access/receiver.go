package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/errs"
)

// Receiver is another organisation to which a person wants their portable data sent straight (Article 20(2) UK GDPR; E4-28). A person decides whether it is, and it gets a
// link of its own with a code of its own: never the person's.
type Receiver struct {
	ID         int64
	CaseID     int64
	Name       string
	Address    address.Address // the link goes there
	Language   string          // "en" or "cy"
	Instead    bool            // it goes there, and not to the person as well
	Evidence   string          // how the person chose it, such as "her mail of 3 May"
	NamedBy    string
	NamedAt    time.Time
	Decision   Passing
	Reason     string // code, of a refusal
	Words      string // of the refusal; or how it was made sure that the address is theirs
	DecidedBy  string
	Person     string // who decided, where a program records it for them
	DecidedAt  time.Time
	LinkID     int64  // the last; 0 while none was sent
	Disclosure int64  // its entry in the register of who got what; 0 for none
	LeftWhy    string // why it is left at that although nobody opened it

	OpenedAt time.Time // of its last link; only when it is read
}

// Passing is what was decided of a receiver.
type Passing string

const (
	Undecided Passing = ""
	Send      Passing = "send"
	Refuse    Passing = "refuse"
)

// Done reports whether nothing is left to do for a receiver.
func (r Receiver) Done() bool {
	return r.Decision == Refuse || r.Decision == Send && (!r.OpenedAt.IsZero() || r.LeftWhy != "")
}

// Refusals returns the reasons for which data is not sent straight to somebody. The person can still have it themselves.
func Refusals() []cases.Reason {
	return []cases.Reason{
		{Code: "not-feasible", Words: "It is not technically feasible", Rule: "Art 20(2) UK GDPR",
			English: "it is not technically feasible: they cannot take the data from us", Welsh: "nid yw’n dechnegol ymarferol: ni allant dderbyn y data gennym ni"},
		{Code: "not-sure-whose", Words: "It could not be made sure that the address is theirs", Rule: "Art 32 UK GDPR",
			English: "we could not make sure that the address is theirs, and we must keep your data safe", Welsh: "ni allem wneud yn siŵr mai eu cyfeiriad nhw ydyw, a rhaid i ni gadw eich data’n ddiogel"},
		{Code: "others-rights", Words: "It would harm the rights of somebody else", Rule: "Art 20(4) UK GDPR",
			English: "it would harm the rights of somebody else", Welsh: "byddai’n niweidio hawliau rhywun arall"},
		{Code: "not-portable", Words: "Nothing is held that this right covers", Rule: "Art 20(1) UK GDPR",
			English: "we hold nothing of yours that this right covers", Welsh: "nid ydym yn dal dim o’ch data y mae’r hawl hon yn berthnasol iddo"},
	}
}

const maxReceivers = 10 // of one case

func (r Receiver) check() error {
	switch {
	case strings.TrimSpace(r.Name) == "" || utf8.RuneCountInString(r.Name) > 200 || strings.ContainsAny(r.Name, "\r\n"):
		return invalid("Give the organisation's name, at most 200 characters.")
	case r.Address.IsZero():
		return invalid("Give the organisation's address: the link goes there.")
	case r.Language != "en" && r.Language != "cy":
		return invalid("The language must be en or cy.")
	case strings.TrimSpace(r.Evidence) == "" || len(r.Evidence) > maxWords:
		return invalid("Say how the person chose this organisation, such as: in her mail of 3 May.")
	}
	return nil
}

// NameReceiver records which other organisation a person wants their data sent to, for a person to decide. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) NameReceiver(ctx context.Context, caseID int64, actor string, r Receiver) (Receiver, error) {
	const op = "access: name receiver"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return Receiver{}, errs.Wrap(op, err)
	}
	if k.Kind != cases.Portability {
		return Receiver{}, errs.Wrap(op, invalid("Only what is portable goes straight to another organisation (Article 20(2)). Give the case its right kind first."))
	}
	r.Name, r.Evidence = strings.TrimSpace(r.Name), strings.TrimSpace(r.Evidence)
	if err := r.check(); err != nil {
		return Receiver{}, errs.Wrap(op, err)
	}
	have, err := s.Store.Receivers(ctx, k.ID)
	if err != nil {
		return Receiver{}, errs.Wrap(op, err)
	}
	if len(have) >= maxReceivers {
		return Receiver{}, errs.Wrap(op, invalid("A case has at most %d receivers.", maxReceivers))
	}
	r.CaseID, r.NamedBy, r.NamedAt, r.Decision = k.ID, actor, s.Now(), Undecided
	if err := s.Store.AddReceiver(ctx, &r); err != nil {
		return Receiver{}, errs.Wrap(op, err)
	}
	_, err = s.Cases.Did(ctx, k.ID, actor, "receiver", "The person wants the data sent straight to "+r.Name+".", r.Evidence)
	return r, errs.Wrap(op, err)
}

// NameChosen records an organisation that who asks named while the case was opened: on the case, or on its sub-case, that is about portability. Kinds of error: as of NameReceiver.
func (s *Service) NameChosen(ctx context.Context, opened cases.Case, name string, to address.Address, language, evidence string) error {
	const op = "access: name chosen"
	family, err := s.Cases.Store.SubCases(ctx, opened.ID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, k := range append([]cases.Case{opened}, family...) {
		if k.Kind == cases.Portability {
			_, err := s.NameReceiver(ctx, k.ID, "subscriber", Receiver{Name: name, Address: to, Language: language, Evidence: evidence})
			return errs.Wrap(op, err)
		}
	}
	return errs.E(op, errs.NotFound, "None of these cases is about taking data elsewhere.", nil)
}

// receiver returns a receiver of a case; kind NotFound.
func (s *Service) receiver(ctx context.Context, caseID, id int64) (Receiver, error) {
	all, err := s.Store.Receivers(ctx, caseID)
	if err != nil {
		return Receiver{}, err
	}
	i := slices.IndexFunc(all, func(r Receiver) bool { return r.ID == id })
	if i < 0 {
		return Receiver{}, errs.E("access: receiver", errs.NotFound, "There is no such receiver in this case.", nil)
	}
	return all[i], nil
}

// receiverDuties returns what is left to do for the receivers that a person named.
func receiverDuties(all []Receiver, url string) []cases.Duty {
	var out []cases.Duty
	for _, r := range all {
		words := "See that " + r.Name + " could open the data"
		switch {
		case r.Decision == Undecided || r.Decision == Send && r.LinkID == 0:
			words = "Send the data straight to " + r.Name + ", or refuse to"
		case r.Decision == Refuse:
			words = "Refuse to send the data straight to " + r.Name
		}
		out = append(out, cases.Duty{Step: cases.CarryingOut, Code: fmt.Sprintf("receiver-%d", r.ID), Words: words, Done: r.Done(), URL: url})
	}
	return out
}
