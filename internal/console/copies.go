package console

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/exporting"
	"assent/internal/exporting/copies"
	"assent/internal/pages"
	"assent/templates"
)

const copiesURL = pages.Desk + "/exports"

// copiesOnPage bounds how many files a page shows.
const copiesOnPage = 50

// copyPages are where files of exports and show-me packs are asked for, fetched and destroyed (E2-47).
func (s *console) copyPages(desk gin.IRoutes, form gin.HandlerFunc) {
	desk.GET("/exports", s.desk(auth.ExportsMake, s.copies))
	desk.GET("/exports/new", s.desk(auth.ExportsMake, s.newCopy))
	desk.POST("/exports/new", form, s.desk(auth.ExportsMake, s.askCopy))
	desk.GET("/exports/:id/file", s.desk(auth.ExportsMake, s.fetchCopy))
	desk.POST("/exports/:id/again", form, s.desk(auth.ExportsMake, s.repeatCopy))
	desk.POST("/exports/:id/destroy", form, s.desk(auth.ExportsMake, s.destroyCopy))
	desk.GET("/people/:id/pack-file", s.desk(auth.PacksMake, s.newPackCopy))
	desk.POST("/people/:id/pack-file", form, s.desk(auth.PacksMake, s.askPackCopy))
}

func (s *console) copies(c *gin.Context, by auth.Actor) error {
	const op = "console: copies"
	all, err := s.Copies.Store.Copies(c.Request.Context(), cursor(c, "before"), copiesOnPage+1)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.CopiesPage{Console: s.around(by), NewURL: copiesURL + "/new", Days: s.Copies.Days}
	if len(all) > copiesOnPage {
		all = all[:copiesOnPage]
		page.Next = "?before=" + decimal(all[copiesOnPage-1].ID)
	}
	names, err := s.operatorNames(c.Request.Context())
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, x := range all {
		row := s.copyRow(x, by)
		row.By = operatorWords(x.Actor, names)
		page.Rows = append(page.Rows, row)
	}
	return s.page(c, http.StatusOK, "copies", page)
}

func (s *console) copyRow(x copies.Copy, by auth.Actor) templates.CopyRow {
	row := templates.CopyRow{
		ID: decimal(x.ID), What: copyWords(x), Form: formWords(x.Format), Why: x.Why, Asked: s.local(x.AskedAt), Until: s.local(x.ExpiresAt),
		Rows: int(x.Rows), Fetched: int(x.Fetched),
	}
	if x.Size > 0 {
		row.Size = sizeWords(x.Size)
	}
	if x.For != 0 {
		row.For = x.Recipient
	}
	if x.PersonID != 0 {
		row.PersonURL = personURL(x.PersonID)
	}
	here := copiesURL + "/" + decimal(x.ID)
	over := x.State == copies.Ready && !s.Now().Before(x.ExpiresAt) // the worker has not come by yet
	switch {
	case x.State == copies.Gone || over:
		row.State, row.Gone = templates.State{Label: "Destroyed", Tone: templates.Calm}, cmp.Or(x.GoneWhy, copies.TimeOver)
		if !x.GoneAt.IsZero() {
			row.Until = s.local(x.GoneAt)
		}
		row.AgainURL = here + "/again"
	case x.State == copies.Making:
		row.State = templates.State{Label: "Being made", Tone: templates.Wait}
	case x.State == copies.Failed:
		row.State, row.Gone = templates.State{Label: "Not made", Tone: templates.Bad}, x.Trouble
		row.AgainURL = here + "/again"
	default:
		row.State, row.FileURL, row.DestroyURL = templates.State{Label: "Ready", Tone: templates.Good}, here+"/file", here+"/destroy"
	}
	if x.Kind == copies.Pack && !by.May(auth.PacksMake) {
		row.FileURL, row.AgainURL = "", ""
	}
	return row
}

