package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/api"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/idempotency"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

func TestARepeatedRequestIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		for request, body := range map[string]string{
			"/api/v1/campaigns":            campaignBody,
			"/api/v1/lists/monthly/grants": grantBody,
			"/api/v1/programmes":           strings.Replace(programmeBody, "harbour-news", "other", 1),
			"/api/v1/withdrawals":          `{"address":"bob@example.org","scope":{"reach":"everything"}}`,
		} {
			first := h.ask(t, "POST", request, body, "Idempotency-Key", "key of "+request)
			if first.Code != http.StatusUnprocessableEntity {
				t.Errorf("a key with spaces was taken: %d", first.Code)
			}
			key := "key-of-" + request
			first = h.ask(t, "POST", request, body, "Idempotency-Key", key)
			again := h.must(t, first.Code, "POST", request, body, "Idempotency-Key", key)
			if first.Code >= 300 || first.Body.String() != again.Body.String() || first.Header().Get("Content-Type") != again.Header().Get("Content-Type") {
				t.Errorf("%s: first %d %s, again %s", request, first.Code, first.Body, again.Body)
			}
			if first.Header().Get("Idempotent-Replayed") != "" || again.Header().Get("Idempotent-Replayed") != "true" {
				t.Errorf("%s: replayed %q, then %q", request, first.Header().Get("Idempotent-Replayed"), again.Header().Get("Idempotent-Replayed"))
			}
			if again.Header().Get("X-Request-Id") == first.Header().Get("X-Request-Id") {
				t.Errorf("%s: both requests have one number", request)
			}
		}
		if all := must(h.db.Campaigns(t.Context(), 0, 10))(t); len(all) != 1 {
			t.Errorf("there are %d campaigns", len(all))
		}
	})
}

func TestAKeyStandsForOneRequest(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody, "Idempotency-Key", "k")
		other := strings.Replace(campaignBody, "December", "January", 1)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/campaigns", other, "Idempotency-Key", "k").want(t, "type", "/api/docs#invalid")
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
		another := "Bearer " + makeKey(t, h.deps.Auth, auth.CampaignsWrite)
		h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", other, "Idempotency-Key", "k", "Authorization", another)
	})
}

func TestARefusalIsRepeatedToo(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	first := h.must(t, http.StatusConflict, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
	again := h.must(t, http.StatusConflict, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
	if first.Body.String() != again.Body.String() {
		t.Errorf("%s, then %s", first.Body, again.Body)
	}
}

func TestWithoutAKeyEachRequestIsDone(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody).want(t, "id", 1)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody).want(t, "id", 2)
}

// Many at once: one is done, and the others are told that it runs, or get its answer.
func TestOfManyAtOnceOneIsDone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		var wg sync.WaitGroup
		answers := make([]answer, 8)
		for i := range answers {
			wg.Go(func() { answers[i] = h.ask(t, "POST", "/api/v1/campaigns", campaignBody, "Idempotency-Key", "k") })
		}
		wg.Wait()
		done := 0
		for _, a := range answers {
			switch {
			case a.Code == http.StatusCreated && a.Header().Get("Idempotent-Replayed") == "":
				done++
			case a.Code == http.StatusCreated || a.Code == http.StatusConflict:
			default:
				t.Errorf("%d %s", a.Code, a.Body)
			}
		}
		if all := must(h.db.Campaigns(t.Context(), 0, 10))(t); done != 1 || len(all) != 1 {
			t.Errorf("done %d times, %d campaigns", done, len(all))
		}
	})
}

// slowPeople holds up each change until it is let go.
type slowPeople struct {
	subscriptions.Store
	arrived, leave chan struct{}
}

func (s slowPeople) ProgrammeBySlug(_ context.Context, slug string) (subscriptions.Programme, error) {
	s.arrived <- struct{}{}
	<-s.leave
	return subscriptions.Programme{}, errs.E("test", errs.NotFound, "", nil)
}

