// Package store is all the SQL there is, for SQLite and PostgreSQL. It keeps what the domain
// packages decide: each of them names the interface it needs, and DB has a view for each.
//
// Every statement is written once, with ? for its arguments, and runs on both databases. Where they truly
// differ, two texts stand side by side. Times are UTC epoch milliseconds, 0 for "not".
package store
