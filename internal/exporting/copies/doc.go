// Package copies keeps exports and show-me packs as files for a time, and destroys them when it is over, so that no copy of personal data
// lies about for longer than somebody needs it (E2-47). Asking for one is on record with who and why; a task makes it; each download is noted; and when
// its time is over, or somebody in it is erased, the file goes and the record stays.
//
//	making -> ready -> gone
//	      \-> failed
package copies
