package queuetest

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/queue"
)

// Opened is an empty outbox and the way in which its program adds tasks in a transaction of their own.
type Opened struct {
	queue.Outbox
	Add func(ctx context.Context, tasks ...queue.Task) error
}

// Conformance holds an outbox to the contract of queue.Outbox. open returns an empty one.
func Conformance(t *testing.T, open func(t *testing.T) Opened) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, fixture){
		"a task comes back as it was added":                roundTrip,
		"adding an id twice changes nothing":               addTwice,
		"an unknown id is not found and changes nothing":   unknown,
		"due tasks come oldest first, within the limit":    dueOrder,
		"a task is not due before its time":                dueTime,
		"a task handed over is no longer due":              sent,
		"only a waiting task can be handed over":           sentGuards,
		"unfinished tasks come page after page":            unfinished,
		"a task put back is due, its generation unchanged": resend,
		"a done task is closed for good":                   done,
		"a dropped task is closed for good":                dropped,
		"a failed task waits for its retry":                failed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, fixture{Opened: open(t), ctx: t.Context()})
		})
	}
}

type fixture struct {
	Opened
	ctx context.Context
}

type args struct {
	N int `json:"n"`
}

func (args) TaskKind() string { return "conformance" }

// noon is the fixed instant of the suite: outboxes keep whole milliseconds at least.
func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 5e6, time.UTC) }

func (f fixture) add(t *testing.T, ids ...string) {
	t.Helper()
	for i, id := range ids {
		task, err := queue.New(id, args{N: i}, noon())
		must(t, err)
		must(t, f.Add(f.ctx, task))
	}
}

func (f fixture) load(t *testing.T, id string) (queue.Task, bool) {
	t.Helper()
	task, closed, err := f.Load(f.ctx, id)
	must(t, err)
	return task, closed
}

func (f fixture) due(t *testing.T, now time.Time, limit int) []string {
	t.Helper()
	tasks, err := f.Due(f.ctx, now, limit)
	must(t, err)
	return ids(tasks)
}

func (f fixture) unfinished(t *testing.T, before time.Time, after string, limit int) []string {
	t.Helper()
	tasks, err := f.Unfinished(f.ctx, before, after, limit)
	must(t, err)
	return ids(tasks)
}

func roundTrip(t *testing.T, f fixture) {
	task, err := queue.New("chunk:12:1", args{N: 7}, noon())
	must(t, err)
	must(t, f.Add(f.ctx, task))
	got, closed := f.load(t, "chunk:12:1")
	if closed {
		t.Error("a new task is closed")
	}
	if got.Kind != "conformance" || compact(t, got.Payload) != `{"n":7}` || !got.RunAt.Equal(noon()) {
		t.Errorf("got %+v", got)
	}
	if got.Sends != 0 || got.Fails != 0 || !got.SentAt.IsZero() || got.CreatedAt.IsZero() {
		t.Errorf("a new task has sends %d, fails %d, sent %v, created %v", got.Sends, got.Fails, got.SentAt, got.CreatedAt)
	}
}

func addTwice(t *testing.T, f fixture) {
	f.add(t, "a")
	must(t, f.Done(f.ctx, "a", noon()))
	again, err := queue.New("a", args{N: 99}, noon())
	must(t, err)
	must(t, f.Add(f.ctx, again))
	got, closed := f.load(t, "a")
	if !closed || compact(t, got.Payload) != `{"n":0}` {
		t.Errorf("the second Add changed the task: closed %v, payload %s", closed, got.Payload)
	}
}

func unknown(t *testing.T, f fixture) {
	if _, _, err := f.Load(f.ctx, "nobody"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("Load: %v, want kind not found", err)
	}
	must(t, f.Sent(f.ctx, noon(), "nobody"))
	must(t, f.Sent(f.ctx, noon()))
	must(t, f.Resend(f.ctx, "nobody"))
	must(t, f.Resend(f.ctx))
	must(t, f.Done(f.ctx, "nobody", noon()))
	must(t, f.Dropped(f.ctx, "nobody", noon(), "why"))
	must(t, f.Failed(f.ctx, "nobody", noon(), "why", noon()))
}

func dueOrder(t *testing.T, f fixture) {
	for i, id := range []string{"c", "a", "b"} {
		task, err := queue.New(id, args{}, noon().Add(time.Duration(i)*time.Second))
		must(t, err)
		must(t, f.Add(f.ctx, task))
	}
	same(t, f.due(t, noon().Add(time.Minute), 10), "c", "a", "b")
	same(t, f.due(t, noon().Add(time.Minute), 2), "c", "a")
}

func dueTime(t *testing.T, f fixture) {
	f.add(t, "a")
	same(t, f.due(t, noon().Add(-time.Millisecond), 10))
	same(t, f.due(t, noon(), 10), "a")
}

