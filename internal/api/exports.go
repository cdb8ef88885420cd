package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/exporting"
)

// completeTrailer is the trailer with the number of rows of an export that came to its end. An export without it broke off.
const completeTrailer = "Export-Rows"

func (a *api) exportRoutes() {
	add(a, operation{
		id: "export", method: http.MethodGet, path: base + "/exports/{what}", tag: "Imports", scope: auth.ExportsMake,
		summary: "Export lists, people, the ledger or deliveries",
		about: "Streams CSV or JSON Lines. What is written of a list, `assent import` reads as it is. All but lists needs the header `Audit-Reason`: who took personal data out, and why, is kept in the audit trail before the first row leaves. " +
			"An export that came to its end has the trailer `" + completeTrailer + "`; one without it broke off, and goes on with `after` set to the number of its last whole row.",
	}, a.export)
}

func (a *api) export(ctx context.Context, in *struct {
	What        string `path:"what" enum:"lists,subscribers,events,deliveries" doc:"What to export." example:"lists"`
	Format      string `query:"format" enum:"csv,jsonl" default:"csv"`
	List        string `query:"list" maxLength:"100" doc:"Of subscribers: only those on the list of this slug, with the evidence of each permission." example:"harbour-news"`
	Campaign    int64  `query:"campaign" minimum:"0" doc:"Of deliveries: the campaign; needed."`
	After       int64  `query:"after" minimum:"0" doc:"Go on behind the row with this number."`
	For         int64  `query:"for" minimum:"0" doc:"Number of the declared recipient that it is made for: everybody in it gets their row in the register of who got what. Left out, it is for our own use."`
	Spreadsheet bool   `query:"spreadsheet" doc:"Put a quote before cells that a spreadsheet would run as a formula."`
}) (*huma.StreamResponse, error) {
	r := exporting.Request{
		What: exporting.What(in.What), Format: exporting.Format(in.Format), List: in.List, CampaignID: in.Campaign, After: in.After,
		For: in.For, Spreadsheet: in.Spreadsheet, Why: audit.Why(ctx), Actor: actor(ctx).String(),
	}
	export, err := (&exporting.Exporter{Store: a.Imports, Register: a.Disclosures}).Begin(ctx, r)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		h.SetHeader("Content-Type", r.Format.ContentType())
		h.SetHeader("Content-Disposition", `attachment; filename="`+in.What+`.`+in.Format+`"`)
		h.SetHeader("Trailer", completeTrailer)
		h.SetStatus(http.StatusOK)
		done, err := export.Write(ctx, h.BodyWriter())
		if err != nil {
			a.Log.Warn("an export broke off", "what", in.What, "rows", done.Rows, "error", errs.Message(err))
			return
		}
		h.SetHeader(completeTrailer, strconv.FormatInt(done.Rows, 10))
	}}, nil
}
