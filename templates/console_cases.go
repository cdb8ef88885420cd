package templates

import (
	"net/url"
	"time"
)

// The fields of the forms about cases.
const (
	FieldAboutEmail = "about-email"
	FieldAboutName  = "about-name"
	FieldAnswers    = "answers"
	FieldAsked      = "asked"
	FieldAsks       = "asks"
	FieldBody       = "body"
	FieldContact    = "contact"
	FieldEvent      = "event"
	FieldEvidence   = "evidence"
	FieldConsulted  = "consulted"
	FieldDoes       = "does"
	FieldExtends    = "extends"
	FieldFee        = "fee"
	FieldFile       = "file"
	FieldFor        = "for"
	FieldKind       = "kind"
	FieldLooked     = "looked"
	FieldMessage    = "message"
	FieldNote       = "note"
	FieldOn         = "on"
	FieldOutcome    = "outcome"
	FieldOverdue    = "overdue"
	FieldOwner      = "owner"
	FieldParty      = "party"
	FieldPromise    = "promise"
	FieldPromised   = "promised"
	FieldReceived   = "received"
	FieldReference  = "reference"
	FieldRole       = "role"
	FieldSubject    = "subject"
	FieldTime       = "time"
	FieldTitle      = "title"
	FieldUrgent     = "urgent"
)

// CasesPage fills the page "cases": those due first come first.
type CasesPage struct {
	Console
	Warning  string // about the table of bank holidays; may be empty
	EnterURL string // where a request is entered by hand; "" for whoever may not
	Filter   CaseFilter
	Rows     []CaseRow
	Pager    Pager
}

// CaseFilter is what the list of cases can be narrowed by.
type CaseFilter struct {
	Search                            string
	States, Kinds, Programmes, Owners []CaseChoice
	Overdue                           bool
	Active                            bool // something is chosen
}

// CaseChoice is one thing that may be chosen.
type CaseChoice struct {
	Value, Label string
	Chosen       bool
}

// CaseRow is one case.
type CaseRow struct {
	Reference string
	URL       string // the page "case"
	Kind      string // as "Access to personal data"
	State     State
	Marks     []State // as {"Urgent", Bad}, {"2 unread", Alert}
	From      string  // masked; may be empty
	Owner     string  // may be empty
	Received  time.Time
	Due       time.Time // the day to work to; zero when no clock runs
	Left      string    // as "12 days left" or "2 days late"; may be empty
	LeftTone  Tone
}

// CasePage fills the page "case".
type CasePage struct {
	Console
	Row          CaseRow
	Problem      string // why what was asked for was not done; may be empty
	Alarm        string
	Held         string // why nothing may be carried out yet; may be empty
	MayWrite     bool
	Asked        string // what was asked, as entered by hand
	Facts        []Fact
	Flags        []CaseFlag // what to look at, as the sorting saw it
	Parties      []CaseParty
	NewParty     CaseParty // somebody not named yet
	Links        []CaseLink
	TypedLink    string // the reference that was typed where it was not taken
	Duties       []CaseDuty
	Clocks       []CaseClock
	Notes        []ClockStep // of the law, without a date
	Decision     []Fact
	Words        string // of the decision
	SectionTitle string
	Section      HTML          // of the case's kind, as Set.Section makes it; may be empty
	Identity     *CaseIdentity // nil where nobody asks for anything
	Proposal     *CaseProposal
	Messages     []CaseMessage
	Files        []CaseFile
	Grounds      []string // why it was sorted as it was: the words that led there
	Acts         []CaseAct
	Letters      []CaseChoice // texts to start a letter from that fit the case
	OtherLetters []CaseChoice // all others
	Languages    []CaseChoice // of the letter; the case's own is chosen
	Timeline     []Event
}

// NewParty is a person who is yet to be named.

// CaseFlag is something to look at, with the words that led to it.
type CaseFlag struct {
	Flag  string
	Words string
	Why   string // may be empty
}

// CaseParty is somebody a case belongs to.
type CaseParty struct {
	ID      int64
	Role    string // as "Asks"
	Name    string
	Address string
	Contact string
	URL     string     // their own page, when they are on record; may be empty
	Typed   url.Values // what was typed into their form where it was not taken; nil else
}

// Field returns what the form of a party shows in a field: what was typed, or what is on record.
func (p CaseParty) Field(name string) string {
	if p.Typed != nil {
		return p.Typed.Get(name)
	}
	return map[string]string{FieldName: p.Name, FieldEmail: p.Address, FieldContact: p.Contact}[name]
}

// CaseLink leads to another case.
type CaseLink struct {
	Relation  string // as "Asked again while this one is open"
	Reference string
	URL       string
	State     State
}

// CaseDuty is something that must be done before closing.
type CaseDuty struct {
	Words string
	Done  bool
	URL   string // may be empty
}

// CaseIdentity says what is known of who asks.
type CaseIdentity struct {
	State   State  // as {"Established", Good}
	Words   string // by what, or why not
	LinkURL string // where a link to the address on record is sent from; "" where it cannot be
	ToWhom  string // masked
	Note    bool   // sending it asks for identity, which needs a reason
}

