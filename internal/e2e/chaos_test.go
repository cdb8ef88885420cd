package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/assembly"
	"assent/internal/config"
)

// sharedFolder is a folder of Dovecot that the house watches and a colleague has open too.
type sharedFolder struct {
	s    *scene
	c    *imapclient.Client
	name string
}

// watchFolder has a scene watch, as the mailbox "privacy", a folder of its own.
func (s *scene) watchFolder(name string) *sharedFolder {
	s.t.Helper()
	user := url.UserPassword("privacy-"+unique()+"@assent.test", s.password)
	u := url.URL{Scheme: "imap", User: user, Host: s.mail.IMAPAddr(), Path: "/" + name}
	s.boxes = []config.Mailbox{{Name: "privacy", Programme: "harbour", Role: config.Rights, URL: config.Secret(u.String())}}
	c, err := imapclient.DialInsecure(u.Host, nil)
	s.check(err)
	s.t.Cleanup(func() { _ = c.Close() })
	s.check(c.Login(user.Username(), s.password).Wait())
	f := &sharedFolder{s, c, name}
	f.make()
	return f
}

func (f *sharedFolder) make() {
	f.s.t.Helper()
	f.s.eventually("the folder is there", func() bool { return f.c.Create(f.name, nil).Wait() == nil })
}

// put puts a message into the folder that reached the server at a time. Right after a folder was made anew Dovecot may still refuse it as the one that is gone.
func (f *sharedFolder) put(at time.Time, raw []byte) {
	f.s.t.Helper()
	f.s.eventually("the folder takes a message", func() bool {
		err := f.append(at, raw)
		var no *imap.Error
		if errors.As(err, &no) && no.Type == imap.StatusResponseTypeNo {
			_ = f.c.Create(f.name, nil).Wait() // there already, or not again
			return false
		}
		f.s.check(err)
		return true
	})
}

func (f *sharedFolder) append(at time.Time, raw []byte) error {
	cmd := f.c.Append(f.name, int64(len(raw)), &imap.AppendOptions{Time: at})
	_, err := io.Copy(cmd, bytes.NewReader(raw))
	if err = errors.Join(err, cmd.Close()); err != nil {
		return err
	}
	_, err = cmd.Wait()
	return err
}

// Ten days without anybody watching a folder of Dovecot: messages with the same, an empty and no Message-ID, one of 30 MB, one delivered twice. Then a colleague reads, moves and removes
// some, mail gets lost while nobody watches, and the folder is made anew. Every message has one disposition at the time at which it reached the server, no case is there twice, and
// comparing tells what is missing.
func TestWhateverHappensToAFolderOfDovecotEachMessageIsWorkedOnOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepareReal(t, databaseURL)
		s.change = func(p *assembly.Plan) { p.Poll = 300 * time.Millisecond }
		f := s.watchFolder("Requests")
		began := time.Now().Add(-10 * 24 * time.Hour).Truncate(time.Second)
		const total = 12
		mails, times := lyingMail(total, began)
		for i, raw := range mails {
			f.put(times[i], raw)
		}
		f.put(times[0].Add(time.Minute), mails[0]) // delivered twice
		s.house = s.open(databaseURL)
		shut := s.start(s.house, s.house.Relay, s.house.Work, s.house.Watch)
		s.settled(total + 1)
		s.settledAs(map[inbox.Disposition]int{inbox.OpenedCase: total, inbox.Duplicated: 1})
		s.eachAtItsTime(times)
		s.compares("privacy", total+1)

		f.handle()
		r := s.reconciled("privacy", func(r inbox.Reconciliation) bool { return r.Gone == 2 })
		if !r.Well() || r.OnServer != total-1 {
			t.Errorf("after a colleague was at it: %+v", r)
		}
		shut()

		s.house = s.open(databaseURL)
		f.put(time.Now().Add(-time.Hour), []byte(plain("late@example.org", "privacy@"+harbour, "My data", wantsData)))
		r = s.reconciled("privacy", func(r inbox.Reconciliation) bool { return r.Missing > 0 })
		if r.Well() || r.Missing != 1 || len(r.First) != 1 || !strings.Contains(r.Trouble(), "1 of 12 messages") {
			t.Errorf("what lies there unfetched: %+v", r)
		}
		s.run(s.house)
		s.settled(total + 2)
		s.compares("privacy", total)

		s.eventually("the folder is gone", func() bool { return f.c.Delete(f.name).Wait() == nil })
		f.make()
		for i, raw := range mails {
			f.put(times[i], raw)
		}
		s.settled(2*total + 2)
		s.settledAs(map[inbox.Disposition]int{inbox.OpenedCase: total + 1, inbox.Duplicated: total + 1})
		s.compares("privacy", total)
		opened, err := s.house.DB.Cases(t.Context(), cases.Filter{}, 0, 100)
		if err != nil || len(opened) != total+1 {
			t.Errorf("%d cases, %v", len(opened), err)
		}
	})
}

