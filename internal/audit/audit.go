package audit

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

// Action is what was done: a verb and what it was done to.
type Action string

// Readings.
const (
	ListCases    Action = "list cases"
	ReadCase     Action = "read case"
	ListInbound  Action = "list inbound messages"
	ReadInbound  Action = "read inbound message"
	ReadRaw      Action = "read raw message"
	ListPeople   Action = "list people"
	FindPerson   Action = "find person"
	ReadPerson   Action = "read person"
	ReadLedger   Action = "read ledger"
	ReadBars     Action = "read suppressions"
	ReadTrail    Action = "read audit trail"
	ExportTrail  Action = "export audit trail"
	ExportPack   Action = "export show-me pack"
	ExportPeople Action = "export people"
)

// Additions, changes and deletions.
const (
	AddPerson    Action = "add person"
	ChangePerson Action = "change person"
	AskMove      Action = "ask to change address"
	CloseMove    Action = "close change of address" // its outcome is among the facts
	ErasePerson  Action = "erase person"
	PlaceHold    Action = "place hold"
	LiftHold     Action = "lift hold"
	GiveData     Action = "give data"     // to somebody outside
	OpenNotice   Action = "open notice"   // to a recipient of data, of what became of it
	AnswerNotice Action = "answer notice" // by the recipient, or for it
	AddStatement Action = "add statement" // that a person wants to stand beside their data
	OpenCase     Action = "open case"
	ChangeCase   Action = "change case"
	ImportBegun  Action = "begin import"
	ImportDone   Action = "finish import"
	ImportUndone Action = "undo import"
	HandleFile   Action = "handle file to import" // which step is among the facts
	ForgetPeople Action = "forget people of an import"

	DropQuarantine Action = "drop quarantine"
	AskQuarantined Action = "ask quarantined person"
	MakeKey        Action = "make API key"
	RevokeKey      Action = "revoke API key"
	AddUser        Action = "add operator"
	SetPassword    Action = "set operator's password"
	DisableUser    Action = "disable operator"
	EnableUser     Action = "enable operator"
	Declare        Action = "declare"            // a programme, purpose, notice, list or attribute
	Redeclare      Action = "change declaration" // of the same
	TrimTrail      Action = "trim audit trail"
	// StartNoticeRun: every member of a programme is told of a version of its notice.
	StartNoticeRun  Action = "start notice run"
	PauseNoticeRun  Action = "pause notice run"
	ResumeNoticeRun Action = "resume notice run"
	DestroyKey      Action = "destroy key" // of the personal parts about somebody
)

// Actions holds every action that has a name here.
var Actions = []Action{
	ListCases, ReadCase, ListInbound, ReadInbound, ReadRaw, ListPeople, FindPerson, ReadPerson,
	ReadLedger, ReadBars, ReadTrail, ExportTrail, ExportPack, ExportPeople, AddPerson, ChangePerson,
	AskMove, CloseMove, ErasePerson, PlaceHold, LiftHold, OpenCase, ChangeCase, ImportBegun,
	ImportDone, ImportUndone, HandleFile, ForgetPeople, DropQuarantine, AskQuarantined, MakeKey, RevokeKey, AddUser,
	SetPassword, DisableUser, EnableUser, Declare, Redeclare, TrimTrail, StartNoticeRun, PauseNoticeRun, ResumeNoticeRun, DestroyKey,
}

// Values are fields with their values, as JSON has them.
type Values map[string]any

// Note is what whoever reads or writes says of it. The store makes it an Entry, in the transaction of the change itself.
type Note struct {
	Actor    string // "user:3", "key:5", "cli:1000", "subscriber" or "system"; "" takes the actor of the context
	Action   Action
	Object   string // what was read or changed, such as "case:12": numbers, never names; "" for a list
	PersonID int64  // whom it is about; 0 takes the number of an Object "subscriber:12"
	Facts    Values // what names nobody: counts, names of fields, declarations
	Why      string // in the actor's words; "" takes the reason of the context
	Before   Values // personal
	After    Values // personal
	KeyID    int64  // of the key, of a DestroyKey; 0 otherwise
}

// About returns the object of a note on a row, such as "case:12".
func About(what string, id int64) string { return what + ":" + strconv.FormatInt(id, 10) }

// Person returns the number of the person whom the note is about, 0 for none.
func (n Note) Person() int64 {
	if n.PersonID != 0 {
		return n.PersonID
	}
	rest, ok := strings.CutPrefix(n.Object, "subscriber:")
	id, err := strconv.ParseInt(rest, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return id
}

// Personal is the part of an entry that only the holder of its key can read.
type Personal struct {
	Why    string `json:"why,omitempty"`
	Before Values `json:"before,omitempty"`
	After  Values `json:"after,omitempty"`
}

// Empty reports whether there is nothing in it.
func (p Personal) Empty() bool { return p.Why == "" && len(p.Before) == 0 && len(p.After) == 0 }

// Entry is one line of the trail.
type Entry struct {
	Seq      int64 // place in the trail, from 1, without gaps
	At       time.Time
	Actor    string
	Action   Action
	Object   string
	PersonID int64           // the subscriber whom it is about; 0 for nobody
	Facts    json.RawMessage // JSON object; "{}" for none
	KeyID    int64           // of the key under which Sealed was encrypted; 0 for none
	Sealed   []byte          // Personal as JSON, encrypted; empty where there is nothing personal
	Prev     []byte          // SHA-256
	Hash     []byte          // SHA-256
}

// Read is an entry with its personal part.
type Read struct {
	Entry
	Personal
	Destroyed bool // the key was destroyed: the personal part cannot be read any more
}

// Differences returns the fields whose values differ, as they were and as they are, and their names in order.
func Differences(before, after Values) (was, is Values, fields []string) {
	was, is = Values{}, Values{}
	for name := range maps.Keys(before) {
		if now, both := after[name]; !both || !reflect.DeepEqual(before[name], now) {
			was[name] = before[name]
			fields = append(fields, name)
		}
	}
	for name, value := range after {
		if old, both := before[name]; !both || !reflect.DeepEqual(old, value) {
			is[name] = value
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return was, is, slices.Compact(fields)
}

const maxWhy = 300 // characters

// CheckWhy refuses, with kind Invalid, a reason that is too long or holds control characters.
func CheckWhy(why string) error {
	if !utf8.ValidString(why) || utf8.RuneCountInString(why) > maxWhy || strings.ContainsFunc(why, unicode.IsControl) {
		return errs.E("audit: check reason", errs.Invalid, "Give the reason in at most 300 characters, on one line.", nil)
	}
	return nil
}
