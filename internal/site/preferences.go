package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// look is one request for a reader's own page.
type look struct {
	c        *gin.Context
	ctx      context.Context
	path     string // of the page, with its language
	overview subscriptions.Overview
	words    ownWords
	form     url.Values
}

// preferencesPage shows a reader's own page and changes nothing.
func (s *site) preferencesPage(c *gin.Context) error {
	l, err := s.look(c)
	if err != nil {
		return s.foreign(c, err)
	}
	return s.showPreferences(l, http.StatusOK, templates.Done{}, "")
}

// look opens the link of a page. The answer to a link of nobody comes at a beat, whether it was never ours or the person was erased (H10).
func (s *site) look(c *gin.Context) (*look, error) {
	l := &look{c: c, ctx: audit.As(c.Request.Context(), "subscriber")}
	err := refusedEvenly(l.ctx, beat, func() error {
		person, err := s.Preferences.Person(l.ctx, c.Param("token"))
		if err != nil {
			return err
		}
		l.overview, err = s.Preferences.Overview(l.ctx, person.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.speak(c, l.overview.Person)
	l.words = ownWordsIn(s.language(c))
	l.path = s.keep(c, "/p/"+c.Param("token"))
	return l, nil
}

// foreign answers a link of nobody. Any other error is returned.
func (s *site) foreign(c *gin.Context, err error) error {
	return s.linkInvalid(c, err, s.noLetterhead())
}

// changePreferences takes every button of a reader's own page and shows the page as it is then. What ends or puts off mail stands before any limit.
func (s *site) changePreferences(c *gin.Context) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	l, err := s.look(c)
	if err != nil {
		return s.foreign(c, err)
	}
	l.form = c.Request.PostForm
	do := l.form.Get(templates.FieldDo)
	if !slices.Contains([]string{templates.DoLeave, templates.DoObject, templates.DoPause}, do) {
		if s.asks(c); c.IsAborted() {
			return nil
		}
	}
	done, err := s.act(l, do)
	if errs.KindOf(err) == errs.Invalid && err != nil {
		return s.showPreferences(l, http.StatusUnprocessableEntity, templates.Done{}, l.words.mistake(err))
	}
	if err != nil {
		return errs.Wrap("site: change preferences", err)
	}
	if l.overview, err = s.Preferences.Overview(l.ctx, l.overview.Person.ID); err != nil {
		return errs.Wrap("site: change preferences", err)
	}
	return s.showPreferences(l, http.StatusOK, done, "")
}

// act carries out what a button asks for.
func (s *site) act(l *look, do string) (templates.Done, error) {
	switch do {
	case templates.DoLeave:
		return s.leaveFromPage(l)
	case templates.DoObject:
		return s.objectFromPage(l)
	case templates.DoJoin:
		return s.joinFromPage(l)
	case templates.DoPause, templates.DoResume:
		return s.pauseFromPage(l, do == templates.DoPause)
	case templates.DoLanguage:
		return s.setLanguage(l)
	case templates.DoGuess, templates.DoNoGuess:
		_, err := s.Preferences.SetProfiling(l.ctx, l.overview.Person.ID, do == templates.DoGuess, subscriptions.ByLink, "subscriber", l.evidence("Pressed the button about profiling."))
		return templates.Done{Title: l.words.saved}, err
	case templates.DoReason:
		return s.takeReason(l)
	case templates.DoVisit:
		err := evenly(l.ctx, beat, func() error {
			return s.Preferences.AskVisit(l.ctx, l.overview.Person, l.words.lang)
		})
		return templates.Done{Title: l.words.linkSent, Text: l.words.linkSentText}, err
	}
	return templates.Done{}, errs.E("site: act", errs.Invalid, "Press one of the buttons on the page.", nil)
}

// evidence is what shows an act on the page.
func (l *look) evidence(act string) subscriptions.Evidence {
	return subscriptions.Evidence{"act": act, "page": "preferences", "language": l.words.lang, "user_agent": browser(l.c.Request)}
}

// subject is what a button is about.
type subject struct {
	about  string
	name   string
	scopes []subscriptions.Scope
	lists  []subscriptions.KnownList // within the scopes, of those the person knows
	ids    []int64                   // the programmes
}

// subject finds what a form's field names, among what the person has to do with: that there is more is nobody's business.
func (s *site) subject(l *look) (subject, error) {
	about := l.form.Get(templates.FieldAbout)
	kind, number, _ := strings.Cut(about, ":")
	out := subject{about: about}
	for _, k := range l.overview.Programmes {
		switch kind {
		case "owner":
			if number == id(k.Programme.ID) {
				out.name = k.Programme.Owner
			}
		case "purpose":
			out.ofPurpose(k, number)
		case "list":
			for _, one := range k.Lists {
				if number == id(one.List.ID) {
					out.name, out.scopes = one.List.Name, []subscriptions.Scope{subscriptions.ListScope(one.List)}
				}
			}
		}
	}
	switch {
	case kind == "all":
		out.name, out.scopes = l.words.everything, []subscriptions.Scope{subscriptions.Everything()}
	case kind == "owner" && out.name != "":
		all, err := s.People.Store.Programmes(l.ctx)
		if err != nil {
			return out, err
		}
		out.scopes = subscriptions.OfOwner(all, out.name)
	}
	if len(out.scopes) == 0 {
		return out, errs.E("site: subject", errs.NotFound, "", nil)
	}
	out.within(l.overview)
	return out, nil
}

// ofPurpose takes a purpose of a programme that the person has to do with.
func (x *subject) ofPurpose(k subscriptions.Known, number string) {
	for _, one := range k.Lists {
		if number == id(one.Purpose.ID) {
			x.name, x.scopes = one.Purpose.Name, []subscriptions.Scope{subscriptions.PurposeScope(one.Purpose)}
		}
	}
	for _, u := range k.Purposes {
		if number == id(u.ID) {
			x.name, x.scopes = u.Name, []subscriptions.Scope{subscriptions.PurposeScope(u)}
		}
	}
}

// within collects the lists and programmes that the scopes reach.
func (x *subject) within(o subscriptions.Overview) {
	for _, sc := range x.scopes {
		if sc.ProgrammeID != 0 {
			x.ids = append(x.ids, sc.ProgrammeID)
		}
	}
	for _, k := range o.Programmes {
		for _, one := range k.Lists {
			covered := func(sc subscriptions.Scope) bool { return sc.Covers(subscriptions.ListScope(one.List)) }
			if slices.ContainsFunc(x.scopes, covered) {
				x.lists = append(x.lists, one)
			}
		}
	}
}
