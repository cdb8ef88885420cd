package templates

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
