package auth

import (
	"context"
	"crypto/sha256"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

// Session is an operator who has signed in. Its token is random and is kept only as its SHA-256.
type Session struct {
	UserID    int64
	CreatedAt time.Time
	ExpiresAt time.Time
}

// SessionLife is how long a session lasts: a working day.
const SessionLife = 12 * time.Hour

const sessionText = 40 // letters of 5 bits

// SignIn opens a session and returns its token, to be kept by the browser and nowhere else. An unknown address, a wrong password
// and a disabled operator give the same error, of kind Unauthenticated, after the same work.
func (s *Service) SignIn(ctx context.Context, a address.Address, password string) (token string, u User, err error) {
	const op = "auth: sign in"
	u, hash, err := s.Store.UserByAddress(ctx, a.Normal())
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return "", User{}, errs.Wrap(op, err)
	}
	known := err == nil
	if good := s.verify(password, hash, known); !good || !known || u.Disabled {
		return "", User{}, errs.E(op, errs.Unauthenticated, "The address or the password is wrong.", nil)
	}
	if token, err = randomText(sessionText); err != nil {
		return "", User{}, err
	}
	now := s.Now()
	err = s.Store.CreateSession(ctx, digest(token), Session{UserID: u.ID, CreatedAt: now, ExpiresAt: now.Add(SessionLife)})
	return token, u, errs.Wrap(op, err)
}

// BySession returns who holds a session's token. Kind Unauthenticated for one that is unknown or over, or whose user is disabled.
func (s *Service) BySession(ctx context.Context, token string) (Actor, error) {
	const op = "auth: by session"
	over := errs.E(op, errs.Unauthenticated, "You are signed out. Sign in again.", nil)
	if len(token) != sessionText {
		return Actor{}, over
	}
	session, u, err := s.Store.SessionUser(ctx, digest(token))
	switch {
	case errs.KindOf(err) == errs.NotFound && err != nil:
		return Actor{}, over
	case err != nil:
		return Actor{}, errs.Wrap(op, err)
	case u.Disabled || !s.Now().Before(session.ExpiresAt):
		return Actor{}, over
	}
	return u.Actor(), nil
}

// SignOut ends a session. Ending it again is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return errs.Wrap("auth: sign out", s.Store.DeleteSession(ctx, digest(token)))
}

// digest is what is kept of a random token. It has too many bits to be guessed, so it needs no slow hash.
func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
