// Package exporting writes what is on record as CSV or JSON Lines: lists, people, the ledger, and what was sent. It streams: memory does not grow with
// what is written, and an export that broke off goes on behind its last row. What it writes of a list can be brought in again as it is.
package exporting

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// What is exported.
type What string

const (
	Lists       What = "lists"
	Subscribers What = "subscribers"
	Events      What = "events"
	Deliveries  What = "deliveries"
)

// Request is one export.
type Request struct {
	What        What
	Format      Format
	List        string // slug, of subscribers: those on the list, with their evidence; "" for everybody on record
	CampaignID  int64  // of deliveries; needed
	After       int64  // goes on behind the row with this number: a list, a subscriber or an event
	Why         string // on what ground, in the exporter's words; needed but for lists
	Actor       string
	For         int64 // number of the declared recipient that it is made for: everybody in it gets their row in the register of who got what (E2-36); 0 for our own use
	Spreadsheet bool  // a cell that a spreadsheet would run as a formula gets a quote in front
}

// Check refuses, with kind Invalid, what cannot be exported, before anything is written.
func (r Request) Check() error {
	const op = "exporting: check"
	switch r.What {
	case Lists:
	case Subscribers, Events, Deliveries:
		if r.Why == "" {
			return errs.E(op, errs.Invalid, "Say what the export is for: who took personal data out, and why, is kept in the audit trail.", nil)
		}
	default:
		return errs.E(op, errs.Invalid, "What can be exported is lists, subscribers, events and deliveries.", nil)
	}
	switch {
	case r.Format != CSV && r.Format != JSONLines:
		return errs.E(op, errs.Invalid, "The format must be csv or jsonl.", nil)
	case r.What == Deliveries && r.CampaignID == 0:
		return errs.E(op, errs.Invalid, "Name the campaign whose deliveries are meant by its number.", nil)
	case r.What == Lists && r.For != 0:
		return errs.E(op, errs.Invalid, "Lists hold nobody's data: leave out whom they are for.", nil)
	case r.What != Subscribers && r.List != "":
		return errs.E(op, errs.Invalid, "Only subscribers can be exported of one list.", nil)
	}
	return audit.CheckWhy(r.Why)
}

// Member is a person as they stand on a list, with the ledger event that decides it.
type Member struct {
	subscriptions.Subscriber
	Standing subscriptions.Standing
	Event    subscriptions.Event
	Wording  string // the words of the event
}

// Store reads what is exported, in pages.
type Store interface {
	Lists(ctx context.Context) ([]subscriptions.List, error)
	ListBySlug(ctx context.Context, slug string) (subscriptions.List, error)
	Programme(ctx context.Context, id int64) (subscriptions.Programme, error)
	AttributesOf(ctx context.Context, programmeID int64) ([]subscriptions.Attribute, error)
	// PeopleAfter returns up to limit people with a row number above after, ascending, without those whose address is gone.
	PeopleAfter(ctx context.Context, after int64, limit int) ([]subscriptions.Subscriber, error)
	// Members returns up to limit people of a list with a row number above after, ascending, without those whose address is gone.
	Members(ctx context.Context, listID, after int64, limit int) ([]Member, error)
	Events(ctx context.Context, after int64, limit int) ([]subscriptions.Event, error)
	// Deliveries returns up to limit deliveries of a campaign to subscribers above after, ascending.
	Deliveries(ctx context.Context, campaignID, after int64, limit int) ([]mailer.Delivery, error)
	Campaign(ctx context.Context, id int64) (mailer.Campaign, error)
	// Record keeps that it was done before anything is handed out (H9).
	Record(ctx context.Context, n audit.Note) error
}

// Exporter writes exports.
type Exporter struct {
	Store    Store
	Register Register // needed for exports that are for somebody
}

// Done tells how far an export came.
type Done struct {
	Rows int64
	Last int64 // number of the last row: Request.After of an export that goes on behind it
}

const page = 1000

// Export is one that was begun: it is in the audit trail, and its rows are still to be written.
type Export struct {
	Given subscriptions.Given // what the register says of it; zero for our own use
	// Tell is told whose data comes next, before it is written: at most a page of people. It may be nil.
	Tell func(ctx context.Context, people []int64) error

	request Request
	rows    source
}

// Begin checks an export and notes it in the audit trail. Kinds Invalid, NotFound, Unavailable.
func (x *Exporter) Begin(ctx context.Context, r Request) (*Export, error) {
	const op = "exporting: begin"
	e, err := x.Open(ctx, r)
	if err != nil {
		return nil, err
	}
	if r.For != 0 {
		e.Tell = func(ctx context.Context, people []int64) error { return x.Register.Add(ctx, &e.Given, people) }
	}
	return e, errs.Wrap(op, x.Store.Record(ctx, r.Note()))
}

// Open checks an export that is in the audit trail already. Kinds Invalid, NotFound, Unavailable.
func (x *Exporter) Open(ctx context.Context, r Request) (*Export, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	const op = "exporting: open"
	rows, err := x.rowsOf(ctx, r)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	given, err := x.given(ctx, r)
	return &Export{Given: given, request: r, rows: rows}, errs.Wrap(op, err)
}

