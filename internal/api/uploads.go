package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
)

// Upload is a file of people that was handed over to be imported.
type Upload struct {
	ID         int64          `json:"id" example:"4"`
	ListID     int64          `json:"list_id" example:"1"`
	FileName   string         `json:"file_name" example:"people.csv"`
	Format     string         `json:"format" enum:"csv,jsonl,listmonk,mailchimp" doc:"What the file was taken for."`
	Encoding   string         `json:"encoding" example:"utf-8"`
	State      string         `json:"state" enum:"arriving,waiting,checking,checked,importing,done,stopped,failed,gone" doc:"waiting: say what its columns hold. checking: a dry run is at work. checked: see what would become of its rows, and start it. importing, done. stopped: by somebody, and what was done is kept. failed: see trouble. gone: it was never imported."`
	Actor      string         `json:"actor" doc:"Who handed it over." example:"user:3"`
	StartedBy  string         `json:"started_by,omitempty" doc:"Who had it imported." example:"user:3"`
	Size       int64          `json:"size" doc:"In octets."`
	Lines      int64          `json:"lines" doc:"Of text."`
	Line       int64          `json:"line" doc:"Up to which the work in hand has come."`
	Digest     string         `json:"digest" doc:"SHA-256 of the file, in hex."`
	Columns    []uploadColumn `json:"columns,omitempty" doc:"What each column is taken for, while the file is here."`
	Attributes []string       `json:"attributes,omitempty" doc:"That columns may be taken for."`
	Dates      string         `json:"dates,omitempty" enum:"day-first,month-first" doc:"The order in which the file's dates stand, where that was said."`
	Problem    string         `json:"problem,omitempty" doc:"Why the file cannot be brought in as it is understood now."`
	Would      *rowCounts     `json:"would,omitempty" doc:"What a dry run says would become of its rows."`
	Reasons    []rowReason    `json:"reasons,omitempty" doc:"Why the first of the rows that are not taken are not, or would not be."`
	ImportID   int64          `json:"import_id,omitempty" doc:"The import of this file into this list, which may be an earlier one."`
	Import     *Import        `json:"import,omitempty" doc:"How far that has come."`
	Trouble    string         `json:"trouble,omitempty"`
	CreatedAt  time.Time      `json:"created_at"`
	StartedAt  *time.Time     `json:"started_at,omitempty"`
	EndedAt    *time.Time     `json:"ended_at,omitempty"`
	ExpiresAt  time.Time      `json:"expires_at" doc:"When what is left of the file is destroyed."`
	GoneAt     *time.Time     `json:"gone_at,omitempty" doc:"When that was."`
	GoneWhy    string         `json:"gone_why,omitempty"`
}

type uploadColumn struct {
	Column string `json:"column" doc:"Its name in the file." example:"E-mail"`
	Holds  string `json:"holds" doc:"What it is taken for; empty for a column that is left out." example:"address"`
	Known  bool   `json:"known" doc:"False when it must be said what it holds, or that it is left out."`
}

type rowCounts struct {
	Rows        int64 `json:"rows"`
	Granted     int64 `json:"granted" doc:"Would be on the list."`
	Unchanged   int64 `json:"unchanged" doc:"Are on the list, or kept away, already."`
	Duplicates  int64 `json:"duplicates" doc:"Repeat the address of an earlier row."`
	Quarantined int64 `json:"quarantined" doc:"Lack their evidence: they would be kept apart, and not be mailable."`
	Refused     int64 `json:"refused" doc:"Opted out, are suppressed or restricted, or the permission has ended: they stay away."`
	Barred      int64 `json:"barred" doc:"Opted out or are suppressed where the file comes from, and would be here."`
	Invalid     int64 `json:"invalid" doc:"Have a mistake."`
}

type rowReason struct {
	Line   int64  `json:"line" doc:"In the file."`
	Reason string `json:"reason"`
}

// fileTypes are the media types of files to import. What a file is, is found out from what is in it.
func fileTypes() []string {
	return []string{"text/csv", "application/x-ndjson", "text/plain", "application/octet-stream"}
}

