package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// owner is the user and group that a service runs as. The zero owner is whoever
// runs the program.
type owner struct{ uid, gid uint32 }

// lookup returns the user's numbers. For a program that is not root there is only
// one user to be.
func lookup(name string) (owner, error) {
	if os.Geteuid() != 0 {
		return owner{}, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return owner{}, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return owner{}, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return owner{uint32(uid), uint32(gid)}, err
}

// group returns the same user with another group.
func (o owner) group(name string) (owner, error) {
	g, err := user.LookupGroup(name)
	if err != nil {
		return owner{}, err
	}
	gid, err := strconv.ParseUint(g.Gid, 10, 32)
	return owner{o.uid, uint32(gid)}, err
}

// credential is what exec needs to become this user; nil changes nothing.
func (o owner) credential() *syscall.Credential {
	if o == (owner{}) {
		return nil
	}
	return &syscall.Credential{Uid: o.uid, Gid: o.gid}
}

func (o owner) own(path string) error {
	if o == (owner{}) {
		return nil
	}
	if err := os.Chown(path, int(o.uid), int(o.gid)); err != nil {
		return fmt.Errorf("give to user %d: %w", o.uid, err)
	}
	return nil
}
