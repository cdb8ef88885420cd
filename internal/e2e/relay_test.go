package e2e

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// relay stands between Assent and the mail system. It hands SMTP on line by line, and has the faults that it is told.
type relay struct {
	t      *testing.T
	behind string // host:port of the mail system
	addr   string
	fault  func(step string) string // what happens at a step instead of what should: cut, or an answer of its own; "" is nothing, and it may be nil

	mu    sync.Mutex
	ln    net.Listener // nil while it is down
	conns map[net.Conn]bool
	tasks sync.WaitGroup
}

// cut is the fault of a connection that breaks.
const cut = "cut"

// Steps of a connection at which there may be a fault besides its commands: before the greeting, in the midst of the body, before its
// end, and when the mail system has taken the message and the answer should come back.
const (
	atGreeting = "greeting"
	inBody     = "body"
	beforeDot  = "dot"
	afterDot   = "answer"
)

// newRelay takes a port for a relay that is not up yet.
func newRelay(t *testing.T, behind string, fault func(string) string) *relay {
	t.Helper()
	r := &relay{t: t, behind: behind, fault: fault, conns: map[net.Conn]bool{}}
	r.up()
	t.Cleanup(r.down)
	return r
}

// up begins to listen, where it did before.
func (r *relay) up() {
	r.t.Helper()
	addr := r.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	r.ln, r.addr = ln, ln.Addr().String()
	r.mu.Unlock()
	r.tasks.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			r.tasks.Go(func() { r.carry(c) })
		}
	})
}

// down refuses connections and breaks those that are there off.
func (r *relay) down() {
	r.mu.Lock()
	if r.ln != nil {
		r.ln.Close()
		r.ln = nil
	}
	for c := range r.conns {
		c.Close()
	}
	r.mu.Unlock()
	r.tasks.Wait()
}

func (r *relay) at(step string) string {
	if r.fault == nil {
		return ""
	}
	return r.fault(step)
}

// carry hands one connection on until either side ends it or a fault does.
func (r *relay) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", r.behind)
	if err != nil {
		return
	}
	defer server.Close()
	r.mu.Lock()
	if r.ln == nil {
		r.mu.Unlock()
		return
	}
	r.conns[client], r.conns[server] = true, true
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.conns, client)
		delete(r.conns, server)
		r.mu.Unlock()
	}()
	if r.at(atGreeting) != "" {
		return
	}
	mute := make(chan struct{}) // closed when the server's next answer is not to come back
	r.tasks.Go(func() { r.answers(server, client, mute) })
	r.commands(client, server, mute)
}

// commands hands on what the client says.
func (r *relay) commands(client, server net.Conn, mute chan struct{}) {
	lines := bufio.NewReader(client)
	for inData := false; ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		step := strings.ToUpper(strings.Fields(line + " .")[0])
		switch {
		case inData && line == ".\r\n":
			inData, step = false, beforeDot
			if r.at(afterDot) != "" {
				close(mute)
				if _, err := server.Write([]byte(line)); err == nil {
					<-time.After(50 * time.Millisecond) // the mail system takes the message, and says so to nobody
				}
				return
			}
		case inData:
			step = inBody
		}
		switch answer := r.at(step); answer {
		case "":
			if _, err := server.Write([]byte(line)); err != nil {
				return
			}
			inData = inData || step == "DATA"
		case cut:
			return
		default:
			if _, err := client.Write([]byte(answer + "\r\n")); err != nil || step == beforeDot {
				return // the mail system behind still waits for the rest
			}
		}
	}
}

// answers hands back what the server says.
func (r *relay) answers(server, client net.Conn, mute chan struct{}) {
	lines := bufio.NewReader(server)
	for {
		line, err := lines.ReadString('\n')
		select {
		case <-mute:
			return
		default:
		}
		if err != nil {
			client.Close()
			return
		}
		if _, err := client.Write([]byte(line)); err != nil {
			return
		}
	}
}
