package retention

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"assent/internal/errs"
	"assent/subscriptions"
)

// What is what a rule disposes of.
type What string

const (
	// People are the records of a programme's people: who they are and what is known of them.
	People What = "people"
	// Requests are sign-ups that were never confirmed.
	Requests What = "unconfirmed requests"
	// CaseMail is the mail of cases that are closed (E1-37).
	CaseMail What = "mail of cases"
	// OtherMail is the mail that came in and called for no case: opt-outs, reports, automatic replies.
	OtherMail What = "other mail"
	// Letters are the addresses and texts of letters that were sent.
	Letters What = "letters"
	// Quarantine is rows of imports that came without evidence.
	Quarantine What = "quarantine"
)

// Since is what the time of a rule counts from.
type Since string

const (
	PermissionEnded Since = "last permission ended" // withdrawn, lapsed or suppressed, and no other left
	ConsentLapsed   Since = "consent expired"       // the last permission ended by its term, not by an opt-out
	ProgrammeEnded  Since = "programme ended"
	LastActive      Since = "last activity" // the person's last act that the ledger knows, whether or not they may be mailed
	Requested       Since = "requested"
	CaseClosed      Since = "case closed"
	Received        Since = "received"
	Sent            Since = "sent"
	Imported        Since = "imported"
)

// starts says from what the time of each may count.
var starts = map[What][]Since{
	People: {PermissionEnded, ConsentLapsed, ProgrammeEnded, LastActive}, Requests: {Requested}, CaseMail: {CaseClosed},
	OtherMail: {Received}, Letters: {Sent}, Quarantine: {Imported},
}

// Whats holds everything that a rule may dispose of, in the order in which people meet it.
var Whats = []What{People, Requests, CaseMail, OtherMail, Letters, Quarantine}

// StartsOf returns from what the time of a rule for w may count.
func StartsOf(w What) []Since { return slices.Clone(starts[w]) }

// Action is what a rule does when its time has come.
type Action string

const (
	// Thin takes away some categories of attributes and leaves the record (E2-15).
	Thin Action = "thin"
	// Anonymise counts what statistics need, of no one person, and erases the record (E1-39, E2-18).
	Anonymise Action = "anonymise"
	// Delete erases the record.
	Delete Action = "delete"
)

// Actions holds every action.
var Actions = []Action{Thin, Anonymise, Delete}

// Longer is a second period, for people who permit being kept so long: "six months, or twelve with your consent" (E2-13). It counts from what the
// rule's own period counts from, and is over before its end when the permission is.
type Longer struct {
	PurposeID int64  // what they permit; 0 for a rule without a longer period
	Purpose   string // its name, for sentences: the store's and Declare's to set
	Period    Period
}

// Rule is one rule of a retention schedule.
type Rule struct {
	ID          int64
	ProgrammeID int64 // 0 for the whole house
	Name        string
	What        What
	Since       Since
	Period      Period
	Longer      Longer
	Action      Action
	Categories  []subscriptions.Category // of a rule that thins
	Review      bool                     // a person approves first (E2-16)
	Reason      string                   // why this long: E0-15, E4-20
	CreatedBy   string
	CreatedAt   time.Time
	EndedBy     string
	EndedAt     time.Time // zero while it is in force
}

const maxText = 300 // characters

// Check refuses a rule that says nothing, or nothing that can be done, with kind Invalid.
func (r Rule) Check() error {
	invalid := func(format string, a ...any) error {
		return errs.E("retention: check rule", errs.Invalid, fmt.Sprintf(format, a...), nil)
	}
	for field, text := range map[string]string{"name": r.Name, "reason": r.Reason} {
		if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > maxText || strings.ContainsAny(text, "\n\r\t") {
			return invalid("Give a %s in one line of at most %d characters.", field, maxText)
		}
	}
	since, known := starts[r.What]
	switch {
	case !known:
		return invalid("A rule disposes of one of %q.", Whats)
	case !slices.Contains(since, r.Since):
		return invalid("The time of a rule for %s counts from one of %q.", r.What, since)
	case !slices.Contains(Actions, r.Action):
		return invalid("A rule does one of %q.", Actions)
	case r.What != People && r.Action != Delete:
		return invalid("Only the records of people can be thinned or made anonymous; %s can be deleted.", r.What)
	case r.What == People && r.ProgrammeID == 0 && r.Since == ProgrammeEnded:
		return invalid("A rule that counts from the end of a programme must name the programme.")
	case r.What != People && r.What != Requests && r.ProgrammeID != 0 && r.What != CaseMail:
		return invalid("A rule for %s is for the whole house.", r.What)
	case r.Action == Thin && len(r.Categories) == 0:
		return invalid("Say which categories the rule takes away: %q.", subscriptions.Categories)
	case r.Action != Thin && len(r.Categories) > 0:
		return invalid("Categories are for a rule that thins. This one takes away everything.")
	}
	for _, c := range r.Categories {
		if !slices.Contains(subscriptions.Categories, c) {
			return invalid("There is no category %q. Categories are: %q.", c, subscriptions.Categories)
		}
	}
	if err := r.Period.Check(); err != nil {
		return err
	}
	return r.checkLonger()
}

// checkLonger refuses a longer period that is none. Both are measured from a 1 January, for a month has no length of its own.
func (r Rule) checkLonger() error {
	const op = "retention: check longer period"
	from := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case r.Longer.PurposeID == 0 && r.Longer.Period.Length != 0:
		return errs.E(op, errs.Invalid, "Say which purpose people permit to be kept longer.", nil)
	case r.Longer.PurposeID == 0:
		return nil
	case r.What != People:
		return errs.E(op, errs.Invalid, fmt.Sprintf("Only the records of people can be kept longer with a permission, not %s.", r.What), nil)
	}
	if err := r.Longer.Period.Check(); err != nil {
		return err
	}
	if !r.Longer.Period.After(from).After(r.Period.After(from)) {
		return errs.E(op, errs.Invalid, fmt.Sprintf("The period with permission must be longer than %s.", r.Period), nil)
	}
	return nil
}

// Statement says in a sentence, for a privacy notice, how long data is kept (Article 13(2)(a); E1-43).
func (r Rule) Statement() string {
	what := map[What]string{
		People: "Your record", Requests: "A request that you have not confirmed", CaseMail: "Your correspondence about a request",
		OtherMail: "Other mail that you sent us", Letters: "Letters that we sent to you", Quarantine: "Data that came to us without proof of your consent",
	}[r.What]
	does := "is deleted"
	switch r.Action {
	case Thin:
		what, does = "What we know of your "+joined(r.Categories), "is removed"
	case Anonymise:
		does = "is made anonymous"
	}
	since := map[Since]string{
		PermissionEnded: "the last permission that you gave has ended", ConsentLapsed: "your consent has expired", ProgrammeEnded: "the programme has ended",
		LastActive: "we last heard from you", Requested: "you made it", CaseClosed: "the case was closed", Received: "we received it", Sent: "they were sent", Imported: "it came",
	}[r.Since]
	sentence := fmt.Sprintf("%s %s %s after %s (%s).", what, does, r.Period, since, strings.TrimSuffix(r.Reason, "."))
	if r.Longer.PurposeID != 0 {
		sentence += fmt.Sprintf(" While you permit “%s” it stays longer: for %s at most, or until you take that back.", r.Longer.Purpose, r.Longer.Period)
	}
	return sentence
}

func joined(all []subscriptions.Category) string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = string(c)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
