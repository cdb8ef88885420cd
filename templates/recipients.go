package templates

import (
	"net/url"
	"time"
)

// The fields of the forms by which recipients of data, or operators for them, answer.
const (
	FieldAnswered = "answered" // done, impossible or disproportionate
)

// RecipientNoticeMail fills the mail "recipient-notice": it tells somebody who was given personal data what became of it, and asks for an answer (UK GDPR Art 19). It
// names the people as far as the recipient needs to find them, and nothing more.
type RecipientNoticeMail struct {
	Sender
	Recipient string
	Change    string // rectification, erasure, restriction or release
	People    []ConcernedPerson
	AnswerURL string
	Reminder  bool // it was told before, and has not answered
}

func (m RecipientNoticeMail) missing() string {
	return first(m.Sender.missing(), need("Recipient", m.Recipient), need("Change", m.Change), need("AnswerURL", m.AnswerURL))
}

// ConcernedPerson is somebody whom a notice is about.
type ConcernedPerson struct {
	Name, Address string // a name may be empty
	Changes       []ChangedField
}

// ChangedField is one field before and after; either may be empty.
type ChangedField struct{ Field, Before, After string }

// RecipientAnswerPage fills the public page "recipient-answer": a recipient says what became of the data with it.
type RecipientAnswerPage struct {
	Public
	Action    string
	Recipient string
	Change    string   // rectification, erasure, restriction or release
	People    []string // masked addresses
	Words     string   // what was written before
	Chosen    string   // the answer that was chosen before
	Problem   bool     // the answer, or its words, are missing
	Answered  string   // the answer that stands; "" while there is none
	Void      bool     // the person was erased meanwhile, of which the recipient is told anew
}

// RecordSection fills "section-record": how far it is with what changes a record or what may be done with it, on the page of its case.
type RecordSection struct {
	Console
	Action     string   // where all its forms go
	Stands     []string // sentences on how things stand
	Items      []RecordItem
	Statements []string
	Forms      []RecordForm
	Notices    []RecordNotice
	MayWrite   bool
}

// RecordItem is one thing that is to be corrected.
type RecordItem struct {
	ID            int64
	Field         string
	Before, After string
	State         State
	Words         string // what shows the new data to be right, or why it is not corrected
	Open          bool   // it is not carried out, and may be decided on anew
	Corrected     bool   // After stands on record now
	Stays         bool   // Before does, as a person decided
}

// RecordForm is one thing that may be done now.
type RecordForm struct {
	Act, Title, Hint, Button string
	Choices                  []CaseChoice // one of them
	ChoiceLabel              string
	Ticks                    []CaseChoice // any of them
	TicksLabel               string
	Text                     string     // label of a line; "" for none
	Words                    string     // label of words; "" for none
	Typed                    url.Values // what was typed where it was not taken; nil else
}

// RecordNotice is one recipient who is told of a change.
type RecordNotice struct {
	ID     int64
	Name   string
	Change string // as "Erasure"
	How    string // as "Told on 3 May, next letter on 17 May"
	At     time.Time
	People int // how many it is about
	State  State
	Words  string
	Open   bool
	URL    string // the page "recipient", which says whom it is about
}

// RecipientsPage fills the page "recipients": who was told of a change of data that they were given.
type RecipientsPage struct {
	Console
	All     bool // those who have answered too
	Rows    []RecordNotice
	NextURL string // further rows; may be empty
}

// RecipientPage fills the page "recipient": what one recipient is to be told, and what it answers.
type RecipientPage struct {
	Console
	Notice          RecordNotice
	Address         string // where it is written to; may be empty
	CaseURL         string // of the case that led to it; may be empty
	Whom            []ToldOf
	Problem         string
	MayWrite        bool
	Answered, Words string // as typed
}

// ToldOf is one person whom a recipient is told of.
type ToldOf struct {
	Who     string
	Changes []FieldChange
}

// FieldChange is one field before and after it was corrected; empty for nothing.
type FieldChange struct{ Field, Before, After string }

// CorrectPage fills the page "correct": staff correct what is on record of a person.
type CorrectPage struct {
	Console
	Action, PersonURL, Address string
	Problem, Done              string
	Name, Language, Why        string
	Fields                     []CorrectField
}

// CorrectField is one declared attribute.
type CorrectField struct {
	Field string // of the form
	Label string
	Value string
	Hint  string
}
