package templates

import "time"

// ImportsPage fills the page "imports": files of people on their way in, and what was brought in.
type ImportsPage struct {
	Console
	NewURL string // hands a file over; "" for whoever may not
	Files  []FileRow
	Rows   []ImportRow
	Next   string // the page of older ones; "" on the last
}

// FileRow is a file that was handed over.
type FileRow struct {
	URL, Name, List, By string
	At                  time.Time
	State               State
	Done, Of            int // lines; Of is 0 where nothing is at work
}

// ImportRow is a file that was brought into a list.
type ImportRow struct {
	URL, Name, List, By        string
	At                         time.Time
	State                      State
	Rows, Granted, Quarantined int
}

// ImportNewPage fills the page "import-new", where a file is handed over.
type ImportNewPage struct {
	Console
	Problem   string // why a file was not taken; may be empty
	Action    string // where the form goes (POST); the file is its last field
	Lists     []FormOption
	Formats   []FormOption
	Encodings []FormOption
	Most      string // how large a file may be, such as "256 MB"
	Days      int    // for how long it is kept
}

// Fields of the page "import-new" besides FieldList, and of the columns on the page "upload".
const (
	FieldFormat   = "format"
	FieldDates    = "dates"
	FieldEncoding = "encoding"
	FieldColumn   = "column" // with its number behind it
)

// UploadPage fills the page "upload": one file that was handed over.
type UploadPage struct {
	Console
	Name      string
	State     State
	Says      string // what is happening, or what to do now, as a sentence
	Facts     []Fact
	Done, Of  int // lines; Of is 0 where nothing is at work
	Problem   string
	Columns   []UploadColumn
	ReadURL   string // says what the columns hold; "" once it is settled
	Formats   []FormOption
	Dates     []FormOption
	Counts    []Tally // what would become of its rows
	Became    []Tally // what became of them
	Reasons   []RowReason
	ErrorsURL string
	ImportURL string // "" before there is one
	StartURL  string
	CancelURL string
	Cancel    string // what the button says
}

// UploadColumn is a column of a file.
type UploadColumn struct {
	Name   string
	Field  string // of the form
	Holds  string // what it is taken for, for people to read; "" while that must be said
	Values []FormOption
}

// Tally is a number of rows with what it counts.
type Tally struct {
	Count int
	What  string
	Bad   bool // somebody should look at them
}

// RowReason says why a row was not taken.
type RowReason struct {
	Line int
	Says string
}

// ImportPage fills the page "import": what a file brought in.
type ImportPage struct {
	Console
	Name    string
	State   State
	Facts   []Fact
	Became  []Tally
	Problem string
	Said    string // what was just done; may be empty
	UndoURL string // "" where it cannot be taken back
	AskURL  string // asks the people in quarantine; "" where there are none, or for whoever may not
	Ground  string // typed before
}

// FieldTry asks nobody on the page "import", and tells who would be asked; the other fields there are FieldGround and FieldSure.
const FieldTry = "try"
