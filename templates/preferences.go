package templates

import (
	"strings"
	"time"
)

// Fields that the preference pages' forms send besides.
const (
	FieldDo     = "do"     // one of the Do values
	FieldAbout  = "about"  // what it is about: "list:3", "purpose:2", "owner:1" or "all"
	FieldMark   = "mark"   // PreferenceList.Mark: the words that the page showed
	FieldMonths = "months" // of a pause: "1", "3" or "6"
	FieldUntil  = "until"  // of a pause: a day, as "2027-01-31"
	FieldLang   = "language"
	FieldReason = "reason"
	FieldWords  = "words"
	FieldKey    = "key" // OwnRecordPage.Key
)

// Values of FieldDo.
const (
	DoLeave    = "leave"
	DoJoin     = "join"
	DoPause    = "pause"
	DoResume   = "resume"
	DoObject   = "object" // to direct marketing
	DoLanguage = "language"
	DoNoGuess  = "no-profiling"
	DoGuess    = "profiling"
	DoReason   = "reason"
	DoVisit    = "visit"

	DoDetails  = "details"
	DoAddress  = "address"
	DoDownload = "download"

	DoAgree  = "agree"
	DoRefuse = "refuse"
)

// AttributePrefix begins the names of the fields of attributes: "attribute.harbour.region".
const AttributePrefix = "attribute."

// PreferencesPage fills the page "preferences": every list of a person, with a button for each thing that they may do. It shows nothing
// that whoever got the mail forwarded should not see.
type PreferencesPage struct {
	Public
	Action        string // where every form goes (POST)
	MaskedAddress string
	Done          Done
	Problem       string // a mistake to mend; "" for none
	Moved         bool   // the address was given up for another
	Stopped       bool   // everything was left, or no list is on
	Owners        []PreferenceOwner
	MailLanguage  string // as "cy"
	Profiling     bool   // the person may be chosen by what they did
	Tomorrow      time.Time
	InAYear       time.Time // the last day that a pause may end on
}

// Several reports whether there is more than one organisation.
func (p PreferencesPage) Several() bool { return len(p.Owners) > 1 }

// Done is what a button did.
type Done struct {
	Title   string   // "" where nothing was done
	Text    string   // may be empty
	Left    bool     // something was left: what goes on is told, and a reason may be given
	Action  string   // where the reason goes (POST): the page "preferences"
	About   string   // FieldAbout of what was left
	Words   []string // what ends with it (E4-29)
	GoesOn  []string
	Reasons []ReasonChoice
}

// PreferenceOwner is an organisation with its programmes.
type PreferenceOwner struct {
	Name       string
	About      string // FieldAbout for everything from it
	On         bool   // some list is on
	Paused     bool   // some list is paused
	Marketing  bool   // some list is direct marketing and on
	Programmes []PreferenceProgramme
}

// PreferenceProgramme is a programme with its lists.
type PreferenceProgramme struct {
	Name     string
	Lists    []PreferenceList
	Purposes []PreferencePurpose
}

// PreferencePurpose is a purpose that several lists serve, or that was agreed to by itself.
type PreferencePurpose struct {
	Name  string
	About string
}

// PreferenceList is a list as one person has it.
type PreferenceList struct {
	About       string
	Name        string
	Description string
	State       State
	On          bool // it can be left
	Pending     bool // it waits for a confirmation, and cannot be paused
	Paused      time.Time
	Joinable    bool
	Box         bool // joining takes a tick, and not the button alone
	TickID      string
	Mark        string
	Offered     string // the words that joining agrees to
	Agreed      time.Time
	ByThem      bool   // an act of theirs; else they were put on the list
	Wording     string // what they agreed to; may be empty
	NoticeURL   string // the notice in force then; may be empty
	Until       time.Time
	Left        time.Time
}

// VisitPage fills the page "visit": one button, because programs follow links and people press buttons.
type VisitPage struct {
	Public
	Action        string
	MaskedAddress string
}

// OwnRecordPage fills the page "own-record": all that is held about a person, behind a link that was mailed to them.
type OwnRecordPage struct {
	Public
	Action         string
	Key            string
	PreferencesURL string // the page "preferences"; hides that of Sender, which a visit does not need
	Done           Done
	Problem        string
	Address        string
	Name           string
	Facts          []Fact
	Fields         []OwnField // that they may correct
	Lists          []OwnList
	Acts           []OwnAct // the newest first
	Mails          []OwnMail
	More           bool // there is more than is shown: the file has all
}

// OwnField is an attribute that the person may correct.
type OwnField struct {
	ID       string // of the input
	Field    string // as "attribute.harbour.region"
	Label    string
	Hint     string // may be empty
	Required bool
	Kind     string // as AttributeType: text, number, boolean, date, choice, many
	Value    string
	Choices  []OwnChoice
	Problem  string
}

// OwnChoice is one of the choices of an attribute.
type OwnChoice struct {
	ID     string
	Value  string
	Chosen bool
}

// OwnList is a list and how the person stands towards it.
type OwnList struct {
	Name  string
	Owner string
	State State
	Until time.Time
}

// OwnAct is an entry of the ledger in plain words.
type OwnAct struct {
	At      time.Time
	What    string
	About   string
	How     string
	Wording string
	Notice  string // version; "" for none
}

// OwnMail is a message that was sent to the person.
type OwnMail struct {
	At      time.Time
	Subject string
	How     string
}

// MovePage fills the page "move": one of two mailboxes agrees to a change of address.
type MovePage struct {
	Public
	Action  string
	Old     bool   // it is the address that is given up
	Masked  string // the new address
	Alone   bool   // the new mailbox agrees alone
	Agreed  bool   // this mailbox has agreed, and the other has not
	Done    bool   // all have who have to: the address is changed
	Refused bool   // this mailbox has just said no
	Until   time.Time
	// PreferencesURL is the page of the new address, where the change is done and its mailbox looks; "" otherwise.
	PreferencesURL string
}

// ReasonChoice is a reason for leaving that the page offers.
type ReasonChoice struct{ Value, Name string }

// PauseChoice is what the piece "pause" of the page "preferences" needs.
type PauseChoice struct {
	Action, About, Name string
	ID                  string // of the day's input
	Min, Max            string // days
}

// ListChoice is what the piece "list" needs.
type ListChoice struct {
	Action string
	List   PreferenceList
	Pause  PauseChoice
}

// OfList is a list with what its buttons need.
func (p PreferencesPage) OfList(l PreferenceList) ListChoice {
	return ListChoice{Action: p.Action, List: l, Pause: p.pause(l.About, l.Name)}
}

// OfOwner is what the pause of everything from an organisation needs.
func (p PreferencesPage) OfOwner(o PreferenceOwner) PauseChoice { return p.pause(o.About, o.Name) }

// OfAll is what the pause of everything needs.
func (p PreferencesPage) OfAll() PauseChoice { return p.pause("all", "") }

func (p PreferencesPage) pause(about, name string) PauseChoice {
	return PauseChoice{
		Action: p.Action, About: about, Name: name, ID: "until-" + strings.ReplaceAll(about, ":", "-"),
		Min: p.Tomorrow.Format(time.DateOnly), Max: p.InAYear.Format(time.DateOnly),
	}
}

// ObjectionPage fills the operators' page "objection".
type ObjectionPage struct {
	Console
	Action    string
	PersonURL string
	Address   string
	Owners    []ReasonChoice // whose marketing; none is chosen before the operator does
	Words     string         // how it reached us
	Problem   string
	Done      string // what was done; "" while nothing was
}
