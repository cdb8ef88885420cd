package imappoll_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"

	"assent/inbox/imappoll"
)

// service returns the address of a real service, or skips the test.
func service(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv("ASSENT_TEST_DOVECOT_" + name)
	if value == "" {
		t.Skip("set ASSENT_TEST_DOVECOT_" + name + " to run this")
	}
	return value
}

// dovecot returns a mailbox of its own for this test, that of an organisation.
func dovecot(t *testing.T, name string) imappoll.Mailbox {
	t.Helper()
	return imappoll.Mailbox{
		Name: name, Addr: service(t, "IMAP"), TLS: imappoll.None,
		Username: fmt.Sprintf("%s-%d@assent.test", name, time.Now().UnixNano()), Password: service(t, "PASSWORD"),
	}
}

// colleague logs in to the same mailbox with a mail program of her own.
func colleague(t *testing.T, m imappoll.Mailbox) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(m.Addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(m.Username, m.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

func selectFolder(t *testing.T, c *imapclient.Client, folder string) *imap.SelectData {
	t.Helper()
	d, err := c.Select(folder, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// deliver hands a message to Dovecot over LMTP.
func deliver(t *testing.T, to, raw string) {
	t.Helper()
	conn, err := net.Dial("tcp", service(t, "LMTP"))
	if err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClientLMTP(conn)
	defer c.Close()
	if err := c.SendMail("ann@example.org", []string{to}, strings.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, c *imapclient.Client, folder, raw string) {
	t.Helper()
	cmd := c.Append(folder, int64(len(raw)), nil)
	_, werr := io.WriteString(cmd, raw)
	cerr := cmd.Close() // also after a failed write: the client hangs otherwise
	if _, err := cmd.Wait(); err != nil || werr != nil || cerr != nil {
		t.Fatal(err, werr, cerr)
	}
}

func TestDovecotIdleBringsMailAtOnce(t *testing.T) {
	t.Parallel()
	m := dovecot(t, "quick")
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d})
	d.await(t, "the first sweep", func() bool { return d.told("") })
	var took []time.Duration
	for i := range 10 {
		deliver(t, m.Username, fmt.Sprintf("Subject: %d\r\n\r\nx\r\n", i))
		delivered := time.Now()
		got := d.awaitCount(t, "quick", i+1)
		took = append(took, got[i].at.Sub(delivered))
	}
	slices.Sort(took)
	t.Logf("from delivery to the Receiver: least %v, median %v, most %v", took[0], took[len(took)/2], took[len(took)-1])
	if took[len(took)-1] > 5*time.Second {
		t.Errorf("the slowest took %v", took[len(took)-1])
	}
}

func TestDovecotWhateverAColleagueReadsMovesOrRemoves(t *testing.T) {
	t.Parallel()
	m := dovecot(t, "shared")
	writer, reader := colleague(t, m), colleague(t, m)
	const total = 300
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick, Every: 200 * time.Millisecond, BatchOctets: 20_000})
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := range total {
			put(t, writer, "INBOX", fmt.Sprintf("Subject: %d\r\n\r\n%s\r\n", i, strings.Repeat("text ", i)))
		}
	})
	selectFolder(t, reader, "INBOX")
	// She reads and flags everything at once, and moves or removes each third that the desk has. Where her program gives its connection up it makes another, as they do.
	touched, reads, lost := map[uint32]bool{}, 0, 0
	d.await(t, "all mail", func() bool {
		_, err := reader.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Specifier: imap.PartSpecifierHeader}}}).Collect()
		switch {
		case err == nil:
			reads++
		case lost < 10 && !strings.Contains(err.Error(), "Invalid messageset"): // the library says in words alone that a connection is gone
			lost++
			t.Logf("the colleague's program lost its connection: %v", err)
			reader = colleague(t, m)
			selectFolder(t, reader, "INBOX")
		case !strings.Contains(err.Error(), "Invalid messageset"):
			t.Errorf("the colleague cannot read: %v", err)
		}
		for _, k := range d.all("shared") {
			if touched[k.uid] || k.uid%3 != 0 {
				continue
			}
			touched[k.uid] = true
			one := imap.UIDSetNum(imap.UID(k.uid))
			if k.uid%2 == 0 {
				_, _ = reader.Move(one, "Archive").Wait()
			} else {
				_ = reader.Store(one, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close()
				_ = reader.UIDExpunge(one).Close()
			}
		}
		return len(d.all("shared")) >= total
	})
	writing.Wait()
	if reads == 0 || len(touched) == 0 {
		t.Errorf("the colleague read %d times and touched %d messages", reads, len(touched))
	}
	got := d.all("shared")
	if len(got) != total || d.doubles != 0 {
		t.Errorf("%d messages, %d of them twice, want %d", len(got), d.doubles, total)
	}
	for i, k := range got {
		if want := fmt.Sprintf("Subject: %d\r\n\r\n%s\r\n", i, strings.Repeat("text ", i)); k.raw != want || k.uid != uint32(i+1) {
			t.Errorf("message %d is not as it was put in", k.uid)
		}
	}
	t.Logf("%d of %d messages were moved or removed meanwhile", len(touched), total)
}

