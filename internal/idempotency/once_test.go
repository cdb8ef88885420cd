package idempotency_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"assent/internal/errs"
	"assent/internal/idempotency"
)

// keys keeps the state of keys as the database does.
type keys struct {
	mu   sync.Mutex
	kept map[string]*idempotency.Answer // nil while it runs
	deaf bool                           // keeps no answer
}

func (k *keys) Begin(_ context.Context, owner, key, _ string, _ time.Time) (idempotency.State, idempotency.Answer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, taken := k.kept[owner+key]
	switch {
	case !taken:
		k.kept[owner+key] = nil
		return idempotency.Fresh, idempotency.Answer{}, nil
	case a == nil:
		return idempotency.Running, idempotency.Answer{}, nil
	}
	return idempotency.Done, *a, nil
}

func (k *keys) Finish(_ context.Context, owner, key string, a idempotency.Answer) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.deaf {
		return errors.New("no room")
	}
	k.kept[owner+key] = &a
	return nil
}

func (k *keys) Forget(_ context.Context, owner, key string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.kept, owner+key)
	return nil
}

func (k *keys) ForgetOld(context.Context, time.Time) (int64, error) { return 0, nil }

func once(k *keys) idempotency.Once {
	return idempotency.Once{Store: k, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

func TestTheSecondOfTwoWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, done := once(&keys{kept: map[string]*idempotency.Answer{}}), atomic.Int32{}
		slow := func(context.Context) ([]byte, error) {
			time.Sleep(3 * time.Second)
			done.Add(1)
			return []byte("R-1"), nil
		}
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if got, err := o.Do(t.Context(), "form", "k", slow); err != nil || string(got) != "R-1" {
					t.Errorf("%q, %v", got, err)
				}
			})
		}
		both.Wait()
		if done.Load() != 1 {
			t.Errorf("done %d times", done.Load())
		}
	})
}

func TestWhatABrowserHangsUpOnIsDoneAllTheSame(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := once(&keys{kept: map[string]*idempotency.Answer{}}).Do(ctx, "form", "k", func(ctx context.Context) ([]byte, error) { return []byte("R-1"), ctx.Err() })
	if err != nil || string(got) != "R-1" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWhatFailedMayBeTriedAgainAndWhatWasDoneMayNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &keys{kept: map[string]*idempotency.Answer{}}
		o, shut := once(k), errors.New("no database")
		if _, err := o.Do(t.Context(), "form", "k", func(context.Context) ([]byte, error) { return nil, shut }); !errors.Is(err, shut) {
			t.Errorf("the first: %v", err)
		}
		k.deaf = true
		for i, want := range []errs.Kind{0, errs.Conflict} { // done, and the answer lost: it is not done a second time
			_, err := o.Do(t.Context(), "form", "k", func(context.Context) ([]byte, error) {
				if i > 0 {
					t.Error("done twice")
				}
				return nil, nil
			})
			if errs.KindOf(err) != want && (err != nil || want != 0) {
				t.Errorf("try %d: %v", i+1, err)
			}
		}
	})
}

func TestAFormIsKnownByItsKeyAndByEveryFieldOfIt(t *testing.T) {
	t.Parallel()
	key := idempotency.NewFormKey()
	same := idempotency.FormKey(key, "a", "bc")
	if same == "" || same != idempotency.FormKey(key, "a", "bc") || strings.Contains(same, key) {
		t.Errorf("%q", same)
	}
	for what, other := range map[string]string{
		"another key": idempotency.FormKey(idempotency.NewFormKey(), "a", "bc"), "another field": idempotency.FormKey(key, "a", "bd"), "fields that run together": idempotency.FormKey(key, "ab", "c"),
	} {
		if other == same {
			t.Error(what + " is taken for the same")
		}
	}
	for _, bad := range []string{"", "two words", strings.Repeat("k", 65)} {
		if got := idempotency.FormKey(bad, "a"); got != "" {
			t.Errorf("the key %q was taken", bad)
		}
	}
}
