package site

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"assent/templates"
)

const maxAcceptLanguage = 200 // octets read of the header

func newMatcher() language.Matcher {
	var tags []language.Tag
	for _, code := range templates.Languages() {
		tags = append(tags, language.Make(code))
	}
	return language.NewMatcher(tags)
}

// language is the one that the reader chose with ?lang=, else the one that they get mail in, where the page knows them, else the best of what the
// browser asks for.
func (s *site) language(c *gin.Context) string {
	if lang := c.GetString(spoken); lang != "" {
		return lang
	}
	return languageOf(c.Request, s.matcher)
}

func languageOf(r *http.Request, m language.Matcher) string {
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

// inLanguage keeps the language of a page in a link or a form's target on it.
func inLanguage(path, lang string) string {
	if lang == templates.English {
		return path
	}
	return path + "?lang=" + lang
}

// keep is inLanguage for the pages of a reader whom we know: what they chose with ?lang= stays chosen, although they get mail in another.
func (s *site) keep(c *gin.Context, path string) string {
	if chosen := c.Query("lang"); chosen != "" && chosen == s.language(c) {
		return path + "?lang=" + chosen
	}
	return inLanguage(path, s.language(c))
}

func languageLinks() []templates.Language {
	return []templates.Language{
		{Code: templates.English, Name: "English", URL: "?lang=" + templates.English},
		{Code: templates.Welsh, Name: "Cymraeg", URL: "?lang=" + templates.Welsh},
	}
}
