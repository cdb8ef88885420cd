package templates

import "time"

// Fields of the forms about how long data stays, beside those that other forms have too.
const (
	FieldProgramme  = "programme"
	FieldWhat       = "what"
	FieldSince      = "since"
	FieldLength     = "length"
	FieldUnit       = "unit"
	FieldCategory   = "category"   // once for each that is ticked
	FieldLongerFor  = "longer_for" // a purpose, "0" for none
	FieldLonger     = "longer"
	FieldLongerUnit = "longer_unit"
	FieldReview     = "review" // "yes" or "no"
	FieldDecision   = "decision"
	FieldGround     = "ground"
	FieldUntold     = "untold"
)

// RetentionPage fills the page "retention": what is due, the rules, the records of destruction, and what keeps data.
type RetentionPage struct {
	Console
	Action       string // under which its forms go: Action+"/rules" and so on
	Problem      string // may be empty
	MayWrite     bool
	Queue        []DueRow
	Rules        []RuleRow
	Certificates []CertificateRow
	Holds        []HoldRow
	Erasures     []ErasureRow
	NewURL       string // the form of a new rule; "" where the reader may not write
}

// DueRow is one thing in the review queue.
type DueRow struct {
	ID    string
	Rule  string
	Says  string // what the rule says; may be empty
	About string // as "Person 12"
	URL   string // of the person; may be empty
	Due   time.Time
	State State
	Until time.Time // of one that was put off; zero otherwise
	Why   string    // may be empty
}

// RuleRow is one rule in force.
type RuleRow struct {
	ID        string
	Name      string
	Programme string // "" for the whole house
	Statement string // what a notice says of it
	Review    bool
}

// CertificateRow is one record of destruction.
type CertificateRow struct {
	Number   string
	At       time.Time
	What     string
	Action   string
	Objects  int
	Approved string // by whom
	Reason   string
	Digest   string
}

// HoldRow is one hold in force.
type HoldRow struct {
	ID     string // "" for that of a case
	URL    string // of the person; may be empty
	About  string
	Kind   string
	Reason string
	Since  time.Time
}

// ErasureRow is one erasure.
type ErasureRow struct {
	Number string
	Asked  time.Time
	Ground string
	State  State
	Done   time.Time // zero while it waits
	By     string
}

// ErasePage fills the page "erase": what keeps a person's data, when it goes by itself, and the form that erases it or holds it.
type ErasePage struct {
	Console
	Action    string // the erasing form goes there (POST), the holding one to Action+"/hold"
	PersonURL string
	Address   string
	Problem   string // may be empty
	Holds     []HoldRow
	Dates     []DueRow
	Grounds   []CaseChoice

	Untold, Reason string // as typed
}
