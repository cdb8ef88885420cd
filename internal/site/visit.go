package site

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// Limits on what is private or sends mail. None stands before what ends mail or puts it off.
const (
	ownBurst = 30
	ownEvery = 6 * time.Second
)

// ownPages puts a reader's own pages on the engine.
func (s *site) ownPages() {
	form := web.BodyLimit(pages.MaxForm)
	s.asks = s.engine.Limit(web.NewLimiter(ownBurst, ownEvery, s.Now))
	s.engine.GET("/p/:token", s.show(s.preferencesPage))
	s.engine.POST("/p/:token", form, s.show(s.changePreferences))
	s.engine.GET("/v/:token", s.show(s.visitPage))
	s.engine.POST("/v/:token", form, s.asks, s.show(s.visit))
	s.engine.POST(recordPath, form, s.asks, s.show(s.ownRecord))
	s.engine.GET("/a/:token", s.show(s.recipientPage))
	s.engine.POST("/a/:token", form, s.asks, s.show(s.answerNotice))
	s.engine.GET("/x/:token", s.show(s.movePage))
	s.engine.POST("/x/:token", form, s.asks, s.show(s.move))
}

// recordPath takes the forms of a visit. It names nobody: the key is in the form.
const recordPath = "/record"

// visitPage shows one button and changes nothing, because mail scanners follow links.
func (s *site) visitPage(c *gin.Context) error {
	var v subscriptions.Visit
	var person subscriptions.Subscriber
	err := refusedEvenly(c.Request.Context(), beat, func() (err error) {
		v, person, err = s.Preferences.PendingVisit(c.Request.Context(), c.Param("token"))
		return err
	})
	if err != nil {
		return s.foreign(c, err)
	}
	s.speak(c, person)
	frame, err := s.frameOf(c, v.ProgrammeID)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "visit", templates.VisitPage{
		Public: frame, Action: s.keep(c, "/v/"+c.Param("token")), MaskedAddress: masked(person),
	})
}

// frameOf is the frame in the name of a programme, as the mail with the link was.
func (s *site) frameOf(c *gin.Context, programmeID int64) (templates.Public, error) {
	p, err := s.People.Store.Programme(c.Request.Context(), programmeID)
	if errs.KindOf(err) == errs.NotFound {
		err = nil // of somebody who has to do with no programme
	}
	return s.frame(c, mailer.Letterhead{Programme: p}), errs.Wrap("site: frame", err)
}

// visit uses the link up and shows the record.
func (s *site) visit(c *gin.Context) error {
	ctx := audit.As(c.Request.Context(), "subscriber")
	var key string
	var person subscriptions.Subscriber
	err := refusedEvenly(ctx, beat, func() (err error) {
		key, person, err = s.Preferences.OpenVisit(ctx, c.Param("token"))
		return err
	})
	if err != nil {
		return s.foreign(c, err)
	}
	return s.showRecord(c, key, person.ID, ownChange{})
}

// ownRecord takes the forms of a visit: corrections, a new address, and the file.
func (s *site) ownRecord(c *gin.Context) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	ctx := audit.As(c.Request.Context(), "subscriber")
	key := c.Request.PostForm.Get(templates.FieldKey)
	var person subscriptions.Subscriber
	err := refusedEvenly(ctx, beat, func() (err error) {
		person, err = s.Preferences.Inside(ctx, key)
		return err
	})
	if err != nil {
		return s.foreign(c, err)
	}
	s.speak(c, person)
	var change ownChange
	switch c.Request.PostForm.Get(templates.FieldDo) {
	case templates.DoDownload:
		return s.download(c, person.ID)
	case templates.DoDetails:
		change, err = s.takeDetails(ctx, c, person)
	case templates.DoAddress:
		change, err = s.takeAddress(ctx, c, person)
	default:
		err = errs.E("site: own record", errs.Invalid, "Press one of the buttons on the page.", nil)
	}
	if err != nil {
		return err
	}
	return s.showRecord(c, key, person.ID, change)
}

// ownChange is what a form of a visit did, or what is to be mended.
type ownChange struct {
	done     templates.Done
	problem  string
	problems map[string]string // by field
	typed    map[string][]string
}

func (x ownChange) status() int {
	if x.problem != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
