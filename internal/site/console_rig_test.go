package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

const password = "correct horse battery"

// operator adds an operator of a role and signs them in. It returns the Cookie header.
func (r *rig) operator(t *testing.T, role auth.Role) string {
	t.Helper()
	addr := string(role) + "@harbour.example"
	must(r.accounts.AddUser(t.Context(), address.Must(addr), "Olu "+string(role), role, password))(t)
	w := r.post("/login", url.Values{"email": {addr}, "password": {password}})
	wantStatus(t, w, http.StatusSeeOther)
	return cookieOf(t, w)
}

func cookieOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	return cookies[0].Name + "=" + cookies[0].Value
}

func (r *rig) see(cookie, path string) *httptest.ResponseRecorder {
	return r.get(path, "Cookie", cookie)
}

// sendCampaign plans a campaign and records that it was sent to everybody planned.
func (r *rig) sendCampaign(t *testing.T, l subscriptions.List) mailer.Campaign {
	t.Helper()
	ctx, now := t.Context(), r.clock.Now()
	c := mailer.Campaign{
		ProgrammeID: r.programme.ID, Name: "November update", Subject: "What is new", Body: "Hello {{name}}, *read on*.", Language: "en",
		Class: subscriptions.Newsletter, Lists: []int64{l.ID}, State: mailer.Draft, CreatedBy: "user:1", CreatedAt: now, TimeZone: "Europe/London",
	}
	if err := r.db.CreateCampaign(ctx, &c); err != nil {
		t.Fatal(err)
	}
	var err error
	change := func(f func(mailer.Campaign) (mailer.Campaign, error)) {
		c, err = r.db.ChangeCampaign(ctx, c.ID, false, func(c mailer.Campaign) (mailer.Campaign, []queue.Task, error) {
			c, err := f(c)
			return c, nil, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	change(func(c mailer.Campaign) (mailer.Campaign, error) { return c.Schedule(now, now, "user:2") })
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}
	for more := true; more; {
		if more, err = r.db.PlanPage(ctx, c.ID, segment.Audience{Question: q}, now); err != nil {
			t.Fatal(err)
		}
	}
	people := must(r.db.Subscribers(ctx, 0, 1000))(t)
	var ids []int64
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	candidates, gateSeq, err := r.db.Ask(ctx, q, ids, now)
	if err != nil {
		t.Fatal(err)
	}
	var w mailer.Window
	for _, k := range candidates {
		if k.Decision.Reason == subscriptions.Allowed {
			w.Deliveries = append(w.Deliveries, mailer.Delivery{
				CampaignID: c.ID, SubscriberID: k.Subscriber.ID, ListID: l.ID, State: mailer.Sent, EventSeq: k.Decision.Seq, GateSeq: gateSeq,
				AskedAt: now, StartedAt: now, FinishedAt: now, Code: 250, Reply: "2.0.0 queued as ABC.",
			})
		}
	}
	if err := r.db.CloseWindow(ctx, c.ID, w); err != nil {
		t.Fatal(err)
	}
	return c
}

// openCase takes in a mail and opens a case of it.
func (r *rig) openCase(t *testing.T, raw string) cases.Case {
	t.Helper()
	ctx := t.Context()
	received := r.clock.Now().Add(-48 * time.Hour)
	err := r.db.Receive(ctx, "rights", 1, []inbox.Arrival{{UID: uint32(len(raw)), ReceivedAt: received, Size: int64(len(raw)), Body: strings.NewReader(raw)}})
	if err != nil {
		t.Fatal(err)
	}
	kept := must(r.db.KeptBefore(ctx, 0, 1))(t)[0]
	o := must(cases.Prepare(r.casework.Reckoner, cases.Case{
		Labels: []string{"access"}, ProgrammeID: r.programme.ID, Mailbox: "rights", InboundID: kept.ID, Channel: cases.ByMail,
		From: "carys@reader.example", Subject: "My data", ReceivedAt: received, Division: "england-and-wales", Language: "en",
	}, []cases.Kind{cases.Access}, func(cases.Kind) clock.House { return clock.House{} }))(t)
	o.Parties = cases.Parties("Carys O'Neill", address.Must("carys@reader.example"), 0)
	o.Message = &cases.Message{Direction: cases.In, At: received, InboundID: kept.ID, From: "carys@reader.example", Subject: "My data", Filed: cases.ByOpening}
	o.Events = []cases.Event{cases.OpenedBy(o.Case, "system", r.clock.Now(), clock.DateIn(r.clock.Now(), time.UTC))}
	err = r.db.Settle(ctx, inbox.Settlement{
		InboundID: kept.ID, Disposition: inbox.OpenedCase, From: o.Case.From, Subject: o.Case.Subject, Opening: &o,
		Verdict: inbox.Verdict{Kind: inbox.KindRights, Labels: o.Case.Labels, Grounds: []inbox.Ground{{Where: "text", Words: "a copy of my data", Rule: "access"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return o.Case
}

const htmlMail = "From: Carys O'Neill <carys@reader.example>\r\nTo: rights@harbour.example\r\nSubject: My data\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
	"<p>Please send me <b>a copy of my data</b>.</p><img src=\"https://tracker.example/x.gif\"><script>alert(1)</script>\u202eevil\r\n" +
	"--b\r\nContent-Type: application/pdf; name=passport.pdf\r\nContent-Disposition: attachment; filename=passport.pdf\r\n\r\nPDF\r\n--b--\r\n"
