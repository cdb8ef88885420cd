package clock

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"assent/internal/errs"
)

func loadGovUKFile(t testing.TB) *Calendar {
	t.Helper()
	data, err := os.ReadFile("testdata/govuk.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := LoadCalendar(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func load(t testing.TB, text string) *Calendar {
	t.Helper()
	c, err := LoadCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEmbeddedTableIsWhatGovUKPublished(t *testing.T) {
	t.Parallel()
	embedded, published := newReckoner(t).Calendar(), loadGovUKFile(t)
	if embedded.rows() != published.rows() || embedded.Hash() != published.Hash() {
		t.Errorf("the tables differ: %s and %s", embedded, published)
	}
	if got := embedded.FutureUntil().String(); got != "2027-12-31" {
		t.Errorf("covers until %s", got)
	}
}

func TestTableWritesAndReadsBack(t *testing.T) {
	t.Parallel()
	c := newReckoner(t).Calendar()
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if again := load(t, b.String()); again.Hash() != c.Hash() {
		t.Errorf("hash %s became %s", c.Hash(), again.Hash())
	}
}

const small = "covers 2026-01-01 2026-12-31\n2026-12-25 ESN Christmas Day\n"

func TestOneHolidayMoreIsAnotherHash(t *testing.T) {
	t.Parallel()
	a, b := load(t, small), load(t, small+"2026-06-15 S World Cup bank holiday\n")
	if a.Hash() == b.Hash() {
		t.Error("two tables have one hash")
	}
	if _, ok := b.Holiday(Scotland, date(t, "2026-06-15")); !ok {
		t.Error("the added holiday is not there")
	}
	if !b.WorkingDay(EnglandAndWales, date(t, "2026-06-15")) {
		t.Error("a Scottish holiday stops England")
	}
}

func TestMistakesInATableAreNamed(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"an empty file", "", "from which day"},
		{"a date that does not exist", small + "2026-02-30 E A day\n", "Line 3"},
		{"an unknown division", small + "2026-02-03 EX A day\n", "letters E, S and N"},
		{"a division named twice", small + "2026-02-03 EE A day\n", "letters E, S and N"},
		{"a holiday named twice", small + "2026-12-25 S Yule\n", "Scotland has 2026-12-25 twice"},
		{"no title", small + "2026-02-03 E\n", "a title"},
		{"a title with a control character", small + "2026-02-03 E A\x07day\n", "printable"},
		{"a title without end", small + "2026-02-03 E " + strings.Repeat("x", maxTitle+1) + "\n", "printable"},
		{"no span", "2026-12-25 ESN Christmas Day\n", "from which day"},
		{"two spans", small + small, "there must be one line"},
		{"a span that ends before it begins", "covers 2026-12-31 2026-01-01\n2026-12-25 ESN Christmas Day\n", "from which day"},
		{"a span without an end", "covers 2026-12-31\n", "there must be one line"},
		{"a holiday outside the span", small + "2027-01-01 ESN New Year\n", "outside the days"},
		{"a missing division", "covers 2026-01-01 2026-12-31\n2026-12-25 ES Christmas Day\n", "Northern Ireland"},
		{"not UTF-8", small + "2026-02-03 E \xff\n", "UTF-8"},
		{"too large", strings.Repeat("#", maxCalendar+1), "larger than 1 MiB"},
		{"too many rows", small + manyRows(), "more than 5000"},
		{"broken JSON", "{", "not JSON"},
		{"JSON without divisions", "{}", "no bank holidays for England and Wales"},
		{"JSON of another shape", `{"england-and-wales":7}`, "not JSON as GOV.UK"},
		{"JSON with a bad date", `{"england-and-wales":{"events":[{"title":"X","date":"25/12/2026"}]}}`, "date for England and Wales"},
		{"JSON with a holiday twice", `{"england-and-wales":{"events":[{"title":"X","date":"2026-12-25"},{"title":"X","date":"2026-12-25"}]}}`, "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadCalendar(strings.NewReader(tt.text))
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), tt.want) {
				t.Errorf("error %v, want kind invalid and %q", err, tt.want)
			}
		})
	}
}

func manyRows() string {
	var b strings.Builder
	for day, n := (Date{1950, 1, 1}), 0; n <= maxHolidays; day, n = day.AddDays(1), n+1 {
		b.WriteString(day.String() + " E day\n")
	}
	return b.String()
}

