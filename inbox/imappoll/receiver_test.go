package imappoll_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/imappoll"
)

// kept is one message in a desk.
type kept struct {
	uid        uint32
	receivedAt time.Time
	raw        string // empty for a message above the desk's limit
	size       int64  // octets that came
	announced  int64
	unreadable string
	at         time.Time
}

// desk is a Receiver that keeps everything in memory, in one transaction per batch.
type desk struct {
	mu        sync.Mutex
	boxes     map[string]map[uint32]map[uint32]kept // mailbox, UIDVALIDITY, UID
	doubles   int
	troubles  []string
	changed   chan struct{}
	fail      func() error // asked before each Receive; may be nil
	countOnly bool         // keep sizes, not messages
}

func newDesk() *desk {
	return &desk{boxes: map[string]map[uint32]map[uint32]kept{}, changed: make(chan struct{})}
}

func (d *desk) Held(_ context.Context, mailbox string, validity, after uint32) ([]uint32, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var uids []uint32
	for uid := range d.boxes[mailbox][validity] {
		if uid > after {
			uids = append(uids, uid)
		}
	}
	slices.Sort(uids)
	return uids, nil
}

func (d *desk) Receive(_ context.Context, mailbox string, validity uint32, batch []inbox.Arrival) error {
	if d.fail != nil {
		if err := d.fail(); err != nil {
			return err
		}
	}
	list := make([]kept, len(batch))
	for i, a := range batch {
		list[i] = kept{uid: a.UID, receivedAt: a.ReceivedAt, announced: a.Size, unreadable: a.Unreadable, at: time.Now()}
		if a.Unreadable != "" {
			if a.Body != nil {
				return errors.New("an unreadable message has a body")
			}
			continue
		}
		if d.countOnly {
			n, err := io.Copy(io.Discard, a.Body)
			if err != nil {
				return err
			}
			list[i].size = n
			continue
		}
		raw, err := io.ReadAll(a.Body)
		if err != nil {
			return err
		}
		list[i].raw, list[i].size = string(raw), int64(len(raw))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.boxes[mailbox] == nil {
		d.boxes[mailbox] = map[uint32]map[uint32]kept{}
	}
	if d.boxes[mailbox][validity] == nil {
		d.boxes[mailbox][validity] = map[uint32]kept{}
	}
	for _, k := range list {
		if _, twice := d.boxes[mailbox][validity][k.uid]; twice {
			d.doubles++
			continue
		}
		d.boxes[mailbox][validity][k.uid] = k
	}
	d.wake()
	return nil
}

func (d *desk) Watched(_ context.Context, _ string, _ time.Time, trouble string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.troubles = append(d.troubles, trouble)
	d.wake()
	return nil
}

func (d *desk) wake() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// all returns what is kept of a mailbox, under every UIDVALIDITY, by validity and UID.
func (d *desk) all(mailbox string) []kept {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []kept
	for _, box := range d.boxes[mailbox] {
		for _, k := range box {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b kept) int { return int(int64(a.uid) - int64(b.uid)) })
	return list
}

func (d *desk) told(trouble string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.troubles, trouble)
}

// await waits until fits is true, which is asked again after each change and every few milliseconds.
func (d *desk) await(t *testing.T, what string, fits func() bool) {
	t.Helper()
	end := time.NewTimer(20 * time.Second)
	defer end.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		d.mu.Lock()
		changed := d.changed
		d.mu.Unlock()
		if fits() {
			return
		}
		select {
		case <-changed:
		case <-again.C:
		case <-end.C:
			d.mu.Lock()
			defer d.mu.Unlock()
			t.Fatalf("waited in vain: %s; troubles so far: %q", what, d.troubles)
		}
	}
}

func (d *desk) awaitCount(t *testing.T, mailbox string, n int) []kept {
	t.Helper()
	d.await(t, "messages", func() bool { return len(d.all(mailbox)) >= n })
	return d.all(mailbox)
}

// quick is a pace for tests.
var quick = imappoll.Pace{
	Retry: 5 * time.Millisecond, RetryMost: 20 * time.Millisecond, AfterRefusal: 20 * time.Millisecond,
	Noop: 10 * time.Millisecond, Idle: time.Minute, Patience: 10 * time.Second,
}

// poll starts a poller for the length of the test, or until the returned function is called.
func poll(t *testing.T, p *imappoll.Poller) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Log == nil && testing.Verbose() {
		p.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	go func() { done <- p.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("Run ended with %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("Run did not end with its context")
			}
		})
	}
	t.Cleanup(stop)
	return stop
}
