package imappoll

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

var (
	errStalled = errors.New("the server was silent for too long")
	errFlood   = errors.New("the server sent more than was asked for")
)

// line is a network connection with limits of our own on what the other side may do: be silent for a
// while, and send a number of octets. The IMAP library sets read deadlines of its own, which
// are none at all between two responses and five minutes for a whole message; line ignores them.
//
// The silence is counted only while a read is under way: time that the Receiver
// takes to store a message is not the server's.
type line struct {
	net.Conn
	mu       sync.Mutex
	watchdog *time.Timer
	patience time.Duration // 0 is endless
	left     int64         // octets that may still come
	reading  bool
	stalled  bool
}

func newLine(c net.Conn) *line {
	l := &line{Conn: c}
	l.watchdog = time.AfterFunc(time.Hour, l.stall)
	l.watchdog.Stop()
	return l
}

// expect sets the limits from now on: no silence longer than patience, and no more than the given octets.
func (l *line) expect(patience time.Duration, octets int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.patience, l.left = patience, octets
	if l.reading {
		l.arm()
	}
}

// rest ends the limit on silence: nothing is asked of the server at present.
func (l *line) rest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.patience = 0
	l.watchdog.Stop()
}

func (l *line) arm() {
	if l.patience > 0 {
		l.watchdog.Reset(l.patience)
	}
}

func (l *line) stall() {
	l.mu.Lock()
	l.stalled = l.reading
	stalled := l.stalled
	l.mu.Unlock()
	if stalled {
		_ = l.Conn.Close()
	}
}

// Read implements net.Conn within the limits.
func (l *line) Read(b []byte) (int, error) {
	l.mu.Lock()
	if l.left <= 0 {
		l.mu.Unlock()
		_ = l.Conn.Close()
		return 0, errFlood
	}
	b = b[:min(int64(len(b)), l.left)]
	l.reading = true
	l.arm()
	l.mu.Unlock()

	n, err := l.Conn.Read(b)

	l.mu.Lock()
	defer l.mu.Unlock()
	l.reading = false
	l.watchdog.Stop()
	l.left -= int64(n)
	if err != nil && l.stalled {
		err = errStalled
	}
	return n, err
}

// SetReadDeadline does nothing: see line.
func (l *line) SetReadDeadline(time.Time) error { return nil }

// SetDeadline sets the deadline for writing only: see line.
func (l *line) SetDeadline(t time.Time) error { return l.Conn.SetWriteDeadline(t) }

// prefixed is a connection on which something was said already.
type prefixed struct {
	net.Conn
	r io.Reader
}

func (p prefixed) Read(b []byte) (int, error) { return p.r.Read(b) }
