package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress tells how far a long command is: a bar on a terminal, now and then a line elsewhere.
type progress struct {
	w     io.Writer
	bar   bool
	what  string // "lines"
	total int64
	now   func() time.Time
	begun time.Time
	last  time.Time
	drawn int // width of the bar on the screen
}

const (
	barWidth  = 30
	barEvery  = 100 * time.Millisecond
	lineEvery = 10 * time.Second
)

func newProgress(w io.Writer, what string, total int64, now func() time.Time) *progress {
	f, ok := w.(*os.File)
	begun := now()
	return &progress{w: w, bar: ok && term.IsTerminal(int(f.Fd())), what: what, total: total, now: now, begun: begun, last: begun}
}

// at tells that done of the total are behind us.
func (p *progress) at(done int64) {
	now, every := p.now(), lineEvery
	if p.bar {
		every = barEvery
	}
	if now.Sub(p.last) < every {
		return
	}
	p.last = now
	text := fmt.Sprintf("%s of %s %s%s", thousands(done), thousands(p.total), p.what, p.left(now, done))
	if !p.bar {
		fmt.Fprintln(p.w, text)
		return
	}
	full := 0
	if p.total > 0 {
		full = int(barWidth * min(done, p.total) / p.total)
	}
	p.draw("[" + strings.Repeat("#", full) + strings.Repeat(".", barWidth-full) + "] " + text)
}

// left guesses the time that is left, from what the rest has taken.
func (p *progress) left(now time.Time, done int64) string {
	if done <= 0 || done >= p.total {
		return ""
	}
	spent := now.Sub(p.begun)
	return ", " + time.Duration(float64(spent)/float64(done)*float64(p.total-done)).Round(time.Second).String() + " left"
}

// end clears the bar.
func (p *progress) end() {
	if p.drawn > 0 {
		p.draw("")
		fmt.Fprint(p.w, "\r")
	}
}

func (p *progress) draw(line string) {
	width := len(line)
	fmt.Fprint(p.w, "\r"+line+strings.Repeat(" ", max(0, p.drawn-width)))
	p.drawn = width
}

// counted says how many there are of what has a name for one and a name for more: "1 row", "1,200 rows".
func counted(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + more
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
