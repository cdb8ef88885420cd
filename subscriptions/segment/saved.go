package segment

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

// Saved is a segment of a programme under a name.
type Saved struct {
	ID          int64
	ProgrammeID int64
	Slug        string // short name in URLs; never changes
	Name        string
	Segment     Segment
	Version     int // counts changes, from 1
	CreatedBy   string
	ChangedBy   string
	CreatedAt   time.Time
	ChangedAt   time.Time
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

const (
	maxSlug = 60
	maxName = 200
)

func (s Saved) check() error {
	const op = "segment: check"
	switch {
	case len(s.Slug) > maxSlug || !slugForm.MatchString(s.Slug):
		return errs.E(op, errs.Invalid, "The slug must have small letters, digits and single hyphens, such as south-west-ports.", nil)
	case strings.TrimSpace(s.Name) == "" || utf8.RuneCountInString(s.Name) > maxName:
		return errs.E(op, errs.Invalid, "Give the segment a name of at most 200 characters.", nil)
	case !utf8.ValidString(s.Name) || strings.ContainsFunc(s.Name, unicode.IsControl):
		return errs.E(op, errs.Invalid, "The name stands in one line and holds no control characters.", nil)
	}
	return nil
}
