package audit

import (
	"fmt"
	"time"

	"assent/internal/errs"
)

// FloorMonths is the shortest time for which entries are kept (E1-29: "a minimum of 12 months").
const FloorMonths = 12

// CheckMonths refuses, with kind Invalid, to keep entries for less than FloorMonths. 0 keeps them for ever.
func CheckMonths(months int) error {
	if months != 0 && (months < FloorMonths || months > 1200) {
		return errs.E("audit: check months", errs.Invalid,
			fmt.Sprintf("The audit trail is kept for at least %d months; 0 keeps it for ever.", FloorMonths), nil)
	}
	return nil
}

// KeptFrom returns the moment before which entries may be trimmed at now: never less than FloorMonths back, whatever is asked. Zero for none.
func KeptFrom(now time.Time, months int) time.Time {
	if months == 0 {
		return time.Time{}
	}
	return now.UTC().AddDate(0, -max(months, FloorMonths), 0)
}
