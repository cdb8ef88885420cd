package api

import (
	"context"
	"math"
	"net/http"
	"time"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/exporting"
	"assent/subscriptions/importing"
)

// Imports is what the API asks of the store about files that come in and go out. *store.DB is one.
type Imports interface {
	importing.UndoStore
	importing.AskStore
	exporting.Store
	// Import returns an import; kind NotFound.
	Import(ctx context.Context, id int64) (importing.Import, error)
	// Imports returns up to limit imports with a number below before, the newest first.
	Imports(ctx context.Context, before int64, limit int) ([]importing.Import, error)
}

// Import is a file that was brought into a list.
type Import struct {
	ID          int64      `json:"id" example:"3"`
	ListID      int64      `json:"list_id" example:"1"`
	FileName    string     `json:"file_name" example:"people.csv"`
	Actor       string     `json:"actor" doc:"Who brought it in." example:"user:3"`
	Rows        int64      `json:"rows" doc:"Rows that are done."`
	Granted     int64      `json:"granted" doc:"Now on the list."`
	Unchanged   int64      `json:"unchanged" doc:"Were on the list, or kept away, before."`
	Duplicates  int64      `json:"duplicates" doc:"Repeat the address of an earlier row."`
	Quarantined int64      `json:"quarantined" doc:"Lack their evidence: kept apart, and not mailable."`
	Refused     int64      `json:"refused" doc:"Opted out, suppressed or restricted, or the permission had ended."`
	Barred      int64      `json:"barred" doc:"Had opted out or were suppressed where the file comes from, and now are here."`
	Invalid     int64      `json:"invalid" doc:"Have a mistake."`
	CreatedAt   time.Time  `json:"created_at"`
	FinishedAt  *time.Time `json:"finished_at,omitempty"`
	UndoneAt    *time.Time `json:"undone_at,omitempty" doc:"When it was taken back."`
}

// undoneImport is what taking an import back did.
type undoneImport struct {
	Ended     int64 `json:"ended" doc:"Permissions that were ended."`
	Left      int64 `json:"left" doc:"Permissions that something newer stands on, or that had ended by themselves."`
	Kept      int64 `json:"kept" doc:"Opt-outs and suppressions that it took over: they stay."`
	Forgotten int64 `json:"forgotten" doc:"People whom only this import had brought in."`
	Dropped   int64 `json:"dropped" doc:"Rows dropped from quarantine."`
	Already   bool  `json:"already" doc:"It had been taken back before."`
}

type quarantinedRow struct {
	ImportID  int64      `json:"import_id"`
	Line      int64      `json:"line" doc:"In the file."`
	Address   string     `json:"address" example:"ann@example.org"`
	Name      string     `json:"name"`
	Source    string     `json:"source" doc:"Where the file says that the address is from."`
	Why       string     `json:"why" doc:"What is lacking, as a sentence."`
	CreatedAt time.Time  `json:"created_at"`
	AskedAt   *time.Time `json:"asked_at,omitempty" doc:"When this address was sent its one request for permission."`
}

// askedPeople is what became of rows that were to be asked.
type askedPeople struct {
	Asked   int64 `json:"asked" doc:"Are sent a request."`
	Before  int64 `json:"before" doc:"Were asked before, and are not asked again."`
	Away    int64 `json:"away" doc:"Opted out, are suppressed or restricted: never asked."`
	OnList  int64 `json:"on_list" doc:"Are on the list by now."`
	Invalid int64 `json:"invalid" doc:"Were erased."`
}

