package auth

import (
	"context"
	"sync"
	"time"
)

// Service signs operators in and lets keys through. Use it by its pointer.
type Service struct {
	Store Store
	Now   func() time.Time
	Cost  Cost // of new passwords; zero takes StandardCost

	hashing sync.Mutex // one password at a time: each takes Cost.MemoryKiB
}

// Store keeps operators, sessions and keys. Lookups and changes of one row give kind NotFound.
type Store interface {
	// CreateUser sets the ID; a taken address is kind Conflict.
	CreateUser(ctx context.Context, u *User, passwordHash string) error
	// UserByAddress finds an operator by the normal form of their address.
	UserByAddress(ctx context.Context, normal string) (u User, passwordHash string, err error)
	Users(ctx context.Context) ([]User, error) // by id
	// SetUserPassword and SetUserDisabled also end the operator's sessions.
	SetUserPassword(ctx context.Context, id int64, passwordHash string) error
	SetUserDisabled(ctx context.Context, id int64, disabled bool) error

	// CreateSession also removes sessions that ended before the new one began.
	CreateSession(ctx context.Context, hash []byte, s Session) error
	SessionUser(ctx context.Context, hash []byte) (Session, User, error)
	DeleteSession(ctx context.Context, hash []byte) error // none is no error

	CreateKey(ctx context.Context, k *Key, hash []byte) error // sets the ID
	Keys(ctx context.Context) ([]Key, error)                  // by id
	KeyByPublicID(ctx context.Context, publicID string) (k Key, hash []byte, err error)
	RevokeKey(ctx context.Context, id int64, at time.Time) error // the first time counts
	TouchKey(ctx context.Context, id int64, at time.Time) error
}

func (s *Service) cost() Cost {
	if s.Cost == (Cost{}) {
		return StandardCost()
	}
	return s.Cost
}

func (s *Service) hash(password string) (string, error) {
	s.hashing.Lock()
	defer s.hashing.Unlock()
	return HashPassword(password, s.cost())
}

// verify does the same work for an operator who is not known, so that the time does not tell (H10).
func (s *Service) verify(password, hash string, known bool) bool {
	s.hashing.Lock()
	defer s.hashing.Unlock()
	if !known {
		if len(password) <= maxPassword {
			derive(password, make([]byte, saltBytes), s.cost(), hashBytes)
		}
		return false
	}
	return VerifyPassword(password, hash)
}
