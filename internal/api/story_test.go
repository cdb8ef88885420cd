package api_test

import (
	"net/http"
	"strings"
	"testing"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// The story of docs/api.md, from the first declaration to why somebody is not mailed any more.
func TestAWholeStory(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/attributes", `{"name":"region","type":"choice","choices":["north","south"]}`).
			want(t, "name", "region", "choices.1", "south", "programme_id", 1)
		granted := h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants",
			`{"address":"Ann@example.org","name":"Ann Lee","language":"en","attributes":{"region":"north"},"source":"paper form","acted_at":"2026-11-20T09:30:00Z",
			"evidence":{"act":"ticked the box"}}`)
		granted.want(t, "event", 1)
		found := h.must(t, http.StatusOK, "POST", "/api/v1/subscribers/lookup", `{"address":"ann@EXAMPLE.org"}`)
		found.want(t, "id", 1, "name", "Ann Lee", "attributes.harbour-news.region", "north", "lists.0.status", "active", "lists.0.event", 1, "restricted", false)

		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/explain?list=monthly", "").
			want(t, "allowed", true, "event.kind", "granted", "event.channel", "api", "event.actor", "key:1")
		events := h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/events", "")
		events.want(t, "items.0.wording", "Send me Harbour Monthly.", "items.0.evidence.act", "ticked the box", "items.0.evidence.acted_at", "2026-11-20T09:30:00Z",
			"items.0.scope.reach", "list", "items.0.scope.id", 1)
		digest := events.at(t, "items.0.notice_digest").(string)
		h.must(t, http.StatusOK, "GET", "/api/v1/texts/"+digest, "").want(t, "text", "We use your address to send you the news.")

		h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody).want(t, "state", "draft", "class", "newsletter", "created_by", "key:1", "language", "en")
		shown := h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/preview?subscriber=1", "")
		shown.want(t, "subject", "The lights are on")
		if text := shown.at(t, "text").(string); !strings.Contains(text, "Dear Ann Lee") || !strings.Contains(text, "Harbour Monthly") {
			t.Errorf("the preview says %q", text)
		}
		h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/schedule", `{"local":"2099-06-01T09:00","zone":"Europe/London"}`).
			want(t, "state", "scheduled", "scheduled_at", "2099-06-01T08:00:00Z", "approved_by", "key:1")
		h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/pause", "").want(t, "paused", true)
		h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/resume", "{}").want(t, "paused", false, "state", "scheduled")
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/progress", "").want(t, "state", "scheduled", "counts.planned", 0)

		out := h.must(t, http.StatusOK, "POST", "/api/v1/withdrawals", `{"address":"ann@example.org","scope":{"reach":"list","id":1}}`)
		out.want(t, "event", 2, "already", false)
		h.must(t, http.StatusOK, "POST", "/api/v1/withdrawals", `{"subscriber_id":1,"scope":{"reach":"list","id":1}}`).want(t, "already", true)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/explain?list=monthly", "").
			want(t, "allowed", false, "reason", "withdrawn", "event.seq", 2, "event.kind", "withdrawn")
		again := h.must(t, http.StatusConflict, "POST", "/api/v1/lists/monthly/grants", grantBody)
		again.want(t, "type", "/api/docs#refused")
		h.must(t, http.StatusOK, "GET", "/api/v1/lists/monthly/stats", "").want(t, "active", 0, "withdrawn", 1)
		h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/cancel", "").want(t, "state", "cancelled")
	})
}

func TestARequestIsAnsweredTheSameForKnownAndUnknown(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		known := h.must(t, http.StatusAccepted, "POST", "/api/v1/lists/monthly/requests", `{"address":"ann@example.org"}`)
		unknown := h.must(t, http.StatusAccepted, "POST", "/api/v1/lists/monthly/requests", `{"address":"new@example.org","evidence":{"form":"kiosk"}}`)
		if known.Body.String() != unknown.Body.String() {
			t.Errorf("known %q, unknown %q", known.Body, unknown.Body)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/2/explain?list=monthly", "").want(t, "reason", "unconfirmed", "event.source", "API")
		tasks, err := h.db.Due(t.Context(), h.deps.Now(), 10)
		if err != nil || len(tasks) != 2 || tasks[1].Kind != (subscriptions.Confirmation{}).TaskKind() {
			t.Errorf("tasks %+v, %v", tasks, err)
		}
	})
}

