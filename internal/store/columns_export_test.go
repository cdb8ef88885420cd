package store

import "context"

// Columns returns every column of an SQLite database as table.column.
func (d *DB) Columns(ctx context.Context) ([]string, error) {
	rows, err := d.reading().query(ctx, `SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'goose_%' ORDER BY 1`)
	return collect(rows, err, func(s scanner) (name string, err error) { err = s.Scan(&name); return name, err })
}