func copyWords(x copies.Copy) string {
	if x.Kind == copies.Pack {
		return "Show-me pack"
	}
	what := pages.Sentence(string(x.What))
	switch {
	case x.List != "":
		what += " of " + x.List
	case x.CampaignID != 0:
		what += " of campaign " + decimal(x.CampaignID)
	}
	return what
}

func formWords(f exporting.Format) string {
	return map[exporting.Format]string{exporting.CSV: "CSV", exporting.JSONLines: "JSON Lines", copies.PackJSON: "signed", copies.PackPage: "to read"}[f]
}

func (s *console) newCopy(c *gin.Context, by auth.Actor) error {
	return s.copyForm(c, by, typed{"what": {string(exporting.Subscribers)}, "format": {string(exporting.CSV)}, "days": {decimal(int64(s.Copies.Days))}}, nil)
}

func (s *console) askCopy(c *gin.Context, by auth.Actor) error {
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	x := copies.Copy{
		Kind: copies.Export, What: exporting.What(v.get("what")), Format: exporting.Format(v.get("format")), List: v.get("list"), Spreadsheet: v.ticked("spreadsheet"),
		Why: v.get("why"), Actor: by.String(),
	}
	campaign, err := v.number("campaign", "The campaign")
	if err == nil {
		x.CampaignID = int64(campaign)
		x.For, err = madeFor(v)
	}
	if err != nil {
		return s.copyForm(c, by, v, err)
	}
	days, err := v.number("days", "How long it is kept")
	if err == nil {
		_, err = s.Copies.Ask(c.Request.Context(), x, days)
	}
	if err != nil {
		return s.copyForm(c, by, v, errs.Wrap("console: ask for copy", err))
	}
	c.Redirect(http.StatusSeeOther, copiesURL)
	return nil
}

func (s *console) copyForm(c *gin.Context, by auth.Actor, v typed, problem error) error {
	lists, err := s.People.Store.Lists(c.Request.Context())
	if err != nil {
		return errs.Wrap("console: copy form", err)
	}
	ofList := []templates.Choice{{Value: "", Label: "Everybody on record"}}
	for _, l := range lists {
		ofList = append(ofList, templates.Choice{Value: l.Slug, Label: l.Name})
	}
	recipients, err := s.recipientChoices(c.Request.Context())
	if err != nil {
		return errs.Wrap("console: copy form", err)
	}
	return s.form(c, by, templates.FormPage{
		Over: templates.Link{URL: copiesURL, Label: "Exports"}, Title: "Make an export", Action: copiesURL + "/new", Button: "Make it",
		Lead: "A worker writes the file. It is personal data: take only what you need, and let it go when you are done.",
		Lines: []templates.FormLine{
			v.one("what", "What to write", "", chosen([]exporting.What{exporting.Subscribers, exporting.Lists, exporting.Events, exporting.Deliveries}, func(w exporting.What) string {
				return map[exporting.What]string{
					exporting.Subscribers: "People", exporting.Lists: "Lists, without anybody on them", exporting.Events: "The ledger of consent", exporting.Deliveries: "What a campaign sent",
				}[w]
			})),
			v.one("list", "Of people: which", "Those on a list come with what shows each permission, and can be brought in again", ofList),
			v.line("campaign", "Of what a campaign sent: the campaign’s number", "It stands in the address of the campaign’s page"),
			v.one("format", "As", "", []templates.Choice{{Value: string(exporting.CSV), Label: "CSV"}, {Value: string(exporting.JSONLines), Label: "JSON Lines"}}),
			v.of(templates.LineTick, "spreadsheet", "For a spreadsheet: put a quote before cells that it would run as a formula", ""),
			v.one("for", "For whom", forHint, recipients),
			v.line("why", "What it is for", "Kept in the audit trail; needed for all but lists. Name nobody: a recipient's people are shown these words"),
			v.of("number", "days", "How many days the file is kept", fmt.Sprintf("1 to %d. Then it is destroyed, and the record of it stays", copies.MostDays)),
		},
	}, problem)
}

