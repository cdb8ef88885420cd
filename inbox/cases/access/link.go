package access

import (
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/internal/token"
)

// Way is how the code of a link is told: never by the mail that has the link.
type Way string

const (
	ByPhone  Way = "phone"
	ByPost   Way = "post"
	ByText   Way = "text-message"
	InPerson Way = "in-person"
)

// Ways returns every way.
func Ways() []Way { return []Way{ByPhone, ByPost, ByText, InPerson} }

// Link leads to a pack, for a limited time and with a code.
type Link struct {
	ID         int64
	PackID     int64
	CaseID     int64
	ReceiverID int64  // of an organisation that gets it straight; 0 for the person
	Code       []byte // keyed hash
	Way        Way
	Tries      int // wrong codes since the last new code
	Actor      string
	MadeAt     time.Time
	ExpiresAt  time.Time
	OpenedAt   time.Time // first; zero while nobody opened it
	RevokedAt  time.Time
	RevokedBy  string
	RevokedWhy string
	Openings   []Opening // oldest first
}

// Opening is once that somebody came with a link. Nothing of who it was is kept but that they had the code.
type Opening struct {
	At   time.Time
	What string // one of the Opened constants
}

// What happened at a link.
const (
	OpenedWell  = "opened"
	WrongCode   = "wrong code"
	LockedNow   = "locked"
	TookFile    = "took a file"
	GotNewCode  = "new code"
	CameTooLate = "too late"
)

// MaxTries is how many wrong codes a link bears. Of 32^8 codes, five guesses find one once in 200 thousand million times.
const MaxTries = 5

// State says how a link stands.
func (l Link) State(now time.Time) string {
	switch {
	case !l.RevokedAt.IsZero():
		return "revoked"
	case !now.Before(l.ExpiresAt):
		return "expired"
	case l.Tries >= MaxTries:
		return "locked"
	case !l.OpenedAt.IsZero():
		return "opened"
	}
	return "waiting"
}

// Live reports whether a link can still open its pack.
func (l Link) Live(now time.Time) bool {
	s := l.State(now)
	return s == "waiting" || s == "opened"
}

// Try holds a code to a link: what becomes of the link, and what happened. The comparison takes the same time for any code.
func (l Link) Try(keys *token.Keys, code string, now time.Time) (Link, Opening) {
	if !l.Live(now) {
		return l, Opening{now, CameTooLate}
	}
	if !keys.Sealed(codeDomain, codeOf(l.ID, code), l.Code) {
		l.Tries++
		if l.Tries >= MaxTries {
			return l, Opening{now, LockedNow}
		}
		return l, Opening{now, WrongCode}
	}
	l.Tries = 0
	if l.OpenedAt.IsZero() {
		l.OpenedAt = now
	}
	return l, Opening{now, OpenedWell}
}

// GiveCode gives a link a new code, which is shown once and never kept: only its keyed hash is.
func (l *Link) GiveCode(keys *token.Keys) (code string, err error) {
	code, err = newCode()
	if err != nil {
		return "", err
	}
	l.Code, err = keys.SealFor(codeDomain, codeOf(l.ID, code))
	l.Tries = 0
	return code, err
}

const codeDomain = "disclosure code"

// codeOf binds a code to its link.
func codeOf(linkID int64, code string) []byte {
	return []byte(strconv.FormatInt(linkID, 10) + ":" + plainCode(code))
}

// letters that are not taken for one another when they are read out or written down.
const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// newCode makes a code such as "K7QM-2F9X": 40 bits.
func newCode() (string, error) {
	b := make([]byte, 8)
	if _, err := rand.Read(b); err != nil {
		return "", errs.E("access: new code", errs.Internal, "", err)
	}
	for i := range b {
		b[i] = letters[b[i]&31]
	}
	return string(b[:4]) + "-" + string(b[4:]), nil
}

const maxCode = 40 // octets that are looked at of what somebody types

// plainCode reads a code as people type it: in any case, with or without hyphens and spaces.
func plainCode(s string) string {
	if len(s) > maxCode {
		s = s[:maxCode]
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}
