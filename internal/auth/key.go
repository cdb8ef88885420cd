package auth

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"assent/internal/errs"
)

// Key is an API key, without the text that only its holder has: assent_<public id>_<secret>. Secret scanners find it by
// its first word, and the public id tells whose it is.
type Key struct {
	ID         int64
	Name       string
	PublicID   string
	Scopes     []Scope
	CreatedBy  string // an Actor's String
	CreatedAt  time.Time
	LastUsedAt time.Time // to within some minutes; zero for never
	RevokedAt  time.Time // zero while it is good
}

const (
	keyPrefix   = "assent"
	keyPublic   = 8  // letters of 5 bits
	keySecret   = 40 // letters of 5 bits
	touchEvery  = 10 * time.Minute
	maxKeyNames = 100 // octets
)

// Actor returns the key as somebody who acts.
func (k Key) Actor() Actor { return Actor{Kind: KeyActor, ID: k.ID, Name: k.Name, Scopes: k.Scopes} }

// MakeKey makes an API key and returns its text, which cannot be shown again. Nobody can give a
// scope that they do not have. Kinds: Invalid, Forbidden.
func (s *Service) MakeKey(ctx context.Context, by Actor, name string, scopes []Scope) (Key, string, error) {
	const op = "auth: make key"
	if err := checkName(name); err != nil || len(name) > maxKeyNames {
		return Key{}, "", errs.E(op, errs.Invalid, "Give the key a name of at most 100 characters that says what uses it.", err)
	}
	if len(scopes) == 0 {
		return Key{}, "", errs.E(op, errs.Invalid, "Give the key at least one scope.", nil)
	}
	for _, scope := range scopes {
		if err := by.Need(scope); err != nil {
			return Key{}, "", errs.Wrap(op, err)
		}
	}
	public, err := randomText(keyPublic)
	if err != nil {
		return Key{}, "", err
	}
	secret, err := randomText(keySecret)
	if err != nil {
		return Key{}, "", err
	}
	text := keyPrefix + "_" + public + "_" + secret
	k := Key{Name: strings.TrimSpace(name), PublicID: public, Scopes: scopes, CreatedBy: by.String(), CreatedAt: s.Now()}
	if err := s.Store.CreateKey(ctx, &k, digest(text)); err != nil {
		return Key{}, "", errs.Wrap(op, err)
	}
	return k, text, nil
}

// Keys returns all API keys, by id, revoked ones included.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	all, err := s.Store.Keys(ctx)
	return all, errs.Wrap("auth: keys", err)
}

// RevokeKey ends a key at once. Revoking it again changes nothing. Kind NotFound.
func (s *Service) RevokeKey(ctx context.Context, id int64) error {
	return errs.Wrap("auth: revoke key", s.Store.RevokeKey(ctx, id, s.Now()))
}

// ByKey returns who holds an API key's text. Kind Unauthenticated for anything but a good key.
func (s *Service) ByKey(ctx context.Context, text string) (Actor, error) {
	const op = "auth: by key"
	refused := errs.E(op, errs.Unauthenticated, "This API key is not known, or was revoked.", nil)
	public, ok := publicID(text)
	if !ok {
		return Actor{}, refused
	}
	k, hash, err := s.Store.KeyByPublicID(ctx, public)
	switch {
	case err != nil && errs.KindOf(err) == errs.NotFound:
		return Actor{}, refused
	case err != nil:
		return Actor{}, errs.Wrap(op, err)
	case subtle.ConstantTimeCompare(hash, digest(text)) != 1 || !k.RevokedAt.IsZero():
		return Actor{}, refused
	}
	if now := s.Now(); now.Sub(k.LastUsedAt) > touchEvery {
		_ = s.Store.TouchKey(ctx, k.ID, now) // a note for operators; a good key is let through without it
	}
	return k.Actor(), nil
}

// publicID finds the public part of a key's text.
func publicID(text string) (string, bool) {
	if len(text) != len(keyPrefix)+1+keyPublic+1+keySecret {
		return "", false
	}
	parts := strings.Split(text, "_")
	if len(parts) != 3 || parts[0] != keyPrefix || len(parts[1]) != keyPublic || strings.Trim(parts[1], letters) != "" {
		return "", false
	}
	return parts[1], true
}
