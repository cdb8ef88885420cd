package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/templates"
)

// itemPage shows one item with what points at somebody else, for a person to decide.
func (s *console) itemPage(c *gin.Context, by auth.Actor) error {
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	return s.showItem(c, by, k, http.StatusOK, "", nil)
}

// showItem shows the page of an item; typed is a review that could not be kept.
func (s *console) showItem(c *gin.Context, by auth.Actor, k cases.Case, status int, problem string, typed *access.Review) error {
	const op = "console: item"
	id, err := number(c, "item")
	if err != nil {
		return err
	}
	if err := s.readPackItem(c.Request.Context(), by, k, id); err != nil {
		return err
	}
	all, err := s.Access.Items(c.Request.Context(), k.ID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	i := slices.IndexFunc(all, func(x access.Reviewed) bool { return x.ID == id })
	if i < 0 {
		return errs.E(op, errs.NotFound, "", nil)
	}
	x := all[i]
	if typed != nil {
		x.Item.Review = *typed
	}
	page := templates.PackItemPage{
		Console: s.around(by), Row: s.caseRow(k), Problem: problem, Action: c.Request.URL.Path, BackURL: packURL(k.ID), NextURL: nextItem(k, all, i), MayWrite: by.May(auth.CasesWrite) && k.Open() && x.Belongs,
		What: access.Word(x.Source, templates.English), At: s.local(x.At), Cut: x.Content.Cut, Verdict: string(x.Item.Review.Verdict), Reason: x.Item.Review.Reason, Note: x.Item.Review.Note, State: verdictState(x.Item.Review.Verdict),
		Parts: marked(x), Position: fmt.Sprintf("%d of %d", i+1, len(all)),
	}
	for _, f := range access.Facts(x.Content.Fields, templates.English, s.Zone) {
		page.Fields = append(page.Fields, templates.Fact{Name: f.Name, Value: plain(f.Value)})
	}
	if f := x.Content.File; f != nil {
		page.File, page.FileURL = fmt.Sprintf("%s (%s by its sender’s word, %s)", plain(f.Name), plain(f.Type), sizeWords(f.Size)), c.Request.URL.Path+"/file"
	}
	if f := x.Item.Review.Copy; f.ID != 0 {
		page.Copy = fmt.Sprintf("%s (%s)", plain(f.Name), sizeWords(f.Size))
		page.CopyURL = fmt.Sprintf("%s/files/%d", caseURL(k.ID), f.ID)
	}
	for _, r := range access.Reasons() {
		choice := templates.CaseChoice{Value: r.Code, Label: r.Words + " (" + r.Law + ")", Chosen: r.Code == x.Item.Review.Reason}
		if r.Keeps {
			page.Keeping = append(page.Keeping, choice)
		} else {
			page.Removing = append(page.Removing, choice)
		}
	}
	page.Proposals, page.More = passages(x)
	return s.page(c, status, "pack-item", page)
}

// nextItem leads to the next item that nobody decided on.
func nextItem(k cases.Case, all []access.Reviewed, i int) string {
	for n := range all {
		if x := all[(i+1+n)%len(all)]; waiting(x) == 1 && x.ID != all[i].ID {
			return fmt.Sprintf("%s/items/%d", packURL(k.ID), x.ID)
		}
	}
	return ""
}

// passages lists what may be removed: what was pointed at, and what a person marked besides.
func passages(x access.Reviewed) (rows []templates.AccessProposal, more string) {
	removed := slices.Clone(x.Item.Review.Removed)
	for _, p := range x.Proposals {
		row := templates.AccessProposal{Text: plain(p.Text), Sort: string(p.Sort), Why: p.Why, Chosen: x.Item.Review.Verdict == access.Unreviewed}
		if i := slices.IndexFunc(removed, func(m access.Removal) bool { return m.Text == p.Text }); i >= 0 {
			row.Chosen, row.Reason = true, removed[i].Reason
			removed = slices.Delete(removed, i, i+1)
		}
		rows = append(rows, row)
	}
	var own []string
	for _, m := range removed {
		own = append(own, m.Text)
	}
	return rows, strings.Join(own, "\n")
}

// marked cuts a text into pieces, those that were pointed at or removed marked.
func marked(x access.Reviewed) []templates.TextPart {
	text := plain(x.Content.Text)
	if text == "" {
		return nil
	}
	var all []string
	for _, p := range x.Proposals {
		all = append(all, p.Text)
	}
	for _, m := range x.Item.Review.Removed {
		all = append(all, m.Text)
	}
	r, err := access.NewRemover(all)
	if err != nil {
		return []templates.TextPart{{Text: text}}
	}
	var out []templates.TextPart
	for _, p := range r.Parts(text) {
		out = append(out, templates.TextPart{Text: p.Text, Marked: p.Marked})
	}
	return out
}

// reviewItem takes a person's decision on an item, and goes on to the next.
func (s *console) reviewItem(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	id, err := number(c, "item")
	if err != nil {
		return err
	}
	form := c.Request.PostForm
	r := access.Review{Verdict: access.Verdict(form.Get(templates.FieldVerdict)), Note: strings.TrimSpace(form.Get(templates.FieldNote))}
	switch r.Verdict {
	case access.Kept:
		r.Reason = form.Get("keeping")
	case access.Withheld, access.Replaced:
		r.Reason = form.Get(templates.FieldReason)
	case access.Redacted:
		for _, text := range append(form[templates.FieldPassage], lines(form.Get(templates.FieldMore))...) {
			if !slices.ContainsFunc(r.Removed, func(m access.Removal) bool { return m.Text == text }) {
				r.Removed = append(r.Removed, access.Removal{Text: text, Reason: form.Get(templates.FieldReason)})
			}
		}
	}
	if err := s.decideItem(c, k, id, by.String(), r); err != nil {
		status := refusedStatus(err)
		if status == 0 {
			return errs.Wrap("console: review", err)
		}
		return s.showItem(c, by, k, status, errs.Message(err), &r)
	}
	all, err := s.Access.Items(c.Request.Context(), k.ID)
	if err != nil {
		return errs.Wrap("console: review", err)
	}
	next := nextItem(k, all, slices.IndexFunc(all, func(x access.Reviewed) bool { return x.ID == id }))
	if next == "" {
		next = packURL(k.ID)
	}
	c.Redirect(http.StatusSeeOther, next)
	return nil
}

// decideItem keeps a decision, with the copy that stands in the place of a file.
func (s *console) decideItem(c *gin.Context, k cases.Case, id int64, actor string, r access.Review) error {
	if r.Verdict != access.Replaced {
		return s.Access.Review(c.Request.Context(), k.ID, id, actor, r)
	}
	file, header, err := c.Request.FormFile(templates.FieldFile)
	if err != nil {
		return errs.E("console: read copy", errs.Invalid, "Choose the copy: a file of at most 25 MB.", err)
	}
	defer file.Close()
	return s.Access.Replace(c.Request.Context(), k.ID, id, actor, header.Filename, file, r)
}

// itemFile hands out the file of an item to whoever reviews it.
func (s *console) itemFile(c *gin.Context, by auth.Actor) error {
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	id, err := number(c, "item")
	if err != nil {
		return err
	}
	if err := s.readPackItem(c.Request.Context(), by, k, id); err != nil {
		return err
	}
	s.opening.Lock() // one at a time: a large enclosure is held in memory (H8)
	defer s.opening.Unlock()
	f, body, err := s.Access.Content(c.Request.Context(), k.ID, id)
	if err != nil {
		return errs.Wrap("console: file of item", err)
	}
	defer body.Close()
	return s.handOut(c, f.Name, f.Size, body)
}
