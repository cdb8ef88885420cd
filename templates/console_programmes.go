package templates

import "time"

// ProgrammePage fills the page "programme": all that a programme declares, and what contradicts what.
type ProgrammePage struct {
	Console
	Name         string
	Organisation string
	Facts        []Fact
	Clashes      []string // a sentence each
	Purposes     []PurposeRow
	Recipients   []RecipientRow
	Lists        []DeclaredList
	Attributes   []AttributeRow
	Notices      []NoticeRow // newest first
	WriteURL     string      // the page "notice-edit"; "" where the reader may not write

	EditURL, NewPurposeURL, NewRecipientURL, NewListURL, NewAttributeURL, AnsweringURL, StatementsURL string // forms; "" where the reader may not write
	RecordURL                                                                                         string // the record of processing; may be empty
}

// PurposeRow is one purpose as it was declared.
type PurposeRow struct {
	Name    string
	EditURL string // its form; "" where the reader may not write
	Basis   string
	RestsOn string // in a sentence; may be empty
	Class   string
	Term    string // as "730 days" or "Without end"
	Asks    string // when people are asked again; may be empty
	Notice  string // the first version that tells of it; "" for none
	State   State
}

// RecipientRow is somebody who gets data.
type RecipientRow struct {
	Name      string
	Category  string
	Purpose   string
	Where     string // country, with what protects the data there
	Agreement string
	Since     time.Time
	Until     time.Time // zero while they get it
	EndURL    string    // where it is declared that they get no more (POST); "" where the reader may not
	EditURL   string    // where it is changed; "" where the reader may not
	Told      string    // address at which they are told of changes, or that there is nothing to tell; "" where a person has to tell them
}

// DeclaredList is one list with the words that people agree to.
type DeclaredList struct {
	Name    string
	URL     string // its public page; may be empty
	Purpose string
	Wording string
	Contact string
	EditURL string // where it is changed; "" for whoever may not
}

// AttributeRow is a declared piece of data about people.
type AttributeRow struct {
	Name, Label, Holds, Choices string
	SelfService, Special        bool
	Required                    bool      // forms must bring it
	Ended                       time.Time // zero while new values are taken
	EditURL, EndURL             string    // "" for whoever may not
	UsedBy                      []string  // what asks for it: such as "the segment “Divers”"; told beside EndURL
	Category                    string
	CategoryURL                 string // where its category is changed; "" for whoever may not
}

// NoticeRow is one version of a notice, and how far people have been told of it.
type NoticeRow struct {
	Version    string
	URL        string
	Published  time.Time
	By         string
	Purposes   int
	Overridden string // why it was published although incomplete
	Run        State
	Told       int
	Bounced    int
	Waiting    int
	Others     int    // whom it could not tell for another reason
	StartURL   string // where a run is started; "" where there is none to start
	Members    int    // how many a run would tell
	PauseURL   string // where it is stopped for a while; "" where it cannot be
	ResumeURL  string // where it goes on; "" where it cannot
}

// NoticeEditPage fills the page "notice-edit": the next version of a notice, and what publishing it would mean.
type NoticeEditPage struct {
	Console
	Programme string
	Back      string // the page "programme"
	Action    string
	Text      string
	TextCy    string
	Override  string
	Trouble   string // why it was not published
	Looked    bool   // what follows is there
	Gaps      []string
	Findings  []NoticeFinding
	New       []string // what it changes, in sentences
	Untold    []string // purposes that people must be told of first
	WordsOnly bool
}

// NoticeFinding is one item of Articles 13 and 14, judged.
type NoticeFinding struct {
	Title string
	State State
	Why   string
}

// Names of the fields of the page "notice-edit".
const (
	FieldTextCy   = "text_cy"
	FieldOverride = "override"
	FieldGrace    = "grace"
	DoPublish     = "publish"
)

// Clash is a contradiction in what a programme declares.
type Clash struct {
	Programme string
	URL       string
	Says      string
}