func sent(t *testing.T, f fixture) {
	f.add(t, "a", "b", "c")
	later := noon().Add(time.Second)
	must(t, f.Sent(f.ctx, later, "a", "c"))
	same(t, f.due(t, later, 10), "b")
	if got, _ := f.load(t, "a"); got.Sends != 1 || !got.SentAt.Equal(later) {
		t.Errorf("sends %d at %v, want 1 at %v", got.Sends, got.SentAt, later)
	}
}

func sentGuards(t *testing.T, f fixture) {
	f.add(t, "twice", "failed", "done")
	must(t, f.Failed(f.ctx, "failed", noon(), "why", noon().Add(time.Hour)))
	must(t, f.Done(f.ctx, "done", noon()))
	must(t, f.Sent(f.ctx, noon(), "twice", "failed", "done"))
	must(t, f.Sent(f.ctx, noon().Add(time.Second), "twice"))
	for id, want := range map[string]int{"twice": 1, "failed": 0, "done": 0} {
		if got, _ := f.load(t, id); got.Sends != want {
			t.Errorf("%s: sends %d, want %d", id, got.Sends, want)
		}
	}
}

func unfinished(t *testing.T, f fixture) {
	f.add(t, "b", "a:9", "Z", "a:10", "waiting", "done", "late")
	must(t, f.Sent(f.ctx, noon(), "b", "a:9", "Z", "a:10", "done"))
	must(t, f.Sent(f.ctx, noon().Add(time.Minute), "late"))
	must(t, f.Done(f.ctx, "done", noon()))
	before := noon().Add(time.Minute)
	all := f.unfinished(t, before, "", 10)
	if got := slices.Sorted(slices.Values(all)); !slices.Equal(got, []string{"Z", "a:10", "a:9", "b"}) {
		t.Fatalf("got %q", got)
	}
	same(t, f.unfinished(t, before, "", 3), all[:3]...)
	same(t, f.unfinished(t, before, all[2], 3), all[3])
	same(t, f.unfinished(t, before, all[3], 3))
	same(t, f.unfinished(t, noon(), "", 10))
}

func resend(t *testing.T, f fixture) {
	f.add(t, "a", "b")
	must(t, f.Sent(f.ctx, noon(), "a", "b"))
	must(t, f.Resend(f.ctx, "a"))
	same(t, f.due(t, noon(), 10), "a")
	same(t, f.unfinished(t, noon().Add(time.Second), "", 10), "b")
	if got, _ := f.load(t, "a"); got.Sends != 1 || !got.SentAt.IsZero() {
		t.Errorf("sends %d, sent %v", got.Sends, got.SentAt)
	}
	must(t, f.Sent(f.ctx, noon(), "a"))
	if got, _ := f.load(t, "a"); got.Sends != 2 {
		t.Errorf("sends %d after the second hand-over, want 2", got.Sends)
	}
}

func done(t *testing.T, f fixture) {
	f.add(t, "a")
	must(t, f.Sent(f.ctx, noon(), "a"))
	must(t, f.Done(f.ctx, "a", noon()))
	f.staysClosed(t, "a")
}

func dropped(t *testing.T, f fixture) {
	f.add(t, "a")
	must(t, f.Sent(f.ctx, noon(), "a"))
	must(t, f.Dropped(f.ctx, "a", noon(), "the row is gone"))
	f.staysClosed(t, "a")
}

func (f fixture) staysClosed(t *testing.T, id string) {
	t.Helper()
	late := noon().Add(time.Hour)
	must(t, f.Failed(f.ctx, id, noon(), "too late", noon()))
	must(t, f.Resend(f.ctx, id))
	must(t, f.Sent(f.ctx, late, id))
	must(t, f.Dropped(f.ctx, id, late, "too late"))
	must(t, f.Done(f.ctx, id, late))
	got, closed := f.load(t, id)
	if !closed || got.Sends != 1 || got.Fails != 0 {
		t.Errorf("closed %v, sends %d, fails %d", closed, got.Sends, got.Fails)
	}
	same(t, f.due(t, late, 10))
	same(t, f.unfinished(t, late, "", 10))
}

func failed(t *testing.T, f fixture) {
	f.add(t, "a")
	must(t, f.Sent(f.ctx, noon(), "a"))
	retry := noon().Add(time.Minute)
	must(t, f.Failed(f.ctx, "a", noon(), "the server was down", retry))
	same(t, f.due(t, retry.Add(-time.Millisecond), 10))
	same(t, f.due(t, retry, 10), "a")
	same(t, f.unfinished(t, retry, "", 10))
	if got, closed := f.load(t, "a"); closed || got.Fails != 1 || got.Sends != 1 || !got.RunAt.Equal(retry) {
		t.Errorf("closed %v, fails %d, sends %d, due %v", closed, got.Fails, got.Sends, got.RunAt)
	}
}

func ids(tasks []queue.Task) []string {
	got := make([]string, len(tasks))
	for i, t := range tasks {
		got[i] = t.ID
	}
	return got
}

// compact takes out the white space that a JSON column may add.
func compact(t *testing.T, payload []byte) string {
	t.Helper()
	var b bytes.Buffer
	must(t, json.Compact(&b, payload))
	return b.String()
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
