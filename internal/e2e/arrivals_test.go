package e2e

import (
	"context"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/assembly"
	"assent/internal/errs"
	"assent/subscriptions"
)

// A server may number a folder anew. All of it is fetched again and told apart by content: nothing is lost, and nothing is worked on twice.
func TestAFolderThatIsNumberedAnewLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.change = func(p *assembly.Plan) { p.Poll = 200 * time.Millisecond }
		s.house = s.open(databaseURL)
		s.run(s.house)
		contact := "contact@" + harbour
		old := []string{
			plain("ann@example.org", contact, "My data", "Please send me a copy of all the personal data that you hold about me."),
			plain("bob@example.org", contact, "Unsubscribe me", ""),
			plain("cat@example.org", contact, "Hello", "When is the meeting?"),
		}
		for _, raw := range old {
			s.place("contact", raw)
		}
		s.settled(len(old))
		s.renumber("contact")
		for _, raw := range append(old, plain("dan@example.org", contact, "Hello", "Where is the meeting?")) {
			s.place("contact", raw)
		}
		all := s.settled(2*len(old) + 1)
		doubles := 0
		for _, k := range all {
			if k.Disposition == inbox.Duplicated {
				doubles++
			}
		}
		opened, err := s.house.DB.Cases(t.Context(), cases.Filter{}, 0, 100)
		s.check(err)
		if doubles != len(old) || len(opened) != 3 { // ann's, cat's and dan's
			t.Errorf("of %d messages %d are doubles, and there are %d cases", len(all), doubles, len(opened))
		}
		s.fence()
		if n := s.lettersTo("ann@example.org"); n != 1 {
			t.Errorf("ann got %d letters", n)
		}
	})
}

// renumber deletes the INBOX of one of the organisation's mailboxes, which comes back empty under another UIDVALIDITY.
func (s *scene) renumber(box string) {
	s.t.Helper()
	c, err := textproto.Dial("tcp", s.world.IMAPAddr())
	s.check(err)
	defer c.Close()
	for i, command := range []string{fmt.Sprintf("LOGIN %s %q", s.at(box), s.password), "DELETE INBOX", "LOGOUT"} {
		s.check(c.PrintfLine("%d %s", i, command))
		for {
			line, err := c.ReadLine()
			s.check(err)
			if strings.HasPrefix(line, fmt.Sprint(i)) {
				if !strings.HasPrefix(line, fmt.Sprintf("%d OK", i)) {
					s.t.Fatalf("%s: %s", command, line)
				}
				break
			}
		}
	}
}

// The same bytes twice in one folder, as when somebody copies a message, are one request.
func TestACopyOfAMessageIsNoSecondRequest(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	raw := plain("ann@example.org", "privacy@"+harbour, "My data", "Please send me a copy of all the personal data that you hold about me.")
	s.place("privacy", raw)
	s.settled(1)
	s.place("privacy", raw)
	s.place("privacy", strings.Replace(raw, "copy", "duplicate", 1)) // another message by her
	s.settled(3)
	opened, err := s.house.DB.Cases(t.Context(), cases.Filter{}, 0, 100)
	s.check(err)
	if len(opened) != 2 {
		t.Errorf("there are %d cases, want one for each message that differs", len(opened))
	}
}

// attachment is a mail of at least size octets whose text comes first.
func attachment(size int) string {
	var b strings.Builder
	b.Grow(size + 100)
	b.WriteString(strings.TrimSuffix(plain("ann@example.org", "contact@"+harbour, "Unsubscribe me", "--b\r\n\r\nPlease stop.\r\n--b\r\nContent-Type: application/pdf; name=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"), "\r\n"))
	for line := strings.Repeat("A", 76) + "\r\n"; b.Len() < size; {
		b.WriteString(line)
	}
	b.WriteString("--b--\r\n")
	return b.String()
}

// aloneEnv tells a test that it is in a process of its own.
const aloneEnv = "ASSENT_E2E_ALONE"

