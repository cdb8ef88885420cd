package clock

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

//go:embed bank-holidays.txt
var embedded string

// Limits of a calendar file. GOV.UK's own is 30 kB and has some 280 rows.
const (
	maxCalendar = 1 << 20 // bytes
	maxHolidays = 5000    // over all divisions
	maxTitle    = 100     // bytes
)

// Embedded returns the table that the program was built with: GOV.UK's, 2018 to 2027.
func Embedded() (*Calendar, error) { return LoadCalendar(strings.NewReader(embedded)) }

// LoadCalendar reads a bank-holiday table, at most 1 MiB, in the form of bank-holidays.txt or as
// the JSON that GOV.UK publishes. A table must have all three divisions. A
// mistake gives an error of kind Invalid that names its line or date.
func LoadCalendar(r io.Reader) (*Calendar, error) {
	const op = "clock: load calendar"
	data, err := io.ReadAll(io.LimitReader(r, maxCalendar+1))
	if err != nil {
		return nil, errs.E(op, errs.Unavailable, "The calendar file could not be read.", err)
	}
	if len(data) > maxCalendar {
		return nil, errs.E(op, errs.Invalid, "The calendar file is larger than 1 MiB.", nil)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, errs.E(op, errs.Invalid, "The calendar file is not UTF-8 text.", nil)
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return loadGovUK(data)
	}
	return loadText(string(data))
}

// table collects the rows of a file that is being read.
type table struct {
	holidays map[Division]map[Date]string
	count    int
}

func newTable() *table {
	t := &table{holidays: map[Division]map[Date]string{}}
	for _, div := range Divisions() {
		t.holidays[div] = map[Date]string{}
	}
	return t
}

// add puts a holiday into the table; the error is a sentence for the person who wrote the row.
func (t *table) add(div Division, day Date, title string) error {
	if _, there := t.holidays[div][day]; there {
		return fmt.Errorf("%s has %s twice", div.Title(), day)
	}
	if title == "" || len(title) > maxTitle || strings.ContainsFunc(title, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("the title on %s must have 1 to %d printable characters", day, maxTitle)
	}
	if t.count++; t.count > maxHolidays {
		return fmt.Errorf("there are more than %d bank holidays", maxHolidays)
	}
	t.holidays[div][day] = title
	return nil
}

// loadText reads the table's own form. Lines that are blank or begin with # say nothing.
func loadText(text string) (*Calendar, error) {
	t := newTable()
	var from, until Date
	n := 0
	for line := range strings.Lines(text) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		var err error
		if fields[0] == "covers" {
			from, until, err = coversRow(fields, from)
		} else {
			err = t.textRow(fields)
		}
		if err != nil {
			return nil, errs.E("clock: load calendar", errs.Invalid, fmt.Sprintf("Line %d of the calendar file: %s.", n, err), nil)
		}
	}
	return newCalendar(t.holidays, from, until)
}

func coversRow(fields []string, already Date) (from, until Date, err error) {
	if len(fields) != 3 || !already.IsZero() {
		return from, until, fmt.Errorf("there must be one line such as: covers 2018-01-01 2027-12-31")
	}
	from, err = ParseDate(fields[1])
	if err == nil {
		until, err = ParseDate(fields[2])
	}
	if err != nil {
		return Date{}, Date{}, fmt.Errorf("a date looks like 2026-12-29 and must exist")
	}
	return from, until, nil
}

// textRow reads "2026-12-28 ESN Boxing Day (substitute day)".
func (t *table) textRow(fields []string) error {
	if len(fields) < 3 {
		return fmt.Errorf("a row is a date, the letters of its divisions and a title")
	}
	day, err := ParseDate(fields[0])
	if err != nil {
		return fmt.Errorf("a date looks like 2026-12-29 and must exist")
	}
	left := fields[1]
	for _, div := range Divisions() {
		if rest := strings.Replace(left, div.letter(), "", 1); rest != left {
			left = rest
			if err := t.add(div, day, strings.Join(fields[2:], " ")); err != nil {
				return err
			}
		}
	}
	if left != "" {
		return fmt.Errorf("the divisions are written with the letters E, S and N, each once")
	}
	return nil
}

// WriteTo writes the table in its own text form, which LoadCalendar reads again.
func (c *Calendar) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, c.rows())
	return int64(n), err
}

// rows is the table's canonical text: sorted, one row per date and title.
func (c *Calendar) rows() string {
	letters := map[Date]map[string]string{} // by date, then title
	for _, div := range Divisions() {
		for day, title := range c.holidays[div] {
			if letters[day] == nil {
				letters[day] = map[string]string{}
			}
			letters[day][title] += div.letter()
		}
	}
	var lines []string
	for day, titles := range letters {
		for title, divs := range titles {
			lines = append(lines, fmt.Sprintf("%s %-3s %s\n", day, divs, title))
		}
	}
	slices.Sort(lines)
	return fmt.Sprintf("covers %s %s\n", c.from, c.until) + strings.Join(lines, "")
}
