package subscriptions

import (
	"slices"
	"strings"
	"time"

	"assent/subscriptions/notice"
)

// Notice is one published version of a programme's privacy notice. It never changes after.
type Notice struct {
	ID          int64
	ProgrammeID int64
	Version     int               // from 1
	Text        string            // in its main language
	Texts       map[string]string // by language: "en", "cy"; the main one is among them
	Purposes    []int64           // which it tells of, ascending
	Facts       notice.Declared   // what was declared when it was published
	Digest      string            // SHA-256 of Document, in hex: what the ledger refers to
	Overridden  string            // why it was published although incomplete; "" where it was complete
	PublishedBy string            // "user:3", "key:5" or "system"
	PublishedAt time.Time
}

// Covers reports whether the notice tells of a purpose.
func (n Notice) Covers(purposeID int64) bool { return slices.Contains(n.Purposes, purposeID) }

// In returns the notice in a language, or in its main one where there is none.
func (n Notice) In(language string) string {
	if text := n.Texts[language]; text != "" {
		return text
	}
	return n.Text
}

// between parts the languages of one notice.
const between = "\n\n---\n\n"

// Document returns the notice in all its languages.
func (n Notice) Document() string { return Document(MainLanguage(n.Texts), n.Texts) }

// Document returns the notice in all its languages, the main one first: what its digest is of.
func Document(main string, texts map[string]string) string {
	all := []string{texts[main]}
	languages := make([]string, 0, len(texts))
	for l := range texts {
		if l != main {
			languages = append(languages, l)
		}
	}
	slices.Sort(languages)
	for _, l := range languages {
		all = append(all, texts[l])
	}
	return strings.Join(all, between)
}

// MainLanguage returns the language in which a notice is first of all: English, or else the first there is.
func MainLanguage(texts map[string]string) string {
	if _, ok := texts["en"]; ok {
		return "en"
	}
	first := ""
	for l := range texts {
		if first == "" || l < first {
			first = l
		}
	}
	return first
}

// Changes tells what a version changes for people against the one before it; the zero Notice stands for none.
func Changes(before, n Notice) notice.Difference { return notice.Compare(before.Facts, n.Facts) }

// NewPurposes says, in a language, what a version uses data for and the one before it did not, each with its lawful basis.
func NewPurposes(before, n Notice, language string) []string {
	return notice.NewPurposes(before.Facts, n.Facts, language)
}
