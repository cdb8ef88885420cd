package pages

import (
	"net/http"
	"slices"

	"golang.org/x/text/language"

	"assent/templates"
)

const maxAcceptLanguage = 200 // octets read of the header

// Languages returns what finds the best of the pages' languages for a reader.
func Languages() language.Matcher {
	var tags []language.Tag
	for _, code := range templates.Languages() {
		tags = append(tags, language.Make(code))
	}
	return language.NewMatcher(tags)
}

// LanguageOf is the language that the reader chose with ?lang=, else the best of what the browser asks for, else English.
func LanguageOf(r *http.Request, m language.Matcher) string {
	all := templates.Languages()
	if chosen := r.URL.Query().Get("lang"); slices.Contains(all, chosen) {
		return chosen
	}
	header := r.Header.Get("Accept-Language")
	tags, _, err := language.ParseAcceptLanguage(header[:min(len(header), maxAcceptLanguage)])
	if err != nil {
		return templates.English
	}
	_, i, confidence := m.Match(tags...)
	if confidence == language.No {
		return templates.English
	}
	return all[i]
}

// InLanguage keeps the language of a page in a link or a form's target on it.
func InLanguage(path, lang string) string {
	if lang == templates.English {
		return path
	}
	return path + "?lang=" + lang
}
