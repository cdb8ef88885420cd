// Package senderdns looks up the DNS records by which receivers tell our mail from forgeries, SPF, DKIM and
// DMARC, and says what is wrong with them and what to do. The large mailbox providers refuse bulk mail that
// does not have all three.
//
// The rules are pure functions over the text of a record; only the exported functions ask a Resolver. A lookup that
// fails is no verdict on the record: it is told as such.
package senderdns
