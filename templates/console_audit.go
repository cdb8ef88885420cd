package templates

import "time"

// AuditPage fills the page "audit": the audit trail, the newest first.
type AuditPage struct {
	Console
	Actor, Action, Object, From, To string   // what was asked for, as it was typed
	Person                          string   // a number
	Actions                         []string // to choose from
	Problem                         string   // what cannot be read of it; may be empty
	Rows                            []AuditRow
	Newer, Older                    string // links; may be empty
}

// AuditRow is one entry.
type AuditRow struct {
	Number    int64
	At        time.Time
	Who       string
	What      string
	Object    string // may be empty
	URL       string // of the object; may be empty
	Why       string // may be empty
	Changes   []AuditChange
	Facts     string // JSON; may be empty
	Destroyed bool
}

// AuditChange is a personal value before and after.
type AuditChange struct{ Field, Before, After string }

// Names of the fields of the form on the page "audit".
const (
	FieldActor  = "actor"
	FieldAction = "action"
	FieldObject = "object"
	FieldPerson = "person"
	FieldFrom   = "from"
	FieldTo     = "to"
	FieldAs     = "as" // of the form that makes a pack: AsPage or AsFile
)

// Values of FieldAs.
const (
	AsPage = "page"
	AsFile = "file"
)
