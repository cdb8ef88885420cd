// Package message composes and parses Internet messages within limits.
//
// Composing happens in two steps, because a campaign sends one text to many
// people. Compile checks a Draft once and encodes everything that is the same for
// all; Template.Append fills the holes for one recipient and only encodes what is
// put into them. Whatever a value holds, it cannot start a header line, leave its
// HTML context or make a line longer than the standards allow.
//
// Parsing takes any bytes that somebody sent, however broken, and returns what can be
// read of them: addresses, decoded subject and text, the parts of delivery reports
// (RFC 3464) and complaint reports (RFC 5965). It reads through Limits, so that
// neither time nor memory grows with what a stranger chose to send.
package message
