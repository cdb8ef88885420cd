package assembly

import (
	"os"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/internal/errs"
)

// practices says how each kind of case is carried out. A kind without a line has what all cases have.
func (h *House) practices() map[cases.Kind]cases.Practice {
	return map[cases.Kind]cases.Practice{}
}

// Calendar returns the bank-holiday table: the one in the binary, with that of a file over it where one is named. What the file does not cover stays, so
// that a published file without past years loses no history. Kind of error: Invalid.
func Calendar(path string) (*clock.Calendar, error) {
	const op = "assembly: bank holidays"
	calendar, err := clock.Embedded()
	if err != nil || path == "" {
		return calendar, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, errs.E(op, errs.Invalid, "The file that ASSENT_BANK_HOLIDAYS names cannot be opened.", err)
	}
	defer file.Close()
	newer, err := clock.LoadCalendar(file)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	merged, err := calendar.Merge(newer)
	return merged, errs.Wrap(op, err)
}
