package templates

import "time"

// Names of the fields that the pages' forms send.
const (
	FieldEmail    = "email"
	FieldName     = "name"
	FieldAgree    = "agree"   // "yes" when the box is ticked
	FieldTrap     = "website" // hidden from people: what fills it is a program
	FieldForm     = "form"    // SubscribePage.FormToken
	FieldScope    = "scope"   // one of the Scope values
	FieldCSRF     = "csrf"    // Console.CSRF
	FieldPassword = "password"
	FieldQuery    = "q"
	FieldAnswer   = "answer" // one of the Answer values
)

// Values of FieldScope on the page "unsubscribe".
const (
	ScopeList = "list" // this list only
	ScopeAll  = "all"  // everything from the organisation
	// ScopeEverything is everything from every organisation that sends from here.
	ScopeEverything = "everything"
)

// Values of FieldAnswer on the page "renew".
const (
	AnswerYes = "yes"
	AnswerNo  = "no"
)

// Public is what every public page shows around its words. Its links may be relative.
type Public struct {
	Sender
	HomeURL   string     // the lists open for subscription; "" shows no link
	Languages []Language // the same page in other languages; may be empty

	RequestURL   string // the form for requests about one's data; "" where the page speaks for nobody in particular
	ComplaintURL string // the complaint form
}

// Language is a link to the same page in another language.
type Language struct {
	Code string // as "cy"
	Name string // in its own language, as "Cymraeg"
	URL  string
}

// FieldError is one mistake in a form.
type FieldError struct {
	Field   string // one of the Field values
	Message string // what to do, as "Enter an email address, like name@example.org"
}

// HomePage fills the page "home": the lists that anybody may ask to join.
type HomePage struct {
	Public
	Programmes []OpenProgramme
	Data       []DataForms
}

// DataForms leads to the forms about personal data of one programme.
type DataForms struct {
	Name         string
	RequestURL   string
	ComplaintURL string
}

// OpenProgramme is an organisation's part of HomePage.
type OpenProgramme struct {
	Name         string
	Organisation string
	Lists        []OpenList
}

// OpenList is a list that anybody may ask to join.
type OpenList struct {
	Name        string
	Description string
	Frequency   string // may be empty
	URL         string // the page "subscribe" of this list
}

// SubscribePage fills the page "subscribe". Wording is shown exactly, because it is what the ledger will hold.
type SubscribePage struct {
	Public
	Action      string // where the form goes (POST)
	List        string
	Description string // what the reader will get
	Frequency   string // how often; may be empty
	Wording     string // the exact words of the consent
	Box         bool   // an unticked box stands beside Wording; else pressing the button is the act
	AskName     bool
	FormToken   string // sent back as FieldForm; may be empty
	Email       string // what was typed before, when the form comes back with Errors
	Name        string
	Agreed      bool
	Errors      []FieldError

	AskAge           bool   // an age is asked for, the same of everybody
	Age              string // what was typed before
	AskGuardian      bool   // the reader is too young to agree by themselves
	GuardianAge      int    // from which age one may, in years
	GuardianName     string
	GuardianRelation string
	GuardianAddress  string
}

// Error returns the message about a field, or "".
func (s SubscribePage) Error(field string) string {
	for _, e := range s.Errors {
		if e.Field == field {
			return e.Message
		}
	}
	return ""
}

// JoinPage fills the page "join": several lists of one programme, each with a control of its own. None is ticked beforehand and none is needed for another
// (UK GDPR Art 7(2); recital 43).
type JoinPage struct {
	Public
	Action string // where the form goes (POST)
	Name   string // of the programme
	Offers []Offer
	Email  string // what was typed before, when the form comes back with Errors
	Person string // the name that was typed
	Errors []FieldError
}

// Offer is one list of JoinPage.
type Offer struct {
	Value       string // sent as FieldList when it is ticked
	Name        string
	Description string
	Wording     string // the exact words of the consent
	Ticked      bool   // by the reader, when the form comes back
}