func TestWhileTheFirstRunsTheSecondIsToldSo(t *testing.T) {
	t.Parallel()
	slow := slowPeople{arrived: make(chan struct{}), leave: make(chan struct{})}
	h := small(t, func(d *api.Deps) {
		slow.Store = d.People.Store
		d.People.Store = slow
	})
	const path = "/api/v1/programmes/harbour-news/notices"
	first := make(chan answer)
	go func() { first <- h.ask(t, "POST", path, noticeBody, "Idempotency-Key", "k") }()
	<-slow.arrived
	h.must(t, http.StatusConflict, "POST", path, noticeBody, "Idempotency-Key", "k").want(t, "type", "/api/docs#conflict")
	close(slow.leave)
	if a := <-first; a.Code != http.StatusNotFound {
		t.Errorf("the first got %d", a.Code)
	}
	h.must(t, http.StatusNotFound, "POST", path, noticeBody, "Idempotency-Key", "k")
}

func TestAFailureDoesNotBindTheKey(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{"a fault of ours": errSecret, "an outage": unavailable(), "too many": errs.E("test", errs.TooMany, "", nil)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken := &flaky{err: failure}
			h := small(t, func(d *api.Deps) {
				broken.Store = d.People.Store
				d.People.Store = broken
			})
			if a := h.ask(t, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k"); a.Code < 429 {
				t.Errorf("status %d", a.Code)
			}
			broken.err = nil
			a := h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
			if a.Header().Get("Idempotent-Replayed") != "" {
				t.Error("the failure was kept")
			}
		})
	}
}

func TestAPanicDoesNotBindTheKey(t *testing.T) {
	t.Parallel()
	broken := &flaky{panics: true}
	h := small(t, func(d *api.Deps) {
		broken.Store = d.People.Store
		d.People.Store = broken
	})
	h.must(t, http.StatusInternalServerError, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
	broken.panics = false
	h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
}

// flaky fails at each change while it is told to.
type flaky struct {
	subscriptions.Store
	err    error
	panics bool
}

func (f *flaky) Update(ctx context.Context, fn func(subscriptions.Tx) error) error {
	if f.panics {
		panic("secret panic")
	}
	if f.err != nil {
		return f.err
	}
	return f.Store.Update(ctx, fn)
}

func TestWithoutAPlaceToKeepAnswersNothingIsDone(t *testing.T) {
	t.Parallel()
	h := small(t, func(d *api.Deps) { d.Requests = brokenRequests{Store: d.Requests, begin: unavailable()} })
	h.must(t, http.StatusServiceUnavailable, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
	if all := must(h.db.Programmes(t.Context()))(t); len(all) != 0 {
		t.Error("it was done all the same")
	}
}

// What was done is answered, even where the answer cannot be kept; the key stays taken, so that it is not done twice.
func TestAnAnswerThatCannotBeKeptIsStillGiven(t *testing.T) {
	t.Parallel()
	h := small(t, func(d *api.Deps) { d.Requests = brokenRequests{Store: d.Requests, finish: errors.New("secret")} })
	h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
	h.must(t, http.StatusConflict, "POST", "/api/v1/programmes", programmeBody, "Idempotency-Key", "k")
}

func TestAnAnswerIsForgottenAfterADay(t *testing.T) {
	t.Parallel()
	now := time.Now()
	h := small(t, func(d *api.Deps) { d.Now = func() time.Time { return now } })
	h.furnish(t)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody, "Idempotency-Key", "k")
	now = now.Add(idempotency.Life - time.Minute)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody, "Idempotency-Key", "k").want(t, "id", 1)
	now = now.Add(2 * time.Minute)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody, "Idempotency-Key", "k").want(t, "id", 2)
}

func TestAKeysTextIsNotKeptForRepetition(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLiteURL(t), time.Now)
	h := newHouse(t, db, nil)
	const body = `{"name":"kiosk","scopes":["lists:read"]}`
	first := h.must(t, http.StatusCreated, "POST", "/api/v1/keys", body, "Idempotency-Key", "k")
	again := h.must(t, http.StatusCreated, "POST", "/api/v1/keys", body, "Idempotency-Key", "k")
	again.want(t, "id", first.at(t, "id"), "name", "kiosk", "key", nil)
	if !strings.HasPrefix(first.at(t, "key").(string), "assent_") {
		t.Error("it was not shown the first time")
	}
}
