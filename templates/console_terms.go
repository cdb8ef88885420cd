package templates

import "time"

// Names of the fields that the pages "enter" and "end-programme" send besides.
const (
	FieldMedium           = "medium"
	FieldDid              = "did"
	FieldStatement        = "statement"
	FieldDocument         = "document"
	FieldActedOn          = "acted_on"
	FieldReceivedOn       = "received_on"
	FieldWhy              = "why"
	FieldAge              = "age"
	FieldGuardianName     = "guardian_name"
	FieldGuardianRelation = "guardian_relation"
	FieldGuardianAddress  = "guardian_address"
	FieldGuardianEvidence = "guardian_evidence"
	FieldAt               = "at" // local time, as "2027-12-31T23:59"; empty is now
	FieldSure             = "sure"
)

// FormField is one line of a form. Choices make it a row of buttons of which none is chosen beforehand.
type FormField struct {
	Name    string // one of the Field values
	Label   string
	Hint    string // may be empty
	Type    string // of an input, as "text"; "" where there are Choices
	Value   string // what was typed before
	Mistake string // what to do, when the form comes back; may be empty
	Choices []Choice
}

// Choice is one of the values of a field.
type Choice struct{ Value, Label string }

// EnterPage fills the page "enter": an agreement that came on paper, by phone or in person.
type EnterPage struct {
	Console
	Action    string // where the form goes (POST)
	Problem   string // why it was refused; may be empty
	Fields    []FormField
	Event     string   // the ledger event that it became; "" before
	PersonURL string   // the page "person"
	Warnings  []string // what to look at although it was recorded
}

// EndProgrammePage fills the page "end-programme".
type EndProgrammePage struct {
	Console
	Action  string // where the form goes (POST)
	Name    string
	Lists   []string  // the names of its lists
	People  int       // memberships of its lists that may be mailed now
	EndsAt  time.Time // when it ends, or ended; zero without end
	Ended   bool
	Zone    string // in which times are typed, as "Europe/London"
	At      string // what was typed before
	Problem string // may be empty
}
