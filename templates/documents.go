package templates

import (
	"bytes"
	"io"
	"reflect"
	"time"

	"assent/internal/errs"
)

// paper is the frame of what is handed out as a file: it stands alone, with its style inside, and prints well.
const paper = "_document"

func declaredDocuments() []declared {
	return []declared{
		{"pack", reflect.TypeFor[PackDocument](), paper},
		{"audit-summary", reflect.TypeFor[AuditSummary](), paper},
		{"dossier", reflect.TypeFor[Dossier](), paper},
		{"portable", reflect.TypeFor[Portable](), paper},
	}
}

// PackDocument fills the document "pack": the show-me pack for people to read. Times carry the zone in which they are shown.
type PackDocument struct {
	Address     string
	MadeAt      time.Time
	MadeBy      string
	Known       bool // somebody is on record
	Erased      bool
	Facts       []Fact
	Standings   []PackStanding
	Bars        []PackBar
	Events      []PackEvent
	Messages    []PackMessage
	Letters     []PackLine
	Cases       []PackLine
	Texts       []PackText
	Ledger      string // the end of the ledger: number and hash
	Seal        string // five lines; may be empty
	Fingerprint string // of the key that signed the JSON beside it
	Key         string
}

// PackStanding is how somebody stands towards a list.
type PackStanding struct {
	List, Programme, Purpose, Basis, Status string
	Allowed                                 bool
	Why                                     string // not; may be empty
	Event                                   int64
	Ends                                    time.Time // zero without end
}

// PackBar is an opt-out or suppression.
type PackBar struct {
	What, Reason string
	Event        int64
}

// PackEvent is one event of the ledger.
type PackEvent struct {
	Number                               int64
	At                                   time.Time
	What, Where, How, By, Source, Reason string
	Evidence                             []Fact
	EvidenceErased                       bool
	Wording, Notice                      int // numbers of texts, 0 for none
	Ends                                 time.Time
	Hash                                 string
}

// PackMessage is one campaign to somebody.
type PackMessage struct {
	Name, Subject, State, Reply, Report string
	At                                  time.Time // when it was handed over; zero when it was not
	Permission                          int64     // the event behind it
	GateSeq                             int64
	Why                                 string // not; may be empty
}

// PackLine is a letter or a case.
type PackLine struct {
	What, State string
	At          time.Time
}

// PackText is a wording or notice in full.
type PackText struct {
	Number int
	What   string // as "Privacy notice of Harbour News, version 2"
	Text   string
	Digest string
}

// AuditSummary fills the document "audit-summary": an export of the audit trail, for people to read.
type AuditSummary struct {
	From, To           time.Time // From is zero for the beginning
	MadeAt             time.Time
	Person             int64 // 0 for everybody
	Entries, InRange   int64
	First, Last        int64
	FirstHash, EndHash string
	Actions, Actors    []Count
	Erased             int64
	Seal               string
	Fingerprint        string
	Key                string
	File               string // with the entries
}

// Document writes the document of that name, in English: it is for those who check. Errors are as for Page.
func (s *Set) Document(w io.Writer, name string, data any) error {
	return s.DocumentIn(w, name, English, data)
}

// DocumentIn writes the document of that name in a language, or in English where it does not have it. Errors are as for Page.
func (s *Set) DocumentIn(w io.Writer, name, lang string, data any) error {
	const op = "templates: document"
	p, ok := pick(s.documents, name, lang)
	if !ok {
		return errs.E(op+" "+name, errs.NotFound, "", nil)
	}
	data, err := typed(data, p.data)
	if err != nil {
		return errs.Wrap(op+" "+name, err)
	}
	var b bytes.Buffer
	if err := p.html.ExecuteTemplate(&b, "layout", data); err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return errs.E(op, errs.Unavailable, "", err)
	}
	return nil
}
