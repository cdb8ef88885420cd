package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// janitorFlag makes the program its own janitor: see startJanitor.
const janitorFlag = "-janitor"

// janitor is the end of the pipe to the process that cleans up should this one be
// killed outright. (PR_SET_PDEATHSIG would not do: Postfix changes its user, and
// the kernel then forgets that signal.)
type janitor struct{ pipe io.WriteCloser }

// startJanitor starts a second copy of the program, which reads what was started
// from a pipe. When the pipe ends before it was told that all is clean, it kills
// the process groups it knows and removes the folder.
func startJanitor(dir string) (*janitor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, janitorFlag, dir)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // out of reach of Ctrl-C
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &janitor{pipe}, cmd.Start()
}

// watch makes a process group known, with the signal that ends it.
func (j *janitor) watch(group int, sig syscall.Signal) {
	fmt.Fprintf(j.pipe, "%d %d\n", group, sig) // without a janitor the bed works as well
}

// dismiss says that all is clean.
func (j *janitor) dismiss() {
	fmt.Fprintln(j.pipe, "clean")
	j.pipe.Close()
}

// cleanAfter is what the janitor does. It returns the exit code.
func cleanAfter(parent io.Reader, dir string) int {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signals := map[int]syscall.Signal{}
	lines := bufio.NewScanner(parent)
	for lines.Scan() {
		if lines.Text() == "clean" {
			return 0
		}
		var group int
		var sig syscall.Signal
		if _, err := fmt.Sscan(strings.TrimSpace(lines.Text()), &group, &sig); err == nil && group > 1 {
			signals[group] = sig
		}
	}
	for group, sig := range signals {
		_ = syscall.Kill(-group, sig) // an error means that it has gone, which is the aim
	}
	time.Sleep(time.Second)
	for group := range signals {
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}
	if err := removeAll(dir); err != nil {
		return complain(err)
	}
	return 0
}
