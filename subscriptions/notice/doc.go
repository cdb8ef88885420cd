// Package notice holds the rules about the words of a privacy notice: what it must say (Complete), what a new version
// changes (Compare), and a first draft out of what an organisation declared (Draft).
//
// All of it is pure. Whether people may be mailed does not follow from here but from the ledger; see package subscriptions.
package notice
