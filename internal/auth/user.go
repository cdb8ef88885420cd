package auth

import (
	"context"
	"strings"
	"time"
	"unicode"

	"assent/internal/address"
	"assent/internal/errs"
)

// User is an operator.
type User struct {
	ID        int64
	Address   address.Address // what they sign in with; one user for each, whatever its case
	Name      string
	Role      Role
	Disabled  bool
	CreatedAt time.Time
}

// Actor returns the user as somebody who acts.
func (u User) Actor() Actor { return Actor{Kind: UserActor, ID: u.ID, Name: u.Name, Role: u.Role} }

const maxName = 200 // octets

// AddUser adds an operator with a password. Kinds: Invalid, and Conflict for an address that is taken.
func (s *Service) AddUser(ctx context.Context, a address.Address, name string, role Role, password string) (User, error) {
	const op = "auth: add user"
	role, err := ParseRole(string(role))
	if err == nil {
		err = checkName(name)
	}
	if err == nil {
		err = CheckPassword(password)
	}
	if err != nil {
		return User{}, errs.Wrap(op, err)
	}
	a, err = address.Parse(a.Normal())
	if err != nil {
		return User{}, errs.Wrap(op, err)
	}
	hash, err := s.hash(password)
	if err != nil {
		return User{}, errs.Wrap(op, err)
	}
	u := User{Address: a, Name: strings.TrimSpace(name), Role: role, CreatedAt: s.Now()}
	err = s.Store.CreateUser(ctx, &u, hash)
	if errs.KindOf(err) == errs.Conflict {
		return User{}, errs.E(op, errs.Conflict, "There is an operator with this address already. 'assent user password' sets a new password.", err)
	}
	return u, errs.Wrap(op, err)
}

// Users returns all operators, by id.
func (s *Service) Users(ctx context.Context) ([]User, error) {
	all, err := s.Store.Users(ctx)
	return all, errs.Wrap("auth: users", err)
}

// UserByAddress finds an operator. Kind NotFound.
func (s *Service) UserByAddress(ctx context.Context, a address.Address) (User, error) {
	const op = "auth: user by address"
	u, _, err := s.Store.UserByAddress(ctx, a.Normal())
	if errs.KindOf(err) == errs.NotFound {
		return User{}, errs.E(op, errs.NotFound, "There is no operator with this address. 'assent user list' shows all of them.", err)
	}
	return u, errs.Wrap(op, err)
}

// SetDisabled bars an operator from signing in and ends their sessions, or lets them in again.
// What they did stays theirs. Kind NotFound.
func (s *Service) SetDisabled(ctx context.Context, id int64, disabled bool) error {
	return errs.Wrap("auth: disable user", s.Store.SetUserDisabled(ctx, id, disabled))
}

// SetPassword gives an operator a new password and ends their sessions. Kinds: Invalid, NotFound.
func (s *Service) SetPassword(ctx context.Context, id int64, password string) error {
	const op = "auth: set password"
	if err := CheckPassword(password); err != nil {
		return errs.Wrap(op, err)
	}
	hash, err := s.hash(password)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.Store.SetUserPassword(ctx, id, hash))
}

func checkName(name string) error {
	if strings.TrimSpace(name) == "" || len(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
		return errs.E("auth: check name", errs.Invalid, "Give a name of at most 200 characters, without line breaks.", nil)
	}
	return nil
}
