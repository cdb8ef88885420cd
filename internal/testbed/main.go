// Command testbed starts every service that the tests need, runs a command with
// their addresses in its environment, and takes everything away again.
//
//	go run ./internal/testbed -- go test ./...
//	go run ./internal/testbed -keep
//
// PostgreSQL, Redis (single, Sentinel and Cluster), Dovecot and Postfix run on
// free ports of the loopback address, with all their files in one temporary
// folder. Nothing of the host is read or changed, but for Debian packages that are
// missing: these are installed where the program runs as root.
//
// The command's exit code becomes the program's. Everything is stopped and removed
// after success, failure, an interrupt, when the program's parent goes away, and when
// the program itself is killed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// Times that bound a run, apart from the command's own.
const (
	startWithin = 60 * time.Second       // for all services together to answer
	stopWithin  = 10 * time.Second       // for one process before it is killed
	parentEvery = 500 * time.Millisecond // how often the parent is looked for
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == janitorFlag {
		os.Exit(cleanAfter(os.Stdin, os.Args[2]))
	}
	keep := flag.Bool("keep", false, "start everything, print the export lines and wait for Ctrl-C")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: testbed -- COMMAND [ARGUMENT...]\n       testbed -keep")
	}
	flag.Parse()
	if *keep == (flag.NArg() > 0) {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	go watchParent(ctx, cancel)
	os.Exit(run(ctx, flag.Args()))
}

// run starts the bed, runs the command (or waits, without one), and stops the bed.
// It returns the exit code.
func run(ctx context.Context, command []string) int {
	b, err := newBed()
	if err != nil {
		return complain(err)
	}
	defer b.close()
	if err := b.start(ctx); err != nil {
		return complain(err)
	}
	if len(command) == 0 {
		for _, e := range b.env {
			fmt.Println("export " + shellQuote(e))
		}
		fmt.Fprintln(os.Stderr, "testbed: all services answer; Ctrl-C stops them")
		<-ctx.Done()
		return 0
	}
	return b.runCommand(ctx, command)
}

// runCommand runs a command in a process group of its own, so that an interrupt can be
// passed on to all of it: go test leaves its test binaries behind otherwise.
func (b *bed) runCommand(ctx context.Context, command []string) int {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), b.env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return complain(err)
	}
	b.janitor.watch(cmd.Process.Pid, syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()

	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		fmt.Fprintln(os.Stderr, "testbed: interrupted, stopping")
		stopGroup(cmd.Process.Pid, syscall.SIGTERM, done)
		return 130
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return exit.ExitCode()
	}
	return complain(err)
}

// watchParent cancels when the program's parent has gone: "go run" dies of a
// SIGTERM without passing it on.
func watchParent(ctx context.Context, cancel context.CancelFunc) {
	parent := os.Getppid()
	tick := time.NewTicker(parentEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if os.Getppid() != parent {
				cancel()
			}
		}
	}
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "testbed:", err)
	return 1
}
