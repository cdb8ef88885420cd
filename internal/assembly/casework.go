package assembly

import (
	"context"
	"maps"
	"os"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/amending"
	"assent/inbox/cases/breach"
	"assent/inbox/cases/complaint"
	"assent/inbox/cases/thirdparty"
	"assent/internal/clock"
	"assent/internal/errs"
)

// practices says how each kind of case is carried out. A kind without a line has what all cases have.
func (h *House) practices() map[cases.Kind]cases.Practice {
	all := map[cases.Kind]cases.Practice{
		cases.Access:      access.Practice{Service: h.Access},
		cases.Portability: access.Practice{Service: h.Access},
		cases.Complaint:   complaint.Practice{},
		cases.Breach:      breach.Practice{Store: h.DB},
		cases.Disclosure:  thirdparty.Practice{Store: h.DB},
	}
	maps.Copy(all, amending.Practices(h.DB))
	return all
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
		return nil, errs.E(op, errs.Invalid, "The file of bank holidays cannot be opened. Check its path, and that it may be read.", err)
	}
	defer file.Close()
	newer, err := clock.LoadCalendar(file)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	merged, err := calendar.Merge(newer)
	return merged, errs.Wrap(op, err)
}

// recompute computes the clocks of open cases anew where the bank-holiday table is another than before. What fails is tried again at the next start; the
// clocks stand as they were until then.
func (h *House) recompute(ctx context.Context) {
	n, err := h.Cases.Recompute(ctx)
	if err != nil && ctx.Err() == nil {
		h.Log.Error("the clocks of open cases could not be computed with the new bank holidays", "cause", err.Error())
	}
	if n > 0 {
		h.Log.Info("computed the clocks of open cases with other bank holidays", "cases", n)
	}
	if warning := h.Reckoner.Calendar().Warning(h.Reckoner.UKDate(h.Now())); warning != "" {
		h.Log.Warn(warning)
	}
}
