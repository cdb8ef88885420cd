package templates

// RecordPrefix begins the names of the fields of RegisterSection.
const RecordPrefix = "record-"

// RegisterSection fills the page "section-register": what is on record about a case of a kind, and the form for it.
type RegisterSection struct {
	Console
	Says   []string // what to look at
	Facts  []Fact
	Acts   []RegisterAct
	Title  string // of the form
	Hint   string
	Action string // where the form goes
	Fields []RegisterField
	Open   bool // what was typed was not taken: it stands in the form
}

// RegisterAct is a button of RegisterSection.
type RegisterAct struct {
	Label, Action string
	Note          string // label of words that it needs; "" for none
}

// RegisterField is a field of RegisterSection.
type RegisterField struct {
	Name, Label, Hint string
	Type              string // of an input: text, date, number or datetime-local
	Long              bool   // several lines
	Value             string
	Choices           []CaseChoice
}

// ReportsPage fills the page "reports".
type ReportsPage struct {
	Console
	From, To   string // ISO dates
	Programmes []CaseChoice
	Problem    string
	Due        []Fact
	Tables     []ReportTable
	Downloads  []Download
}

// ReportTable is a table of ReportsPage. The first cell of a row is its heading.
type ReportTable struct {
	Title   string
	Columns []string
	Rows    [][]string
}

// Download is a file that may be taken.
type Download struct{ Name, URL string }
