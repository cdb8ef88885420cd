// Package retention says how long data is kept, and takes it away when its time has come (Article 5(1)(e); E0-15, E1-20, E1-39, E2-13 to E2-16).
//
// A Rule is data: what it disposes of, what its time counts from, how long it is, and whether it then thins a record, makes it anonymous or deletes it,
// with its reason. From a person's ledger and the rule follows the day on which the rule falls due; nothing else decides. What is due goes into a
// review queue, where a person approves it, puts it off with a reason, or places a hold; a rule may do without. What is disposed of leaves a
// certificate that names nobody. Nothing is disposed of while a hold or a restriction keeps it (DPA 2018 s.173, Article 18(2)).
package retention
