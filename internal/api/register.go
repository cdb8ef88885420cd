package api

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/amending"
	"assent/inbox/cases/telling"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/exporting/copies"
	"assent/internal/idempotency"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/importing/uploads"
	"assent/subscriptions/retention"
	"assent/subscriptions/segment"
	"assent/subscriptions/showme"
)

// Deps is what the API needs. All of it but Checks and Mailboxes must be set.
type Deps struct {
	BaseURL   string // without a slash at its end
	People    *subscriptions.Service
	Editor    *subscriptions.Editor
	Notices   *mailer.NoticeTeller
	Mailer    *mailer.Service
	Segments  *segment.Service
	Inbox     inbox.Store
	Cases     *cases.Service
	Looker    Looker
	Amending  *amending.Service
	Telling   *telling.Service
	Access    *access.Service
	Registers Registers
	Reads     Reads
	Auth      *auth.Service
	Requests  idempotency.Store
	Audit     AuditTrail
	Checks    []Check  // what must answer for the API to be ready
	Mailboxes []string // the names of the mailboxes that are watched
	Now       func() time.Time
	Log       *slog.Logger

	Imports     Imports
	Copies      *copies.Service
	Uploads     *uploads.Service
	Preferences *subscriptions.Preferences
	Keeper      *subscriptions.Keeper
	Schedule    *retention.Service
	Disclosures *subscriptions.Disclosures
}

// Reads is what the API asks of the store beyond what the domains need.
type Reads interface {
	showme.Store
	NoticeRuns
	// AsksOf returns up to limit questions to a person whether they still want a list, the newest first.
	AsksOf(ctx context.Context, subscriberID int64, limit int) ([]subscriptions.Ask, error)
	// RecipientNotices returns up to limit notices to recipients with a number below before (0: from the newest), the newest first.
	RecipientNotices(ctx context.Context, openOnly bool, before int64, limit int) ([]subscriptions.RecipientNotice, error)
	// NoticesOfCase returns the notices to recipients that a case led to, by number.
	NoticesOfCase(ctx context.Context, caseID int64) ([]subscriptions.RecipientNotice, error)
	// ListStatuses counts the people of a list by how they stand towards it.
	ListStatuses(ctx context.Context, listID int64) (map[subscriptions.Status]int64, error)
	// CasesAfter returns up to limit cases that come after one in the order of work; 0 begins with the first.
	CasesAfter(ctx context.Context, f cases.Filter, after int64, limit int) ([]cases.Case, error)
}

// AuditTrail keeps who read what, and shows it.
type AuditTrail interface {
	Record(ctx context.Context, n audit.Note) error
	Trail(ctx context.Context, f audit.Filter, before int64, limit int) ([]audit.Read, error)
}

// api holds what the handlers need.
type api struct {
	Deps
	engine *web.Engine
	huma   huma.API
	ids    []string // of the operations, in the order of registration
}

// Register puts the API's routes, its document and its documentation page on an engine. An error of kind Internal means
// that something it needs is not set.
func Register(e *web.Engine, d Deps) error {
	if d.People == nil || d.Preferences == nil || d.Imports == nil || d.Copies == nil || d.Uploads == nil || d.Keeper == nil || d.Schedule == nil || d.Editor == nil || d.Notices == nil || d.Mailer == nil || d.Segments == nil || d.Inbox == nil || d.Cases == nil || d.Registers.Registers == nil || d.Access == nil || d.Amending == nil || d.Telling == nil || d.Disclosures == nil || d.Reads == nil || d.Auth == nil || d.Requests == nil || d.Audit == nil || d.Now == nil || d.Log == nil {
		return errs.E("api: register", errs.Internal, "", errors.New("something that the API needs is not set"))
	}
	a := &api{Deps: d, engine: e, huma: humagin.New(e.Engine, config(d.BaseURL))}
	for _, resource := range []func(){
		a.programmeRoutes, a.recipientRoutes, a.purposeRoutes, a.noticeRoutes, a.attributeRoutes, a.listRoutes,
		a.requestRoutes, a.grantRoutes, a.actRoutes, a.withdrawalRoutes, a.termRoutes,
		a.preferenceRoutes,
		a.subscriberRoutes, a.explainRoutes, a.restrictionRoutes, a.erasureRoutes, a.holdRoutes, a.retentionRoutes, a.disposalRoutes, a.eventRoutes, a.suppressionRoutes,
		a.uploadRoutes, a.importRoutes, a.exportRoutes, a.copyRoutes,
		a.campaignRoutes, a.scheduleRoutes, a.progressRoutes, a.previewRoutes, a.segmentRoutes, a.audienceRoutes,
		a.inboundRoutes, a.caseRoutes, a.breachRoutes, a.thirdPartyRoutes, a.registerRoutes, a.reportRoutes, a.accessRoutes, a.receiverRoutes, a.caseRecordRoutes, a.recipientNoticeRoutes, a.disclosureRoutes, a.correctRoutes, a.packRoutes, a.auditRoutes, a.keyRoutes, a.healthRoutes,
	} {
		resource()
	}
	a.publish()
	return nil
}

