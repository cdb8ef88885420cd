package api_test

import (
	"assent/internal/api"
	"assent/subscriptions/importing"
	"context"
	"errors"
	"io"
	"strings"
	"testing/iotest"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/idempotency"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/showme"
)

var errSecret = errors.New("secret: dial tcp 10.0.0.3:5432")

// brokenPeople fails at whatever the API asks of it.
type brokenPeople struct {
	subscriptions.Store
	err error
}

func (b brokenPeople) Update(context.Context, func(subscriptions.Tx) error) error { return b.err }
func (b brokenPeople) Programmes(context.Context) ([]subscriptions.Programme, error) {
	return nil, b.err
}
func (b brokenPeople) Programme(context.Context, int64) (subscriptions.Programme, error) {
	return subscriptions.Programme{}, b.err
}
func (b brokenPeople) ProgrammeBySlug(context.Context, string) (subscriptions.Programme, error) {
	return subscriptions.Programme{}, b.err
}
func (b brokenPeople) Purpose(context.Context, int64) (subscriptions.Purpose, error) {
	return subscriptions.Purpose{}, b.err
}
func (b brokenPeople) Notice(context.Context, int64) (subscriptions.Notice, error) {
	return subscriptions.Notice{}, b.err
}
func (b brokenPeople) Lists(context.Context) ([]subscriptions.List, error) { return nil, b.err }
func (b brokenPeople) ListBySlug(context.Context, string) (subscriptions.List, error) {
	return subscriptions.List{}, b.err
}
func (b brokenPeople) List(context.Context, int64) (subscriptions.List, error) {
	return subscriptions.List{}, b.err
}
func (b brokenPeople) Subscriber(context.Context, int64) (subscriptions.Subscriber, error) {
	return subscriptions.Subscriber{}, b.err
}
func (b brokenPeople) SubscriberByKey(context.Context, []byte) (subscriptions.Subscriber, error) {
	return subscriptions.Subscriber{}, b.err
}
func (b brokenPeople) Subscribers(context.Context, int64, int) ([]subscriptions.Subscriber, error) {
	return nil, b.err
}
func (b brokenPeople) Events(context.Context, int64, int) ([]subscriptions.Event, error) {
	return nil, b.err
}
func (b brokenPeople) Text(context.Context, string) (string, error) { return "", b.err }
func (b brokenPeople) Suppressions(context.Context, int64, int) ([]subscriptions.Suppression, error) {
	return nil, b.err
}

type brokenCampaigns struct {
	mailer.Store
	err error
}

func (b brokenCampaigns) Campaign(context.Context, int64) (mailer.Campaign, error) {
	return mailer.Campaign{}, b.err
}
func (b brokenCampaigns) Campaigns(context.Context, int64, int) ([]mailer.Campaign, error) {
	return nil, b.err
}
func (b brokenCampaigns) ChangeCampaign(context.Context, int64, bool, func(mailer.Campaign) (mailer.Campaign, []queue.Task, error)) (mailer.Campaign, error) {
	return mailer.Campaign{}, b.err
}

type brokenInbox struct {
	inbox.Store
	err error
}

func (b brokenInbox) Kept(context.Context, ...int64) ([]inbox.Kept, error) { return nil, b.err }
func (b brokenInbox) KeptBefore(context.Context, int64, int) ([]inbox.Kept, error) {
	return nil, b.err
}
func (b brokenInbox) Mailboxes(context.Context) ([]inbox.MailboxHealth, error) { return nil, b.err }

type brokenReads struct{ err error }

func (b brokenReads) ListStatuses(context.Context, int64) (map[subscriptions.Status]int64, error) {
	return nil, b.err
}
func (b brokenReads) CasesAfter(context.Context, cases.Filter, int64, int) ([]cases.Case, error) {
	return nil, b.err
}

func (b brokenReads) Dossier(context.Context, []byte) (showme.Dossier, error) {
	return showme.Dossier{}, b.err
}

func (b brokenReads) AsksOf(context.Context, int64, int) ([]subscriptions.Ask, error) {
	return nil, b.err
}

func (b brokenReads) RecipientNotices(context.Context, bool, int64, int) ([]subscriptions.RecipientNotice, error) {
	return nil, b.err
}

func (b brokenReads) NoticesOfCase(context.Context, int64) ([]subscriptions.RecipientNotice, error) {
	return nil, b.err
}

func (b brokenReads) NoticeRunsOf(context.Context, int64) ([]subscriptions.NoticeRun, error) {
	return nil, b.err
}

func (b brokenReads) TellingCounts(context.Context, int64) (map[subscriptions.TellingState]int64, error) {
	return nil, b.err
}

type brokenAudit struct{ err error }

func (b brokenAudit) Record(context.Context, audit.Note) error { return b.err }
func (b brokenAudit) Trail(context.Context, audit.Filter, int64, int) ([]audit.Read, error) {
	return nil, b.err
}

// brokenRequests fails at one step.
type brokenRequests struct {
	idempotency.Store
	begin, finish error
}

func (b brokenRequests) Begin(ctx context.Context, owner, key, digest string, now time.Time) (idempotency.State, idempotency.Answer, error) {
	if b.begin != nil {
		return 0, idempotency.Answer{}, b.begin
	}
	return b.Store.Begin(ctx, owner, key, digest, now)
}

func (b brokenRequests) Finish(ctx context.Context, owner, key string, a idempotency.Answer) error {
	if b.finish != nil {
		return b.finish
	}
	return b.Store.Finish(ctx, owner, key, a)
}

func unavailable() error {
	return errs.E("store: x", errs.Unavailable, "The database does not answer. Try again soon.", errSecret)
}

// halfInbox gives half of each message.
type halfInbox struct{ inbox.Store }

func (h halfInbox) Raw(context.Context, string) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader("From: a@"), iotest.ErrReader(errSecret)))
}

type imports = api.Imports

type brokenImports struct {
	imports
	err error
}

func (b brokenImports) Imports(context.Context, int64, int) ([]importing.Import, error) {
	return nil, b.err
}

// Import breaks whatever is about one import.
func (b brokenImports) Import(context.Context, int64) (importing.Import, error) {
	return importing.Import{}, b.err
}

func (b brokenImports) Record(context.Context, audit.Note) error { return b.err }
