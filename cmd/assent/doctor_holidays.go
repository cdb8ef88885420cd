package main

import (
	"time"

	"assent/internal/assembly"
	"assent/internal/clock"
	"assent/internal/senderdns"
)

// lookAtBankHolidays holds the table with which due dates are computed to today: the longest clock is three months, and somebody needs time to fetch a new table.
func (d *doctor) lookAtBankHolidays() {
	calendar, err := assembly.Calendar(d.settings.BankHolidays)
	if err != nil {
		d.trouble("holidays", err)
		return
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		d.trouble("holidays", err)
		return
	}
	if warning := calendar.Warning(clock.DateIn(d.now(), london)); warning != "" {
		d.tell(senderdns.Warn, "holidays", warning, "Keep it as a file and name that in ASSENT_BANK_HOLIDAYS.")
		return
	}
	d.tell(senderdns.Good, "holidays", "The bank holidays are known up to "+calendar.FutureUntil().Long()+".", "")
}