// config describes the API as a whole.
func config(baseURL string) huma.Config {
	schemas := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	jsonFormat := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: readJSON}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Assent", Version: "1.0.0", Description: about},
			Servers: []*huma.Server{{URL: baseURL}},
			Tags:    tags(),
			Components: &huma.Components{
				Schemas:         schemas,
				Responses:       problems(schemas),
				SecuritySchemes: map[string]*huma.SecurityScheme{keyScheme: keySecurity()},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{asProblem},
	}
}

const keyScheme = "key"

func keySecurity() *huma.SecurityScheme {
	return &huma.SecurityScheme{
		Type: "http", Scheme: "bearer", BearerFormat: "assent_…",
		Description: "An API key, as in \"Authorization: Bearer assent_…\". Each operation names the scope that the key must have.",
	}
}

const about = `Everything that programs may do with Assent: declare what people can subscribe to, record what they decide, send campaigns to those who may be mailed, and read what comes back.

**Keys.** Send ` + "`Authorization: Bearer <key>`" + `. ` + "`assent user key add`" + ` at the command line or POST /api/v1/keys makes one; it is shown once.

**Repeating a request.** Any POST may carry an ` + "`Idempotency-Key`" + `: 1 to 255 visible characters of your choice, such as a UUID. The same request under the same key within 24 hours is answered again without being done again, with the header ` + "`Idempotent-Replayed: true`" + `. Another request under that key is refused with 422, and one that arrives while the first still runs with 409. An answer of 429 or 5xx does not bind the key.

**Pages.** Lists have ` + "`after`" + ` and ` + "`limit`" + ` (at most 200). Where there is more, the answer has ` + "`next`" + `: ask again with ` + "`after`" + ` set to it.

**Errors** are problems as in RFC 9457, ` + "`application/problem+json`" + `, each with the number of the request, which is also in ` + "`X-Request-Id`" + `.

Times are RFC 3339 in UTC. Numbers that stand for things are given by Assent and never used again.`

func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "Declarations", Description: "Programmes, their purposes, notices and attributes: what everything else rests on."},
		{Name: "Lists", Description: "What people subscribe to."},
		{Name: "Consent", Description: "What a person did: asked, agreed, opted out."},
		{Name: "People", Description: "Who is on record, what they decided, and why they may or may not be mailed."},
		{Name: "Imports", Description: "Files that came in, who came without evidence, and what goes out."},
		{Name: "Ledger", Description: "Every act that bears on a permission, in order and for ever."},
		{Name: "Campaigns", Description: "One message to the people of one or more lists."},
		{Name: "Targeting", Description: "Who of the lists a message is meant for, and how an audience narrows down to those who may be mailed."},
		{Name: "Mail that came in", Description: "What arrived in the watched mailboxes. Each reading is noted in the audit trail."},
		{Name: "Cases", Description: "Work for a person, with its clocks. Each reading is noted in the audit trail."},
		{Name: "Audit", Description: "Who read or changed what, and why."},
		{Name: "Keeping", Description: "How long data stays: erasures, holds, the retention schedule and its records of destruction."},
		{Name: "Keys", Description: "API keys."},
		{Name: "Health", Description: "Whether Assent runs, and can work."},
	}
}
