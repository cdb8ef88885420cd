package console

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
	"assent/templates"
)

func (s *console) newUpload(c *gin.Context, by auth.Actor) error {
	return s.uploadForm(c, by, typed{}, nil)
}

func (s *console) uploadForm(c *gin.Context, by auth.Actor, v typed, problem error) error {
	lists, err := s.People.Store.Lists(c.Request.Context())
	if err != nil {
		return errs.Wrap("console: upload form", err)
	}
	page := templates.ImportNewPage{
		Console: s.around(by), Action: importsURL + "/new", Most: fmt.Sprintf("%d MB", s.Uploads.MaxBytes>>20), Days: uploads.Days, Formats: formatOptions("", v.get(templates.FieldFormat)),
		Encodings: []templates.FormOption{
			{Value: string(csvfile.UTF8), Label: "UTF-8, as most programs do", On: v.get(templates.FieldEncoding) != string(csvfile.Latin1)},
			{Value: string(csvfile.Latin1), Label: "Latin-1, as older spreadsheets do", On: v.get(templates.FieldEncoding) == string(csvfile.Latin1)},
		},
	}
	for _, l := range lists {
		page.Lists = append(page.Lists, templates.FormOption{Value: l.Slug, Label: l.Name, On: l.Slug == v.get(templates.FieldList)})
	}
	status := http.StatusOK
	if problem != nil {
		if !correctable(problem) {
			return problem
		}
		status, page.Problem = http.StatusUnprocessableEntity, errs.Message(problem)
		if errors.Is(problem, uploads.ErrTooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
	}
	return s.page(c, status, "import-new", page)
}

// formatOptions are what may have written a file; without that it be found out where that was done.
func formatOptions(found, chosen string) []templates.FormOption {
	words := map[string]string{uploads.CSV: "A spreadsheet or another program, as CSV", uploads.JSONLines: "A program, as JSON Lines", "listmonk": "listmonk, its export of subscribers", "mailchimp": "Mailchimp, a file of an audience export"}
	var out []templates.FormOption
	if found == "" {
		out = append(out, templates.FormOption{Value: "", Label: "Find out", On: chosen == ""})
	}
	for _, f := range uploads.Formats {
		if found == "" || (f == uploads.JSONLines) == (found == uploads.JSONLines) {
			out = append(out, templates.FormOption{Value: f, Label: words[f], On: f == chosen})
		}
	}
	return out
}

// dateOptions are the orders in which dates may stand.
func dateOptions(chosen importing.DateOrder) []templates.FormOption {
	words := map[importing.DateOrder]string{
		importing.YearFirst: "Year first, such as 2026-03-31", importing.DayFirst: "Day first, such as 31/03/2026", importing.MonthFirst: "Month first, such as 03/31/2026",
	}
	var out []templates.FormOption
	for _, o := range importing.DateOrders {
		out = append(out, templates.FormOption{Value: string(o), Label: words[o], On: o == chosen})
	}
	return out
}

// maxField bounds the fields beside the file, in octets each.
const maxField = 1 << 10

// takeUpload takes a file in as it comes: no more than a piece of it is in memory, and none of it in a temporary file.
func (s *console) takeUpload(c *gin.Context, by auth.Actor) error {
	body := web.LongBody(c)
	v := typed{}
	u, err := s.receive(c, by, v)
	if err != nil {
		if errors.Is(err, uploads.ErrTooLarge) {
			_, _ = io.CopyN(io.Discard, body, s.Uploads.MaxBytes) // browsers read an answer only once they have sent everything
		}
		return s.uploadForm(c, by, v, errs.Wrap("console: take upload", err))
	}
	c.Redirect(http.StatusSeeOther, uploadURL(u.ID))
	return nil
}

func (s *console) receive(c *gin.Context, by auth.Actor, v typed) (u uploads.Upload, err error) {
	const op = "console: receive upload"
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return u, errs.E(op, errs.Invalid, "The form could not be read. Go back and send it again.", err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return u, errs.E(op, errs.Invalid, "Choose a file.", nil)
		}
		if err != nil {
			return u, errs.E(op, errs.Invalid, "The form broke off on its way here. Send it again.", err)
		}
		if part.FormName() == templates.FieldFile {
			return s.takePart(c, by, v, part)
		}
		text, err := io.ReadAll(io.LimitReader(part, maxField))
		if err != nil {
			return u, errs.E(op, errs.Invalid, "The form broke off on its way here. Send it again.", err)
		}
		v[part.FormName()] = []string{strings.ToValidUTF8(string(text), "")}
	}
}

func (s *console) takePart(c *gin.Context, by auth.Actor, v typed, file *multipart.Part) (uploads.Upload, error) {
	const op = "console: receive upload"
	switch {
	case file.FileName() == "":
		return uploads.Upload{}, errs.E(op, errs.Invalid, "Choose a file.", nil)
	case v.get(templates.FieldList) == "":
		return uploads.Upload{}, errs.E(op, errs.Invalid, "Choose the list into which the file goes, and then the file again.", nil)
	}
	return s.Uploads.Take(c.Request.Context(), uploads.Offer{
		List: v.get(templates.FieldList), FileName: file.FileName(), Encoding: v.get(templates.FieldEncoding), Actor: by.String(), Reading: uploads.Reading{Format: v.get(templates.FieldFormat)},
	}, file)
}
