package clock

import (
	"encoding/json"
	"testing"
	"time"

	"assent/internal/errs"
	"pgregory.net/rapid"
)

func TestAddMonths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, from string
		months     int
		want       string
	}{
		{"the corresponding date", "2026-09-03", 1, "2026-10-03"},
		{"31 January to the end of a February of 28 days", "2026-01-31", 1, "2026-02-28"},
		{"31 January to the end of a February of 29 days", "2028-01-31", 1, "2028-02-29"},
		{"30 January to the end of February", "2026-01-30", 1, "2026-02-28"},
		{"29 January keeps its day in a leap year", "2024-01-29", 1, "2024-02-29"},
		{"28 February does not become 31 March", "2026-02-28", 1, "2026-03-28"},
		{"29 February to March", "2024-02-29", 1, "2024-03-29"},
		{"31 March to the end of April", "2026-03-31", 1, "2026-04-30"},
		{"December to January", "2026-12-31", 1, "2027-01-31"},
		{"three months over the turn of the year into February", "2026-11-30", 3, "2027-02-28"},
		{"2100 is no leap year", "2100-01-31", 1, "2100-02-28"},
		{"2000 was a leap year", "2000-01-31", 1, "2000-02-29"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := date(t, tt.from).AddMonths(tt.months).String(); got != tt.want {
				t.Errorf("%s + %d months = %s, want %s", tt.from, tt.months, got, tt.want)
			}
		})
	}
}

func TestDateForms(t *testing.T) {
	t.Parallel()
	d := Date{2026, time.December, 29}
	if d.String() != "2026-12-29" || d.Long() != "Tuesday 29 December 2026" {
		t.Errorf("forms are %q and %q", d, d.Long())
	}
	if (Date{}).String() != "" || (Date{}).Long() != "" {
		t.Error("no date has a text")
	}
	data, err := json.Marshal(map[string]Date{"a": d, "b": {}})
	if err != nil || string(data) != `{"a":"2026-12-29","b":""}` {
		t.Errorf("JSON is %s, %v", data, err)
	}
	var back map[string]Date
	if err := json.Unmarshal(data, &back); err != nil || back["a"] != d || !back["b"].IsZero() {
		t.Errorf("read back %v, %v", back, err)
	}
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026-02-29", "2026-2-9", "29/12/2026", "2026-13-01", "2026-00-10", "0000-01-01",
		"2026-12-29T00:00:00Z", " 2026-12-29", "+2026-12-29", "20261229", "２０２６-12-29"} {
		if d, err := ParseDate(s); errs.KindOf(err) != errs.Invalid || !d.IsZero() {
			t.Errorf("%q gave %v, %v", s, d, err)
		}
	}
}

func TestDaysCountBackAndForth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Date{2000, time.January, 1}.AddDays(rapid.IntRange(0, 300_000).Draw(t, "day"))
		n := rapid.IntRange(-100_000, 100_000).Draw(t, "n")
		if got := d.DaysUntil(d.AddDays(n)); got != n {
			t.Fatalf("%s and back: %d days, want %d", d, got, n)
		}
		if again, err := ParseDate(d.String()); err != nil || again != d {
			t.Fatalf("%s reads back as %s, %v", d, again, err)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-12-29", "2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("kind %v", errs.KindOf(err))
			}
			return
		}
		if d.String() != s {
			t.Errorf("%q reads as %s", s, d)
		}
	})
}