func (a *api) uploadRoutes() {
	add(a, operation{
		id: "upload-file", method: http.MethodPost, path: base + "/uploads", tag: "Imports", scope: auth.SubscribersWrite, status: http.StatusCreated, streams: fileTypes(),
		summary: "Hand over a file of people to be imported",
		about: "The body is the file. A dry run begins by itself when it is plain what its columns hold; `POST /uploads/{id}/start` then has it imported. The same file for the same list that is on its way already is the same upload. " +
			"Nothing is kept of a file that broke off, is too large (`ASSENT_IMPORT_MB`) or is no text. Under an `Idempotency-Key` a file is known by its length.",
	}, a.takeUpload)
	add(a, operation{
		id: "list-uploads", method: http.MethodGet, path: base + "/uploads", tag: "Imports", scope: auth.SubscribersRead,
		summary: "List the files that were handed over, the newest first", about: "`after` means the one before which to go on. Columns and reasons stand with each one alone.",
	}, a.listUploads)
	add(a, operation{
		id: "get-upload", method: http.MethodGet, path: base + "/uploads/{id}", tag: "Imports", scope: auth.SubscribersRead,
		summary: "Get a file that was handed over: what its columns hold, what would become of its rows, how far its import has come",
	}, a.getUpload)
	add(a, operation{
		id: "read-upload", method: http.MethodPost, path: base + "/uploads/{id}/reading", tag: "Imports", scope: auth.SubscribersWrite,
		summary: "Say what the columns of a file hold", about: "It is looked through anew. What is said takes the place of what was said before.",
	}, a.readUpload)
	add(a, operation{
		id: "start-upload", method: http.MethodPost, path: base + "/uploads/{id}/start", tag: "Imports", scope: auth.SubscribersWrite,
		summary: "Have a file imported that was looked through", about: "A worker does it. One that is killed goes on where it stopped; no row is taken twice. The file is destroyed when the import has ended.",
	}, a.startUpload)
	add(a, operation{
		id: "cancel-upload", method: http.MethodPost, path: base + "/uploads/{id}/cancel", tag: "Imports", scope: auth.SubscribersWrite,
		summary: "Destroy a file, or stop its import", about: "What was imported is kept, and can be taken back; the same file goes on where it stopped when it is handed over again. Repeating it changes nothing.",
	}, a.cancelUpload)
	add(a, operation{
		id: "upload-errors", method: http.MethodGet, path: base + "/uploads/{id}/errors", tag: "Imports", scope: auth.SubscribersRead,
		summary: "Fetch the rows that were not taken, or would not be", about: "CSV with the line, the reason and the row as it stands in the file; of whoever opted out or was erased, without the row. No cell runs as a formula. The reading is noted in the audit trail.",
	}, a.uploadErrors)
}

func (a *api) takeUpload(ctx context.Context, in *struct {
	List     string   `query:"list" required:"true" minLength:"1" maxLength:"100" doc:"Slug of the list into which the people go." example:"monthly"`
	FileName string   `query:"file_name" maxLength:"200" doc:"For the record. Do not name anybody in it." example:"people.csv"`
	Format   string   `query:"format" enum:"csv,jsonl,listmonk,mailchimp" doc:"Left out, it is found out."`
	Encoding string   `query:"encoding" enum:"utf-8,latin1" default:"utf-8"`
	Map      []string `query:"map,explode" maxItems:"200" doc:"Take a column for another one or for an attribute: map=Town=town. May be repeated."`
	Ignore   []string `query:"ignore,explode" maxItems:"200" doc:"Leave a column out. May be repeated."`
	Dates    string   `query:"dates" enum:"day-first,month-first" doc:"The order in which the file's dates stand, such as 31/03/2026. 2026-03-31 is always understood."`
}) (*reply[Upload], error) {
	offer := uploads.Offer{List: in.List, FileName: in.FileName, Encoding: in.Encoding, Actor: actor(ctx).String(), Reading: uploads.Reading{Format: in.Format, Ignore: in.Ignore, Dates: importing.DateOrder(in.Dates)}}
	for _, pair := range in.Map {
		i := strings.LastIndex(pair, "=")
		if i < 1 {
			return nil, web.At("query.map", errs.E("api: take upload", errs.Invalid, "A mapping is COLUMN=NAME, such as Town=town.", nil))
		}
		if offer.Map == nil {
			offer.Map = map[string]string{}
		}
		offer.Map[pair[:i]] = pair[i+1:]
	}
	u, err := a.Uploads.Take(ctx, offer, incoming(ctx))
	if errors.Is(err, uploads.ErrTooLarge) {
		_, _ = io.CopyN(io.Discard, incoming(ctx), a.Uploads.MaxBytes) // most programs read an answer only once they have sent everything
		return nil, web.SortOfStatus(http.StatusRequestEntityTooLarge).Problem(errs.Message(err), "")
	}
	return a.replyUpload(ctx, u, err)
}