// alone runs the test once more in a process of its own, where nothing else is measured. It reports whether this is that process.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(aloneEnv) != "" {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), aloneEnv+"=1")
	out, err := cmd.CombinedOutput()
	if t.Logf("%s", out); err != nil {
		t.Errorf("in a process of its own: %v", err)
	}
	return false
}

func TestAMailOf50MegabytesIsWorkedOnInFlatMemory(t *testing.T) {
	t.Parallel()
	if !alone(t) {
		return
	}
	const size, most = 50 << 20, 64 << 20
	databaseURL := sqliteURL(t)
	s := prepare(t, databaseURL)
	uid := s.place("contact", attachment(size)) // the world holds it in memory, before anything is measured
	s.house = s.open(databaseURL)

	before := live()
	s.run(s.house)
	peak, began := before, time.Now()
	s.eventually("the message is settled", func() bool {
		peak = max(peak, live())
		all, err := s.house.DB.KeptBefore(t.Context(), 0, 1)
		s.check(err)
		return len(all) == 1 && all[0].Disposition != inbox.Unsorted
	})
	k := s.kept(func(k inbox.Kept) bool { return k.UID == uid })
	t.Logf("%d MiB were worked on in %v, with %d MiB of memory", k.Size>>20, time.Since(began).Round(time.Millisecond), (peak-before)>>20)
	if k.Disposition != inbox.OptedOut || k.Size < size {
		t.Errorf("the message of %d octets became %q", k.Size, k.Disposition)
	}
	if peak-before > most {
		t.Errorf("memory grew by %d MiB", (peak-before)>>20)
	}
}

// live is what the process holds in memory besides garbage.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// While a large message trickles in, nothing else waits for it.
func TestALargeMessageThatComesSlowlyHoldsUpNoOptOut(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		raw := attachment(3 << 20)
		wire, server := io.Pipe()
		received := make(chan error, 1)
		go func() {
			received <- s.house.Inbox.Receive(t.Context(), "contact", 1, []inbox.Arrival{{UID: 1, ReceivedAt: time.Now(), Size: int64(len(raw)), Body: wire}})
		}()
		_, err := io.WriteString(server, raw[:2<<20])
		s.check(err)
		quick, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = s.house.People.Withdraw(quick, subscriptions.Withdrawal{
			Address: s.at("somebody"), Scope: subscriptions.Everything(), Channel: subscriptions.ByOneClick, Actor: "subscriber",
		})
		if err != nil {
			t.Errorf("an opt-out while the message came in: %v", err)
		}
		_, err = io.WriteString(server, raw[2<<20:])
		s.check(err)
		s.check(server.Close())
		s.check(<-received)
		if k := s.kept(func(k inbox.Kept) bool { return k.UID == 1 && k.UIDValidity == 1 }); k.Disposition != inbox.OptedOut || k.Size != int64(len(raw)) {
			t.Errorf("the message of %d octets, of %d, became %q", k.Size, len(raw), k.Disposition)
		}
	})
}

// A large message whose connection breaks is not there, and not half of it.
func TestALargeMessageThatBreaksOffIsNotKept(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	raw := attachment(3 << 20)
	broken := errs.E("test", errs.Unavailable, "The connection broke.", nil)
	wire, server := io.Pipe()
	go func() {
		_, _ = io.WriteString(server, raw[:2<<20])
		_ = server.CloseWithError(broken)
	}()
	small := plain("ann@example.org", "contact@"+harbour, "Hello", "How are you?")
	err := s.house.Inbox.Receive(t.Context(), "contact", 1, []inbox.Arrival{
		{UID: 1, ReceivedAt: time.Now(), Size: int64(len(small)), Body: strings.NewReader(small)},
		{UID: 2, ReceivedAt: time.Now(), Size: int64(len(raw)), Body: wire},
	})
	if err == nil {
		t.Error("it was said to be safe")
	}
	if held, err := s.house.Inbox.Held(t.Context(), "contact", 1, 0); err != nil || len(held) != 0 {
		t.Errorf("of the batch %v are held, %v", held, err)
	}
}
