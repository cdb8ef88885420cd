package imappoll_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"assent/inbox/imappoll"
	"assent/internal/address"
	"assent/internal/mailworld"
)

func startWorld(t *testing.T) *mailworld.World {
	t.Helper()
	w, err := mailworld.Start(t.Context(), mailworld.Config{Now: time.Now, Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func inWorld(w *mailworld.World, name string) imappoll.Mailbox {
	return imappoll.Mailbox{Name: name, Addr: w.IMAPAddr(), TLS: imappoll.None, Username: name + "@example.org", Password: "secret"}
}

func TestTwoMailboxesAtOnceEachGetTheirOwnMail(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	d := newDesk()
	for _, name := range []string{"rights", "news"} {
		poll(t, &imappoll.Poller{Mailbox: inWorld(w, name), Receiver: d, Pace: quick})
	}
	for i := range 300 {
		name := []string{"rights", "news"}[i%2]
		if err := w.Deliver("ann@example.org", name+"@example.org", fmt.Appendf(nil, "Subject: %s %d\r\n\r\nx\r\n", name, i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"rights", "news"} {
		for _, k := range d.awaitCount(t, name, 150) {
			if !strings.Contains(k.raw, "Subject: "+name) {
				t.Errorf("in %s: %q", name, k.raw)
			}
		}
	}
	if d.doubles != 0 {
		t.Errorf("%d messages were handed over twice", d.doubles)
	}
}

// proxy passes connections on to addr and cuts each after a random number of octets.
func proxy(t *testing.T, addr string, most int) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	dice := rand.New(rand.NewPCG(1, 2))
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", addr)
			if err != nil {
				_ = in.Close()
				return
			}
			limit := int64(dice.IntN(most))
			go func() {
				defer in.Close()
				defer out.Close()
				go func() { _, _ = io.Copy(out, in) }()
				_, _ = io.CopyN(in, out, limit)
			}()
		}
	}()
	return ln.Addr().String()
}

func TestALineThatBreaksAtEveryOtherOctetLosesNothing(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	desk := address.Must("desk@example.org")
	for i := range 200 {
		raw := fmt.Sprintf("Subject: %d\r\n\r\n%s\r\n", i, strings.Repeat("body ", i*20))
		if _, err := w.Place(desk, time.Now(), []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
	m := inWorld(w, "desk")
	m.Addr = proxy(t, w.IMAPAddr(), 60_000)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick, Every: time.Hour, BatchOctets: 8000})
	got := d.awaitCount(t, "desk", 200)
	for i, sent := range w.Inbox(desk) {
		if got[i].raw != string(sent.Raw) || got[i].unreadable != "" {
			t.Errorf("message %d is not as it was sent", sent.UID)
		}
	}
	if d.doubles != 0 {
		t.Errorf("%d messages were handed over twice", d.doubles)
	}
}

func TestRestartsInTheMiddleLoseNothing(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	desk := address.Must("desk@example.org")
	d := newDesk()
	for i := range 20 {
		stop := poll(t, &imappoll.Poller{Mailbox: inWorld(w, "desk"), Receiver: d, Pace: quick, BatchOctets: 200})
		for range 20 {
			if _, err := w.Place(desk, time.Now(), fmt.Appendf(nil, "Subject: %d\r\n\r\n%s\r\n", i, strings.Repeat("x", 150))); err != nil {
				t.Fatal(err)
			}
		}
		if i < 19 {
			time.Sleep(time.Duration(rand.IntN(5)) * time.Millisecond)
			stop()
		}
	}
	d.awaitCount(t, "desk", 400)
	if d.doubles != 0 {
		t.Errorf("%d messages were handed over twice", d.doubles)
	}
}

// This test is not parallel: it measures the memory of the whole process.
func TestAHugeMessageGoesThroughInLittleMemory(t *testing.T) {
	const size = 50 << 20
	line := []byte(strings.Repeat("0123456789abcde", 68) + "ab\r\n") // 1024 octets
	s := &hostile{letters: []letter{{1, ""}}}
	s.on = func(c *talk, cmd, tag, _ string) bool {
		switch cmd {
		case "DESCRIBE":
			c.say("* 1 FETCH (UID 1 INTERNALDATE %s RFC822.SIZE %d)\r\n%s OK done", internalDate, size, tag)
		case "FETCH":
			fmt.Fprintf(c, "* 1 FETCH (UID 1 BODY[] {%d}\r\n", size)
			for range size / len(line) {
				if _, err := c.Write(line); err != nil {
					return true
				}
			}
			c.say(")\r\n%s OK done", tag)
		default:
			return false
		}
		return true
	}
	startHostile(t, s)
	d := newDesk()
	d.countOnly = true
	peak := peakHeap(t)
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick})
	if got := d.awaitCount(t, "desk", 1); got[0].size != size {
		t.Errorf("size = %d", got[0].size)
	}
	if grown := peak(); grown > 8<<20 {
		t.Errorf("memory grew by %d MiB for a message of 50 MiB", grown>>20)
	} else {
		t.Logf("memory grew by %d KiB", grown>>10)
	}
}

// peakHeap watches the heap until the returned function is called, which tells by how many octets it grew.
func peakHeap(t *testing.T) func() uint64 {
	t.Helper()
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, peak := m.HeapAlloc, m.HeapAlloc
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return peak - before
	}
}

func TestTheServerOfTheLibraryIsReadWhole(t *testing.T) {
	t.Parallel()
	user := imapmemserver.NewUser("desk@example.org", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	mem := imapmemserver.New()
	mem.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		InsecureAuth: true,
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(ln) })
	t.Cleanup(func() { _ = server.Close(); serving.Wait() })

	put := func(raw string) {
		t.Helper()
		if _, err := user.Append("INBOX", &sized{strings.NewReader(raw), int64(len(raw))}, &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}}); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for i := range 250 {
		want = append(want, fmt.Sprintf("Message-ID: <same@example.org>\r\nSubject: %d\r\n\r\nx\r\n", i))
		put(want[i])
	}
	put("Content-Type: multipart/mixed; boundary=x\r\n\r\nno parts\r\n") // its structure makes the server panic
	m := imappoll.Mailbox{Name: "desk", Addr: ln.Addr().String(), TLS: imappoll.None, Username: "desk@example.org", Password: "secret"}
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick, Every: 100 * time.Millisecond})
	got := d.awaitCount(t, "desk", 251)
	if !slices.EqualFunc(got[:250], want, func(k kept, raw string) bool { return k.raw == raw }) {
		t.Error("not all messages are as they were put in")
	}
	put("Subject: new\r\n\r\nx\r\n")
	d.awaitCount(t, "desk", 252)
}

// sized is a reader that knows its length.
type sized struct {
	io.Reader
	size int64
}

func (s *sized) Size() int64 { return s.size }
