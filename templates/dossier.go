package templates

import "time"

// Dossier fills the document "dossier": what a person gets who asked for access to their data (Article 15 UK GDPR). Its words are in the reader's
// language where they are ours. Times carry the zone in which they are shown.
type Dossier struct {
	Reference   string
	ReceivedOn  time.Time
	MadeAt      time.Time
	Name        string
	Addresses   []string
	Controllers []DossierController
	Purposes    []DossierPurpose
	Categories  []string
	Recipients  []DossierRecipient
	Retention   []DossierKept
	Origins     []string
	Automated   []string
	Searched    []DossierSearched
	Boxes       []DossierBox
	Elsewhere   []DossierPlace
	LeftOut     []DossierLeft
	Sections    []DossierSection
}

// DossierController is who is responsible for the data of a programme.
type DossierController struct{ Programme, Name, Post, Officer, OfficerAddress, Contact string }

// DossierPurpose is what data is used for.
type DossierPurpose struct {
	Programme, Name, Basis, Rests string
	Days                          int    // 0 without end
	Until                         string // how long it lasts without a term
}

// DossierRecipient is to whom data is given.
type DossierRecipient struct{ Name, Category, Purpose, Country, Safeguard string }

// DossierKept is how long something is kept.
type DossierKept struct{ Programme, Name, Period, Reason string }

// DossierSearched is one source that was searched.
type DossierSearched struct {
	What, By string
	Found    int
	Left     string // why it was not searched; may be empty
}

// DossierBox is a mailbox whose mail was searched.
type DossierBox struct {
	Name         string
	Messages     int
	Since, Until time.Time
}

// DossierPlace is where staff looked.
type DossierPlace struct {
	Place string
	On    time.Time
	Found string
}

// DossierLeft is how much was left out for one reason.
type DossierLeft struct {
	Words, Law      string
	Items, Passages int
}

// DossierSection is all that one source held.
type DossierSection struct {
	Title string
	Items []DossierEntry
}

// DossierEntry is one item as it is given.
type DossierEntry struct {
	Number  int
	At      time.Time
	Fields  []Fact
	Text    string
	File    string // its name in the pack; may be empty
	Cut     bool
	Removed []string // why passages were removed
}

// Portable fills the document "portable": what is in a portability pack, and what is not and why (Article 20 UK GDPR).
type Portable struct {
	Reference  string
	ReceivedOn time.Time
	MadeAt     time.Time
	Name       string
	Rows       []PortableRow
	Others     []PortableOther
}

// PortableRow is one value that is handed over.
type PortableRow struct{ What, Name, Value string }

// PortableOther is what is not handed over, with the reason.
type PortableOther struct {
	What, Why string
	Items     int
}

// DoorPage fills the page "door", before a pack: it names nobody and asks for the code.
type DoorPage struct {
	Public
	Action   string
	Portable bool // it is a portability pack
	Receiver bool // the reader is an organisation, to which the person wants it sent
	Problem  string
	Until    time.Time
}

// HandoverPage fills the page "handover", behind the code.
type HandoverPage struct {
	Public
	Reference string
	Portable  bool
	Receiver  bool     // as of DoorPage
	About     []string // whose data it is, for a receiver
	Action    string   // takes the forms
	Pass      string
	Files     []HandoverFile
	Until     time.Time
	For       int // minutes that the page works
}

// HandoverFile is one file of a pack.
type HandoverFile struct {
	ID   int64
	Name string
	Size string
	Read bool // it is shown; else it is a download
}

// The fields of the forms of a handover.
const (
	FieldCode = "code"
	FieldPass = "pass"
)
