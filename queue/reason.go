package queue

import (
	"regexp"
	"strings"
)

const maxReason = 500 // bytes

var addressLike = regexp.MustCompile(`[^\s<>"'(),;:]+@[^\s<>"'(),;:]+`)

// reason returns the text of err as it may be kept and logged: short, without what looks like an
// email address (a reply of a mail server often quotes one), and without the bytes that a
// PostgreSQL text column refuses.
func reason(err error) string {
	s := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "?")
	s = addressLike.ReplaceAllString(s, "(address)")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return s
}
