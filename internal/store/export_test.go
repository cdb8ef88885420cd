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
