package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
)

// withoutIdle listens before a mail server that offers IDLE, and hides that.
func withoutIdle(t *testing.T, server string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			behind, err := net.Dial("tcp", server)
			if err != nil {
				client.Close()
				continue
			}
			go func() { _, _ = io.Copy(behind, client); behind.Close() }()
			go func() { _, _ = io.Copy(client, &hidesIdle{r: behind}); client.Close() }()
		}
	}()
	return ln.Addr().String()
}

// hidesIdle reads what a server says with another word for IDLE. A word that is cut between two reads is put together first.
type hidesIdle struct {
	r    io.Reader
	left []byte
}

func (h *hidesIdle) Read(p []byte) (int, error) {
	if len(h.left) == 0 {
		buf := make([]byte, 16<<10)
		n, err := h.r.Read(buf)
		if n == 0 {
			return 0, err
		}
		h.left = bytes.ReplaceAll(buf[:n], []byte(" IDLE "), []byte(" XDLE "))
	}
	n := copy(p, h.left)
	h.left = h.left[n:]
	return n, nil
}

// proxied is a mail system that is read through another door.
type proxied struct {
	*realMail
	door string
}

func (p proxied) IMAPAddr() string { return p.door }

// Where the server has no IDLE it is asked 4 s after the last answer (imappoll.Pace): within 5 s of its arrival an opt-out is acted on.
func TestAnOptOutOverDovecotWithoutIdleActsWithinOnePoll(t *testing.T) {
	t.Parallel()
	databaseURL := sqliteURL(t)
	s := prepareReal(t, databaseURL)
	s.mail = proxied{s.mail.(*realMail), withoutIdle(t, s.mail.IMAPAddr())}
	s.change = asDelivered
	s.house = s.open(databaseURL)
	s.run(s.house)
	s.atOnce(s.latencies(20, 500*time.Millisecond)) // over two polls: some come just after one, and some just before
}

// Who opts out while a backlog is caught up with does not wait until it is done: what has just come is fetched between two windows of it, and has a queue of its own. The test
// prints how long it took; what fails is only that the backlog was done first.
func TestAnOptOutDuringABacklogOfDovecotIsNotLast(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepareReal(t, databaseURL)
		s.change = asDelivered
		const backlog, leaving = 800, 5
		var ids []int64
		s.house = s.open(databaseURL)
		for i := range leaving {
			ids = append(ids, s.enrol(fmt.Sprintf("leaver%d@example.org", i)))
		}
		s.pile("contact", backlog)
		s.run(s.house)
		s.eventually("the backlog is begun", func() bool {
			some, err := s.house.DB.KeptBefore(t.Context(), 0, 1)
			s.check(err)
			return len(some) > 0
		})
		began := time.Now()
		for i := range leaving {
			s.write(fmt.Sprintf("leaver%d@example.org", i), s.at("contact").String(), "Unsubscribe me", "")
		}
		for _, id := range ids {
			s.eventually("the gate refuses", func() bool { return !s.mayBeMailed(id) })
		}
		took := time.Since(began)
		open, err := s.house.DB.UnsettledSince(t.Context(), "contact", time.Now().Add(time.Hour))
		s.check(err)
		kept, err := s.house.DB.KeptBefore(t.Context(), 0, 5000)
		s.check(err)
		t.Logf("%d opt-outs took %v, while %d of %d messages were here and %d waited to be sorted", leaving, took, len(kept), backlog+leaving, open)
		if len(kept) == backlog+leaving && open == 0 {
			t.Error("the backlog was done before anybody who left")
		}
	})
}

// pile puts many mails of people into a mailbox that nobody watches yet.
func (s *scene) pile(box string, n int) {
	s.t.Helper()
	u := url.UserPassword(s.at(box).String(), s.password)
	c, err := imapclient.DialInsecure(s.mail.IMAPAddr(), nil)
	s.check(err)
	defer c.Close()
	s.check(c.Login(u.Username(), s.password).Wait())
	s.put(c, n, func(i int) string { return ofPeople(mix{}, i) })
}

// put appends mails to the INBOX, a hundred at a time.
func (s *scene) put(c *imapclient.Client, n int, mail func(i int) string) {
	s.t.Helper()
	var waiting []*imapclient.AppendCommand
	for i := range n {
		raw := mail(i)
		cmd := c.Append("INBOX", int64(len(raw)), nil)
		_, err := io.WriteString(cmd, raw)
		s.check(err)
		s.check(cmd.Close())
		if waiting = append(waiting, cmd); len(waiting) == 100 || i == n-1 {
			for _, cmd := range waiting {
				_, err := cmd.Wait()
				s.check(err)
			}
			waiting = nil
		}
	}
}