func (a *api) importRoutes() {
	add(a, operation{
		id: "list-imports", method: http.MethodGet, path: base + "/imports", tag: "Imports", scope: auth.SubscribersRead,
		summary: "List imports, the newest first", about: "A file is handed over with `POST /uploads`, or brought in with `assent import` at the command line. Here `after` means the import before which to go on.",
	}, a.listImports)
	add(a, operation{
		id: "get-import", method: http.MethodGet, path: base + "/imports/{id}", tag: "Imports", scope: auth.SubscribersRead,
		summary: "Get an import, with how far it has come",
	}, a.getImport)
	add(a, operation{
		id: "undo-import", method: http.MethodPost, path: base + "/imports/{id}/undo", tag: "Imports", scope: auth.SubscribersWrite,
		summary: "Take a whole import back", about: "Ends every permission that it gave and that nothing newer stands on, and forgets people whom nothing else brought in. Opt-outs that it took over stay. Repeating it changes nothing, and goes on where a first one stopped. With `dry_run` it only tells.",
	}, a.undoImport)
	add(a, operation{
		id: "list-quarantine", method: http.MethodGet, path: base + "/imports/{id}/quarantine", tag: "Imports", scope: auth.SubscribersRead,
		summary: "List the rows that an import put into quarantine", about: "`after` is a line of the file. The reading is noted in the audit trail.",
	}, a.listQuarantine)
	add(a, operation{
		id: "ask-quarantine", method: http.MethodPost, path: base + "/imports/{id}/ask", tag: "Imports", scope: auth.ConsentWrite,
		summary: "Ask the people in quarantine for permission, once",
		about:   "One mail for each address, ever; none to whoever opted out or is suppressed. No answer means no mail, and what nobody answered is destroyed. A mail that asks for consent is direct marketing itself, so `ground` must say on what ground these people may be asked; it is kept for ever.",
	}, a.askQuarantine)
}

func (a *api) listImports(ctx context.Context, in *struct{ Paging }) (*reply[page[Import]], error) {
	before := in.After
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := a.Imports.Imports(ctx, before, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(x importing.Import) int64 { return x.ID }, showImport), nil
}

func (a *api) getImport(ctx context.Context, in *InID) (*reply[Import], error) {
	x, err := a.Imports.Import(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[Import]{Body: showImport(x)}, nil
}

func showImport(x importing.Import) Import {
	return Import{
		ID: x.ID, ListID: x.ListID, FileName: x.FileName, Actor: x.Actor, Rows: x.Rows, Granted: x.Granted, Unchanged: x.Unchanged, Duplicates: x.Duplicates,
		Quarantined: x.Quarantined, Refused: x.Refused, Barred: x.Barred, Invalid: x.Invalid,
		CreatedAt: utc(x.CreatedAt), FinishedAt: moment(x.FinishedAt), UndoneAt: moment(x.UndoneAt),
	}
}

func (a *api) undoImport(ctx context.Context, in *struct {
	InID
	DryRun bool `query:"dry_run" doc:"Tell what would be taken back, and change nothing."`
}) (*reply[undoneImport], error) {
	u, err := (&importing.Undoing{Store: a.Imports, Now: a.Now}).Undo(ctx, in.ID, actor(ctx).String(), in.DryRun)
	if err != nil {
		return nil, err
	}
	return &reply[undoneImport]{Body: undoneImport{Ended: u.Ended, Left: u.Left, Kept: u.Kept, Forgotten: u.Forgotten, Dropped: u.Dropped, Already: u.Already}}, nil
}

func (a *api) listQuarantine(ctx context.Context, in *struct {
	InID
	Paging
}) (*reply[page[quarantinedRow]], error) {
	if _, err := a.Imports.Import(ctx, in.ID); err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ListPeople, Object: audit.About("import", in.ID)}); err != nil {
		return nil, err
	}
	rows, err := a.Imports.Quarantined(ctx, in.ID, importing.Apart{ImportID: in.ID, Line: in.After}, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(x importing.Apart) int64 { return x.Line }, func(x importing.Apart) quarantinedRow {
		return quarantinedRow{
			ImportID: x.ImportID, Line: x.Line, Address: x.Address.String(), Name: x.Name, Source: x.Source, Why: x.Why,
			CreatedAt: utc(x.CreatedAt), AskedAt: moment(x.AskedAt),
		}
	}), nil
}

type askOrder struct {
	Ground string `json:"ground" minLength:"1" maxLength:"300" doc:"On what ground these people may be asked at all." example:"members of the harbour, under their contract"`
}

func (a *api) askQuarantine(ctx context.Context, in *struct {
	InID
	DryRun bool `query:"dry_run" doc:"Tell who would be asked, and ask nobody."`
	Body   askOrder
}) (*reply[askedPeople], error) {
	asking := &importing.Asking{Store: a.Imports, Keys: a.People.Keys, Now: a.Now, Kick: a.People.Kick}
	n, err := asking.Ask(ctx, in.ID, actor(ctx).String(), in.Body.Ground, in.DryRun)
	if err != nil {
		return nil, err
	}
	return &reply[askedPeople]{Body: askedPeople(n)}, nil
}
