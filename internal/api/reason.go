package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"assent/internal/audit"
)

// auditReason is the header with the reason of a request, in the words of whoever sends it.
const auditReason = "Audit-Reason"

func reasonParam() *huma.Param {
	maximum := 300
	return &huma.Param{
		Name: auditReason, In: "header",
		Description: "Why you do this, for the audit trail. Readings of people, cases and messages, and all changes, are kept there.",
		Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: &maximum},
		Example:     "answering R-2026-000123",
	}
}

// record notes a reading before anything is shown: what cannot be noted is not read. The guard has put the reason into ctx.
func (a *api) record(ctx context.Context, n audit.Note) error {
	n.Actor = actor(ctx).String()
	return a.Audit.Record(ctx, n)
}
