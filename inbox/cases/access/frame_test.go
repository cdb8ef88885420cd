package access

import (
	"testing"

	"assent/subscriptions/retention"
)

func TestHowLongSomethingIsKeptIsSaidInTheLanguageOfThePack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		length int
		unit   retention.Unit
		en, cy string
	}{
		{1, retention.Years, "1 year", "1 flwyddyn"},
		{2, retention.Years, "2 years", "2 flynedd"},
		{6, retention.Years, "6 years", "6 blynedd"},
		{10, retention.Years, "10 years", "10 mlynedd"},
		{1, retention.Months, "1 month", "1 mis"},
		{2, retention.Months, "2 months", "2 fis"},
		{30, retention.Days, "30 days", "30 diwrnod"},
	} {
		p := retention.Period{Length: c.length, Unit: c.unit}
		if en, cy := periodIn("en", p), periodIn("cy", p); en != c.en || cy != c.cy {
			t.Errorf("%v is %q and %q, want %q and %q", p, en, cy, c.en, c.cy)
		}
	}
}
