package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
)

// Emptied returns the columns that erasing empties, or whose rows it drops, and drops as table.*.
func Emptied() (columns []string) {
	for _, e := range emptying {
		if e.drop {
			columns = append(columns, e.table+".*")
		}
		for _, c := range e.set {
			columns = append(columns, e.table+"."+c)
		}
	}
	return append(columns, "inbound_pieces.*", "audit_keys.wrapped")
}

// Exec changes a database behind Assent's back.
func (d *DB) Exec(ctx context.Context, query string, args ...any) error {
	_, err := d.writing().exec(ctx, query, args...)
	return err
}

// Tables returns the names of all tables.
func (d *DB) Tables(ctx context.Context) ([]string, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if d.dialect == postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	rows, err := d.reading().query(ctx, query)
	return collect(rows, err, func(s scanner) (name string, err error) { err = s.Scan(&name); return name, err })
}

// Find looks for bytes in every column of every table, whatever the case of letters, and returns where they are.
func (d *DB) Find(ctx context.Context, what string) (places []string, err error) {
	tables, err := d.Tables(ctx)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		rows, err := d.reading().query(ctx, `SELECT * FROM `+table)
		if err != nil {
			return nil, err
		}
		columns, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		_, err = collect(rows, nil, func(s scanner) (none struct{}, err error) {
			values := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := s.(*sql.Rows).Scan(into...); err != nil {
				return none, err
			}
			for i, v := range values {
				text, isBytes := v.([]byte)
				if !isBytes {
					text = fmt.Append(nil, v)
				}
				if bytes.Contains(bytes.ToLower(text), bytes.ToLower([]byte(what))) {
					places = append(places, table+"."+columns[i])
				}
			}
			return none, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return places, nil
}
