package site

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// joinManyPage shows the open lists of a programme, each with a box of its own.
func (s *site) joinManyPage(c *gin.Context) error {
	h, lists, err := s.openProgramme(c.Request.Context(), c.Param("programme"))
	if err != nil {
		return err
	}
	if h.Programme.Ended(s.Now()) {
		return s.closed(c, h)
	}
	return s.page(c, http.StatusOK, "join", s.joinManyForm(c, h, lists, nil))
}

// openProgramme finds a programme with the lists that anybody may ask to join. One that asks for an age has its own page alone. A programme without any is
// not found.
func (s *site) openProgramme(ctx context.Context, slug string) (h mailer.Letterhead, lists []subscriptions.List, err error) {
	const op = "site: open programme"
	p, err := s.People.Store.ProgrammeBySlug(ctx, slug)
	if err != nil {
		return h, nil, errs.Wrap(op, err)
	}
	all, err := s.People.Store.Lists(ctx)
	if err != nil {
		return h, nil, errs.Wrap(op, err)
	}
	for _, l := range all {
		if l.ProgrammeID == p.ID && l.Joinable() && !l.AskAge {
			lists = append(lists, l)
		}
	}
	if len(lists) == 0 {
		return h, nil, errs.E(op, errs.NotFound, "", nil)
	}
	h, err = s.letterhead(ctx, lists[0])
	h.List = subscriptions.List{Name: p.Name}
	return h, lists, err
}

// offerValue names a list and the words that stand beside its box.
func offerValue(l subscriptions.List) string {
	return strconv.FormatInt(l.ID, 10) + "." + wordingMark(l)
}

func (s *site) joinManyForm(c *gin.Context, h mailer.Letterhead, lists []subscriptions.List, ticked []string) templates.JoinPage {
	page := templates.JoinPage{
		Public: s.frame(c, h), Action: pages.InLanguage("/join/"+h.Programme.Slug, s.language(c)), Name: h.Programme.Name,
	}
	for _, l := range lists {
		v := offerValue(l)
		page.Offers = append(page.Offers, templates.Offer{
			Value: v, Name: l.Name, Description: l.Description, Wording: l.Wording, Ticked: slices.Contains(ticked, v),
		})
	}
	return page
}

// joinMany takes the form: each ticked box is an act and a request of its own, with a mail of its own (E2-02). A box that was left alone is nothing, and recorded nowhere.
func (s *site) joinMany(c *gin.Context) error {
	ctx := c.Request.Context()
	h, lists, err := s.openProgramme(ctx, c.Param("programme"))
	if err != nil {
		return err
	}
	if h.Programme.Ended(s.Now()) {
		return s.closed(c, h)
	}
	form, err := readJoin(c.Request)
	if err != nil {
		return err
	}
	ticked := c.Request.PostForm[templates.FieldList]
	acts, mistakes := form.acts(lists, ticked, wordsIn(s.language(c)))
	if len(mistakes) > 0 {
		page := s.joinManyForm(c, h, lists, ticked)
		page.Email, page.Person, page.Errors = form.email, form.name, mistakes
		return s.page(c, http.StatusUnprocessableEntity, "join", page)
	}
	var names []string
	err = evenly(ctx, beat, func() error {
		for _, act := range acts {
			act.Evidence["page"] = s.Mail.Ways.BaseURL + "/join/" + h.Programme.Slug
			act.Evidence["user_agent"], act.Evidence["ip"] = browser(c.Request), c.ClientIP()
			if form.trap != "" {
				continue // a program filled in what people do not see
			}
			if err := s.People.Subscribe(ctx, act); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return errs.Wrap("site: join several", err)
	}
	for _, l := range lists {
		if slices.Contains(ticked, offerValue(l)) {
			names = append(names, l.Name)
		}
	}
	return s.page(c, http.StatusOK, "subscribe-sent", templates.SubscribeSentPage{
		Public: s.frame(c, h), List: strings.Join(names, ", "), AtMost: atMost(len(lists)), AgainURL: pages.InLanguage("/join/"+h.Programme.Slug, s.language(c)),
		ExpiresAt: s.Now().Add(subscriptions.ConfirmWithin).In(h.Programme.Zone()),
	})
}

// acts is one act for each ticked box, or what to mend.
func (f joinRequest) acts(lists []subscriptions.List, ticked []string, w words) (acts []subscriptions.Act, mistakes []templates.FieldError) {
	for _, v := range ticked {
		i := slices.IndexFunc(lists, func(l subscriptions.List) bool { return offerValue(l) == v })
		if i < 0 {
			return nil, []templates.FieldError{{Field: templates.FieldList, Message: w.wordsChanged}}
		}
		f.mark, f.agreed = wordingMark(lists[i]), true
		act, wrong := f.act(offer{Letterhead: mailer.Letterhead{List: lists[i]}, box: true}, w)
		if len(wrong) > 0 {
			return nil, wrong
		}
		acts = append(acts, act)
	}
	if len(acts) > subscriptions.MaxRequestsADay { // the rest would be dropped without a word
		return nil, []templates.FieldError{{Field: templates.FieldList, Message: w.tooMany}}
	}
	if len(acts) == 0 {
		mistakes = []templates.FieldError{{Field: templates.FieldList, Message: w.needList}}
	}
	return acts, mistakes
}

// atMost is how many requests one address is sent in a day, where somebody may ask for more; 0 where they cannot on this page. It is said to everybody alike (H10).
func atMost(lists int) int {
	if lists <= subscriptions.MaxRequestsADay {
		return 0
	}
	return subscriptions.MaxRequestsADay
}
