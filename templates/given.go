package templates

import "time"

// GivenPage fills the page "given": who was given the data of a person, or of anybody.
type GivenPage struct {
	Console
	Title         string
	Back, BackURL string
	Problem, Done string
	Rows          []GivenRow
	NextURL       string // further rows; may be empty
	Form          *GivenForm
}

// GivenForm records that somebody was given a person's data.
type GivenForm struct {
	Action                        string
	Recipients                    []CaseChoice // declared ones, by programme and number
	Name, Email, Gave, Why, Given string       // as typed; Given is a UK date
}

// GivenRow is one disclosure.
type GivenRow struct {
	At      time.Time
	Name    string
	What    string
	Why     string
	How     string
	CaseURL string // may be empty
}

// StatementRow is what a person wants to stand beside their data.
type StatementRow struct {
	At      time.Time
	Words   string
	CaseURL string // may be empty
}

// Fields of the form on the page "given".
const (
	FieldRecipient = "recipient"
	FieldGave      = "gave"
	FieldGivenOn   = "given"
)
