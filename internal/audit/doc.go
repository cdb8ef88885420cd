// Package audit says who added, changed, deleted or read personal data, and why (E1-29, H9): the entries of the trail, the hash chain
// that holds them together, and how the chain is proved.
//
// An entry has two parts. What names nobody (who acted, what was done, to which row, when, which fields) stands open. What does (the values before and after, and
// the reason in the operator's words) is encrypted under a key of the one person or case that it is about. The chain
// covers the ciphertext, so destroying the key makes the personal part unreadable for ever and leaves the chain whole (E1-40).
//
// What people themselves decided is not repeated here: that is the consent ledger of package subscriptions, a chain of its own.
package audit
