package templates

import "time"

// CopiesPage fills the page "copies": the files of exports and show-me packs, with those that are gone.
type CopiesPage struct {
	Console
	NewURL string // asks for an export
	Days   int    // how long a file is kept where nobody says
	Rows   []CopyRow
	Next   string // the page of older ones; "" on the last
}

// CopyRow is the record of one file.
type CopyRow struct {
	ID                            string
	What                          string // such as "Subscribers of harbour-news"
	Form                          string // such as "CSV"
	PersonURL                     string // of a pack, the person's page; may be empty
	Why                           string
	For                           string // the recipient that it was made for; "" for our own use
	By                            string
	Asked                         time.Time
	State                         State
	Until                         time.Time // when it is destroyed, or was
	Gone                          string    // why it went, or why it could not be made; "" otherwise
	Size                          string    // such as "52 kB"; "" while there is none
	Rows                          int       // of an export that is made
	Fetched                       int
	FileURL, AgainURL, DestroyURL string // "" for what cannot be done
}
