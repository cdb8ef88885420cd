package imappoll_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"assent/inbox/imappoll"
)

// letter is a message on a hostile server.
type letter struct {
	uid  uint32
	body string
}

const internalDate = `"22-Nov-2026 10:00:00 +0000"`

// hostile is an IMAP server that does as it is told, and otherwise behaves.
type hostile struct {
	mu       sync.Mutex
	letters  []letter
	validity uint32
	greeting string
	caps     string
	tls      *tls.Config
	implicit bool // TLS from the first octet
	// on may handle a command before the server does: "GREETING", "LOGIN", "EXAMINE", "SEARCH", "DESCRIBE",
	// "FETCH" (bodies), "IDLE", "NOOP"... It returns true when it has handled it.
	on    func(c *talk, cmd, tag, args string) bool
	addr  string
	count map[string]int // commands so far
}

// talk is one connection.
type talk struct {
	net.Conn
	r *bufio.Reader
	s *hostile
}

func (c *talk) say(format string, args ...any) { fmt.Fprintf(c.Conn, format+"\r\n", args...) }

func startHostile(t *testing.T, s *hostile) *hostile {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr, s.count = ln.Addr().String(), map[string]int{}
	if s.validity == 0 {
		s.validity = 7
	}
	if s.caps == "" {
		s.caps = "IMAP4rev1 IDLE"
	}
	if s.greeting == "" {
		s.greeting = "* OK hello"
	}
	var serving sync.WaitGroup
	var conns sync.Map
	serving.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			conns.Store(c, nil)
			serving.Go(func() {
				defer c.Close()
				if s.implicit {
					c = tls.Server(c, s.tls)
				}
				s.serve(&talk{Conn: c, r: bufio.NewReader(c), s: s})
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		conns.Range(func(c, _ any) bool { return c.(net.Conn).Close() == nil || true })
		serving.Wait()
	})
	return s
}

// hear counts a command and asks on about it. once says how often it was heard, from 1.
func (s *hostile) hear(c *talk, cmd, tag, args string) bool {
	s.mu.Lock()
	s.count[cmd]++
	s.mu.Unlock()
	return s.on != nil && s.on(c, cmd, tag, args)
}

func (s *hostile) heard(cmd string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count[cmd]
}

func (s *hostile) serve(c *talk) {
	if s.hear(c, "GREETING", "*", "") {
		return
	}
	c.say("%s", s.greeting)
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return
		}
		tag, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		cmd, args, _ := strings.Cut(rest, " ")
		if cmd == "UID" {
			cmd, args, _ = strings.Cut(args, " ")
			args = "UID " + args
		}
		if cmd == "FETCH" && !strings.Contains(args, "BODY") {
			cmd = "DESCRIBE"
		}
		if s.hear(c, cmd, tag, args) {
			continue
		}
		if !s.behave(c, cmd, tag, args) {
			return
		}
	}
}

func (s *hostile) behave(c *talk, cmd, tag, args string) bool {
	switch cmd {
	case "CAPABILITY":
		c.say("* CAPABILITY %s", s.caps)
	case "STARTTLS":
		if s.tls == nil {
			c.say("%s NO no TLS", tag)
			return true
		}
		c.say("%s OK begin", tag)
		t := tls.Server(c.Conn, s.tls)
		c.Conn, c.r = t, bufio.NewReader(t)
		return true
	case "SELECT", "EXAMINE":
		s.mu.Lock()
		c.say("* %d EXISTS", len(s.letters))
		c.say("* OK [UIDVALIDITY %d] ok", s.validity)
		s.mu.Unlock()
	case "SEARCH":
		var b strings.Builder
		for _, l := range s.list() {
			fmt.Fprintf(&b, " %d", l.uid)
		}
		c.say("* SEARCH%s", b.String()) // all, whatever was asked for: "n:*" and worse
	case "DESCRIBE", "FETCH":
		for i, l := range s.asked(args) {
			if cmd == "DESCRIBE" {
				c.say("* %d FETCH (UID %d INTERNALDATE %s RFC822.SIZE %d)", i, l.uid, internalDate, len(l.body))
			} else {
				c.give(i, l)
			}
		}
	case "IDLE":
		c.say("+ idling")
		if line, err := c.r.ReadString('\n'); err != nil || strings.TrimSpace(line) != "DONE" {
			return false
		}
	case "LOGOUT":
		return false
	}
	c.say("%s OK done", tag)
	return true
}

func (c *talk) give(seq int, l letter) {
	c.say("* %d FETCH (UID %d BODY[] {%d}\r\n%s)", seq, l.uid, len(l.body), l.body)
}

func (s *hostile) list() []letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]letter(nil), s.letters...)
}

// asked returns the letters of a FETCH by sequence number, from 1. args is "UID set items" or "set items".
func (s *hostile) asked(args string) map[int]letter {
	args, byUID := strings.CutPrefix(args, "UID ")
	set, _, _ := strings.Cut(args, " ")
	out := map[int]letter{}
	for i, l := range s.list() {
		n := uint64(i + 1)
		if byUID {
			n = uint64(l.uid)
		}
		for part := range strings.SplitSeq(set, ",") {
			from, to, ranged := strings.Cut(part, ":")
			lo, _ := strconv.ParseUint(from, 10, 32)
			hi := lo
			if ranged {
				hi, _ = strconv.ParseUint(to, 10, 32)
			}
			if lo <= n && n <= hi {
				out[i+1] = l
			}
		}
	}
	return out
}

func letters(n int) []letter {
	list := make([]letter, n)
	for i := range list {
		list[i] = letter{uint32(i + 1), fmt.Sprintf("Subject: %d\r\n\r\nbody of %d\r\n", i+1, i+1)}
	}
	return list
}

func (s *hostile) mailbox() imappoll.Mailbox {
	return imappoll.Mailbox{Name: "desk", Addr: s.addr, TLS: imappoll.None, Username: "desk@example.org", Password: "secret"}
}

// expectAll fails unless the desk holds exactly the given letters, octet for octet.
func expectAll(t *testing.T, d *desk, want []letter) {
	t.Helper()
	got := d.awaitCount(t, "desk", len(want))
	for i, k := range got {
		if k.unreadable != "" {
			t.Errorf("message %d is unreadable: %s", k.uid, k.unreadable)
			continue
		}
		if i >= len(want) || k.uid != want[i].uid || k.raw != want[i].body {
			t.Errorf("message %d is not as it was sent: %.100q", k.uid, k.raw)
		}
		if k.announced != k.size {
			t.Errorf("message %d has %d octets, not %d", k.uid, k.size, k.announced)
		}
	}
	if d.doubles != 0 {
		t.Errorf("%d messages were handed over twice", d.doubles)
	}
}
