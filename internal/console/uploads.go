package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
	"assent/templates"
)

func (s *console) upload(c *gin.Context, by auth.Actor) error {
	u, err := s.uploadOf(c)
	if err != nil {
		return err
	}
	return s.showUpload(c, by, u, nil, nil)
}

func (s *console) uploadOf(c *gin.Context) (uploads.Upload, error) {
	id, err := number(c, "id")
	if err != nil {
		return uploads.Upload{}, err
	}
	u, err := s.Uploads.Store.Upload(c.Request.Context(), id)
	return u, errs.Wrap("console: upload", err)
}

const reasonsOnPage = 20

// showUpload shows one file: with what was typed about its columns, and why that was refused.
func (s *console) showUpload(c *gin.Context, by auth.Actor, u uploads.Upload, v typed, problem error) error {
	const op = "console: show upload"
	ctx := c.Request.Context()
	page := templates.UploadPage{Console: s.around(by), Name: u.FileName, State: uploadState(u), Says: uploadSays(u)}
	if err := s.uploadFacts(ctx, u, &page); err != nil {
		return errs.Wrap(op, err)
	}
	look, err := s.Uploads.Look(ctx, u)
	if err != nil {
		return errs.Wrap(op, err)
	}
	why, err := s.Uploads.Reasons(ctx, u, reasonsOnPage)
	if err != nil {
		return errs.Wrap(op, err)
	}
	here := uploadURL(u.ID)
	for _, r := range why {
		page.Reasons, page.ErrorsURL = append(page.Reasons, templates.RowReason{Line: int(r.Line), Says: r.Says}), here+"/errors"
	}
	may := by.May(auth.SubscribersWrite)
	if may && u.State.HasFile() {
		page.CancelURL, page.Cancel = here+"/cancel", "Destroy the file"
		switch u.State {
		case uploads.Importing:
			page.Cancel = "Stop the import"
		case uploads.Waiting, uploads.Checked: // while the page looks again by itself, what is chosen on it would be lost
			page.ReadURL, page.Formats, page.Dates = here+"/columns", formatOptions(u.Format, u.Format), dateOptions(cmp.Or(importing.DateOrder(v.get(templates.FieldDates)), look.Dates))
		}
	}
	if may && u.State == uploads.Checked {
		page.StartURL, page.Counts = here+"/start", tallies(u.Would, false)
	}
	if u.State == uploads.Checking || u.State == uploads.Importing {
		page.Done, page.Of = int(min(u.Line, u.Lines)), int(u.Lines)
		refresh(c)
	}
	page.Columns = columnRows(look, v)
	status := http.StatusOK
	if problem != nil {
		if !correctable(problem) {
			return problem
		}
		status, page.Problem = http.StatusUnprocessableEntity, errs.Message(problem)
	} else if !unnamed(look) {
		page.Problem = look.Problem
	}
	return s.page(c, status, "upload", page)
}

// unnamed reports whether all that keeps a file from being understood is that some of its columns have no meaning yet.
func unnamed(l uploads.Look) bool {
	return slices.ContainsFunc(l.Columns, func(m importing.Meaning) bool { return !m.Known })
}

func uploadSays(u uploads.Upload) string {
	switch u.State {
	case uploads.Waiting:
		return "Say what its columns hold. Then it is looked through, and nothing is brought in yet."
	case uploads.Checking:
		return "A worker finds out what would become of its rows. Nothing is brought in yet."
	case uploads.Checked:
		return "Nothing was brought in yet. See what would become of its rows, and import it."
	case uploads.Importing:
		return "A worker brings it in. You may leave this page."
	case uploads.Done:
		return "It was brought in, and the file was destroyed."
	case uploads.Stopped:
		return "The import was stopped, and the file was destroyed. What was done is kept. The same file, handed over again, goes on where it stopped. " + u.GoneWhy
	case uploads.Failed:
		return "The import broke off, and the file was destroyed. What was done is kept. " + u.Trouble
	}
	return "The file was destroyed, and nothing of it was brought in. " + u.GoneWhy
}

// uploadFacts tells what is on record of a file, and what its import has done.
func (s *console) uploadFacts(ctx context.Context, u uploads.Upload, page *templates.UploadPage) error {
	lists, err := s.listNames(ctx)
	if err != nil {
		return err
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return err
	}
	page.Facts = []templates.Fact{
		{Name: "Into", Value: lists[u.ListID]}, {Name: "Handed over", Value: s.stamp(u.CreatedAt) + ", by " + operatorWords(u.Actor, names)},
		{Name: "Taken for", Value: formatOptions("", u.Format)[1+slices.Index(uploads.Formats, u.Format)].Label + ", " + sizeWords(u.Size)},
	}
	if u.StartedBy != "" {
		page.Facts = append(page.Facts, templates.Fact{Name: "Started", Value: s.stamp(u.StartedAt) + ", by " + operatorWords(u.StartedBy, names)})
	}
	switch {
	case u.State.HasFile():
		page.Facts = append(page.Facts, templates.Fact{Name: "Destroyed at the latest", Value: s.stamp(u.ExpiresAt)})
	case u.GoneAt.IsZero():
		page.Facts = append(page.Facts, templates.Fact{Name: "Rows that were not taken are kept until", Value: s.stamp(u.ExpiresAt)})
	}
	if u.ImportID == 0 {
		return nil
	}
	imp, err := s.Imports.Import(ctx, u.ImportID)
	if err != nil {
		return err
	}
	page.ImportURL = importURL(imp.ID)
	if u.State == uploads.Waiting || u.State == uploads.Checking || u.State == uploads.Checked {
		page.Facts = append(page.Facts, templates.Fact{Name: "Brought in before", Value: s.stamp(imp.CreatedAt) + ". Importing it again goes on where that stopped, and takes no row twice"})
		return nil
	}
	page.Became = tallies(imp.Counts, true)
	return nil
}

