package mailer

import "time"

// LetterState is where a letter is on its way.
type LetterState string

const (
	LetterWaiting   LetterState = "waiting"
	LetterStarted   LetterState = "started" // about to be handed over; after a crash it becomes uncertain
	LetterSent      LetterState = "sent"
	LetterFailed    LetterState = "failed"
	LetterRefused   LetterState = "refused"
	LetterUncertain LetterState = "uncertain"
)

// LetterKind is what a letter says.
type LetterKind string

const (
	ConfirmationLetter LetterKind = "confirmation"        // asks the holder of a mailbox to confirm
	RenewalLetter      LetterKind = "renewal"             // asks before a term ends whether a list is still wanted
	AnnualLetter       LetterKind = "annual-confirmation" // asks the same at a regular interval
	UnsubscribedLetter LetterKind = "unsubscribed"        // says that an opt-out by mail is done
	WhichAddressLetter LetterKind = "unsubscribe-link"    // answers an opt-out from an address that is not on record
	CaseReceivedLetter LetterKind = "case-received"       // acknowledges a request
	NoticeLetter       LetterKind = "notice"              // tells of a new version of a privacy notice
	ErasureLetter      LetterKind = "erasure"             // tells a person that they are being erased, before it is done
	RecipientLetter    LetterKind = "recipient-notice"    // tells a recipient of data what became of it
	CaseLetter         LetterKind = "case-letter"         // what a person wrote about a case
	IdentityLetter     LetterKind = "identity"            // asks at the address on record whether a case was asked for
	CaseAlertLetter    LetterKind = "case-alert"          // tells the data protection officer of a case that cannot wait
	CaseReminderLetter LetterKind = "case-reminder"       // reminds them of what is due and of complaints without a word
)

// Asks reports whether a letter of this kind asks for a yes.
func (k LetterKind) Asks() bool {
	return k == ConfirmationLetter || k == RenewalLetter || k == AnnualLetter
}

// Letter is one message to one person that their own act calls for. Key makes it unique: asking for the same letter
// twice sends it once.
type Letter struct {
	ID           int64
	Key          string // such as "confirmation:812"
	Kind         LetterKind
	ProgrammeID  int64
	SubscriberID int64  // 0 when the person is not on record
	To           string // the address; erased with the person
	Language     string
	Data         []byte // JSON: what the letter's template needs besides
	InReplyTo    string // Message-ID that it answers; "" for none
	State        LetterState
	Code         int
	Reply        string
	CreatedAt    time.Time
	StartedAt    time.Time
	FinishedAt   time.Time
}