func (a *api) replyUpload(ctx context.Context, u uploads.Upload, err error) (*reply[Upload], error) {
	if err != nil {
		return nil, err
	}
	out := showUpload(u)
	look, err := a.Uploads.Look(ctx, u)
	if err != nil {
		return nil, err
	}
	out.Attributes, out.Dates, out.Problem = look.Attributes, string(look.Dates), look.Problem
	for _, c := range look.Columns {
		out.Columns = append(out.Columns, uploadColumn{c.Column, c.Holds, c.Known})
	}
	const reasons = 20
	why, err := a.Uploads.Reasons(ctx, u, reasons)
	if err != nil {
		return nil, err
	}
	for _, r := range why {
		out.Reasons = append(out.Reasons, rowReason{r.Line, r.Says})
	}
	if u.ImportID != 0 {
		x, err := a.Imports.Import(ctx, u.ImportID)
		if err != nil {
			return nil, err
		}
		shown := showImport(x)
		out.Import = &shown
	}
	return &reply[Upload]{Body: out}, nil
}

func showUpload(u uploads.Upload) Upload {
	out := Upload{
		ID: u.ID, ListID: u.ListID, FileName: u.FileName, Format: u.Format, Encoding: string(u.Encoding), State: string(u.State), Actor: u.Actor, StartedBy: u.StartedBy,
		Size: u.Size, Lines: u.Lines, Line: u.Line, Digest: u.Digest, ImportID: u.ImportID, Trouble: u.Trouble,
		CreatedAt: utc(u.CreatedAt), StartedAt: moment(u.StartedAt), EndedAt: moment(u.EndedAt), ExpiresAt: utc(u.ExpiresAt), GoneAt: moment(u.GoneAt), GoneWhy: u.GoneWhy,
	}
	if u.Would != (importing.Counts{}) || u.State == uploads.Checked {
		c := rowCounts(u.Would)
		out.Would = &c
	}
	return out
}

func (a *api) listUploads(ctx context.Context, in *struct{ Paging }) (*reply[page[Upload]], error) {
	all, err := a.Uploads.Store.Uploads(ctx, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(all, in.Limit, func(u uploads.Upload) int64 { return u.ID }, showUpload), nil
}

func (a *api) getUpload(ctx context.Context, in *InID) (*reply[Upload], error) {
	u, err := a.Uploads.Store.Upload(ctx, in.ID)
	return a.replyUpload(ctx, u, err)
}

type reading struct {
	Format string            `json:"format,omitempty" enum:"csv,jsonl,listmonk,mailchimp" doc:"Left out, it stays."`
	Map    map[string]string `json:"map,omitempty" doc:"Columns that are taken for another one or for an attribute."`
	Ignore []string          `json:"ignore,omitempty" maxItems:"200" nullable:"false" doc:"Columns that are left out."`
	Dates  string            `json:"dates,omitempty" enum:"day-first,month-first" doc:"The order in which the file's dates stand. 2026-03-31 is always understood."`
}

func (a *api) readUpload(ctx context.Context, in *struct {
	InID
	Body reading
}) (*reply[Upload], error) {
	u, err := a.Uploads.Read(ctx, in.ID, uploads.Reading{Format: in.Body.Format, Map: in.Body.Map, Ignore: in.Body.Ignore, Dates: importing.DateOrder(in.Body.Dates)}, actor(ctx).String())
	return a.replyUpload(ctx, u, err)
}

func (a *api) startUpload(ctx context.Context, in *InID) (*reply[Upload], error) {
	u, err := a.Uploads.Start(ctx, in.ID, actor(ctx).String())
	return a.replyUpload(ctx, u, err)
}

func (a *api) cancelUpload(ctx context.Context, in *InID) (*reply[Upload], error) {
	u, err := a.Uploads.Cancel(ctx, in.ID, actor(ctx).String())
	return a.replyUpload(ctx, u, err)
}

func (a *api) uploadErrors(ctx context.Context, in *InID) (*huma.StreamResponse, error) {
	u, err := a.Uploads.Store.Upload(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := a.Uploads.Rejects(ctx, u)
	if err == nil {
		err = a.record(ctx, audit.Note{Action: audit.ListPeople, Object: audit.About("upload", u.ID)})
	}
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		h.SetHeader("Content-Type", "text/csv; charset=utf-8; header=present")
		h.SetHeader("Content-Disposition", `attachment; filename="not-taken.csv"`)
		h.SetStatus(http.StatusOK)
		if _, err := io.Copy(h.BodyWriter(), rows); err != nil {
			a.Log.Warn("a download of rows that were not taken broke off", "upload", u.ID, "error", errs.Message(err))
			panic(http.ErrAbortHandler) // half a file must not look whole
		}
	}}, nil
}
