package store

import (
	"context"

	"assent/mailer"
)

// LetterByKey implements mailer.FarewellLetters.
func (d *DB) LetterByKey(ctx context.Context, key string) (mailer.Letter, error) {
	l, err := scanLetter(d.reading().row(ctx, `SELECT `+letterColumns+` FROM letters WHERE key = ?`, key))
	return l, fail("store: letter", err)
}