func TestWhoIsRestrictedIsNotMailed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		h.must(t, http.StatusNoContent, "POST", "/api/v1/subscribers/1/restriction", `{"reason":"accuracy contested"}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/explain?list=monthly", "").want(t, "reason", "restricted")
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1", "").want(t, "restricted", true, "erased", false)
		h.must(t, http.StatusNoContent, "DELETE", "/api/v1/subscribers/1/restriction?told=by+letter", "")
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/explain?list=monthly", "").want(t, "allowed", true)
		h.must(t, http.StatusNotFound, "DELETE", "/api/v1/subscribers/9/restriction?told=by+letter", "")
	})
}

func TestSuppressionsReachAsFarAsTheySay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		for i, scope := range []string{`{"reach":"list","id":1}`, `{"reach":"purpose","id":1}`, `{"reach":"programme","id":1}`, `{"reach":"everything"}`} {
			h.must(t, http.StatusOK, "POST", "/api/v1/suppressions", `{"address":"ann@example.org","reason":"complaint","scope":`+scope+`}`).want(t, "event", i+1)
		}
		h.must(t, http.StatusOK, "POST", "/api/v1/suppressions", `{"address":"ann@example.org","reason":"complaint","scope":{"reach":"list","id":1}}`).want(t, "already", true)
		first := h.must(t, http.StatusOK, "GET", "/api/v1/suppressions?limit=3", "")
		first.want(t, "items.0.scope.reach", "list", "items.1.scope.reach", "purpose", "items.2.scope.id", 1, "items.0.reason", "complaint", "next", 3)
		if key := first.at(t, "items.0.address_key").(string); len(key) != 64 || strings.Contains(first.Body.String(), "ann@") {
			t.Error(first.Body)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/suppressions?after=3", "").want(t, "items.0.scope.reach", "everything", "items.0.event", 4)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/suppressions", `{"address":"ann@example.org","reason":"x","scope":{"reach":"list","id":7}}`).
			want(t, "errors.0.location", "body.scope.id", "detail", "There is no list with this number.")
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/suppressions", `{"address":"ann@example.org","reason":"x","scope":{"reach":"everything","id":7}}`)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/suppressions", `{"address":"ann@example.org","reason":"Ann Lee complained","scope":{"reach":"everything"}}`)
	})
}

func TestDeclarationsAreReadBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/notices", `{"text":"Second.","override":"a test"}`).want(t, "version", 2)
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news", "").want(t, "contact.address", "contact@harbour.example", "from.name", "Harbour News", "time_zone", "Europe/London", "dpo.address", "")
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes", "").want(t, "items.0.slug", "harbour-news")
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/purposes", "").want(t, "items.0.basis", "consent")
		h.must(t, http.StatusOK, "GET", "/api/v1/purposes/1", "").want(t, "slug", "monthly-news")
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/notices?limit=1", "").want(t, "items.0.version", 1, "next", 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/notices?after=1", "").want(t, "items.0.version", 2)
		h.must(t, http.StatusOK, "GET", "/api/v1/notices/2", "").want(t, "text", "Second.")
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/attributes", `{"name":"age","type":"number"}`).want(t, "id", 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/attributes", "").want(t, "items.0.name", "age")
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/attributes/age", "").want(t, "type", "number")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/programmes/harbour-news/attributes/none", "")
		h.must(t, http.StatusOK, "GET", "/api/v1/lists", "").want(t, "items.0.slug", "monthly", "items.0.contact.name", "Sam Poole")
		h.must(t, http.StatusOK, "GET", "/api/v1/lists/monthly", "").want(t, "double_opt_in", true)
		h.must(t, http.StatusConflict, "POST", "/api/v1/programmes", programmeBody)
	})
}

func TestPeopleAndEventsComeInPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		for _, who := range []string{"a", "b", "c"} {
			h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", strings.ReplaceAll(grantBody, "ann@", who+"@"))
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers?limit=2", "").want(t, "items.1.address", "b@example.org", "next", 2)
		last := h.must(t, http.StatusOK, "GET", "/api/v1/subscribers?limit=2&after=2", "")
		last.want(t, "items.0.address", "c@example.org", "next", nil)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers?after=3", "").want(t, "next", nil)
		feed := h.must(t, http.StatusOK, "GET", "/api/v1/events?after=1&limit=1", "")
		feed.want(t, "items.0.seq", 2, "next", 2, "items.0.subscriber_id", 2)
		if strings.Contains(feed.Body.String(), "ticked") {
			t.Error("the feed has evidence")
		}
	})
}

func TestADraftIsWrittenAnewUntilItIsApproved(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody)
		again := strings.Replace(campaignBody, "The lights are on", "The lights are out", 1)
		h.must(t, http.StatusOK, "PUT", "/api/v1/campaigns/1", again).want(t, "subject", "The lights are out", "id", 1, "created_by", "key:1", "state", "draft")
		h.must(t, http.StatusUnprocessableEntity, "PUT", "/api/v1/campaigns/1", strings.Replace(again, `"programme_id":1`, `"programme_id":2`, 1))
		h.must(t, http.StatusUnprocessableEntity, "PUT", "/api/v1/campaigns/1", strings.Replace(again, "{{name|reader}}", "{{regoin}}", 1))
		h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/schedule", `{"at":"2099-01-01T09:00:00Z"}`)
		h.must(t, http.StatusConflict, "PUT", "/api/v1/campaigns/1", campaignBody)
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1", "").want(t, "subject", "The lights are out")
		h.must(t, http.StatusNotFound, "PUT", "/api/v1/campaigns/9", campaignBody)
	})
}

func TestCampaignsComeTheNewestFirst(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		for range 3 {
			h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns?limit=2", "").want(t, "items.0.id", 3, "items.1.id", 2, "next", 2)
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns?limit=2&after=2", "").want(t, "items.0.id", 1, "next", nil)
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1", "").want(t, "name", "December")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/campaigns/9/deliveries", "")
		h.must(t, http.StatusConflict, "POST", "/api/v1/campaigns/1/resume", "")
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/campaigns", strings.Replace(campaignBody, "{{name|reader}}", "{{regoin}}", 1))
	})
}

// A campaign that was planned shows whom it goes to and whom it does not.
func TestAFunnelAddsUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		h.must(t, http.StatusAccepted, "POST", "/api/v1/lists/monthly/requests", `{"address":"new@example.org"}`)
		h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody)
		h.must(t, http.StatusOK, "POST", "/api/v1/campaigns/1/schedule", "{}").want(t, "state", "scheduled")
		list := must(h.db.List(t.Context(), 1))(t)
		for more := true; more; {
			var err error
			if more, err = h.db.PlanPage(t.Context(), 1, segment.Audience{Question: subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(list)}}}, h.deps.Now()); err != nil {
				t.Fatal(err)
			}
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/progress", "").
			want(t, "counts.planned", 1, "audience", 2, "left_out.0.reason", "unconfirmed", "left_out.0.people", 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/deliveries", "").want(t, "next", nil)
	})
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestReadingMailAndCasesIsNoted(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		raw := "From: ann@example.org\r\nSubject: my data\r\n\r\nWhat do you have on me?\r\n"
		err := h.db.Receive(t.Context(), "privacy", 1, []inbox.Arrival{
			{UID: 1, ReceivedAt: h.deps.Now(), Body: strings.NewReader(raw)}, {UID: 2, Unreadable: "The server would not give it."},
		})
		if err != nil {
			t.Fatal(err)
		}
		settle := inbox.Settlement{InboundID: 1, Disposition: inbox.OpenedCase, From: "ann@example.org", Subject: "my data", Verdict: sorting.Verdict{Kind: sorting.KindRights},
			Opening: &cases.Opening{Events: []cases.Event{{Kind: cases.Opened, Actor: "system", What: "Opened from a message."}},
				Case: cases.Case{Kind: cases.Access, Labels: []string{"access"}, State: cases.New, Division: "england-and-wales", InboundID: 1, From: "ann@example.org", ReceivedAt: h.deps.Now(), DueOn: "2026-12-22",
					Clocks: []cases.Clock{{Name: "answer", Due: "2026-12-22"}}}}}
		if err := h.db.Settle(t.Context(), settle); err != nil {
			t.Fatal(err)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/inbound?limit=1", "").want(t, "items.0.id", 2, "next", 2)
		h.must(t, http.StatusOK, "GET", "/api/v1/inbound/1", "", "Audit-Reason", "answering by phone").want(t, "disposition", "case", "kind", "rights", "case_id", 1)
		got := h.must(t, http.StatusOK, "GET", "/api/v1/inbound/1/raw", "")
		if got.Body.String() != raw || got.Header().Get("Content-Type") != "message/rfc822" || !strings.HasPrefix(got.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%v %q", got.Header(), got.Body)
		}
		h.must(t, http.StatusNotFound, "GET", "/api/v1/inbound/2/raw", "")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/inbound/9", "")
		h.must(t, http.StatusOK, "GET", "/api/v1/cases", "").want(t, "items.0.id", 1, "items.0.due_on", "2026-12-22")
		h.must(t, http.StatusOK, "GET", "/api/v1/cases/1", "").want(t, "clocks.0.name", "answer", "labels.0", "access", "from", "ann@example.org")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/cases/9", "")

		entries := must(h.db.TrailAfter(t.Context(), audit.Filter{Actor: "key:1"}, 0, 20))(t)
		var lines []string
		for _, e := range entries {
			lines = append(lines, strings.TrimSpace(e.Actor+" "+string(e.Action)+" "+e.Object+" "+e.Why))
		}
		want := "key:1 list inbound messages|key:1 read inbound message inbound:1 answering by phone|key:1 read raw message inbound:1|key:1 list cases|key:1 read case case:1"
		if got := strings.Join(lines, "|"); got != want {
			t.Errorf("the audit trail says\n%s, want\n%s", got, want)
		}
	})
}

func TestATrialGoesToOperatorsAlone(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody)
	lee, err := h.deps.Auth.AddUser(t.Context(), address.Must("lee@harbour.example"), "Lee", auth.Comms, "a long enough password 71")
	if err != nil {
		t.Fatal(err)
	}
	h.must(t, http.StatusAccepted, "POST", "/api/v1/campaigns/1/trials", `{"to":"LEE@harbour.example"}`)
	h.must(t, http.StatusConflict, "POST", "/api/v1/campaigns/1/trials", `{"to":"ann@example.org"}`) // a rule refuses it
	h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/campaigns/1/trials", `{"to":"nobody"}`)
	h.must(t, http.StatusNotFound, "POST", "/api/v1/campaigns/7/trials", `{"to":"lee@harbour.example"}`)
	if err := h.deps.Auth.SetDisabled(t.Context(), lee.ID, true); err != nil {
		t.Fatal(err)
	}
	h.must(t, http.StatusConflict, "POST", "/api/v1/campaigns/1/trials", `{"to":"lee@harbour.example"}`)
}

func TestAPreviewUnsubscribesNobody(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody)
	nobody := h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/preview", "")
	if text := nobody.at(t, "text").(string); !strings.Contains(text, "Dear reader") {
		t.Errorf("without a person: %q", text)
	}
	html := h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/preview?subscriber=1", "").at(t, "html").(string)
	_, after, found := strings.Cut(html, "https://news.example.org/u/")
	if !found {
		t.Fatalf("no unsubscribe link in %s", html)
	}
	token, _, _ := strings.Cut(after, `"`)
	back, err := mailerBack(h, token)
	if err != nil || back.SubscriberID != 0 || back.ListID != 0 {
		t.Errorf("the link stands for %+v, %v", back, err)
	}
	h.must(t, http.StatusNotFound, "GET", "/api/v1/campaigns/1/preview?subscriber=7", "")
	h.must(t, http.StatusNotFound, "GET", "/api/v1/campaigns/7/preview", "")
}

func TestErasedPeopleAreShownAsSuch(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
	p := must(h.db.Subscriber(t.Context(), 1))(t)
	p.Address, p.Name = address.Address{}, ""
	if err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error { return tx.UpdateSubscriber(p) }); err != nil {
		t.Fatal(err)
	}
	h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1", "").want(t, "erased", true, "address", "")
}