func TestUnreadableTable(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	if _, err := LoadCalendar(iotest.ErrReader(broken)); errs.KindOf(err) != errs.Unavailable || !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestWarningWhenTheFutureRunsOut(t *testing.T) {
	t.Parallel()
	c := newReckoner(t).Calendar() // whole until 31 December 2027
	for today, want := range map[string]string{
		"2026-11-22": "",
		"2027-06-30": "",
		"2027-07-01": "ends on Friday 31 December 2027",
		"2027-12-31": "ends on Friday 31 December 2027",
		"2028-01-01": "ended on Friday 31 December 2027",
	} {
		got := c.Warning(date(t, today))
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("on %s: %q, want %q", today, got, want)
		}
	}
}

func TestMergeKeepsHistory(t *testing.T) {
	t.Parallel()
	old := newReckoner(t).Calendar()
	newer := load(t, "covers 2027-01-01 2028-12-31\n2027-12-27 ESN Christmas Day (substitute day)\n2028-12-25 ESN Christmas Day\n")
	merged, err := old.Merge(newer)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{
		"2018-12-25": true,  // only in the old
		"2028-12-25": true,  // only in the newer
		"2027-12-28": false, // the newer covers the day and has taken it out
	} {
		if _, ok := merged.Holiday(Scotland, date(t, day)); ok != want {
			t.Errorf("%s is a holiday: %v, want %v", day, ok, want)
		}
	}
	if merged.String()[:24] != "2018-01-01 to 2028-12-31" {
		t.Errorf("covers %s", merged)
	}
	if _, ok := old.Holiday(Scotland, date(t, "2027-12-28")); !ok {
		t.Error("merging changed the old table")
	}
	far := load(t, "covers 2030-01-01 2030-12-31\n2030-12-25 ESN Christmas Day\n")
	if _, err := old.Merge(far); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a gap of two years: %v", err)
	}
	if again, err := newer.Merge(old); err != nil || again.from != merged.from || again.until != merged.until {
		t.Errorf("merged the other way: %s, %v", again, err)
	}
}

func TestPublishedTableIsCutToWhatAllDivisionsCover(t *testing.T) {
	t.Parallel()
	c := load(t, `{"england-and-wales":{"events":[{"title":"New Year’s Day","date":"2026-01-01"},{"title":"Good Friday","date":"2026-04-03"},{"title":"Boxing Day","date":"2026-12-28","notes":"Substitute day"}]},
		"scotland":{"events":[{"title":"New Year’s Day","date":"2026-01-01"},{"title":"Good Friday","date":"2026-04-03"},{"title":"Summer bank holiday","date":"2026-08-03"}]},
		"northern-ireland":{"events":[{"title":"St Patrick’s Day","date":"2026-03-17"},{"title":"Good Friday","date":"2026-04-03"},{"title":"Boxing Day","date":"2026-12-28","notes":"Substitute day"}]}}`)
	if got := c.String()[:24]; got != "2026-03-17 to 2026-08-03" {
		t.Errorf("covers %s", got)
	}
}

func FuzzLoadCalendar(f *testing.F) {
	f.Add([]byte(embedded))
	f.Add([]byte(small))
	f.Add([]byte("\ufeffcovers 2026-01-01 2026-12-31\r\n2026-12-25 ESN Christmas Day\r\n"))
	f.Add([]byte(`{"england-and-wales":{"events":[{"title":"X","date":"2026-12-25"}]},"scotland":{"events":[{"title":"X","date":"2026-12-25"}]},"northern-ireland":{"events":[{"title":"X","date":"2026-12-25","notes":"Substitute day"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := LoadCalendar(bytes.NewReader(data))
		if err != nil {
			if errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Errorf("error %v", err)
			}
			return
		}
		again, err := LoadCalendar(strings.NewReader(c.rows()))
		if err != nil || again.Hash() != c.Hash() {
			t.Errorf("the table does not read back: %v\n%s", err, c.rows())
		}
		for _, div := range Divisions() {
			if day := c.Roll(div, c.from); day.Before(c.from) || !c.WorkingDay(div, day) {
				t.Errorf("%s rolls to %s", c.from, day)
			}
		}
	})
}
