package store

import (
	"context"
	"encoding/json"

	"assent/internal/audit"
)

// noteDeclared notes what an operator declared about a row, such as "list" 3, or changed: before is nil for what is new. Declarations are about nobody but
// those who answer for a programme in public, so they stand open in the trail. A change of nothing is not noted.
func (c conn) noteDeclared(ctx context.Context, what string, id int64, before, after any) error {
	is, err := valuesOf(after)
	if err != nil {
		return err
	}
	n := audit.Note{Action: audit.Declare, Object: audit.About(what, id), Facts: audit.Values{"after": is}}
	if before != nil {
		was, err := valuesOf(before)
		if err != nil {
			return err
		}
		was, is, fields := audit.Differences(was, is)
		if len(fields) == 0 {
			return nil
		}
		n.Action, n.Facts = audit.Redeclare, audit.Values{"before": was, "after": is}
	}
	return c.note(ctx, n)
}

// valuesOf returns the fields of a struct or map as JSON has them, empty ones left out.
func valuesOf(v any) (audit.Values, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out := audit.Values{}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, err
	}
	for name, value := range out {
		switch value {
		case nil, "", false, 0.0, "0001-01-01T00:00:00Z":
			delete(out, name)
		}
	}
	return out, nil
}
