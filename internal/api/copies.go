package api

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/exporting"
	"assent/internal/exporting/copies"
)

// Copy is the record of a file of an export or a show-me pack.
type Copy struct {
	ID          int64      `json:"id" example:"4"`
	Kind        string     `json:"kind" enum:"export,pack" example:"export"`
	What        string     `json:"what,omitempty" doc:"Of an export: what it is of." example:"subscribers"`
	Format      string     `json:"format" example:"csv"`
	List        string     `json:"list,omitempty" example:"harbour-news"`
	CampaignID  int64      `json:"campaign_id,omitempty"`
	Spreadsheet bool       `json:"spreadsheet,omitempty"`
	For         int64      `json:"for,omitempty" doc:"Number of the declared recipient that it is made for; none for our own use." example:"2"`
	Recipient   string     `json:"recipient,omitempty" doc:"The recipient's name." example:"Porthaven Printers"`
	PersonID    int64      `json:"person_id,omitempty" doc:"Of a pack: the subscriber's number." example:"17"`
	State       string     `json:"state" doc:"making, ready, failed, or gone: the file was destroyed and the record stays." example:"ready"`
	Why         string     `json:"why,omitempty" example:"move to another server"`
	Actor       string     `json:"actor" example:"user:3"`
	AskedAt     time.Time  `json:"asked_at"`
	ReadyAt     *time.Time `json:"ready_at,omitempty"`
	ExpiresAt   time.Time  `json:"expires_at" doc:"Then the file is destroyed."`
	GoneAt      *time.Time `json:"gone_at,omitempty"`
	GoneWhy     string     `json:"gone_why,omitempty" example:"Its time was over."`
	Trouble     string     `json:"trouble,omitempty" doc:"Why it could not be made."`
	Rows        int64      `json:"rows,omitempty" doc:"Of an export." example:"480"`
	Size        int64      `json:"size" doc:"Bytes." example:"52114"`
	SHA256      string     `json:"sha256,omitempty" doc:"Of the file. It stays, so that a file that turns up can be told."`
	Fetched     int64      `json:"fetched" doc:"How often it was handed out; each time is in the audit trail." example:"1"`
}

func showCopy(c copies.Copy) Copy {
	return Copy{
		ID: c.ID, Kind: string(c.Kind), What: string(c.What), Format: string(c.Format), List: c.List, CampaignID: c.CampaignID, Spreadsheet: c.Spreadsheet, For: c.For, Recipient: c.Recipient, PersonID: c.PersonID,
		State: string(c.State), Why: c.Why, Actor: c.Actor, AskedAt: utc(c.AskedAt), ReadyAt: moment(c.ReadyAt), ExpiresAt: utc(c.ExpiresAt), GoneAt: moment(c.GoneAt),
		GoneWhy: c.GoneWhy, Trouble: c.Trouble, Rows: c.Rows, Size: c.Size, SHA256: c.Digest, Fetched: c.Fetched,
	}
}

type newCopy struct {
	What        string `json:"what" enum:"lists,subscribers,events,deliveries" example:"subscribers"`
	Format      string `json:"format,omitempty" enum:"csv,jsonl" default:"csv"`
	List        string `json:"list,omitempty" maxLength:"100" doc:"Of subscribers: only those on the list of this slug." example:"harbour-news"`
	CampaignID  int64  `json:"campaign_id,omitempty" minimum:"0" doc:"Of deliveries: the campaign; needed."`
	Spreadsheet bool   `json:"spreadsheet,omitempty" doc:"Put a quote before cells that a spreadsheet would run as a formula."`
	For         int64  `json:"for,omitempty" minimum:"0" doc:"Number of the declared recipient that it is made for: everybody in it gets their row in the register of who got what once the file is ready. Left out, it is for our own use." example:"2"`
	Days        int    `json:"days,omitempty" minimum:"0" maximum:"90" doc:"How long the file is kept; left out, as the settings say (ASSENT_COPY_DAYS)." example:"7"`
}

type newPackCopy struct {
	Address string `json:"address" maxLength:"254" example:"ann@example.org"`
	Format  string `json:"format,omitempty" enum:"json,html" default:"json" doc:"json is signed; html is for people to read."`
	For     int64  `json:"for,omitempty" minimum:"0" doc:"Number of the declared recipient that it is made for. Left out, it is for our own use." example:"2"`
	Days    int    `json:"days,omitempty" minimum:"0" maximum:"90" doc:"How long the file is kept; left out, as the settings say (ASSENT_COPY_DAYS)." example:"7"`
}

const aboutCopies = "It is made by a worker, and is destroyed when its time is over, or when somebody who may be in it is erased; the record of it stays. The header `Audit-Reason` says what it is for, and is needed for all but lists."

