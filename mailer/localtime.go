package mailer

import (
	"time"

	"assent/internal/errs"
)

// LocalTime returns the one moment at which clocks in a time zone (an IANA name) show a time such as 2026-12-01T09:00. Kind Invalid for a time that the clocks
// skip, or that comes twice.
func LocalTime(local, zone string) (time.Time, error) {
	const op = "mailer: local time"
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return time.Time{}, errs.E(op, errs.Invalid, "The time zone must be a name such as Europe/London.", err)
	}
	wall, err := time.Parse("2006-01-02T15:04:05", local)
	if err != nil {
		wall, err = time.Parse("2006-01-02T15:04", local)
	}
	if err != nil {
		return time.Time{}, errs.E(op, errs.Invalid, "The local time must look like 2026-12-01T09:00.", err)
	}
	// Clocks change by some hours at most, so that the offsets of the days around are all there can be.
	const day = 24 * time.Hour
	var found []time.Time
	for _, near := range []time.Duration{-day, day} {
		_, offset := wall.Add(near).In(loc).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if _, then := at.In(loc).Zone(); then == offset && (len(found) == 0 || !found[0].Equal(at)) {
			found = append(found, at)
		}
	}
	switch len(found) {
	case 0:
		return time.Time{}, errs.E(op, errs.Invalid, "The clocks go forward then and skip this time. Choose another.", nil)
	case 1:
		return found[0], nil
	}
	return time.Time{}, errs.E(op, errs.Invalid, "The clocks go back then, so that this time comes twice. Choose another, or give the moment with its offset through the API.", nil)
}
