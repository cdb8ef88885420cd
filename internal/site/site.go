package site

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"assent/internal/errs"
	"assent/internal/pages"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// Deps is what the public pages need. All fields are required.
type Deps struct {
	People      *subscriptions.Service
	Preferences *subscriptions.Preferences
	Telling     Telling
	Handovers   Handovers
	Mail        mailer.Composer // the templates, and how links are made and signed
	Sent        Sent
	Questions   Questions
	Requests    Desk
	Zone        *time.Location // in which readers read times of no programme
	Now         func() time.Time
	Log         *slog.Logger
}

// Sent reads what a person was sent. The store is one.
type Sent interface {
	DeliveriesTo(ctx context.Context, subscriberIDs []int64) ([]mailer.Delivery, error)
	Campaign(ctx context.Context, id int64) (mailer.Campaign, error)
	LettersTo(ctx context.Context, subscriberID int64, limit int) ([]mailer.Letter, error)
}

// Limits on how often one client may post to forms. None stands before an opt-out.
const (
	joinBurst = 20
	joinEvery = 6 * time.Second
)

type site struct {
	Deps
	engine  *web.Engine
	matcher language.Matcher
	asks    gin.HandlerFunc // limits what a reader's own pages mail or show of what is private
}

// Register puts the public pages on an engine. An error is of kind Internal.
func Register(e *web.Engine, d Deps) error {
	s := &site{Deps: d, engine: e, matcher: pages.Languages()}
	files, err := staticFiles(templates.Static())
	if err != nil {
		return errs.E("site: register", errs.Internal, "", fmt.Errorf("static files: %w", err))
	}
	s.public(files)
	s.ownPages()
	s.handoverPages()
	s.requestPages()
	return nil
}

// public puts the pages for everybody on the engine. HEAD is served by GET: see web.Engine.
func (s *site) public(files map[string]file) {
	joins := s.engine.Limit(web.NewLimiter(joinBurst, joinEvery, s.Now))
	form := web.BodyLimit(pages.MaxForm)
	s.engine.GET("/", s.show(s.home))
	s.engine.GET("/l/:slug", s.show(s.joinPage))
	s.engine.POST("/l/:slug", joins, form, s.show(s.join))
	s.engine.GET("/join/:programme", s.show(s.joinManyPage))
	s.engine.POST("/join/:programme", joins, form, s.show(s.joinMany))
	s.engine.GET("/c/:token", s.show(s.confirmPage))
	s.engine.POST("/c/:token", form, s.show(s.confirm))
	s.engine.GET("/r/:token", s.show(s.renewPage))
	s.engine.POST("/r/:token", form, s.show(s.renew))
	s.engine.GET("/d/:token", s.show(s.identityPage))
	s.engine.POST("/d/:token", form, s.show(s.answerIdentity))
	for _, path := range []string{"/u/:token", "/u/:token/"} { // some programs add a slash, and nothing may redirect
		s.engine.GET(path, s.show(s.leavePage))
		s.engine.POST(path, s.leave)
	}
	s.engine.GET("/notices/:programme/:version", s.show(s.notice))
	s.engine.GET(templates.StaticPath+"*name", serveFiles(files))
	s.engine.GET("/favicon.ico", serveFile(files["logo.svg"]))
	s.engine.GET("/robots.txt", robots)
}

// show serves what answers a request or says why it cannot.
func (s *site) show(answer func(c *gin.Context) error) gin.HandlerFunc {
	return pages.Serve(s.engine, answer)
}
