package store

import (
	"context"
	"fmt"
)

// LimitPages makes an SQLite database full once it has so many pages.
func (d *DB) LimitPages(ctx context.Context, pages int) error {
	_, err := d.write.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	return err
}

// EmptyEvidence does to the ledger of an address what erasing the person does.
func (d *DB) EmptyEvidence(ctx context.Context, key []byte) error {
	_, err := d.writing().exec(ctx, "UPDATE consent_events SET evidence = NULL, salt = NULL WHERE address_key = ?", key)
	return err
}

// Unwritable makes an SQLite database refuse every write, as a disk that was mounted read-only does.
func (d *DB) Unwritable(ctx context.Context, on bool) error {
	_, err := d.write.ExecContext(ctx, fmt.Sprintf("PRAGMA query_only = %t", on))
	return err
}

// PlanBy sets how audiences are cut up.
func (d *DB) PlanBy(page, chunk int) { d.planning = planning{page: page, chunk: chunk} }
