// Package console serves the operators' pages. Operators sign in and see what their role allows. Their cookie's path is the console's, so browsers
// never send it to a public page. Whoever opens a person's page or a case is written to the audit trail first; when that fails, the page
// is not shown (H9). Everything is rendered on the server and works without a script.
package console

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/amending"
	"assent/inbox/cases/telling"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/exporting/copies"
	"assent/internal/idempotency"
	"assent/internal/pages"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
	"assent/subscriptions/segment"
	"assent/templates"
)

// Deps is what the operators' pages need. All fields but Checks are required.
type Deps struct {
	People      *subscriptions.Service
	Editor      *subscriptions.Editor
	Mail        mailer.Composer // the templates, and how links are made and signed
	Campaigns   Campaigns
	Segments    *segment.Service
	Targets     Targets
	Sending     Sending
	Cases       Cases
	Casework    *cases.Service
	Registers   Registers
	Amending    *amending.Service
	Disclosures *subscriptions.Disclosures
	Telling     *telling.Service
	Looker      Looker
	Access      *access.Service
	Figures     Figures
	Notices     Notices
	NoticeRuns  NoticeRuns
	Accounts    Accounts
	Audit       Recorder
	Proof       Proof
	Keeping     Keeping
	Copies      *copies.Service
	Uploads     *uploads.Service
	Asking      *importing.Asking
	Imports     Imports
	Sent        idempotency.Store // the keys of forms, so that what is sent twice is done once
	Checks      []Check           // what must answer, shown on the overview
	Zone        *time.Location    // in which operators read times
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
	Keys(ctx context.Context) ([]auth.Key, error)
}

// Recorder keeps the audit trail. The store is one.
type Recorder interface {
	Record(ctx context.Context, n audit.Note) error
}

// record writes what is about to be read to the audit trail. Without a record there is no reading.
func (s *console) record(ctx context.Context, by auth.Actor, n audit.Note) error {
	n.Actor = by.String()
	return errs.Wrap("console: audit", s.Audit.Record(ctx, n))
}

// Limits on how often one client may try to sign in.
const (
	loginBurst = 10
	loginEvery = 10 * time.Second
)

type console struct {
	Deps
	engine  *web.Engine
	origins *http.CrossOriginProtection
	secure  bool // the pages are served over https
	figures figures
	opening sync.Mutex // one enclosure of a mail is taken out at a time
}

// Register puts the operators' pages on an engine. An error is of kind Invalid.
func Register(e *web.Engine, d Deps) error {
	s := &console{
		Deps: d, engine: e, origins: http.NewCrossOriginProtection(), secure: isHTTPS(d.Mail.Ways.BaseURL), figures: figures{source: d.Figures, now: d.Now},
	}
	if err := s.origins.AddTrustedOrigin(d.Mail.Ways.BaseURL); err != nil {
		return errs.E("console: register", errs.Invalid, "ASSENT_BASE_URL must be like https://mail.example.org, without a path.", err)
	}
	s.pages()
	return nil
}

// pages puts the operators' pages on the engine.
func (s *console) pages() {
	logins := s.engine.Limit(web.NewLimiter(loginBurst, loginEvery, s.Now))
	form := web.BodyLimit(pages.MaxForm)
	s.engine.GET("/login", pages.Serve(s.engine, s.loginPage))
	s.engine.POST("/login", s.sameOrigin, logins, form, pages.Serve(s.engine, s.login))
	notices := web.BodyLimit(maxNoticeForm)
	desk := s.engine.Group(pages.Desk, s.sameOrigin)
	desk.POST("/logout", form, pages.Serve(s.engine, s.logout))
	desk.GET("", s.desk(auth.ListsRead, s.overview))
	desk.GET("/programmes/:id", s.desk(auth.ListsRead, s.programme))
	desk.GET("/programmes/:id/notice", s.desk(auth.ListsWrite, s.writeNotice))
	desk.POST("/programmes/:id/notice", notices, s.desk(auth.ListsWrite, s.publishNotice))
	desk.POST("/programmes/:id/run", form, s.desk(auth.CampaignsSend, s.tellMembers))
	desk.POST("/programmes/:id/run/:notice/pause", form, s.desk(auth.CampaignsSend, s.changeRun(s.Notices.Pause)))
	desk.POST("/programmes/:id/run/:notice/resume", form, s.desk(auth.CampaignsSend, s.changeRun(s.Notices.Resume)))
	desk.GET("/campaigns", s.desk(auth.CampaignsRead, s.campaigns))
	desk.GET("/campaigns/:id", s.desk(auth.CampaignsRead, s.campaign))
	s.campaignPages(desk, form)
	s.declaringPages(desk, form)
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
	desk.GET("/people/:id/objection", s.desk(auth.ConsentWrite, s.objectionPage))
	desk.POST("/people/:id/objection", form, s.desk(auth.ConsentWrite, s.takeObjection))
	desk.GET("/people/:id", s.desk(auth.SubscribersRead, s.person))
	s.givenPages(desk, form)
	s.recipientPages(desk, form)
	desk.POST("/people/:id/pack", form, s.desk(auth.PacksMake, s.pack))
	desk.GET("/audit", s.desk(auth.AuditRead, s.trail))
	desk.GET("/cases", s.desk(auth.CasesRead, s.cases))
	desk.GET("/cases/:id", s.desk(auth.CasesRead, s.caseFile))
	s.casePages(desk)
	s.packPages(desk)
	s.keepingPages(desk, form)
	s.copyPages(desk, form)
	s.importPages(desk, form)
}

// page answers with a page; the console speaks English.
func (s *console) page(c *gin.Context, status int, name string, data any) error {
	return pages.Write(c, s.Mail.Templates, status, name, templates.English, data)
}
