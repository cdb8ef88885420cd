package uploads

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/subscriptions/importing"
)

// State is where an upload is on its way.
type State string

const (
	Arriving  State = "arriving"  // its bytes are coming in
	Waiting   State = "waiting"   // somebody must say what its columns hold
	Checking  State = "checking"  // a worker finds out what would become of its rows
	Checked   State = "checked"   // somebody may have it imported
	Importing State = "importing" // a worker brings it in
	Done      State = "done"
	Stopped   State = "stopped" // somebody stopped it; what was done is kept
	Failed    State = "failed"  // Trouble says why; what was done is kept
	Gone      State = "gone"    // it was never imported
)

// States holds every state.
var States = []State{Arriving, Waiting, Checking, Checked, Importing, Done, Stopped, Failed, Gone}

// HasFile reports whether the file is kept in a state.
func (s State) HasFile() bool {
	return slices.Contains([]State{Arriving, Waiting, Checking, Checked, Importing}, s)
}

// Why a file goes before it was imported, or what is left of it afterwards.
const (
	Cancelled    = "Somebody cancelled it."
	TimeOver     = "Its time was over."
	SomebodyGone = "Somebody was erased who may be in it."
)

// JSONLines is the format of files with one JSON object in each line; the others are those of package importing, with "csv" for importing.Plain.
const (
	CSV       = "csv"
	JSONLines = "jsonl"
)

// Formats holds what a file can be.
var Formats = []string{CSV, JSONLines, string(importing.Listmonk), string(importing.Mailchimp)}

// Upload is the record of a file that was handed over. It outlives the file, and holds nothing of it but counts.
type Upload struct {
	ID        int64
	ListID    int64
	FileName  string
	Format    string // one of Formats
	Encoding  csvfile.Encoding
	Actor     string // who handed it over
	StartedBy string // who said that it be imported; "" before
	State     State
	Round     int64  // how often it was set going
	Size      int64  // octets
	Lines     int64  // of text
	Line      int64  // up to which the work in hand has come
	Digest    string // SHA-256 of the file, hex
	Would     importing.Counts
	ImportID  int64 // of an import of this file into this list, which may be older than the upload; 0 for none
	Trouble   string
	CreatedAt time.Time
	StartedAt time.Time // zero before
	EndedAt   time.Time // zero before
	ExpiresAt time.Time // when what is left of the file is destroyed
	GoneAt    time.Time // when that was; zero before
	GoneWhy   string
}

// mapping returns how the columns are to be understood.
func (u Upload) mapping(k sketch) importing.Mapping {
	format, _ := importing.ParseFormat(u.Format) // it was read so before
	return importing.Mapping{Format: format, Map: k.Map, Ignore: k.Ignore, Dates: k.Dates}
}

// sketch is what is known of the columns of a file. It goes with the file: where the first row names no columns it has somebody's data.
type sketch struct {
	Header []string            `json:"header"`
	Map    map[string]string   `json:"map,omitempty"`
	Ignore []string            `json:"ignore,omitempty"`
	Dates  importing.DateOrder `json:"dates,omitempty"`
}

// Change is one step of an upload.
type Change struct {
	Upload        Upload // as it is to be
	From          State  // as it must be
	Claimant      string // who must have it in hand; "" for a step that nobody needs to have it in hand for
	Step          string // for the audit trail; "" for none
	Actor         string
	Sketch        []byte // to be kept; nil leaves it as it is
	ForgetRejects bool
}

// ErrTooLarge says that a file has more octets than are taken.
var ErrTooLarge = errors.New("the file is too large")

// ErrLost says that an upload is in other hands, or not wanted any more.
var ErrLost = errors.New("the upload is not in hand any more")

// Moved is the error of a step that came too late.
func Moved() error {
	return errs.E("uploads: change", errs.Conflict, "It is not as it was when you looked at it. Look at it again.", nil)
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }
