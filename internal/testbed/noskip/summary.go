package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of "go test -json" (go doc test2json).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build-output event
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string
}

// summary counts events and prints what a person wants to read of them.
type summary struct {
	w       io.Writer
	output  map[string][]string // by test, until it has passed
	tests   map[string]int      // tests run, by package
	broken  map[string]bool     // packages of which a test failed
	racing  map[string]bool     // packages in the middle of the report of a data race
	passed  int
	failed  int
	skipped []string
}

func newSummary(w io.Writer) *summary {
	return &summary{w: w, output: map[string][]string{}, tests: map[string]int{}, broken: map[string]bool{}, racing: map[string]bool{}}
}

// read takes in all events. A line that is not JSON is printed as it is.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(s.w, lines.Text())
			continue
		}
		s.add(e)
	}
	return lines.Err()
}

func (s *summary) add(e event) {
	key := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if strings.HasPrefix(e.Output, "=== ") {
			return // RUN, PAUSE, CONT and NAME say nothing that a reader misses
		}
		if s.tellsOfRace(e) {
			fmt.Fprint(s.w, e.Output) // it comes in the middle of any test, also of one that passes
			return
		}
		s.output[key] = append(s.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.endPackage(e, key)
		} else {
			s.endTest(e, key)
		}
		delete(s.output, key)
	}
}

// tellsOfRace reports whether a line is of the report of a data race, which ends with a line of equals signs.
func (s *summary) tellsOfRace(e event) bool {
	was := s.racing[e.Package]
	s.racing[e.Package] = strings.Contains(e.Output, "WARNING: DATA RACE") || was && !strings.HasPrefix(e.Output, "=====")
	return was || s.racing[e.Package]
}

func (s *summary) endTest(e event, key string) {
	s.tests[e.Package]++
	switch e.Action {
	case "pass":
		s.passed++
	case "fail":
		s.failed++
		s.broken[e.Package] = true
		fmt.Fprintf(s.w, "--- FAIL %s %s\n%s", e.Package, e.Test, strings.Join(s.output[key], ""))
	case "skip":
		s.skipped = append(s.skipped, e.Package+" "+e.Test+"\n"+strings.Join(s.output[key], ""))
	}
}

// endPackage prints the package's line, and its own output when it failed: a panic,
// a data race after the last test, or a compiler's complaint.
func (s *summary) endPackage(e event, key string) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(s.w, "ok    %-40s %4d tests %6.1f s\n", e.Package, s.tests[e.Package], e.Elapsed)
	case "fail":
		if !s.broken[e.Package] {
			s.failed++ // so that the closing line never hides it
		}
		build := s.output[e.FailedBuild+" "]
		fmt.Fprintf(s.w, "%s%sFAIL  %-40s %4d tests %6.1f s\n", strings.Join(build, ""), s.unfinished(e.Package, key), e.Package, s.tests[e.Package], e.Elapsed)
	}
}

// unfinished returns the output of the package itself and of its tests that never
// ended, as after a panic or a time-out.
func (s *summary) unfinished(pkg, key string) string {
	var keys []string
	for k := range s.output {
		if k != key && strings.HasPrefix(k, pkg+" ") {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range append(keys, key) {
		b.WriteString(strings.Join(s.output[k], ""))
	}
	return b.String()
}

// close prints the skipped tests and the closing line. It returns false if any test
// failed or was skipped, or none was run.
func (s *summary) close() bool {
	for _, name := range s.skipped {
		fmt.Fprintf(s.w, "--- SKIP %s", name)
	}
	if len(s.skipped) > 0 {
		fmt.Fprintln(s.w, "A skipped test counts as a failure here: mend it, or the test bed.")
	}
	fmt.Fprintf(s.w, "%d passed, %d failed, %d skipped\n", s.passed, s.failed, len(s.skipped))
	return s.passed > 0 && s.failed == 0 && len(s.skipped) == 0
}