// CaseClock is one clock with its working (H7).
type CaseClock struct {
	What   string    // as "Answer the person"
	Due    time.Time // zero while it waits
	Moment bool      // Due is a time, not a day
	State  State     // as {"12 days left", Calm}, {"Met on 3 March 2026", Good}
	Rule   string
	Steps  []ClockStep
}

// ClockStep is one step from the day of receipt to the due date.
type ClockStep struct {
	What string // as "Falls on a bank holiday: next working day"
	Rule string // as "UK GDPR Art 12A(1)"; may be empty
}

// CaseProposal is who seems to have asked, and when, in mail that was passed on (E2-33).
type CaseProposal struct {
	Name, Address string
	Received      string // as "2026-11-20T09:30"; may be empty
}

// CaseMessage is one message of the correspondence.
type CaseMessage struct {
	ID      int64
	In      bool
	Mail    ReceivedMail
	Tone    Tone
	State   string // of a letter, as "Sent"
	By      string
	Filed   string // by what it was found to belong here
	Warning string // as "From an address that is no party's"
	Unread  bool
	Open    bool     // shown without being asked for
	Proof   State    // of a message that came in: what is known of who wrote it; zero where nobody looked
	Why     []string // the grounds of that
	Again   string   // where to look again; "" where that is of no use
	Parts   []CaseFile
	RawURL  string // may be empty
}

// CaseFile is something that can be downloaded, and is never shown.
type CaseFile struct {
	Name string
	Type string // as the first bytes tell
	Size string // as "1.2 MB"
	URL  string
	By   string
	At   time.Time
}

// CaseAct is a form for one thing that may be done with a case now.
type CaseAct struct {
	Kind       string // what is recorded
	For        string // what is asked for, or has come
	Title      string
	Hint       string // may be empty
	Button     string
	Date       string // label of a day; "" for none
	Choose     string // label of a choice; "" for none
	ChooseName string
	Choices    []CaseChoice
	Reasons    []CaseChoice // boxes to tick
	Fee        bool         // an amount is asked for
	Consulted  bool         // who was asked about an exemption may be told
	Words      string       // label of words that the person is told; "" for none
	Note       string       // label of the note; "" for none
	NoteNeeded bool
	Typed      url.Values // what was typed where it was not taken, so that nobody types it twice; nil else
}

// ReceivedMail is a mail as it came in, for reading. Text is plain text; nothing in it is fetched or followed.
type ReceivedMail struct {
	From, To, Subject string
	Received          time.Time // arrival at the mail server
	Mailbox           string    // as "rights@example.org"
	Text              string
	Cut               bool // Text is only the beginning
}

// CaseLetterPage fills the page "case-letter": writing to somebody about a case.
type CaseLetterPage struct {
	Console
	Row       CaseRow
	Action    string // where the form goes
	Key       string // makes it go out once
	Problem   string
	Text      string // the text that it began from
	Title     string // of that text
	To        []CaseChoice
	Languages []CaseChoice
	Subject   string
	Body      string
	Asks      string // what it asks for; may be empty
	AsksWords string
	Answers   bool
	MayAnswer bool
	Extends   bool
	TooLate   string // the last day for telling of two further months, where it is over; "" before
	Does      string // duty that it does; may be empty
	Reasons   []CaseChoice
	Fee       string // in pounds, of a letter that asks for one
	Note      string
	NoteLabel string // "" for no note
	Promise   string // a date, ISO
	Promised  string // what is promised for then
	Fields    []Fact // fields that texts know
	Preview   string // as the reader will see it, in plain text; may be empty
	PreviewOf string // its subject
}

// CaseEntryPage fills the page "case-new": entering a request by hand.
type CaseEntryPage struct {
	Console
	Action     string
	Key        string // of FieldKey: what is sent twice under it opens one case
	Problem    string
	Programmes []CaseChoice
	Channels   []CaseChoice
	Languages  []CaseChoice
	Received   string // "2026-11-20"
	Time       string // "09:30"; may be empty
	Subject    string
	Asked      string
	Name       string
	Address    string
	Contact    string
	About      string // name of the person it is about, where that is somebody else
	AboutAddr  string
	Urgent     bool
	Kinds      []CaseChoice
	Suggested  []string // why the kinds are chosen: the words that led there
	Looked     bool     // the sorter has looked at the words
}

// LetterTextsPage fills the page "letter-texts": the texts that letters begin from.
type LetterTextsPage struct {
	Console
	Programme string
	Back      string
	MayWrite  bool
	Rows      []LetterTextRow
	Fields    []Fact
	Edit      *LetterTextForm
	Problem   string
}

// LetterTextRow is one text.
type LetterTextRow struct {
	Title, Name, Language string
	Own                   string // whose it is: as "Comes with Assent"
	URL                   string
}

// LetterTextForm changes one text.
type LetterTextForm struct {
	Action, Name, Title, Language, Subject, Body string
}
