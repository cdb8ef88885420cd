package console

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/internal/signed"
	"assent/subscriptions/showme"
	"assent/templates"
)

// Proof reads the audit trail and what a show-me pack is made of. The store is one.
type Proof interface {
	showme.Store
	// Trail returns up to limit entries below a place, the newest first; 0 begins with the newest.
	Trail(ctx context.Context, f audit.Filter, before int64, limit int) ([]audit.Read, error)
}

// trail shows the audit trail, by filters and pages. Looking at it is recorded first.
func (s *console) trail(c *gin.Context, by auth.Actor) error {
	const op = "console: audit trail"
	ctx := c.Request.Context()
	page := templates.AuditPage{
		Console: s.around(by), Actor: c.Query(templates.FieldActor), Action: c.Query(templates.FieldAction), Object: c.Query(templates.FieldObject),
		Person: c.Query(templates.FieldPerson), From: c.Query(templates.FieldFrom), To: c.Query(templates.FieldTo), Actions: actionNames(),
	}
	f, problem := s.trailFilter(page)
	if problem != "" {
		page.Problem = problem
		return s.page(c, http.StatusUnprocessableEntity, "audit", page)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.ReadTrail, PersonID: f.PersonID}); err != nil {
		return errs.Wrap(op, err)
	}
	before := cursor(c, "before")
	all, err := s.Proof.Trail(ctx, f, before, rowsOnPage+1)
	if err != nil {
		return errs.Wrap(op, err)
	}
	query := c.Request.URL.Query()
	query.Del("before")
	if before > 0 {
		page.Newer = "?" + query.Encode()
	}
	if len(all) > rowsOnPage {
		all = all[:rowsOnPage]
		query.Set("before", strconv.FormatInt(all[rowsOnPage-1].Seq, 10))
		page.Older = "?" + query.Encode()
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, e := range all {
		page.Rows = append(page.Rows, s.auditRow(e, names))
	}
	return s.page(c, http.StatusOK, "audit", page)
}

// trailFilter reads what was asked for, or says what of it cannot be read.
func (s *console) trailFilter(p templates.AuditPage) (f audit.Filter, problem string) {
	f = audit.Filter{Actor: strings.TrimSpace(p.Actor), Action: audit.Action(p.Action), Object: strings.TrimSpace(p.Object)}
	var err error
	if p.Person != "" {
		if f.PersonID, err = strconv.ParseInt(strings.TrimSpace(p.Person), 10, 64); err != nil {
			return f, "A person’s number has digits only; it is on their page."
		}
	}
	for _, d := range []struct {
		text string
		into *time.Time
		plus int
	}{{p.From, &f.From, 0}, {p.To, &f.To, 1}} {
		if d.text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, d.text, s.Zone)
		if err != nil {
			return f, "A day is written like 2026-04-01."
		}
		*d.into = day.AddDate(0, 0, d.plus)
	}
	return f, ""
}

func actionNames() []string {
	var out []string
	for _, a := range audit.Actions {
		out = append(out, string(a))
	}
	slices.Sort(out)
	return out
}

func (s *console) auditRow(e audit.Read, names actors) templates.AuditRow {
	row := templates.AuditRow{
		Number: e.Seq, At: s.local(e.At), Who: auditWords(e.Actor, names), What: string(e.Action), Object: e.Object, URL: objectURL(e.Object), Why: e.Why, Destroyed: e.Destroyed,
	}
	if facts := string(e.Facts); facts != "{}" {
		row.Facts = facts
	}
	fields := map[string]bool{}
	for _, values := range []audit.Values{e.Before, e.After} {
		for name := range values {
			fields[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		row.Changes = append(row.Changes, templates.AuditChange{Field: name, Before: valueText(e.Before[name]), After: valueText(e.After[name])})
	}
	return row
}

func valueText(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// auditWords says who acted, with the number that the trail has.
func auditWords(actor string, names actors) string {
	if name := names[actor]; name != "" {
		return name + ", " + actor // as the trail is asked for it, and as it is exported
	}
	if uid, cli := strings.CutPrefix(actor, "cli:"); cli {
		return "command line (" + uid + ")"
	}
	return cmp.Or(actorWords(actor), actor)
}

// objectURL leads to what an entry is about, where there is a page for it.
func objectURL(object string) string {
	what, id, _ := strings.Cut(object, ":")
	if _, err := strconv.ParseInt(id, 10, 64); err != nil {
		return ""
	}
	switch what {
	case "subscriber":
		return pages.Desk + "/people/" + url.PathEscape(id)
	case "case":
		return pages.Desk + "/cases/" + url.PathEscape(id)
	}
	return ""
}

// pack makes the show-me pack of a person: as a page to read or print, or as the signed file. It is recorded first.
func (s *console) pack(c *gin.Context, by auth.Actor) error {
	const op = "console: pack"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	person, err := s.People.Store.Subscriber(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.ExportPack, Object: personObject(id)}); err != nil {
		return errs.Wrap(op, err)
	}
	p, data, err := s.signPack(ctx, by, person.Key, person.Address)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if c.Request.PostForm.Get(templates.FieldAs) == templates.AsFile {
		c.Header("Content-Disposition", `attachment; filename="pack.json"`)
		c.Data(http.StatusOK, "application/json", data)
		return nil
	}
	var page bytes.Buffer
	if err := s.Mail.Templates.Document(&page, "pack", showme.Page(p, s.Zone)); err != nil {
		return errs.Wrap(op, err)
	}
	c.Header("Content-Disposition", `attachment; filename="pack.html"`)
	c.Data(http.StatusOK, pages.HTML, page.Bytes())
	return nil
}

func (s *console) signPack(ctx context.Context, by auth.Actor, key []byte, a address.Address) (*showme.Pack, []byte, error) {
	d, err := s.Proof.Dossier(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	signer, err := s.Mail.Keys.Signer()
	if err != nil {
		return nil, nil, err
	}
	p := showme.Of(d, a, by.String(), s.Now())
	data, err := signed.Sign(p, signer)
	return p, data, err
}
