// Package clock computes the time limits of data-protection work in the United
// Kingdom, and explains every step of the working (H7).
//
// It is a pure library: the same input, bank-holiday table and settings give the same
// dates, whatever the machine's time zone and whatever the time is. It reads no time,
// and no file but the time-zone data behind Europe/London; a program for machines
// without that data imports time/tzdata.
//
// A Reckoner holds the table. Reckon takes what happened to a request (Input) and
// returns its clocks: the statutory ones, each under the rule version that was in
// force on the day of receipt, and the house's own working-day promises. A clock that
// has not started, or that stands still, has no due date and says what it waits for.
// Where the law leaves a doubt, the clock has a target too: the earlier date.
//
// docs/clocks.md tells the rules in prose. It is no legal advice.
package clock