func (s *console) newPackCopy(c *gin.Context, by auth.Actor) error {
	return s.packCopyForm(c, by, typed{"format": {string(copies.PackJSON)}, "days": {decimal(int64(s.Copies.Days))}}, nil)
}

func (s *console) askPackCopy(c *gin.Context, by auth.Actor) error {
	const op = "console: ask for pack"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	person, err := s.People.Store.Subscriber(c.Request.Context(), id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if person.Address.IsZero() {
		return errs.E(op, errs.Conflict, "The person was erased, and with them the address. Only what is on this page can be shown.", nil)
	}
	x := copies.Copy{Kind: copies.Pack, Format: exporting.Format(v.get("format")), Address: person.Address, Why: v.get("why"), Actor: by.String()}
	days, err := v.number("days", "How long it is kept")
	if err == nil {
		x.For, err = madeFor(v)
	}
	if err == nil {
		_, err = s.Copies.Ask(c.Request.Context(), x, days)
	}
	if err != nil {
		return s.packCopyForm(c, by, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, copiesURL)
	return nil
}

func (s *console) packCopyForm(c *gin.Context, by auth.Actor, v typed, problem error) error {
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	recipients, err := s.recipientChoices(c.Request.Context())
	if err != nil {
		return errs.Wrap("console: pack form", err)
	}
	return s.form(c, by, templates.FormPage{
		Over: templates.Link{URL: personURL(id), Label: "Person"}, Title: "A show-me pack as a file", Action: personURL(id) + "/pack-file", Button: "Make it",
		Lead: "It waits under Exports for whoever may take packs, and is destroyed when its time is over or the person is erased.",
		Lines: []templates.FormLine{
			v.one("format", "As", "", []templates.Choice{{Value: string(copies.PackJSON), Label: "A signed file, which can be checked"}, {Value: string(copies.PackPage), Label: "A page to read or print"}}),
			v.one("for", "For whom", forHint, recipients),
			v.line("why", "What it is for", "Kept in the audit trail"),
			v.of("number", "days", "How many days the file is kept", fmt.Sprintf("1 to %d", copies.MostDays)),
		},
	}, problem)
}

// fetchCopy hands out a file, or says that it is gone and where it is made anew.
func (s *console) fetchCopy(c *gin.Context, by auth.Actor) error {
	const op = "console: fetch copy"
	x, err := s.copyOf(c, by)
	if err != nil {
		return errs.Wrap(op, err)
	}
	x, body, err := s.Copies.Fetch(c.Request.Context(), x.ID, by.String())
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer body.Close()
	return s.handOut(c, x.Name(), x.Size, body)
}

// copyOf returns the copy that a request names, refusing a pack to whoever may make none.
func (s *console) copyOf(c *gin.Context, by auth.Actor) (copies.Copy, error) {
	id, err := number(c, "id")
	if err != nil {
		return copies.Copy{}, err
	}
	x, err := s.Copies.Store.Copy(c.Request.Context(), id)
	if err == nil && x.Kind == copies.Pack && !by.May(auth.PacksMake) {
		err = errs.E("console: copy", errs.Forbidden, "", nil)
	}
	return x, err
}

func (s *console) repeatCopy(c *gin.Context, by auth.Actor) error {
	const op = "console: repeat copy"
	x, err := s.copyOf(c, by)
	if err == nil {
		_, err = s.Copies.Again(c.Request.Context(), x.ID, by.String(), "", 0)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, copiesURL)
	return nil
}

func (s *console) destroyCopy(c *gin.Context, by auth.Actor) error {
	const op = "console: destroy copy"
	x, err := s.copyOf(c, by)
	if err == nil {
		err = s.Copies.Destroy(c.Request.Context(), x.ID, by.String())
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, copiesURL)
	return nil
}