// What comes while much is fetched does not wait for the rest.
func TestDovecotWhatComesInALongRoundIsFetchedBeforeTheRest(t *testing.T) {
	t.Parallel()
	m := dovecot(t, "long")
	c := colleague(t, m)
	const lying = 450
	for i := range lying {
		put(t, c, "INBOX", fmt.Sprintf("Subject: %d\r\n\r\nx\r\n", i))
	}
	d := newDesk()
	var once sync.Once
	d.fail = func() error { // asked before the first batch is kept
		once.Do(func() { put(t, c, "INBOX", "Subject: new\r\n\r\nx\r\n") })
		return nil
	}
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Every: time.Hour})
	d.awaitCount(t, "long", lying+1)
	later := 0
	all := d.all("long")
	for _, k := range all {
		if k.at.After(all[lying].at) {
			later++
		}
	}
	if all[lying].uid != lying+1 || later < lying/2 || d.doubles != 0 {
		t.Errorf("message %d came before %d of %d others, %d twice", all[lying].uid, later, lying, d.doubles)
	}
}

func TestDovecotNothingOnTheServerIsChanged(t *testing.T) {
	t.Parallel()
	m := dovecot(t, "untouched")
	c := colleague(t, m)
	for i := range 20 {
		put(t, c, "INBOX", fmt.Sprintf("Subject: %d\r\n\r\n%s\r\n", i, strings.Repeat("x", i*1000)))
	}
	d := newDesk()
	stop := poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick, BatchOctets: 5000})
	d.awaitCount(t, "untouched", 20)
	stop()
	if n := selectFolder(t, c, "INBOX").NumMessages; n != 20 {
		t.Errorf("%d messages are left", n)
	}
	list, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{Flags: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if flags := slices.DeleteFunc(f.Flags, func(f imap.Flag) bool { return f == `\Recent` }); len(flags) != 0 {
			t.Errorf("message %d has the flags %v", f.SeqNum, flags)
		}
	}
}

func TestDovecotAFolderMadeAnewIsFetchedAnew(t *testing.T) {
	t.Parallel()
	m := dovecot(t, "anew")
	m.Folder = "Rights"
	c := colleague(t, m)
	d := newDesk()
	for life := range 3 {
		// While another session has the folder open, Dovecot may need several tries to make or remove it.
		d.await(t, "the folder", func() bool { return c.Create("Rights", nil).Wait() == nil })
		for i := range 5 {
			put(t, c, "Rights", fmt.Sprintf("Subject: life %d, %d\r\n\r\nx\r\n", life, i))
		}
		if life == 0 {
			poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick, Every: 100 * time.Millisecond})
		}
		d.awaitCount(t, "anew", 5*(life+1))
		d.await(t, "the end of the folder", func() bool {
			var answer *imap.Error
			err := c.Delete("Rights").Wait()
			return err == nil || errors.As(err, &answer) && answer.Code == imap.ResponseCodeNonExistent
		})
	}
	if got := d.all("anew"); len(got) != 15 || d.doubles != 0 {
		t.Errorf("%d messages, %d of them twice", len(got), d.doubles)
	}
	d.await(t, "the trouble", func() bool {
		return d.told("The mail server did not open the folder. Check that it exists and that this user may read it.")
	})
}

