// Package audit says who read or changed what, and why (H9). An entry holds numbers and no names.
package audit

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

// Action is what was done.
type Action string

const (
	ListCases   Action = "list cases"
	ReadCase    Action = "read case"
	ListInbound Action = "list inbound messages"
	ReadInbound Action = "read inbound message"
	ReadRaw     Action = "read raw message"
	MakeKey     Action = "make API key"
	RevokeKey   Action = "revoke API key"
)

// Entry is one line of the audit trail.
type Entry struct {
	ID     int64     // set by the store
	At     time.Time // set by the store
	Actor  string    // "user:3", "key:5" or "system"
	Action Action
	Object string // such as "case:12"; "" for a list
	Why    string // in the actor's words; may be empty
}

const maxWhy = 300 // characters

// CheckWhy refuses, with kind Invalid, a reason that is too long or holds control characters.
func CheckWhy(why string) error {
	if !utf8.ValidString(why) || utf8.RuneCountInString(why) > maxWhy || strings.ContainsFunc(why, unicode.IsControl) {
		return errs.E("audit: check reason", errs.Invalid, "Give the reason in at most 300 characters, on one line.", nil)
	}
	return nil
}
