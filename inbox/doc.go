// Package inbox takes in what comes back and sees to it that nothing is lost (H4).
//
// A poller hands messages over as Arrivals; each is kept raw, once, with the server's time of
// receipt. Package sorting judges the parsed message by rules that show their grounds. Then the
// message gets exactly one disposition: an opt-out that is carried out at once, a report
// noted on its delivery, or a case with its clocks for a person.
//
// Identity is never asked for an opt-out, and whatever rules cannot decide becomes work for a person.
package inbox
