// Package mailer says what is mailed and how it leaves: campaigns to many people, and letters to one.
//
// A campaign is planned into chunks of people; a worker claims a chunk, takes
// windows of it, asks the gate for each window, writes down whom it is about to mail
// (the intent), sends, and records every outcome. After any crash the next
// worker knows of each person whether the message went out, may have gone out
// (uncertain: shown, never sent again by itself), or is still to be sent (H6).
//
// Transport.Send is the only road out, and it takes a subscriptions.Permit.
package mailer
