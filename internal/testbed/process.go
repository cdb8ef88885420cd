package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// tailBytes is how much of a log is shown when its service failed.
const tailBytes = 3000

// process is one running service.
type process struct {
	name    string
	cmd     *exec.Cmd
	logFile string
	signal  syscall.Signal // asks it to stop
	answers ready
	done    chan error // receives once, when it has exited
}

// launch describes a service for bed.launch.
type launch struct {
	name    string
	argv    []string
	as      owner
	signal  syscall.Signal // asks it to stop
	logFile string         // where it writes by itself; empty: its standard output is kept
	answers ready
}

// launch starts a service in a process group of its own, so that Ctrl-C in a
// terminal reaches the tests before it reaches what they talk to.
func (b *bed) launch(l launch) error {
	out, err := os.Create(filepath.Join(b.dir, l.name+".out"))
	if err != nil {
		return err
	}
	defer out.Close()
	if l.logFile == "" {
		l.logFile = out.Name()
	}
	cmd := exec.Command(l.argv[0], l.argv[1:]...)
	cmd.Dir = b.dir
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: l.as.credential()}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s does not start: %w", l.name, err)
	}
	b.janitor.watch(cmd.Process.Pid, l.signal)
	p := &process{name: l.name, cmd: cmd, logFile: l.logFile, signal: l.signal, answers: l.answers, done: make(chan error, 1)}
	go func() { p.done <- cmd.Wait() }()
	b.procs = append(b.procs, p)
	return nil
}

// await returns when the service answers, or an error with the tail of its log.
func (p *process) await(ctx context.Context) error {
	var last error
	for {
		if last = p.answers(); last == nil {
			return nil
		}
		select {
		case err := <-p.done:
			p.done <- err
			return fmt.Errorf("%s has stopped (%v)\n%s", p.name, err, tail(p.logFile))
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w (%w)\n%s", p.name, last, ctx.Err(), tail(p.logFile))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop ends the service. One that had ended already shows its log, since a test
// may have failed of it.
func (p *process) stop() {
	select {
	case err := <-p.done:
		fmt.Fprintf(os.Stderr, "testbed: %s stopped before the end (%v)\n%s\n", p.name, err, tail(p.logFile))
		p.done <- err
	default:
	}
	stopGroup(p.cmd.Process.Pid, p.signal, p.done)
}

// stopGroup signals a process and waits for it, then kills what is left of its group.
func stopGroup(pid int, sig syscall.Signal, done <-chan error) {
	_ = syscall.Kill(-pid, sig) // an error means that it has gone, which is the aim
	select {
	case <-done:
	case <-time.After(stopWithin):
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
}

// runOnce runs a preparing command to its end.
func runOnce(ctx context.Context, as owner, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = "/" // the caller's folder may be closed to the other user
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as.credential()}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(argv[0]), err, out)
	}
	return nil
}

// tail returns the end of a log, or why it cannot be read.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	text = bytes.TrimSpace(text)
	if len(text) > tailBytes {
		text = text[len(text)-tailBytes:]
	}
	return fmt.Sprintf("--- end of %s ---\n%s", filepath.Base(path), text)
}
