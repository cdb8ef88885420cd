package templates

import "time"

// AccessSection fills "section-access": how far a request for access or portability is, on the page of its case.
type AccessSection struct {
	Console
	URL      string // the page "case-pack"
	Searched time.Time
	Found    int
	Left     int // items that nobody reviewed
	Pack     string
	Link     State
}

// CasePackPage fills the page "case-pack": carrying out a request for access or portability, step by step.
type CasePackPage struct {
	Console
	Row      CaseRow
	Problem  string
	Done     string // what was just done; may be empty
	Code     string // a code that is shown this once; "" for none
	Action   string // forms post to it and below it
	MayWrite bool
	Open     bool // the case is open

	Terms       AccessTerms
	Sources     []AccessSource
	Boxes       []DossierBox
	SearchedAt  time.Time
	SearchedBy  string
	Places      []AccessPlace
	PlacesDone  string
	Suggested   []string // places to have searched
	Today       string   // ISO, for the form
	CaseFiles   []CaseChoice
	Established string // when it was established who asks; "" while it is not
	Items       []AccessItem
	Total       int
	Left        int
	ClearLeft   int // that may be kept in one go
	Filter      []CaseChoice
	Decided     string // what was decided of the case; may be empty
	Packs       []AccessPack
	Live        bool // a pack is kept
	Links       []AccessLink
	To          []CaseChoice
	Ways        []CaseChoice
	Languages   []CaseChoice
	Days        int
	MostDays    int
	Key         string
	Portable    bool
	Receivers   []PackReceiver
	Refusals    []CaseChoice // reasons for not sending it straight to a receiver
	NoAddress   bool         // who asks has no address, and is told in another way
	CaseURL     string
}

// PackReceiver is an organisation to which the person wants their data sent straight.
type PackReceiver struct {
	ID       int64
	Name     string
	Address  string
	Evidence string
	Instead  bool // it goes there, and not to the person as well
	State    State
	Decided  string // what was decided, by whom and when; "" while it is not
	Words    string
	LeftWhy  string
	MaySend  bool // it may be sent there, or sent again
	MayEnd   bool // it may be left at that
	Refuse   bool // it may be refused
}

// AccessTerms is what was looked for.
type AccessTerms struct {
	Addresses, Names, Others []string
	MoreAddresses            string // what a form held, one on each line
	MoreNames, MoreOthers    string
}

// AccessSource is one source of the manifest.
type AccessSource struct {
	Code, What, Tables, By string
	Found                  int
	Searched               bool
	Left                   string // why it is not searched
}

// AccessPlace is where staff looked.
type AccessPlace struct {
	Name, By, Terms, Found string
	On                     string
}

// AccessItem is one item in the list for the review.
type AccessItem struct {
	ID       int64
	URL      string // the page "pack-item"
	What     string
	Line     string // the first words of it
	At       time.Time
	State    State
	Hints    int  // passages that point at somebody else
	NotIn    bool // it does not belong into a pack of this kind
	NotInWhy string
}

// AccessPack is one pack that was made.
type AccessPack struct {
	Made     time.Time
	By       string
	Items    int
	Withheld int
	Digest   string
	Gone     string // why it is kept no more; may be empty
	Files    []HandoverFile
}

// AccessLink is one link, and who came.
type AccessLink struct {
	ID         int64
	State      State
	Made       time.Time
	Until      time.Time
	Way        string
	Openings   []PackLine
	ReceiverID int64  // whose it is; 0 for the person
	Receiver   string // its name
	Live       bool
	Why        string // it was revoked
}

// PackItemPage fills the page "pack-item": one item, with what points at somebody else, for a person to decide.
type PackItemPage struct {
	Console
	Row       CaseRow
	Problem   string
	Action    string
	BackURL   string
	NextURL   string // the next item that nobody decided on; may be empty
	MayWrite  bool
	What      string
	At        time.Time
	Fields    []Fact
	Parts     []TextPart // the text, with what is pointed at marked
	Cut       bool
	File      string // its name; may be empty
	FileURL   string
	Copy      string // of a file that is replaced: what is given in its place
	CopyURL   string
	Proposals []AccessProposal
	Verdict   string
	Reason    string
	Note      string
	State     State
	Removing  []CaseChoice // reasons for leaving out
	Keeping   []CaseChoice // reasons for giving
	More      string       // passages that a person adds, one on each line
	Position  string       // as "12 of 40"
}

// TextPart is a piece of a text.
type TextPart struct {
	Text   string
	Marked bool
}

// AccessProposal is a passage that may be removed.
type AccessProposal struct {
	Text, Sort, Why string
	Chosen          bool
	Reason          string // the code of the reason that stands
}

// The fields of the forms about a disclosure.
const (
	FieldAddresses = "addresses"
	FieldNames     = "names"
	FieldOthers    = "others"
	FieldPlace     = "place"
	FieldBy        = "by"
	FieldFound     = "found"
	FieldTerms     = "terms"
	FieldVerdict   = "verdict"
	FieldMore      = "more"
	FieldPassage   = "passage"
	FieldReceiver  = "receiver"
	FieldInstead   = "instead" // of the person, who wants no copy
	FieldChecked   = "checked"
	FieldTold      = "told"
	FieldWay       = "way"
	FieldDays      = "days"
	FieldLink      = "link"
)