func (a *api) copyRoutes() {
	add(a, operation{
		id: "ask-copy", method: http.MethodPost, path: base + "/copies/exports", tag: "Imports", scope: auth.ExportsMake, status: http.StatusCreated,
		summary: "Have an export made as a file", about: aboutCopies,
	}, a.askCopy)
	add(a, operation{
		id: "ask-pack-copy", method: http.MethodPost, path: base + "/copies/packs", tag: "Imports", scope: auth.PacksMake, status: http.StatusCreated,
		summary: "Have a show-me pack made as a file", about: aboutCopies,
	}, a.askPackCopy)
	add(a, operation{
		id: "list-copies", method: http.MethodGet, path: base + "/copies", tag: "Imports", scope: auth.ExportsMake,
		summary: "List the files of exports and packs, the newest first", about: "With those that are gone: who had what made, why, until when it was kept, and how often it was handed out. Go on with `after` set to `next`.",
	}, a.listCopies)
	add(a, operation{
		id: "get-copy", method: http.MethodGet, path: base + "/copies/{id}", tag: "Imports", scope: auth.ExportsMake,
		summary: "See whether a file is ready, and until when it is kept",
	}, a.getCopy)
	add(a, operation{
		id: "fetch-copy", method: http.MethodGet, path: base + "/copies/{id}/file", tag: "Imports", scope: auth.ExportsMake,
		summary: "Download a file", about: "Each download is in the audit trail. 409 while it is made; 410 once it is gone: `POST …/again` has it made anew. A pack needs the scope `packs:make` too.",
	}, a.fetchCopy)
	add(a, operation{
		id: "repeat-copy", method: http.MethodPost, path: base + "/copies/{id}/again", tag: "Imports", scope: auth.ExportsMake, status: http.StatusCreated,
		summary: "Have a file made anew", about: "Of the same, as things stand now, for as long as the settings say. Without the header `Audit-Reason` the reason of the earlier one stands. A pack needs the scope `packs:make` too.",
	}, a.repeatCopy)
	add(a, operation{
		id: "destroy-copy", method: http.MethodDelete, path: base + "/copies/{id}/file", tag: "Imports", scope: auth.ExportsMake, status: http.StatusNoContent,
		summary: "Destroy a file before its time", about: "The record of it stays.",
	}, a.destroyCopy)
}

func (a *api) askCopy(ctx context.Context, in *struct{ Body newCopy }) (*reply[Copy], error) {
	b := in.Body
	return a.replyCopy(a.Copies.Ask(ctx, copies.Copy{
		Kind: copies.Export, What: exporting.What(b.What), Format: exporting.Format(b.Format), List: b.List, CampaignID: b.CampaignID, Spreadsheet: b.Spreadsheet, For: b.For,
		Why: audit.Why(ctx), Actor: actor(ctx).String(),
	}, b.Days))
}

func (a *api) askPackCopy(ctx context.Context, in *struct{ Body newPackCopy }) (*reply[Copy], error) {
	addr, err := parseAddress("body.address", in.Body.Address)
	if err != nil {
		return nil, err
	}
	return a.replyCopy(a.Copies.Ask(ctx, copies.Copy{
		Kind: copies.Pack, Format: exporting.Format(in.Body.Format), Address: addr, For: in.Body.For, Why: audit.Why(ctx), Actor: actor(ctx).String(),
	}, in.Body.Days))
}

func (a *api) replyCopy(c copies.Copy, err error) (*reply[Copy], error) {
	if err != nil {
		return nil, err
	}
	return &reply[Copy]{Body: showCopy(c)}, nil
}

func (a *api) listCopies(ctx context.Context, in *struct{ Paging }) (*reply[page[Copy]], error) {
	all, err := a.Copies.Store.Copies(ctx, in.After, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return pageOf(all, in.Limit, func(c copies.Copy) int64 { return c.ID }, showCopy), nil
}

func (a *api) getCopy(ctx context.Context, in *InID) (*reply[Copy], error) {
	return a.replyCopy(a.Copies.Store.Copy(ctx, in.ID))
}

// mayTake refuses a pack to a key that may make none.
func (a *api) mayTake(ctx context.Context, id int64) error {
	c, err := a.Copies.Store.Copy(ctx, id)
	if err == nil && c.Kind == copies.Pack && !actor(ctx).May(auth.PacksMake) {
		err = errs.E("api: take copy", errs.Forbidden, "A pack needs the scope "+string(auth.PacksMake)+".", nil)
	}
	return err
}

func (a *api) fetchCopy(ctx context.Context, in *InID) (*huma.StreamResponse, error) {
	if err := a.mayTake(ctx, in.ID); err != nil {
		return nil, err
	}
	c, body, err := a.Copies.Fetch(ctx, in.ID, actor(ctx).String())
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer body.Close()
		h.SetHeader("Content-Type", c.ContentType())
		h.SetHeader("Content-Disposition", `attachment; filename="`+c.Name()+`"`)
		h.SetHeader("Content-Length", strconv.FormatInt(c.Size, 10)) // half a file must not look whole
		h.SetStatus(http.StatusOK)
		if _, err := io.Copy(h.BodyWriter(), body); err != nil {
			a.Log.Warn("a download of a copy broke off", "copy", c.ID, "error", errs.Message(err))
		}
	}}, nil
}

func (a *api) repeatCopy(ctx context.Context, in *InID) (*reply[Copy], error) {
	if err := a.mayTake(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.replyCopy(a.Copies.Again(ctx, in.ID, actor(ctx).String(), audit.Why(ctx), 0))
}

func (a *api) destroyCopy(ctx context.Context, in *InID) (*done, error) {
	return &done{}, a.Copies.Destroy(ctx, in.ID, actor(ctx).String())
}
