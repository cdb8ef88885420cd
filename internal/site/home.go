package site

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// home lists what is open for subscription, by programme.
func (s *site) home(c *gin.Context) error {
	ctx := c.Request.Context()
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return errs.Wrap("site: home", err)
	}
	lists, err := s.People.Store.Lists(ctx)
	if err != nil {
		return errs.Wrap("site: home", err)
	}
	lang := s.language(c)
	var offers []templates.OpenProgramme
	var head mailer.Letterhead
	var forms []templates.DataForms // of a programme that has ended as well: it answers for what it holds
	for _, p := range programmes {
		forms = append(forms, templates.DataForms{
			Name: p.Name, RequestURL: pages.InLanguage(requestPath+p.Slug, lang), ComplaintURL: pages.InLanguage(complaintPath+p.Slug, lang),
		})
		if p.Ended(s.Now()) {
			continue
		}
		offer := templates.OpenProgramme{Name: p.Name, Organisation: p.Owner}
		for _, l := range lists {
			if l.ProgrammeID == p.ID && l.Joinable() {
				offer.Lists = append(offer.Lists, templates.OpenList{
					Name: l.Name, Description: l.Description, URL: pages.InLanguage("/l/"+l.Slug, lang),
				})
			}
		}
		if len(offer.Lists) > 0 {
			offers, head.Programme = append(offers, offer), p
		}
	}
	if len(offers) != 1 {
		head = mailer.Letterhead{} // the page speaks for several
	}
	return s.page(c, http.StatusOK, "home", templates.HomePage{Public: s.frame(c, head), Programmes: offers, Data: forms})
}

// letterhead gathers what a page about a list shows around it.
func (s *site) letterhead(ctx context.Context, l subscriptions.List) (h mailer.Letterhead, err error) {
	h.List = l
	if h.Programme, err = s.People.Store.Programme(ctx, l.ProgrammeID); err != nil {
		return h, errs.Wrap("site: letterhead", err)
	}
	h.Notice, err = s.People.Store.Notice(ctx, l.NoticeID)
	return h, errs.Wrap("site: letterhead", err)
}
