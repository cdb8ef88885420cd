package e2e

import (
	"bufio"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// sink is a relay that takes every message, keeps what its checker needs, and forgets the rest.
type sink struct {
	mu    sync.Mutex
	taken []taken
}

// startSink returns a sink and the address where it listens.
func startSink(t testing.TB) (*sink, string) {
	t.Helper()
	s := &sink{}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &sinkSession{sink: s}, nil }))
	server.Domain = "sink.example"
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(ln)
	t.Cleanup(func() { server.Close() })
	return s, ln.Addr().String()
}

// all returns what was taken so far.
func (s *sink) all() []taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]taken{}, s.taken...)
}

type sinkSession struct {
	sink *sink
	to   []taken
}

func (s *sinkSession) Reset()                               { s.to = nil }
func (s *sinkSession) Logout() error                        { return nil }
func (s *sinkSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, taken{at: time.Now(), to: to})
	return nil
}

func (s *sinkSession) Data(r io.Reader) error {
	head, err := textproto.NewReader(bufio.NewReader(r)).ReadMIMEHeader()
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	campaign, _, _ := strings.Cut(head.Get("Subject"), " ")
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	for _, m := range s.to {
		m.listID, m.campaign = head.Get("List-Id"), campaign
		s.sink.taken = append(s.sink.taken, m)
	}
	return nil
}
