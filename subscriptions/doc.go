// Package subscriptions decides who may be mailed, and can prove it.
//
// Every act that bears on a permission (a request, a confirmation, a withdrawal, a complaint,
// an erasure) is an Event in one append-only, hash-chained ledger. What may be done
// now follows from the ledger alone: Fold turns one person's events into a State,
// and Decide answers a Question about that state with a Reason or with "allowed".
//
// The same rules stand once more as SQL in the store, for whole audiences; a
// property test holds the two together.
//
// Only this package can make a Permit, and nothing is put on the wire without one.
// The package holds rules and types: no SQL, no HTTP, and time comes in from outside.
package subscriptions
