package site

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/pages"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

const (
	withdrawWithin = 10 * time.Second // for an opt-out to become durable, whether or not the client still waits
	tryOptOutAgain = "120"            // seconds, for mail programs, when the database is down
)

// leavePage shows the two buttons and changes nothing (RFC 8058 section 3.2: the same address on GET is the page for people).
func (s *site) leavePage(c *gin.Context) error {
	ctx := c.Request.Context()
	back, err := mailer.FromUnsubscribeToken(s.Mail.Keys, c.Param("token"))
	if err != nil {
		return s.linkInvalid(c, err, mailer.Letterhead{})
	}
	person, err := s.People.Store.Subscriber(ctx, back.SubscriberID)
	if err != nil {
		return s.linkInvalid(c, err, mailer.Letterhead{})
	}
	h, err := s.left(ctx, back)
	if err != nil {
		return err
	}
	several, err := s.severalOwners(ctx)
	if err != nil {
		return err
	}
	s.speak(c, person)
	lang := s.language(c)
	name := h.List.Name
	if name == "" {
		name = wordsIn(lang).allLists
	}
	page := templates.UnsubscribePage{
		Public: s.frame(c, h), Action: s.keep(c, "/u/"+c.Param("token")), List: name,
		MaskedAddress: masked(person), OfferAll: h.Programme.ID != 0, OfferEverything: several,
	}
	page.PreferencesURL = s.ownPath(person.ID, lang)
	return s.page(c, http.StatusOK, "unsubscribe", page)
}

// ownPath is the path of a person's preference page.
func (s *site) ownPath(subscriberID int64, lang string) string {
	return pages.InLanguage(strings.TrimPrefix(s.Mail.Ways.PreferencesURL(s.Mail.Keys, subscriberID), s.Mail.Ways.BaseURL), lang)
}

// severalOwners reports whether more than one organisation sends from here.
func (s *site) severalOwners(ctx context.Context) (bool, error) {
	all, err := s.People.Store.Programmes(ctx)
	return slices.ContainsFunc(all, func(p subscriptions.Programme) bool { return p.Owner != all[0].Owner }), errs.Wrap("site: owners", err)
}

// left is the letterhead of the list that a link stands for. A list that is not there any more, as after the restore of an
// older backup, gives the zero letterhead: its links still work, and end everything, for nothing smaller can be named.
func (s *site) left(ctx context.Context, back mailer.Back) (mailer.Letterhead, error) {
	list, err := s.People.Store.List(ctx, back.ListID)
	if errs.KindOf(err) == errs.NotFound {
		return mailer.Letterhead{}, nil
	}
	if err != nil {
		return mailer.Letterhead{}, errs.Wrap("site: list of a link", err)
	}
	return s.letterhead(ctx, list)
}

// leave ends a subscription at once, for a mail program's one-click and for the page's buttons. It answers when that is durable.
func (s *site) leave(c *gin.Context) {
	back, err := mailer.FromUnsubscribeToken(s.Mail.Keys, c.Param("token"))
	if err == nil && back.SubscriberID == 0 { // the link of a preview or a trial, which is nobody's
		err = errs.E("site: leave", errs.NotFound, "", nil)
	}
	if err != nil {
		s.notOurs(c, err)
		return
	}
	asked := readOptOut(c.GetHeader("Content-Type"), c.Request.Body)
	// A client that hangs up has asked all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), withdrawWithin)
	defer cancel()
	h, already, err := s.withdraw(ctx, back, asked, browser(c.Request))
	switch {
	case errs.KindOf(err) == errs.NotFound && err != nil:
		s.notOurs(c, err)
	case err != nil:
		s.notDone(c, asked, err)
	case asked == oneClick || asked == unclear:
		c.String(http.StatusOK, "You are unsubscribed%s. It takes effect now.\n", from(h.List))
	default:
		if err := s.sayEnded(c, h, back, asked, already); err != nil {
			s.engine.Fail(c, err)
		}
	}
}

