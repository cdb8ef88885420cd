package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// bed is the temporary folder and everything that runs in it.
type bed struct {
	dir     string     // holds all files of all services; removed at the end
	procs   []*process // in the order of their start
	env     []string   // "NAME=value" for the command
	janitor *janitor   // cleans up when this process cannot
}

// ready says whether a service answers: nil, or why not yet.
type ready func() error

// newBed makes the temporary folder. Services run as users of their own, so the
// folder can be passed through by all.
func newBed() (*bed, error) {
	dir, err := os.MkdirTemp("", "assent-testbed-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, errors.Join(err, os.Remove(dir))
	}
	j, err := startJanitor(dir)
	if err != nil {
		return nil, errors.Join(err, os.Remove(dir))
	}
	return &bed{dir: dir, janitor: j}, nil
}

// start installs what is missing, starts every service, and waits until all answer.
func (b *bed) start(ctx context.Context) error {
	if err := installMissing(ctx); err != nil {
		return err
	}
	began := time.Now()
	browser, err := findChromium()
	if err != nil {
		return err
	}
	b.setenv("CHROMIUM", browser)

	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	services := []func(context.Context) error{b.postgres, b.redis, b.sentinel, b.cluster, b.mail}
	for _, start := range services {
		if err := start(ctx); err != nil {
			return err
		}
	}
	for _, p := range b.procs {
		if err := p.await(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "testbed: %d processes answer after %.1f s\n", len(b.procs), time.Since(began).Seconds())
	return nil
}

// mail starts Dovecot, and Postfix which delivers into it.
func (b *bed) mail(ctx context.Context) error {
	lmtp, err := b.dovecot(ctx)
	if err != nil {
		return err
	}
	return b.postfix(lmtp)
}

// setenv gives the command ASSENT_TEST_name.
func (b *bed) setenv(name, value string) {
	b.env = append(b.env, "ASSENT_TEST_"+name+"="+value)
}

// mkdir makes a folder inside the bed, owned by the given user.
func (b *bed) mkdir(name string, mode os.FileMode, owner owner) (string, error) {
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", err
	}
	if err := owner.own(path); err != nil {
		return "", err
	}
	return path, os.Chmod(path, mode) // after chown, which drops the set-group-ID bit
}

// close stops everything, last started first, and removes the folder.
func (b *bed) close() {
	for i := len(b.procs) - 1; i >= 0; i-- {
		b.procs[i].stop()
	}
	if err := removeAll(b.dir); err != nil {
		fmt.Fprintln(os.Stderr, "testbed:", err)
	}
	b.janitor.dismiss()
}

// removeAll removes a folder into which a straggler may still write.
func removeAll(dir string) error {
	var err error
	for range 20 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("the temporary folder stays: %w", err)
}

// shellQuote turns NAME=value into NAME='value' for a shell to read.
func shellQuote(assignment string) string {
	name, value, _ := strings.Cut(assignment, "=")
	return name + "='" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
