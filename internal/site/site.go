package site

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
	"assent/templates"
)

// Deps is what the pages need. All fields but Checks are required.
type Deps struct {
	People      *subscriptions.Service
	Editor      *subscriptions.Editor
	Preferences *subscriptions.Preferences
	Mail        mailer.Composer // the templates, and how links are made and signed
	Campaigns   Campaigns
	Segments    *segment.Service
	Targets     Targets
	Cases       Cases
	Casework    *cases.Service
	Figures     Figures
	Notices     Notices
	NoticeRuns  NoticeRuns
	Accounts    Accounts
	Audit       Recorder
	Proof       Proof
	Keeping     Keeping
	Checks      []Check        // what must answer, shown on the overview
	Zone        *time.Location // in which operators read times
	Now         func() time.Time
	Log         *slog.Logger
}

// Check asks one part of the installation whether it answers. The sentence of its error is shown.
type Check struct {
	Name  string // such as "database"
	Check func(context.Context) error
}

// Accounts signs operators in and out. *auth.Service is one.
type Accounts interface {
	SignIn(ctx context.Context, a address.Address, password string) (token string, u auth.User, err error)
	BySession(ctx context.Context, token string) (auth.Actor, error)
	SignOut(ctx context.Context, token string) error
	Users(ctx context.Context) ([]auth.User, error)
}

// Recorder keeps the audit trail. The store is one.
type Recorder interface {
	Record(ctx context.Context, n audit.Note) error
}

// record writes what is about to be read to the audit trail. Without a record there is no reading.
func (s *site) record(ctx context.Context, by auth.Actor, n audit.Note) error {
	n.Actor = by.String()
	return errs.Wrap("site: audit", s.Audit.Record(ctx, n))
}

// Root is where the operators' pages begin.
const Root = "/console"

// Limits on how often one client may post to forms. None stands before an opt-out.
const (
	joinBurst  = 20
	joinEvery  = 6 * time.Second
	loginBurst = 10
	loginEvery = 10 * time.Second
)

type site struct {
	Deps
	engine  *web.Engine
	matcher language.Matcher
	origins *http.CrossOriginProtection
	secure  bool // the pages are served over https
	figures figures
	opening sync.Mutex      // one enclosure of a mail is taken out at a time
	asks    gin.HandlerFunc // limits what a reader's own pages mail or show of what is private
}

// Register puts all pages on an engine. An error is of kind Invalid or Internal.
func Register(e *web.Engine, d Deps) error {
	const op = "site: register"
	s := &site{
		Deps: d, engine: e, matcher: newMatcher(), origins: http.NewCrossOriginProtection(),
		secure: isHTTPS(d.Mail.Ways.BaseURL), figures: figures{source: d.Figures, now: d.Now},
	}
	if err := s.origins.AddTrustedOrigin(d.Mail.Ways.BaseURL); err != nil {
		return errs.E(op, errs.Invalid, "ASSENT_BASE_URL must be like https://mail.example.org, without a path.", err)
	}
	files, err := staticFiles(templates.Static())
	if err != nil {
		return errs.E(op, errs.Internal, "", fmt.Errorf("static files: %w", err))
	}
	s.public(files)
	s.ownPages()
	s.console()
	return nil
}

// public puts the pages for everybody on the engine. HEAD is served by GET: see web.Engine.
func (s *site) public(files map[string]file) {
	joins := s.engine.Limit(web.NewLimiter(joinBurst, joinEvery, s.Now))
	form := web.BodyLimit(maxForm)
	s.engine.GET("/", s.show(s.home))
	s.engine.GET("/l/:slug", s.show(s.joinPage))
	s.engine.POST("/l/:slug", joins, form, s.show(s.join))
	s.engine.GET("/join/:programme", s.show(s.joinManyPage))
	s.engine.POST("/join/:programme", joins, form, s.show(s.joinMany))
	s.engine.GET("/c/:token", s.show(s.confirmPage))
	s.engine.POST("/c/:token", form, s.show(s.confirm))
	s.engine.GET("/r/:token", s.show(s.renewPage))
	s.engine.POST("/r/:token", form, s.show(s.renew))
	for _, path := range []string{"/u/:token", "/u/:token/"} { // some programs add a slash, and nothing may redirect
		s.engine.GET(path, s.show(s.leavePage))
		s.engine.POST(path, s.leave)
	}
	s.engine.GET("/notices/:programme/:version", s.show(s.notice))
	s.engine.GET(templates.StaticPath+"*name", serveFiles(files))
	s.engine.GET("/favicon.ico", serveFile(files["logo.svg"]))
	s.engine.GET("/robots.txt", robots)
}

// console puts the operators' pages on the engine.
func (s *site) console() {
	logins := s.engine.Limit(web.NewLimiter(loginBurst, loginEvery, s.Now))
	form := web.BodyLimit(maxForm)
	s.engine.GET("/login", s.show(s.loginPage))
	s.engine.POST("/login", s.sameOrigin, logins, form, s.show(s.login))
	notices := web.BodyLimit(maxNoticeForm)
	desk := s.engine.Group(Root, s.sameOrigin)
	desk.POST("/logout", form, s.show(s.logout))
	desk.GET("", s.desk(auth.ListsRead, s.overview))
	desk.GET("/programmes/:id", s.desk(auth.ListsRead, s.programme))
	desk.GET("/programmes/:id/notice", s.desk(auth.ListsWrite, s.writeNotice))
	desk.POST("/programmes/:id/notice", notices, s.desk(auth.ListsWrite, s.publishNotice))
	desk.POST("/programmes/:id/run", form, s.desk(auth.CampaignsSend, s.tellMembers))
	desk.GET("/campaigns", s.desk(auth.CampaignsRead, s.campaigns))
	desk.GET("/campaigns/:id", s.desk(auth.CampaignsRead, s.campaign))
	desk.GET("/segments", s.desk(auth.CampaignsRead, s.segments))
	desk.GET("/segments/new/:programme", s.desk(auth.CampaignsRead, s.newSegment))
	desk.POST("/segments/new/:programme", form, s.desk(auth.CampaignsRead, s.writeSegment))
	desk.GET("/segments/:id", s.desk(auth.CampaignsRead, s.savedSegment))
	desk.POST("/segments/:id", form, s.desk(auth.CampaignsRead, s.writeSegment))
	desk.GET("/people", s.desk(auth.SubscribersRead, s.people))
	desk.POST("/people", form, s.desk(auth.SubscribersRead, s.findPerson))
	desk.GET("/entries", s.desk(auth.ConsentWrite, s.enterPage))
	desk.POST("/entries", form, s.desk(auth.ConsentWrite, s.enter))
	desk.GET("/programmes/:id/end", s.desk(auth.ListsWrite, s.endPage))
	desk.POST("/programmes/:id/end", form, s.desk(auth.ListsWrite, s.end))
	desk.GET("/people/:id", s.desk(auth.SubscribersRead, s.person))
	desk.POST("/people/:id/pack", form, s.desk(auth.PacksMake, s.pack))
	desk.GET("/audit", s.desk(auth.AuditRead, s.trail))
	desk.GET("/cases", s.desk(auth.CasesRead, s.cases))
	desk.GET("/cases/:id", s.desk(auth.CasesRead, s.caseFile))
	s.casePages(desk)
	s.keepingPages(desk, form)
}

// show serves what answers a request or says why it cannot.
func (s *site) show(answer func(c *gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := answer(c); err != nil {
			s.engine.Fail(c, err)
		}
	}
}
