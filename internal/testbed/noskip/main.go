// Command noskip runs "go test -json" with its arguments, prints a line for each
// package and the whole output of what failed, and fails when a test was skipped:
// where every service is there, a skip hides a test that nobody has run.
//
// The last line is "N passed, N failed, N skipped". Subtests count.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run returns the exit code: 0 only if all tests passed and none was skipped.
func run(args []string) int {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return complain(err)
	}
	if err := cmd.Start(); err != nil {
		return complain(err)
	}
	s := newSummary(os.Stdout)
	readErr := s.read(out)
	err = errors.Join(readErr, cmd.Wait())
	ok := s.close()
	switch {
	case readErr != nil:
		return complain(err)
	case err != nil && ok:
		return complain(fmt.Errorf("go test: %w", err)) // it failed without naming a test
	case !ok:
		return 1
	}
	return 0
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "noskip:", err)
	return 1
}
