package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"assent/internal/audit"
	"assent/internal/auth"
)

// auditEntry is one line of the audit trail.
type auditEntry struct {
	Seq       int64           `json:"seq" doc:"Its place in the chain." example:"812"`
	At        time.Time       `json:"at"`
	Actor     string          `json:"actor" doc:"Who: user:3 is operator 3, key:5 an API key, cli:1000 somebody at the server's command line, subscriber the person, system Assent itself." example:"user:3"`
	Action    string          `json:"action" example:"read case"`
	Object    string          `json:"object" doc:"What it was done to; empty for a list." example:"case:12"`
	PersonID  int64           `json:"person,omitempty" doc:"The subscriber whom it is about." example:"17"`
	Facts     json.RawMessage `json:"facts" doc:"What names nobody: counts, names of fields, declarations."`
	Why       string          `json:"why,omitempty" doc:"The reason, in the actor's words." example:"answering R-2026-000123"`
	Before    map[string]any  `json:"before,omitempty" doc:"Personal values as they were."`
	After     map[string]any  `json:"after,omitempty" doc:"Personal values as they are."`
	Destroyed bool            `json:"destroyed,omitempty" doc:"The person was erased: why, before and after cannot be read any more, by anybody."`
	Hash      string          `json:"hash" doc:"SHA-256, covering the entry before."`
}

func (a *api) auditRoutes() {
	add(a, operation{
		id: "list-audit-entries", method: http.MethodGet, path: base + "/audit", tag: "Audit", scope: auth.AuditRead,
		summary: "List the audit trail, the newest first", about: "Who added, changed, deleted or read personal data, or changed what is declared, and why. Reading it is an entry itself. `assent audit export` at the command line gives all of a time with its proof.",
	}, a.listAudit)
}

func (a *api) listAudit(ctx context.Context, in *struct {
	Paging
	Actor  string    `query:"actor" maxLength:"40" doc:"Only entries of this actor." example:"user:3"`
	Action string    `query:"action" maxLength:"60" doc:"Only this action." example:"read case"`
	Object string    `query:"object" maxLength:"60" doc:"Only entries on this object." example:"case:12"`
	Person int64     `query:"person" minimum:"0" doc:"Only entries about the subscriber with this number."`
	From   time.Time `query:"from" doc:"Only entries from this moment on."`
	To     time.Time `query:"to" doc:"Only entries before this moment."`
}) (*reply[page[auditEntry]], error) {
	if err := a.record(ctx, audit.Note{Action: audit.ReadTrail, PersonID: in.Person}); err != nil {
		return nil, err
	}
	f := audit.Filter{Actor: in.Actor, Action: audit.Action(in.Action), Object: in.Object, PersonID: in.Person, From: in.From, To: in.To}
	rows, err := a.Audit.Trail(ctx, f, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(e audit.Read) int64 { return e.Seq }, showAudit), nil
}

func showAudit(e audit.Read) auditEntry {
	return auditEntry{
		Seq: e.Seq, At: utc(e.At), Actor: e.Actor, Action: string(e.Action), Object: e.Object, PersonID: e.PersonID, Facts: e.Facts,
		Why: e.Why, Before: e.Before, After: e.After, Destroyed: e.Destroyed, Hash: hexOf(e.Hash),
	}
}