// lyingMail makes requests that came over ten days, the fifth of them with 30 MB.
func lyingMail(n int, began time.Time) (mails [][]byte, times []time.Time) {
	ids := []string{"Message-ID: <same@client.example>\r\n", "Message-ID:\r\n", "", "Message-ID: <>\r\n"}
	for i := range n {
		head := fmt.Sprintf("From: <person%02d@example.org>\r\nTo: <privacy@%s>\r\nSubject: request %02d\r\n%s", i, harbour, i, ids[i%len(ids)])
		raw := head + "\r\n" + wantsData + "\r\n"
		if i == 4 {
			var b strings.Builder
			b.WriteString(head + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + wantsData + "\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n")
			for line := strings.Repeat("A", 76) + "\r\n"; b.Len() < 30<<20; {
				b.WriteString(line)
			}
			raw = b.String() + "--b--\r\n"
		}
		mails, times = append(mails, []byte(raw)), append(times, began.Add(time.Duration(i)*20*time.Hour))
	}
	return mails, times
}

// handle is what a colleague does: she reads and flags all, moves the second message away and removes the third.
func (f *sharedFolder) handle() {
	f.s.t.Helper()
	_, err := f.c.Select(f.name, nil).Wait()
	f.s.check(err)
	all := imap.SeqSet{{Start: 1, Stop: 0}}
	f.s.check(f.c.Store(all, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen, imap.FlagFlagged}}, nil).Close())
	f.s.check(f.c.Create("Done", nil).Wait())
	_, err = f.c.Move(imap.UIDSetNum(2), "Done").Wait()
	f.s.check(err)
	f.s.check(f.c.Store(imap.UIDSetNum(3), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
	f.s.check(f.c.UIDExpunge(imap.UIDSetNum(3)).Close())
	f.s.check(f.c.Unselect().Wait())
}

// reconciled compares a mailbox until a condition holds, and returns what that brought.
func (s *scene) reconciled(name string, holds func(inbox.Reconciliation) bool) (r inbox.Reconciliation) {
	s.t.Helper()
	for _, b := range s.house.Boxes {
		if b.Name != name {
			continue
		}
		s.eventually("the comparison brings what it should", func() bool {
			var err error
			r, err = s.house.Reconcile(s.t.Context(), b)
			s.check(err)
			return holds(r)
		})
	}
	return r
}

// eachAtItsTime checks that every case says when its message reached the server.
func (s *scene) eachAtItsTime(times []time.Time) {
	s.t.Helper()
	opened, err := s.house.DB.Cases(s.t.Context(), cases.Filter{}, 0, 100)
	s.check(err)
	for _, k := range opened {
		var i int
		if _, err := fmt.Sscanf(k.Subject, "request %d", &i); err != nil || !k.ReceivedAt.Equal(times[i]) {
			s.t.Errorf("%q came at %s, %v", k.Subject, k.ReceivedAt, err)
		}
	}
}
