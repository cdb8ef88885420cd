package templates

import (
	"embed"
	"strings"
	"time"

	"assent/internal/errs"
)

//go:embed letters
var letterFiles embed.FS

// LetterText returns a text that comes with Assent for letters about cases, such as "ask-identity": its subject and its body in Markdown, both with
// fields such as {{reference}}. Another language than English and Welsh gets the English one. Kind of error: NotFound for an unknown name.
func LetterText(name, lang string) (subject, body string, err error) {
	if lang != Welsh {
		lang = English
	}
	raw, err := letterFiles.ReadFile("letters/" + name + "." + lang + ".md")
	if err != nil {
		return "", "", errs.E("templates: letter text", errs.NotFound, "There is no such text.", err)
	}
	subject, body, _ = strings.Cut(string(raw), "\n")
	return strings.TrimPrefix(subject, "Subject: "), strings.TrimSpace(body) + "\n", nil
}

// Moment writes a time as letters in a language have it, in t's own location: "9:05am GMT on 25 November 2026".
func Moment(t time.Time, lang string) string { return words{lang}.at(t) }

// Day writes a date as letters in a language have it, in t's own location: "25 November 2026".
func Day(t time.Time, lang string) string { return words{lang}.date(t) }