// withdraw carries out what was asked. already tells that all of it had been before.
func (s *site) withdraw(ctx context.Context, back mailer.Back, asked optOut, agent string) (h mailer.Letterhead, already bool, err error) {
	const op = "site: withdraw"
	if h, err = s.left(ctx, back); err != nil {
		return h, false, errs.Wrap(op, err)
	}
	scopes, err := s.scopes(ctx, h, asked)
	if err != nil {
		return h, false, errs.Wrap(op, err)
	}
	w := subscriptions.Withdrawal{
		SubscriberID: back.SubscriberID, Channel: subscriptions.ByLink, Actor: "subscriber",
		Evidence: subscriptions.Evidence{"act": asked.act(), "campaign": strconv.FormatInt(back.CampaignID, 10), "user_agent": agent},
	}
	if asked == oneClick || asked == unclear {
		w.Channel = subscriptions.ByOneClick
	}
	already = true
	for _, w.Scope = range scopes {
		out, err := s.People.Withdraw(ctx, w)
		if err != nil {
			return h, false, errs.Wrap(op, err)
		}
		already = already && out.Already
	}
	return h, already, nil
}

// scopes is how far an opt-out goes: the list, or every programme of the organisation that owns it.
func (s *site) scopes(ctx context.Context, h mailer.Letterhead, asked optOut) ([]subscriptions.Scope, error) {
	switch {
	case h.List.ID == 0 || asked == everything:
		return []subscriptions.Scope{subscriptions.Everything()}, nil
	case asked != allOfThem:
		return []subscriptions.Scope{subscriptions.ListScope(h.List)}, nil
	}
	programmes, err := s.People.Store.Programmes(ctx)
	return subscriptions.OfOwner(programmes, h.Programme.Owner), err
}

// sayEnded says what has ended, what goes on, and where everything else can be seen. A reason may be told now, and need not be.
func (s *site) sayEnded(c *gin.Context, h mailer.Letterhead, back mailer.Back, asked optOut, already bool) error {
	person, err := s.People.Store.Subscriber(c.Request.Context(), back.SubscriberID)
	if err != nil {
		return err
	}
	s.speak(c, person)
	words, err := s.Preferences.Kept.Consequences(c.Request.Context(), h.Programme.ID)
	if err != nil {
		return err
	}
	page := s.ended(c, h, asked, already)
	own := s.ownPath(back.SubscriberID, s.language(c))
	page.PreferencesURL, page.After.Action = own, own
	for _, u := range slices.Sorted(maps.Keys(words)) {
		if page.All || page.Everything || u == h.List.PurposeID {
			page.After.Words = append(page.After.Words, words[u])
		}
	}
	return s.page(c, http.StatusOK, "unsubscribed", page)
}

// ended says what has ended.
func (s *site) ended(c *gin.Context, h mailer.Letterhead, asked optOut, already bool) templates.UnsubscribedPage {
	lang := s.language(c)
	page := templates.UnsubscribedPage{
		Public: s.frame(c, h), All: asked == allOfThem || h.List.ID == 0, Everything: asked == everything,
		After: templates.Done{Left: true, About: "list:" + id(h.List.ID), GoesOn: []string{wordsIn(lang).goesOn}, Reasons: ownWordsIn(lang).reasons()},
	}
	if page.All || page.Everything {
		page.After.About = "all"
	}
	if h.List.Name != "" {
		page.Lists = []string{h.List.Name}
	}
	if !already {
		page.At = s.Now().In(h.Programme.Zone())
	}
	if h.List.Joinable() {
		page.AgainURL = pages.InLanguage("/l/"+h.List.Slug, lang)
	}
	return page
}

// notOurs answers a link that names nobody.
func (s *site) notOurs(c *gin.Context, err error) {
	if err := s.linkInvalid(c, err, mailer.Letterhead{}); err != nil {
		s.engine.Fail(c, err)
	}
}

// notDone answers when an opt-out could not be made durable. It never says that it was; a mail program tries again.
func (s *site) notDone(c *gin.Context, asked optOut, err error) {
	s.Log.ErrorContext(c.Request.Context(), "opt-out not carried out", "request", web.RequestID(c.Request.Context()), "cause", err.Error())
	c.Header("Retry-After", tryOptOutAgain)
	if asked == thisList || asked == allOfThem || asked == everything {
		s.engine.Fail(c, errs.E("site: leave", errs.Unavailable, notUnsubscribed, err))
		return
	}
	c.String(http.StatusServiceUnavailable, notUnsubscribed+"\n")
}

const notUnsubscribed = "You are not unsubscribed yet: we could not save it. Please try again in a few minutes."

// from names the list in the plain answer.
func from(l subscriptions.List) string {
	if l.Name == "" {
		return ""
	}
	return " from " + strconv.Quote(l.Name)
}