// unsaid is the choice of a column of which it must be said what it holds.
const unsaid = "?"

// columnRows are the columns of a file with what may be chosen for each.
func columnRows(l uploads.Look, v typed) (out []templates.UploadColumn) {
	names := append(importing.Names(), l.Attributes...)
	for i, m := range l.Columns {
		field := templates.FieldColumn + decimal(int64(i))
		on := m.Holds
		if !m.Known {
			on = unsaid
		}
		if len(v[field]) > 0 {
			on = v.get(field)
		}
		row := templates.UploadColumn{Name: m.Column, Field: field, Holds: on}
		switch on {
		case unsaid:
			row.Holds = ""
		case "":
			row.Holds = "Left out"
		}
		if !m.Known {
			row.Values = append(row.Values, templates.FormOption{Value: unsaid, Label: "Choose …", On: on == unsaid})
		}
		row.Values = append(row.Values, templates.FormOption{Value: "", Label: "Leave it out", On: on == ""})
		for _, name := range names {
			row.Values = append(row.Values, templates.FormOption{Value: name, Label: columnWords(name), On: name == on})
		}
		out = append(out, row)
	}
	return out
}

// columnWords says what a column under one of our names holds. An attribute of the programme has its own name.
func columnWords(name string) string {
	words := map[string]string{
		"address": "their email address", "name": "their whole name", "first_name": "their first name", "last_name": "their last name", "language": "the language they read, such as en or cy",
		"act": "what they did to agree", "acted_at": "when they did it", "confirmed_at": "when they confirmed it", "source": "where their data came from", "wording": "what they were shown",
		"statement": "what they said, of explicit consent", "ip": "the IP address they acted from", "status": "how they stand where the file comes from", "out_at": "when they left there",
		"attributes": "several attributes at once, as a JSON object",
	}[name]
	if words == "" {
		return name
	}
	return name + ": " + words
}

// readUpload has a file understood as somebody says.
func (s *console) readUpload(c *gin.Context, by auth.Actor) error {
	const op = "console: read upload"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	u, err := s.uploadOf(c)
	if err != nil {
		return err
	}
	look, err := s.Uploads.Look(c.Request.Context(), u)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r := uploads.Reading{Format: v.get(templates.FieldFormat), Dates: importing.DateOrder(v.get(templates.FieldDates)), Map: map[string]string{}}
	for i, m := range look.Columns {
		switch held := v.get(templates.FieldColumn + decimal(int64(i))); {
		case r.Format != u.Format: // its program's own names say what they hold
		case held == unsaid:
			return s.showUpload(c, by, u, v, errs.E(op, errs.Invalid, "Say what each column holds, or that it is left out.", nil))
		case held == "" && m.Column != "":
			r.Ignore = append(r.Ignore, m.Column)
		case held != "":
			r.Map[m.Column] = held
		}
	}
	if _, err := s.Uploads.Read(c.Request.Context(), u.ID, r, by.String()); err != nil {
		return s.showUpload(c, by, u, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, uploadURL(u.ID))
	return nil
}

// uploadStep does a step of a file and shows it again, with the reason where it came too late.
func (s *console) uploadStep(step func(ctx context.Context, id int64, actor string) (uploads.Upload, error)) func(*gin.Context, auth.Actor) error {
	return func(c *gin.Context, by auth.Actor) error {
		u, err := s.uploadOf(c)
		if err != nil {
			return err
		}
		if _, err := step(c.Request.Context(), u.ID, by.String()); err != nil {
			return s.showUpload(c, by, u, nil, err)
		}
		c.Redirect(http.StatusSeeOther, uploadURL(u.ID))
		return nil
	}
}

// uploadErrors hands out the rows that were not taken, once that is noted.
func (s *console) uploadErrors(c *gin.Context, by auth.Actor) error {
	const op = "console: rows not taken"
	u, err := s.uploadOf(c)
	if err != nil {
		return err
	}
	rows, err := s.Uploads.Rejects(c.Request.Context(), u)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.record(c.Request.Context(), by, audit.Note{Action: audit.ListPeople, Object: audit.About("upload", u.ID)}); err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", `attachment; filename="not-taken-`+decimal(u.ID)+`.csv"`)
	s.stream(c, rows)
	return nil
}