// Error returns the message about a field, or "".
func (j JoinPage) Error(field string) string {
	return SubscribePage{Errors: j.Errors}.Error(field)
}

// SubscribeSentPage fills the page "subscribe-sent": the same for addresses that are known and unknown (H10).
type SubscribeSentPage struct {
	Public
	List      string
	ExpiresAt time.Time // until when the link in the mail works; may be zero
	AgainURL  string    // the page "subscribe" again; may be empty
	AtMost    int       // how many such emails one address gets in a day, where there are more lists to ask for; 0 says nothing of it
}

// ConfirmPage fills the page "confirm": one button, because programs follow links and people press buttons.
type ConfirmPage struct {
	Public
	Action        string // where the form goes (POST)
	List          string
	Frequency     string // may be empty
	MaskedAddress string // as "a***@e***.org"; may be empty
	Wording       string
}

// ConfirmedPage fills the page "confirmed".
type ConfirmedPage struct {
	Public
	List           string
	Frequency      string // may be empty
	UnsubscribeURL string // may be empty
}

// RenewPage fills the page "renew": whether a list is still wanted, with both answers alike (UK GDPR Art 7(3)).
type RenewPage struct {
	Public
	Action        string // where the form goes (POST)
	List          string
	MaskedAddress string
	Agreed        string    // the words that were agreed to
	Since         time.Time // when
	Ends          time.Time // when the permission ends without a new yes; zero where no answer changes nothing
	Lapsed        bool      // it has ended
	Wording       string    // the words of a yes now
	FormToken     string    // sent back as FieldForm
	Changed       bool      // the words have changed while they were being read
}

// SameWords reports whether a yes now is to the words of before.
func (r RenewPage) SameWords() bool { return r.Agreed == r.Wording }

// RenewedPage fills the page "renewed": the list goes on.
type RenewedPage struct {
	Public
	List           string
	Until          time.Time // zero without end
	UnsubscribeURL string    // may be empty
}

// ClosedPage fills the page "closed": a list that takes nobody any more, because its programme has ended.
type ClosedPage struct {
	Public
	List string
	At   time.Time // when it ended
}

// LinkInvalidPage fills the page "link-invalid": a link that has expired or was cut off.
type LinkInvalidPage struct {
	Public
	AgainURL string // where to ask for a new one; may be empty
}

// UnsubscribePage fills the page "unsubscribe": no login, no reason (UK GDPR Art 7(3)).
type UnsubscribePage struct {
	Public
	Action        string // where the form goes (POST)
	List          string
	MaskedAddress string
	OfferAll      bool // show the second button, which sends ScopeAll
	// OfferEverything shows the third, which sends ScopeEverything: where several organisations send from here.
	OfferEverything bool
}

// UnsubscribedPage fills the page "unsubscribed".
type UnsubscribedPage struct {
	Public
	All        bool      // everything from the organisation has ended
	Everything bool      // everything from every organisation here has
	Lists      []string  // what has ended, when neither
	At         time.Time // when it took effect
	After      Done      // what goes on, and where a reason may be given; its title is not shown
	AgainURL   string    // where to come back; may be empty
}

// NoticePage fills the page "notice": a privacy notice in one of its versions.
type NoticePage struct {
	Public
	Title   string
	Version string
	From    time.Time // in force from
	Until   time.Time // in force until; zero while it is in force
	Body    HTML      // from Prose
	Others  []NoticeVersion
}

// NoticeVersion is a link to another version of a privacy notice.
type NoticeVersion struct {
	Version string
	From    time.Time
	URL     string
}

// ErrorPage fills the page "error".
type ErrorPage struct {
	Public
	Status    int    // the HTTP status, as 503
	Title     string // as "This page is not working just now"
	Happened  string // what happened, and what was kept
	Do        string // what to do now
	Reference string // finds the log lines; may be empty
}

// NotFoundPage fills the page "not-found".
type NotFoundPage struct {
	Public
	Desk bool // the reader is an operator: HomeURL is the overview
}
