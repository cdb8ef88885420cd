// Package importing brings files of people into lists, takes a whole import back, and asks those who came without evidence.
//
// What becomes of a row is decided in package subscriptions (Intake); here files are read ahead, told apart into batches, and kept: each batch
// is one transaction that also keeps how far the import has come, so that after a crash the same command goes on behind the last batch.
//
// Batches of people whom the ledger does not know are prepared before it is their turn (see ahead.go); all others are judged while their
// transaction holds the ledger's end. Both ways give the same ledger and the same tables, which TestBothWaysInGiveTheSame holds.
package importing
