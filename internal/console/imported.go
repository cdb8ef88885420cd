package console

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions/importing"
	"assent/templates"
)

func (s *console) imported(c *gin.Context, by auth.Actor) error {
	x, err := s.importOf(c)
	if err != nil {
		return err
	}
	said := ""
	if c.Query("back") != "" && x.UndoneAt.IsZero() { // the worker has not begun, or is at it
		said = "A worker takes it back. You may leave this page."
		refresh(c)
	}
	return s.showImport(c, by, x, templates.ImportPage{Said: said}, nil)
}

func (s *console) importOf(c *gin.Context) (importing.Import, error) {
	id, err := number(c, "id")
	if err != nil {
		return importing.Import{}, err
	}
	x, err := s.Imports.Import(c.Request.Context(), id)
	return x, errs.Wrap("console: import", err)
}

func (s *console) showImport(c *gin.Context, by auth.Actor, x importing.Import, page templates.ImportPage, problem error) error {
	const op = "console: show import"
	lists, err := s.listNames(c.Request.Context())
	if err != nil {
		return errs.Wrap(op, err)
	}
	names, err := s.operatorNames(c.Request.Context())
	if err != nil {
		return errs.Wrap(op, err)
	}
	page.Console, page.Name, page.State, page.Became = s.around(by), x.FileName, importState(x), tallies(x.Counts, true)
	page.Facts = []templates.Fact{
		{Name: "Number", Value: decimal(x.ID)}, {Name: "Into", Value: lists[x.ListID]}, {Name: "Begun", Value: s.stamp(x.CreatedAt) + ", by " + operatorWords(x.Actor, names)},
	}
	if !x.FinishedAt.IsZero() {
		page.Facts = append(page.Facts, templates.Fact{Name: "Finished", Value: s.stamp(x.FinishedAt)})
	}
	if !x.UndoneAt.IsZero() {
		page.Facts = append(page.Facts, templates.Fact{Name: "Taken back", Value: s.stamp(x.UndoneAt)})
	}
	here := importURL(x.ID)
	if x.UndoneAt.IsZero() {
		if by.May(auth.SubscribersWrite) && page.Said == "" {
			page.UndoURL = here + "/undo"
		}
		if by.May(auth.ConsentWrite) && x.Quarantined > 0 && x.UndoneUpTo == 0 {
			page.AskURL = here + "/ask"
		}
	}
	status := http.StatusOK
	if problem != nil {
		if !correctable(problem) {
			return problem
		}
		status, page.Problem = http.StatusUnprocessableEntity, errs.Message(problem)
	}
	return s.page(c, status, "import", page)
}

// undoImport has a worker take an import back, when somebody says twice that they mean it.
func (s *console) undoImport(c *gin.Context, by auth.Actor) error {
	const op = "console: undo import"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	x, err := s.importOf(c)
	if err != nil {
		return err
	}
	if !v.ticked(templates.FieldSure) {
		return s.showImport(c, by, x, templates.ImportPage{}, errs.E(op, errs.Invalid, "Tick the box, if you want the whole import taken back. Nothing was changed.", nil))
	}
	if err := s.Uploads.Undo(c.Request.Context(), x.ID, by.String()); err != nil {
		return s.showImport(c, by, x, templates.ImportPage{}, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, importURL(x.ID)+"?back=1")
	return nil
}

// askQuarantine asks the people in quarantine for permission, each once, or tells whom it would ask.
func (s *console) askQuarantine(c *gin.Context, by auth.Actor) error {
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	x, err := s.importOf(c)
	if err != nil {
		return err
	}
	page := templates.ImportPage{Ground: v.get(templates.FieldGround)}
	try := v.ticked(templates.FieldTry)
	n, err := s.Asking.Ask(c.Request.Context(), x.ID, by.String(), page.Ground, try)
	if err != nil {
		return s.showImport(c, by, x, page, errs.Wrap("console: ask quarantine", err))
	}
	page.Said = fmt.Sprintf("%d were asked now. %d were asked before and %d opted out or are suppressed: they are not asked. %d are on the list by now.", n.Asked, n.Before, n.Away, n.OnList)
	if try {
		page.Said = fmt.Sprintf("Nobody was asked yet. %d would be; not %d who were asked before, %d who opted out or are suppressed, and %d who are on the list by now.", n.Asked, n.Before, n.Away, n.OnList)
	}
	return s.showImport(c, by, x, page, nil)
}
