package uploads

import (
	"context"
	"errors"
	"strconv"

	"assent/internal/errs"
	"assent/queue"
	"assent/subscriptions/importing"
)

// Undo is the task of taking an import back.
type Undo struct {
	ImportID int64  `json:"import"`
	Actor    string `json:"actor"`
}

// TaskKind names the task.
func (Undo) TaskKind() string { return "import.undo" }

// Undo has a whole import taken back by a worker, for that may take minutes. Kinds NotFound, Conflict while it is at work.
func (s *Service) Undo(ctx context.Context, importID int64, actor string) error {
	const op = "uploads: undo"
	imp, err := s.Store.Import(ctx, importID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if !imp.UndoneAt.IsZero() {
		return nil
	}
	task, err := queue.New("import:"+strconv.FormatInt(importID, 10)+":undo", Undo{ImportID: importID, Actor: actor}, s.Now())
	if err == nil {
		err = s.Store.AskUndo(ctx, s.Now(), task)
	}
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return errs.Wrap(op, err)
}

// HandleUndo takes an import back. One that broke off goes on where it stopped.
func (s *Service) HandleUndo(ctx context.Context, t Undo) error {
	_, err := (&importing.Undoing{Store: s.Store, Now: s.Now}).Undo(ctx, t.ImportID, t.Actor, false)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return errors.Join(queue.ErrDrop, err)
	}
	return errs.Wrap("uploads: take import back", err)
}
