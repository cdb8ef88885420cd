package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/internal/idempotency"
	"assent/internal/store"
	"assent/internal/store/storetest"
)

func TestAnAnswerIsGivenAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		begin := func(owner, digest string, now time.Time) (idempotency.State, idempotency.Answer) {
			t.Helper()
			state, answer, err := db.Begin(ctx, owner, "k-1", digest, now)
			if err != nil {
				t.Fatal(err)
			}
			return state, answer
		}
		if state, _ := begin("key:1", "d", now); state != idempotency.Fresh {
			t.Fatalf("a new key is %v", state)
		}
		if state, _ := begin("key:1", "d", now.Add(time.Second)); state != idempotency.Running {
			t.Errorf("the key of a running request is %v", state)
		}
		if state, _ := begin("key:1", "other", now); state != idempotency.Other {
			t.Errorf("another request under the key is %v", state)
		}
		if state, _ := begin("key:2", "d", now); state != idempotency.Fresh {
			t.Errorf("another owner's key is %v", state)
		}
		want := idempotency.Answer{Status: 201, Header: map[string][]string{"Location": {"/v1/lists/3"}}, Body: []byte("{\"id\":3}\x00\xff")}
		if err := db.Finish(ctx, "key:1", "k-1", want); err != nil {
			t.Fatal(err)
		}
		if state, got := begin("key:1", "d", now.Add(23*time.Hour)); state != idempotency.Done || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("an answered key is %v with %+v", state, got)
		}
		if state, _ := begin("key:1", "other", now.Add(23*time.Hour)); state != idempotency.Other {
			t.Errorf("another request under an answered key is %v", state)
		}
		if state, _ := begin("key:1", "d", now.Add(idempotency.Life+time.Second)); state != idempotency.Fresh {
			t.Errorf("a key after its life is %v", state)
		}
	})
}

func TestAKeyComesFree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		for _, c := range []struct {
			name string
			do   func() error
			at   time.Time
			want idempotency.State
		}{
			{"when its request was forgotten", func() error { return db.Forget(ctx, "key:1", "k") }, now, idempotency.Fresh},
			{"not while it may still run", func() error { return nil }, now.Add(idempotency.Lease), idempotency.Running},
			{"when its process is gone", func() error { return nil }, now.Add(idempotency.Lease + time.Second), idempotency.Fresh},
		} {
			if _, err := db.ForgetOld(ctx, now.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if _, _, err := db.Begin(ctx, "key:1", "k", "d", now); err != nil {
				t.Fatal(err)
			}
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			if got, _, err := db.Begin(ctx, "key:1", "k", "d", c.at); got != c.want || err != nil {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
		}
		if n, err := db.ForgetOld(ctx, now.Add(24*time.Hour)); n != 1 || err != nil {
			t.Errorf("forgot %d old keys, %v", n, err)
		}
	})
}

func TestOfManyRequestsAtOneTimeOneRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var fresh atomic.Int32
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				state, _, err := db.Begin(t.Context(), "key:1", "k", "d", time.Now())
				if err != nil {
					t.Error(err)
				}
				if state == idempotency.Fresh {
					fresh.Add(1)
				}
			})
		}
		all.Wait()
		if fresh.Load() != 1 {
			t.Errorf("%d requests run", fresh.Load())
		}
	})
}