// Note is what the audit trail says of the request: who takes what out, and why.
func (r Request) Note() audit.Note {
	facts := audit.Values{"what": string(r.What), "format": string(r.Format)}
	if r.List != "" {
		facts["list"] = r.List
	}
	if r.CampaignID != 0 {
		facts["campaign"] = r.CampaignID
	}
	if r.After != 0 {
		facts["after"] = r.After
	}
	if r.For != 0 {
		facts["recipient"] = r.For
	}
	return audit.Note{Actor: r.Actor, Action: audit.ExportPeople, Object: "export", Why: r.Why, Facts: facts}
}

// Write writes the rows, the head first. With an error comes how far it came; what is written up to there is whole.
func (e *Export) Write(ctx context.Context, w io.Writer) (done Done, err error) {
	const op = "exporting: write"
	out := newWriter(e.request, w, e.rows.columns)
	done.Last = e.request.After
	for {
		part, err := e.rows.next(ctx, done.Last)
		if err != nil {
			return done, errs.Wrap(op, err)
		}
		if err := e.tell(ctx, part); err != nil {
			return done, errs.Wrap(op, err)
		}
		for _, row := range part {
			if err := out.row(row.cells); err != nil {
				return done, errs.E(op, errs.Internal, "", err)
			}
		}
		if err := out.flush(); err != nil {
			return done, errs.E(op, errs.Unavailable, "The export cannot be written on. Make room, and go on behind the last row.", err)
		}
		if len(part) == 0 {
			return done, nil
		}
		done.Rows += int64(len(part))
		done.Last = part[len(part)-1].number
	}
}

// source hands out the rows of one kind of export.
type source struct {
	columns []string
	next    func(ctx context.Context, after int64) ([]row, error) // none at the end
}

type row struct {
	number int64
	person int64 // whose data it is; 0 for nobody's
	cells  []any // string, int64, float64, bool, json.RawMessage or nil, as many as there are columns
}

func (x *Exporter) rowsOf(ctx context.Context, r Request) (source, error) {
	switch r.What {
	case Lists:
		return x.lists(), nil
	case Events:
		return x.events(), nil
	case Deliveries:
		if _, err := x.Store.Campaign(ctx, r.CampaignID); errs.KindOf(err) == errs.NotFound {
			return source{}, errs.E("exporting: rows", errs.NotFound, fmt.Sprintf("There is no campaign %d.", r.CampaignID), err)
		} else if err != nil {
			return source{}, err
		}
		return x.deliveries(r.CampaignID), nil
	}
	if r.List == "" {
		return x.everybody(), nil
	}
	list, err := x.Store.ListBySlug(ctx, r.List)
	if err != nil {
		return source{}, err
	}
	return x.members(ctx, list)
}

func (x *Exporter) lists() source {
	return source{
		[]string{"id", "slug", "name", "description", "programme", "purpose", "wording", "double_opt_in", "public", "created_at"},
		func(ctx context.Context, after int64) (out []row, err error) {
			all, err := x.Store.Lists(ctx)
			for _, l := range all {
				if l.ID > after {
					out = append(out, row{l.ID, 0, []any{l.ID, l.Slug, l.Name, l.Description, l.ProgrammeID, l.PurposeID, l.Wording, l.DoubleOptIn, l.Public, stamp(l.CreatedAt)}})
				}
			}
			return out, err
		},
	}
}

func (x *Exporter) everybody() source {
	return source{
		[]string{"subscriber_id", "address", "name", "language", "source", "attributes", "created_at", "updated_at"},
		func(ctx context.Context, after int64) (out []row, err error) {
			people, err := x.Store.PeopleAfter(ctx, after, page)
			for _, p := range people {
				attributes, err := json.Marshal(p.Attributes)
				if err != nil {
					return nil, err
				}
				if p.Attributes == nil {
					attributes = json.RawMessage("{}")
				}
				out = append(out, row{p.ID, p.ID, []any{p.ID, p.Address.String(), p.Name, p.Language, p.Source, json.RawMessage(attributes), stamp(p.CreatedAt), stamp(p.UpdatedAt)}})
			}
			return out, err
		},
	}
}

func (x *Exporter) deliveries(campaignID int64) source {
	return source{
		[]string{"campaign_id", "subscriber_id", "list_id", "state", "reason", "event_seq", "gate_seq", "asked_at", "started_at", "finished_at", "code", "report", "report_status"},
		func(ctx context.Context, after int64) (out []row, err error) {
			all, err := x.Store.Deliveries(ctx, campaignID, after, page)
			for _, d := range all {
				out = append(out, row{d.SubscriberID, d.SubscriberID, []any{d.CampaignID, d.SubscriberID, d.ListID, string(d.State), string(d.Reason), d.EventSeq, d.GateSeq,
					stamp(d.AskedAt), stamp(d.StartedAt), stamp(d.FinishedAt), int64(d.Code), d.Report, d.ReportStatus}})
			}
			return out, err
		},
	}
}

// stamp writes a moment to the millisecond, in UTC; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}
