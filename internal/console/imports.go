package console

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
	"assent/templates"
)

const (
	importsURL = pages.Desk + "/imports"
	filesURL   = importsURL + "/files"
)

const (
	importsOnPage = 50
	filesOnPage   = 10
)

// Imports reads what was brought in. The store is one.
type Imports interface {
	Import(ctx context.Context, id int64) (importing.Import, error)
	// Imports returns up to limit imports with a number below before, the newest first.
	Imports(ctx context.Context, before int64, limit int) ([]importing.Import, error)
}

// importPages are where files of people are handed over, looked through, brought in and taken back.
func (s *console) importPages(desk gin.IRoutes, form gin.HandlerFunc) {
	desk.GET("/imports", s.desk(auth.SubscribersRead, s.imports))
	desk.GET("/imports/new", s.desk(auth.SubscribersWrite, s.newUpload))
	desk.POST("/imports/new", s.desk(auth.SubscribersWrite, s.takeUpload))
	desk.GET("/imports/files/:id", s.desk(auth.SubscribersRead, s.upload))
	desk.GET("/imports/files/:id/errors", s.desk(auth.SubscribersRead, s.uploadErrors))
	desk.POST("/imports/files/:id/columns", form, s.desk(auth.SubscribersWrite, s.readUpload))
	desk.POST("/imports/files/:id/start", form, s.desk(auth.SubscribersWrite, s.uploadStep(s.Uploads.Start)))
	desk.POST("/imports/files/:id/cancel", form, s.desk(auth.SubscribersWrite, s.uploadStep(s.Uploads.Cancel)))
	desk.GET("/imports/:id", s.desk(auth.SubscribersRead, s.imported))
	desk.POST("/imports/:id/undo", form, s.desk(auth.SubscribersWrite, s.undoImport))
	desk.POST("/imports/:id/ask", form, s.desk(auth.ConsentWrite, s.askQuarantine))
}

func (s *console) imports(c *gin.Context, by auth.Actor) error {
	const op = "console: imports"
	ctx := c.Request.Context()
	before := cursor(c, "before")
	page := templates.ImportsPage{Console: s.around(by)}
	if by.May(auth.SubscribersWrite) {
		page.NewURL = importsURL + "/new"
	}
	lists, err := s.listNames(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if before == 0 {
		files, err := s.Uploads.Store.Uploads(ctx, 0, filesOnPage)
		if err != nil {
			return errs.Wrap(op, err)
		}
		for _, u := range files {
			row := templates.FileRow{URL: uploadURL(u.ID), Name: u.FileName, List: lists[u.ListID], By: operatorWords(u.Actor, names), At: s.local(u.CreatedAt), State: uploadState(u)}
			if u.State == uploads.Checking || u.State == uploads.Importing {
				row.Done, row.Of = int(min(u.Line, u.Lines)), int(u.Lines)
				refresh(c)
			}
			page.Files = append(page.Files, row)
		}
		before = math.MaxInt64
	}
	all, err := s.Imports.Imports(ctx, before, importsOnPage+1)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if len(all) > importsOnPage {
		all = all[:importsOnPage]
		page.Next = "?before=" + decimal(all[importsOnPage-1].ID)
	}
	for _, x := range all {
		page.Rows = append(page.Rows, templates.ImportRow{
			URL: importURL(x.ID), Name: x.FileName, List: lists[x.ListID], By: operatorWords(x.Actor, names), At: s.local(x.CreatedAt), State: importState(x),
			Rows: int(x.Rows), Granted: int(x.Granted), Quarantined: int(x.Quarantined),
		})
	}
	return s.page(c, http.StatusOK, "imports", page)
}

func uploadURL(id int64) string { return filesURL + "/" + decimal(id) }
func importURL(id int64) string { return importsURL + "/" + decimal(id) }

// refresh has the browser look again while a worker is at it: the header needs no script.
func refresh(c *gin.Context) { c.Header("Refresh", "3") }

func importState(x importing.Import) templates.State {
	switch {
	case !x.UndoneAt.IsZero():
		return templates.State{Label: "Taken back", Tone: templates.Calm}
	case x.UndoneUpTo != 0:
		return templates.State{Label: "Being taken back", Tone: templates.Wait}
	case x.FinishedAt.IsZero():
		return templates.State{Label: "Not finished", Tone: templates.Wait}
	}
	return templates.State{Label: "Brought in", Tone: templates.Good}
}

func uploadState(u uploads.Upload) templates.State {
	words := map[uploads.State]templates.State{
		uploads.Waiting: {Label: "Columns to be named", Tone: templates.Bad}, uploads.Checking: {Label: "Being looked through", Tone: templates.Wait},
		uploads.Checked: {Label: "Ready to import", Tone: templates.Good}, uploads.Importing: {Label: "Being imported", Tone: templates.Wait},
		uploads.Done: {Label: "Brought in", Tone: templates.Good}, uploads.Stopped: {Label: "Stopped", Tone: templates.Calm},
		uploads.Failed: {Label: "Broken off", Tone: templates.Bad}, uploads.Gone: {Label: "Destroyed", Tone: templates.Calm},
	}
	return words[u.State]
}

// tallies are the counts of rows that are not nothing, in words for what would happen or for what did.
func tallies(n importing.Counts, did bool) []templates.Tally {
	words := [...]struct {
		n          int64
		would, did string
		bad        bool
	}{
		{n.Granted, "would be put on the list", "were put on the list", false},
		{n.Unchanged, "are on it, or kept away, already", "were on it, or kept away, before", false},
		{n.Duplicates, "repeat the address of an earlier row", "repeat the address of an earlier row", false},
		{n.Refused, "stay away: opted out, suppressed, restricted, or their term is over", "stay away: opted out, suppressed, restricted, or their term is over", false},
		{n.Barred, "opted out where the file comes from, and would be kept away here", "opted out where the file comes from, and are kept away here now", false},
		{n.Quarantined, "would go to quarantine, not mailable: nothing shows that they agreed", "went to quarantine, not mailable: nothing shows that they agreed", true},
		{n.Invalid, "would not be taken: there is a mistake in the row", "were not taken: there is a mistake in the row", true},
	}
	out := []templates.Tally{{Count: int(n.Rows), What: "rows"}}
	for _, w := range words {
		if w.n > 0 {
			out = append(out, templates.Tally{Count: int(w.n), What: map[bool]string{true: w.did, false: w.would}[did], Bad: w.bad})
		}
	}
	return out
}

// stamp writes a moment for a line of facts.
func (s *console) stamp(t time.Time) string { return s.local(t).Format("2 January 2006, 15:04") }
