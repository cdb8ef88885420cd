package site

import (
	"github.com/gin-gonic/gin"

	"assent/internal/pages"
	"assent/templates"
)

// language is the one that the reader chose with ?lang=, else the one that they get mail in, where the page knows them, else the best of what the
// browser asks for.
func (s *site) language(c *gin.Context) string {
	if lang := c.GetString(spoken); lang != "" {
		return lang
	}
	return pages.LanguageOf(c.Request, s.matcher)
}

// keep is inLanguage for the pages of a reader whom we know: what they chose with ?lang= stays chosen, although they get mail in another.
func (s *site) keep(c *gin.Context, path string) string {
	if chosen := c.Query("lang"); chosen != "" && chosen == s.language(c) {
		return path + "?lang=" + chosen
	}
	return pages.InLanguage(path, s.language(c))
}

func languageLinks() []templates.Language {
	return []templates.Language{
		{Code: templates.English, Name: "English", URL: "?lang=" + templates.English},
		{Code: templates.Welsh, Name: "Cymraeg", URL: "?lang=" + templates.Welsh},
	}
}
