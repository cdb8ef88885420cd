package uploads

import (
	"context"
	"errors"
	"io"
	"time"

	"assent/internal/csvfile"
	"assent/internal/errs"
)

// Piece is how many octets of a file are kept in one row, and all that is held in memory of a file that comes in.
const Piece = 256 << 10

// patience is how long nothing need come of a file before what came is taken for left behind.
const patience = 10 * time.Minute

// stage keeps what comes in, in pieces, and looks it over in the same pass.
func (s *Service) stage(ctx context.Context, u *Upload, body io.Reader) (csvfile.Survey, error) {
	const op = "uploads: stage"
	pieces := &stager{ctx: ctx, s: s, id: u.ID, buf: make([]byte, 0, Piece)}
	bounded := &bounded{from: body, left: s.MaxBytes}
	survey, err := csvfile.Examine(io.TeeReader(bounded, pieces), u.Encoding)
	switch {
	case bounded.over:
		return survey, errs.E(op, errs.Invalid, "The file is larger than "+megabytes(s.MaxBytes)+", the most that is taken here. Nothing of it was kept. Split it, have ASSENT_IMPORT_MB raised, or have it brought in with 'assent import'.", ErrTooLarge)
	case errs.KindOf(pieces.err) == errs.Conflict && pieces.err != nil:
		return survey, errs.E(op, errs.Conflict, SomebodyGone+" Nothing of the file was kept. Send it again.", pieces.err)
	case pieces.err != nil:
		return survey, errs.Wrap(op, pieces.err)
	case bounded.err != nil:
		return survey, errs.E(op, errs.Invalid, "The file broke off on its way here. Nothing of it was kept. Send it again.", bounded.err)
	case err != nil:
		return survey, err
	}
	return survey, errs.Wrap(op, pieces.flush())
}

// bounded reads no more than so many octets, and keeps why reading ended.
type bounded struct {
	from io.Reader
	left int64
	over bool
	err  error // not io.EOF
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.over = true
		return 0, ErrTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		b.err = err
	}
	return n, err
}

// stager keeps what is written to it.
type stager struct {
	ctx  context.Context
	s    *Service
	id   int64
	next int
	buf  []byte
	err  error
}

// Write implements io.Writer.
func (w *stager) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		took := min(len(p), Piece-len(w.buf))
		w.buf = append(w.buf, p[:took]...)
		p, n = p[took:], n+took
		if len(w.buf) == Piece {
			if err := w.flush(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (w *stager) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	w.err = w.s.Store.AddUploadPiece(w.ctx, w.id, w.next, w.buf, w.s.Now().Add(patience))
	w.next, w.buf = w.next+1, w.buf[:0]
	return w.err
}

// file reads a staged file. One that is destroyed meanwhile breaks off: its end must not be taken for the end of the file.
func (s *Service) file(ctx context.Context, u Upload) io.Reader {
	return &complete{from: s.Store.OpenUpload(ctx, u.ID), left: u.Size}
}

type complete struct {
	from io.Reader
	left int64
}

// Read implements io.Reader.
func (c *complete) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if c.left -= int64(n); errors.Is(err, io.EOF) && c.left != 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
