package store

import (
	"context"
	"fmt"

	"assent/subscriptions"
)

// strayNotice returns the first notice whose texts are not what its digest, and so the ledger, says; nil for none.
func (d *DB) strayNotice(ctx context.Context) (*subscriptions.Fault, error) {
	programmes, err := d.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range programmes {
		all, err := d.Notices(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, n := range all {
			if subscriptions.TextDigest(n.Document()) != n.Digest {
				return &subscriptions.Fault{Table: "notices", Row: fmt.Sprintf("id %d", n.ID), What: "its texts are not those that the ledger refers to"}, nil
			}
		}
	}
	return nil, nil
}
