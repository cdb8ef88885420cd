// Package uploads takes files of people that are handed over through a page or the API, shows what would become of each row, and has them imported by a
// worker. What a row means and what becomes of it is decided in package importing; here a file waits, is worked on by one worker at a time, and goes.
//
//	arriving -> waiting <-> checking -> checked -> importing -> done
//	                 \-> gone  (cancelled, its time over, somebody erased)     \-> stopped, failed
//
// A file lies in the database, in pieces, because that is what web servers and workers on different machines share (decision 36). It is destroyed as soon
// as its import has ended or nobody wants it any more; the rows that were not taken stay for a few days, to be looked at; the record stays.
package uploads
