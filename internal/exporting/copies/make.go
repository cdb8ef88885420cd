package copies

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"assent/internal/errs"
	"assent/internal/signed"
	"assent/subscriptions/showme"
)

// Signing returns the key that signs packs.
type Signing interface {
	Signer() (ed25519.PrivateKey, error)
}

// HandleMake makes one copy. One that broke off is made anew from its beginning; one that is made, or is not wanted any more, is left alone.
func (s *Service) HandleMake(ctx context.Context, m Make) error {
	const op = "copies: make"
	c, err := s.Store.Copy(ctx, m.CopyID)
	if err != nil || c.State != Making {
		return errs.Wrap(op, err)
	}
	if err := s.Store.ClearCopy(ctx, c.ID); err != nil {
		return errs.Wrap(op, err)
	}
	pieces := &pieces{ctx: ctx, store: s.Store, id: c.ID, hash: sha256.New()}
	out := bufio.NewWriterSize(pieces, Piece)
	c.State = Ready
	if c.Rows, err = s.write(ctx, c, out); err == nil {
		err = out.Flush()
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Refused: // trying again changes nothing
		if err != nil {
			c.State, c.Trouble = Failed, errs.Message(err)
			err = nil
		}
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	c.ReadyAt, c.Size, c.Digest = s.Now(), pieces.size, hex.EncodeToString(pieces.hash.Sum(nil))
	return errs.Wrap(op, s.Store.EndCopy(ctx, c))
}

// write writes what the copy is of.
func (s *Service) write(ctx context.Context, c Copy, w io.Writer) (rows int64, err error) {
	if c.Kind == Pack {
		if c.GivenID != 0 && c.PersonID != 0 {
			if err := s.Store.AddGiven(ctx, c.GivenID, []int64{c.PersonID}); err != nil {
				return 0, err
			}
		}
		return 0, s.writePack(ctx, c, w)
	}
	export, err := s.exporter().Open(ctx, c.request())
	if err != nil {
		return 0, err
	}
	if c.GivenID != 0 {
		export.Tell = func(ctx context.Context, people []int64) error { return s.Store.AddGiven(ctx, c.GivenID, people) }
	}
	done, err := export.Write(ctx, w)
	return done.Rows, err
}

func (s *Service) writePack(ctx context.Context, c Copy, w io.Writer) error {
	p, err := showme.Make(ctx, s.Store, s.Keys, c.Address, c.Actor, s.Now())
	if err != nil {
		return err
	}
	key, err := s.Keys.Signer()
	if err != nil {
		return err
	}
	data, err := signed.Sign(p, key)
	if err != nil {
		return err
	}
	if c.Format == PackPage {
		return s.Templates.Document(w, "pack", showme.Page(p, s.Zone))
	}
	_, err = w.Write(data)
	return err
}

// pieces keeps what is written in rows of at most Piece bytes, so that one is in memory at a time.
type pieces struct {
	ctx   context.Context
	store Store
	id    int64
	next  int
	size  int64
	hash  hash.Hash
}

// Write implements io.Writer.
func (p *pieces) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		part := b[:min(len(b), Piece)]
		if err := p.store.AddPiece(p.ctx, p.id, p.next, part); err != nil {
			return n, err
		}
		p.hash.Write(part)
		p.next++
		p.size += int64(len(part))
		n, b = n+len(part), b[len(part):]
	}
	return n, nil
}
