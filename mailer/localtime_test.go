package mailer_test

import (
	"testing"
	"time"

	"assent/internal/errs"
	"assent/mailer"
)

func TestLocalTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, local, zone, want string }{
		{"in summer", "2026-06-01T09:00", "Europe/London", "2026-06-01T08:00:00Z"},
		{"in winter", "2026-12-01T09:00:30", "Europe/London", "2026-12-01T09:00:30Z"},
		{"in the hour that spring skips", "2026-03-29T01:30", "Europe/London", ""},
		{"just before it", "2026-03-29T00:59", "Europe/London", "2026-03-29T00:59:00Z"},
		{"just after it", "2026-03-29T02:00", "Europe/London", "2026-03-29T01:00:00Z"},
		{"in the hour that autumn repeats", "2026-10-25T01:30", "Europe/London", ""},
		{"just before it, again", "2026-10-25T00:59", "Europe/London", "2026-10-24T23:59:00Z"},
		{"just after it, again", "2026-10-25T02:00", "Europe/London", "2026-10-25T02:00:00Z"},
		{"where the clocks change by half an hour", "2026-10-04T02:15", "Australia/Lord_Howe", ""},
		{"where a whole day was skipped", "2011-12-30T12:00", "Pacific/Apia", ""},
		{"without a change", "2026-10-25T01:30", "UTC", "2026-10-25T01:30:00Z"},
		{"a zone that is none", "2026-06-01T09:00", "London", ""},
		{"no zone", "2026-06-01T09:00", "", ""},
		{"the zone of this machine", "2026-06-01T09:00", "Local", ""},
		{"a day that is none", "2026-02-30T09:00", "Europe/London", ""},
		{"a path for a zone", "2026-06-01T09:00", "../../etc/passwd", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, err := mailer.LocalTime(c.local, c.zone)
			if c.want == "" {
				if errs.KindOf(err) != errs.Invalid || err == nil || errs.Message(err) == "" {
					t.Errorf("%v, %v", at, err)
				}
				return
			}
			if err != nil || at.UTC().Format(time.RFC3339) != c.want {
				t.Errorf("%v, %v, want %s", at.UTC(), err, c.want)
			}
		})
	}
}