func TestDovecotOddMessagesComeThroughAsTheyAre(t *testing.T) {
	t.Parallel()
	m := dovecot(t, "odd")
	c := colleague(t, m)
	odd := []string{
		"Message-ID: <same@example.org>\r\nSubject: 1\r\n\r\nx\r\n",
		"Message-ID: <same@example.org>\r\nSubject: 1\r\n\r\nx\r\n",
		"Message-ID:\r\nSubject: empty id\r\n\r\nx\r\n",
		"Subject: no id\r\n\r\nx\r\n",
		"no header at all\r\n\r\nx\r\n",
		"\r\n\r\nno header, and a body\r\n",
		"Content-Type: multipart/mixed; boundary=x\r\n\r\nno parts\r\n",
		"Content-Type: multipart/mixed; boundary=\"\r\n\r\nan open quote\r\n",
		"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/x\r\n\r\n",
		"Subject: \xff\xfe\x80 not UTF-8\r\nFrom: <<<>>>\r\nDate: yesterday\r\n\r\n\xff\xfe\r\n",
		"Subject: =?utf-99?X?broken?=\r\nTo: " + strings.Repeat("a@example.org, ", 2000) + "b@example.org\r\n\r\nx\r\n",
		"Subject: " + strings.Repeat("long", 20_000) + "\r\n\r\nx\r\n",
		"X: )\r\n* 1 FETCH (UID 1 BODY[] {3}\r\n\r\nA1 OK done\r\n",
		"Subject: no end of line\r\n\r\nx",
		strings.Repeat("Received: x\r\n", 5000) + "\r\nx\r\n",
	}
	for _, raw := range odd {
		put(t, c, "INBOX", raw)
	}
	for _, room := range []int64{1 << 20, 1} { // through memory, and as streams
		d := newDesk()
		poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick, BatchOctets: room})
		for i, k := range d.awaitCount(t, "odd", len(odd)) {
			if k.raw != odd[i] || k.unreadable != "" {
				t.Errorf("message %d came as %.100q %s", k.uid, k.raw, k.unreadable)
			}
		}
	}
}

// This test is not parallel: it measures the memory of the whole process.
func TestDovecotAHugeMessageGoesThroughInLittleMemory(t *testing.T) {
	const size = 50 << 20
	m := dovecot(t, "huge")
	c := colleague(t, m)
	put(t, c, "INBOX", "Subject: before\r\n\r\nx\r\n")
	cmd := c.Append("INBOX", size, nil)
	line := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	copy(line[len(line)-2:], "\r\n")
	for range size / len(line) {
		if _, err := cmd.Write(line); err != nil {
			t.Fatal(err, cmd.Close())
		}
	}
	if err := cmd.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	put(t, c, "INBOX", "Subject: after\r\n\r\nx\r\n")
	d := newDesk()
	d.countOnly = true
	peak := peakHeap(t)
	begun := time.Now()
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick})
	got := d.awaitCount(t, "huge", 3)
	grown := peak()
	if got[1].size != size {
		t.Errorf("size = %d", got[1].size)
	}
	t.Logf("50 MiB in %v; memory grew by %d KiB", time.Since(begun).Round(time.Millisecond), grown>>10)
	if grown > 8<<20 {
		t.Errorf("memory grew by %d MiB", grown>>20)
	}
}

func TestDovecotOverTLSAndWithAWrongPassword(t *testing.T) {
	t.Parallel()
	pem, err := os.ReadFile(service(t, "IMAPS_CA"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for _, mode := range []imappoll.TLSMode{imappoll.TLS, imappoll.STARTTLS} {
		m := dovecot(t, "secured")
		m.TLS, m.TLSConfig = mode, &tls.Config{RootCAs: roots}
		if mode == imappoll.TLS {
			m.Addr = service(t, "IMAPS")
		}
		d := newDesk()
		poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick})
		deliver(t, m.Username, "Subject: secured\r\n\r\nx\r\n")
		d.awaitCount(t, "secured", 1)

		finding, err := (&imappoll.Poller{Mailbox: m}).Inspect(t.Context())
		if err != nil || !finding.Idle || finding.Messages != 1 {
			t.Errorf("%v: %+v, %v", mode, finding, err)
		}
		m.Password = "wrong"
		wrong := newDesk()
		poll(t, &imappoll.Poller{Mailbox: m, Receiver: wrong, Pace: quick})
		wrong.await(t, "the trouble", func() bool {
			return wrong.told("The mail server refused the user name or the password. Correct them in the settings; until then nothing is fetched, and nothing is lost.")
		})
	}
}

func TestDovecotBehindALineThatBreaks(t *testing.T) {
	t.Parallel()
	m := dovecot(t, "broken")
	c := colleague(t, m)
	want := make([]string, 100)
	for i := range want {
		want[i] = fmt.Sprintf("Subject: %d\r\n\r\n%s\r\n", i, strings.Repeat("body ", i*20))
		put(t, c, "INBOX", want[i])
	}
	m.Addr = proxy(t, m.Addr, 60_000)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick, BatchOctets: 8000})
	for i, k := range d.awaitCount(t, "broken", len(want)) {
		if k.raw != want[i] {
			t.Errorf("message %d is not as it was put in", k.uid)
		}
	}
	if d.doubles != 0 {
		t.Errorf("%d messages were handed over twice", d.doubles)
	}
}
