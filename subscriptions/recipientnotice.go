package subscriptions

import (
	"slices"
	"time"

	"assent/internal/errs"
)

// RecordChange is what was done to somebody's record that the recipients of their data are told of (Article 19; E2-17, E2-36, E2-37).
type RecordChange string

const (
	RecordRectified  RecordChange = "rectification"
	RecordErased     RecordChange = "erasure"
	RecordRestricted RecordChange = "restriction"
	RecordReleased   RecordChange = "release" // the restriction was lifted
)

// Words says what was done, as part of a sentence: "erasure", "end of the restriction".
func (c RecordChange) Words() string {
	if c == RecordReleased {
		return "end of the restriction"
	}
	return string(c)
}

// NoticeState is how far a notice to a recipient is.
type NoticeState string

const (
	NoticeOpen       NoticeState = "open"
	NoticeAnswered   NoticeState = "answered"   // by the recipient, or by a person for them
	NoticeSuperseded NoticeState = "superseded" // the person was erased meanwhile, of which the recipient is told anew
)

// RecipientAnswer is what became of it at the recipient.
type RecipientAnswer string

const (
	AnswerDone             RecipientAnswer = "done"
	AnswerImpossible       RecipientAnswer = "impossible"       // Article 19: unless this proves impossible
	AnswerDisproportionate RecipientAnswer = "disproportionate" // or involves disproportionate effort
)

// RecipientAnswers holds every answer.
var RecipientAnswers = []RecipientAnswer{AnswerDone, AnswerImpossible, AnswerDisproportionate}

// RecipientNotice tells one recipient of one change, of one person or, outside of cases, of several.
type RecipientNotice struct {
	ID int64
	Addressee
	Change       RecordChange
	CaseID       int64 // 0 for none
	SubscriberID int64 // 0 where it is about several people
	People       int   // how many it is about
	Whom         []Concerned
	State        NoticeState
	Answer       RecipientAnswer // "" while it is open
	Words        string          // with the answer
	AnsweredBy   string          // ByRecipient, or an operator such as "user:3"
	AnsweredAt   time.Time
	CreatedAt    time.Time
	LetterID     int64 // the last letter; 0 for none
	Letters      int   // how many were written
	ToldAt       time.Time
	NextOn       string // UK date on which the next letter is due; "" for none
}

// ByRecipient answers a notice by its link.
const ByRecipient = "recipient"

// Concerned is one person in a notice: what the recipient needs to find them in its own records, and nothing more. The store keeps it encrypted, and
// only until the notice is closed.
type Concerned struct {
	Name    string        `json:"name,omitempty"`
	Address string        `json:"address"`
	Changes []FieldChange `json:"changes,omitempty"` // of a rectification
}

// FieldChange is one field of a record before and after it was corrected, as a reader sees it.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// RecipientTx is a Tx that knows who was given whose data.
type RecipientTx interface {
	Tx
	// DeclaredRecipients returns everybody who gets or got data of some programmes, by id.
	DeclaredRecipients(programmeIDs []int64) ([]Recipient, error)
	// GivenOf returns what was given away of a person, the oldest first.
	GivenOf(subscriberID int64) ([]Given, error)
	// Collecting returns a notice to a recipient of a change outside of cases that has not gone out yet, if there is one.
	Collecting(a Addressee, change RecordChange) (RecipientNotice, bool, error)
	// SaveRecipientNotice writes a notice with its people, and sets the ID of a new one.
	SaveRecipientNotice(n *RecipientNotice) error
	// SupersedeNotices closes the open notices about a person alone.
	SupersedeNotices(subscriberID int64, at time.Time) error
}

// maxCollected bounds the people of one notice.
const maxCollected = 100

// recordChanged is a change of somebody's record that its recipients are told of.
type recordChanged struct {
	person Subscriber
	change RecordChange
	fields []FieldChange // of a rectification
	caseID int64
	at     time.Time
}

// tellRecipients opens the notices to everybody who was given a person's data. It belongs before the data is taken away, into the same transaction: whoever is erased
// by whatever road, their recipients hear of it. Erasures outside of cases are collected, so that a recipient is not sent a letter for each
// of a thousand people whose time ended in one night.
func tellRecipients(tx Tx, c recordChanged) error {
	known, ok := tx.(RecipientTx)
	if !ok {
		return errs.E("subscriptions: tell recipients", errs.Internal, "", nil)
	}
	if c.person.ID == 0 || c.person.Address.IsZero() {
		return nil // nobody on record, or nothing left of them
	}
	who, err := whomToTell(known, c.person)
	if err != nil {
		return err
	}
	if c.change == RecordErased {
		if err := known.SupersedeNotices(c.person.ID, c.at); err != nil {
			return err
		}
	}
	whom := Concerned{Name: c.person.Name, Address: c.person.Address.String(), Changes: c.fields}
	for _, a := range who {
		n := RecipientNotice{Addressee: a, Change: c.change, CaseID: c.caseID, SubscriberID: c.person.ID, State: NoticeOpen, CreatedAt: c.at, NextOn: c.at.UTC().Format(time.DateOnly)}
		if c.change == RecordErased && c.caseID == 0 {
			n.SubscriberID = 0
			open, found, err := known.Collecting(a, c.change)
			if err != nil {
				return err
			}
			if found && open.People < maxCollected {
				n = open
			}
		}
		n.Whom, n.People = append(n.Whom, whom), n.People+1
		if err := known.SaveRecipientNotice(&n); err != nil {
			return err
		}
	}
	return nil
}

// whomToTell reads what ToTell goes by.
func whomToTell(tx RecipientTx, p Subscriber) ([]Addressee, error) {
	byKey, err := tx.EventsByKey(p.Key)
	if err != nil {
		return nil, err
	}
	history := byKey[string(p.Key)]
	given, err := tx.GivenOf(p.ID)
	if err != nil {
		return nil, err
	}
	var programmes []int64
	for id := range knownSince(history) {
		programmes = append(programmes, id)
	}
	for _, g := range given {
		programmes = append(programmes, g.ProgrammeID)
	}
	slices.Sort(programmes)
	declared, err := tx.DeclaredRecipients(slices.Compact(programmes))
	if err != nil {
		return nil, err
	}
	return ToTell(history, declared, given), nil
}

// Closed returns the notice with an answer. Impossibility and disproportionate effort need words that say why. Answering again is refused. Kinds of error: Invalid,
// Conflict.
func (n RecipientNotice) Closed(a RecipientAnswer, words, by string, at time.Time) (RecipientNotice, error) {
	const op = "subscriptions: answer notice"
	switch {
	case n.State != NoticeOpen:
		return n, errs.E(op, errs.Conflict, "This was answered before. What was answered stands.", nil)
	case !slices.Contains(RecipientAnswers, a):
		return n, errs.E(op, errs.Invalid, "Say whether it is done, impossible, or takes disproportionate effort.", nil)
	case a != AnswerDone && words == "":
		return n, errs.E(op, errs.Invalid, "Say why it is impossible, or takes too much effort.", nil)
	}
	if err := plain(words, "words", maxAnswerWords); err != nil {
		return n, err
	}
	n.State, n.Answer, n.Words, n.AnsweredBy, n.AnsweredAt, n.NextOn, n.Whom = NoticeAnswered, a, words, by, at, "", nil
	return n, nil
}

const maxAnswerWords = 2000 // characters
