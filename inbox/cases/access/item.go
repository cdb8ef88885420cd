package access

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"assent/internal/errs"
)

// Item is one thing that a search found: a row, a message, or a file.
type Item struct {
	ID       int64
	CaseID   int64  // of the case whose search found it
	Source   string // code of its Source
	Ref      string // what it is, such as "inbound:12"; once in each case
	At       time.Time
	Content  Content
	Review   Review
	Searched int64 // the search that found it last; 0 where staff put it in
}

// Content is what an item says. All of it is text from elsewhere.
type Content struct {
	Fields []Field `json:"fields,omitempty"`
	Text   string  `json:"text,omitempty"` // what was written, such as the text of a mail
	File   *File   `json:"file,omitempty"` // of an enclosure or a scan
	Bases  []Basis `json:"bases,omitempty"`
	Paper  bool    `json:"paper,omitempty"` // it is no data of a machine: a scan, or a note of what was said
	Cut    bool    `json:"cut,omitempty"`   // the text was too long to be shown here whole
}

// Field is one value with the name of what it is; see Word.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Label string `json:"label,omitempty"` // where Name is no word of ours: the label of a declared attribute
	Given bool   `json:"given,omitempty"` // provided by the person, or by what they did (Article 20(1))
}

// Basis is a purpose for which an item is kept, with its lawful basis.
type Basis struct {
	Purpose string `json:"purpose"`
	Basis   string `json:"basis"` // a subscriptions.Basis
}

// File is something that is handed over as it is.
type File struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Digest string `json:"digest,omitempty"` // of the raw message that encloses it
	Place  int    `json:"place,omitempty"`  // among the parts of that message, from 0
	ID     int64  `json:"id,omitempty"`     // of a file of a case
	CaseID int64  `json:"case,omitempty"`
}

// Verdict is what a person decided of an item.
type Verdict string

const (
	Unreviewed Verdict = ""
	Kept       Verdict = "keep"     // it is given whole, but for what is removed elsewhere
	Redacted   Verdict = "redact"   // it is given without the passages that Review.Removed names
	Replaced   Verdict = "replace"  // a copy of its file is given, from which staff removed something elsewhere; the original is not
	Withheld   Verdict = "withhold" // nothing of it is given
)

// Review is a person's decision on an item (E1-09, E2-30).
type Review struct {
	Verdict Verdict
	Reason  string    // code of a Reason; "" for what is kept and points at nobody else
	Note    string    // in the reviewer's words
	Removed []Removal // of a Redacted item
	Copy    File      // of a Replaced item: the file of the case that is given in its place
	By      string
	At      time.Time
}

// Removal is a passage that is removed, with its reason. It is removed wherever it stands in the pack: what is hidden in one item and
// readable in another is not hidden.
type Removal struct {
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

// Digest returns the SHA-256, in hex, of an item's content, by which a new search tells whether a review still stands.
func (c Content) Digest() (string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", errs.E("access: digest", errs.Internal, "", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Texts returns every text of an item, for looking through.
func (c Content) Texts() []string {
	var out []string
	for _, f := range c.Fields {
		out = append(out, f.Value)
	}
	if c.File != nil {
		out = append(out, c.File.Name)
	}
	return append(out, c.Text)
}
