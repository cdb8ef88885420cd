package main

import (
	"strings"
	"testing"
	"time"
)

func TestProgressIsABarOnATerminalAndLinesElsewhere(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	var out strings.Builder
	p := newProgress(&out, "lines", 20_000, func() time.Time { return now })
	for _, step := range []struct {
		after time.Duration
		done  int64
	}{{time.Second, 1000}, {9 * time.Second, 5000}, {time.Second, 5500}} {
		now = now.Add(step.after)
		p.at(step.done)
	}
	p.end()
	if got := out.String(); got != "5,000 of 20,000 lines, 30s left\n" {
		t.Errorf("lines: %q", got)
	}
	out.Reset()
	p.bar = true
	now = now.Add(9 * time.Second)
	p.at(10_000)
	p.end()
	shown, cleared, _ := strings.Cut(strings.TrimPrefix(out.String(), "\r"), "\r")
	if shown != "[###############...............] 10,000 of 20,000 lines, 20s left" || strings.TrimSpace(cleared) != "" {
		t.Errorf("bar: %q, then %q", shown, cleared)
	}
}
