package site

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// notice shows one version of a programme's privacy notice. Old versions stay readable: the ledger refers to them.
func (s *site) notice(c *gin.Context) error {
	const op = "site: notice"
	ctx := c.Request.Context()
	programme, err := s.People.Store.ProgrammeBySlug(ctx, c.Param("programme"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	all, err := s.People.Store.Notices(ctx, programme.ID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	i := slices.IndexFunc(all, func(n subscriptions.Notice) bool { return strconv.Itoa(n.Version) == c.Param("version") })
	if i < 0 {
		return errs.E(op, errs.NotFound, "", nil)
	}
	zone, lang := programme.Zone(), s.language(c)
	body, err := templates.Prose(all[i].In(lang))
	if err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	page := templates.NoticePage{
		Public: s.frame(c, mailer.Letterhead{Programme: programme, Notice: all[i]}), Title: wordsIn(lang).notice + programme.Name,
		Version: strconv.Itoa(all[i].Version), From: all[i].PublishedAt.In(zone), Body: body,
	}
	if i+1 < len(all) {
		page.Until = all[i+1].PublishedAt.In(zone)
	}
	for j, n := range slices.Backward(all) {
		if j != i {
			page.Others = append(page.Others, templates.NoticeVersion{
				Version: strconv.Itoa(n.Version), From: n.PublishedAt.In(zone), URL: pages.InLanguage(s.Mail.Ways.NoticeURL(programme.Slug, n.Version), lang),
			})
		}
	}
	return s.page(c, http.StatusOK, "notice", page)
}
