package subscriptions

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Limits, in characters.
const (
	maxPostal   = 500    // of a postal address
	maxWords    = 20_000 // of a wording or a notice
	maxName     = 200    // of anything with a name, and of a source
	maxLanguage = 35     // of a language tag (RFC 5646, section 4.4.1)
)

func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func invalid(format string, a ...any) error {
	return errs.E("subscriptions: check", errs.Invalid, fmt.Sprintf(format, a...), nil)
}

func need(value, field string) error {
	if strings.TrimSpace(value) == "" {
		return invalid("Fill in %s.", field)
	}
	return nil
}

func short(value, field string, limit int) error {
	if utf8.RuneCountInString(value) > limit {
		return invalid("The %s is longer than %d characters.", field, limit)
	}
	return nil
}

// plain refuses what a database or a page cannot hold as text.
func plain(value, field string, limit int) error {
	// A private-use character means what each program wants; an override of the direction shows what follows as something else (Unicode Technical Report 36, section 2.3).
	noText := func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) || unicode.Is(unicode.Co, r) || r == '\u202d' || r == '\u202e'
	}
	if !utf8.ValidString(value) || strings.ContainsFunc(value, noText) {
		return invalid("The %s holds characters that are no text.", field)
	}
	return short(value, field, limit)
}

// title is what must be there and stand in one line.
func title(value, field string) error {
	return firstOf(need(value, field), oneLine(value, field, maxName))
}

// oneLine is plain for what stands in one line.
func oneLine(value, field string, limit int) error {
	if strings.ContainsAny(value, "\n\r\t") {
		return invalid("The %s must be in one line.", field)
	}
	return plain(value, field, limit)
}

func checkSlug(slug string) error {
	if len(slug) > 60 || !slugForm.MatchString(slug) {
		return invalid("The slug must have small letters, digits and single hyphens, such as harbour-news.")
	}
	return nil
}

func oneOf[T ~string](value T, field string, allowed ...T) error {
	if !slices.Contains(allowed, value) {
		return invalid("The %s must be one of %q.", field, allowed)
	}
	return nil
}
