package templates

// Names of the fields of the page "segment", besides FieldName and FieldDo.
const (
	FieldSlug    = "slug"
	FieldText    = "text"
	FieldList    = "list"    // SegmentList.Slug; once for each that is ticked
	FieldVersion = "version" // SegmentPage.Version
)

// Values of FieldDo on the page "segment".
const (
	DoLook = "look"
	DoSave = "save"
)

// SegmentsPage fills the page "segments".
type SegmentsPage struct {
	Console
	Programmes []SegmentProgramme
	MayWrite   bool
}

// SegmentProgramme is a programme with its saved segments.
type SegmentProgramme struct {
	Name   string
	NewURL string // where one is written
	Rows   []SegmentRow
}

// SegmentRow is one saved segment.
type SegmentRow struct {
	Name    string
	URL     string
	Text    string // as it is written
	Version int
}

// SegmentPage fills the page "segment", where one is written, looked at and saved.
type SegmentPage struct {
	Console
	Programme  string
	Action     string // where the form goes (POST)
	MayWrite   bool
	Saved      bool // it is a saved one: its slug is for life
	Slug       string
	Name       string
	Text       string
	Version    int
	Lists      []SegmentList // the programme's; the audience is counted over those ticked
	Vocabulary []Fact        // what may be asked: each attribute with its type and choices
	Problem    string        // one sentence that points at the place; may be empty
	Done       string        // one sentence about what was saved; may be empty
	Look       *AudienceLook // nil while nothing was looked at
}

// SegmentList is a list that may be ticked.
type SegmentList struct {
	Slug, Name string
	Ticked     bool
}

// SegmentLine is one sentence of a segment in English, within Depth groups.
type SegmentLine struct {
	Depth int
	Text  string
}

// AudienceLook is how an audience narrows down.
type AudienceLook struct {
	InLists   int
	InSegment int
	Eligible  int
	LeftOut   []FunnelLine
	Below     int // when not 0: fewer people than this are in the segment, and no other number is told
	Sentences []SegmentLine
	Sample    []PersonRow // only Address, masked, and URL
}

// Next returns the version that saving makes.
func (p SegmentPage) Next() int { return p.Version + 1 }
