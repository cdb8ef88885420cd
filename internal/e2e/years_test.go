package e2e

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/errs"
	"assent/internal/mailworld"
	"assent/internal/message"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

const aDay = 24 * time.Hour

// years is Assent with a clock that a test moves, and a mail world around it. What serve would do by itself is done when the test says so.
type years struct {
	*scene
	mux *queue.Mux

	mu  sync.Mutex
	at  time.Time
	day time.Time // the first of all

	news, stories, panel subscriptions.List
}

func (y *years) now() time.Time {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.at
}

// on moves the clock to some days after the first, and a bit.
func (y *years) on(day int, more time.Duration) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.at = y.day.Add(time.Duration(day)*aDay + more)
}

// newYears begins on the first day of 2026 with three lists: news lasts a year, stories lasts a year unless it is confirmed, and panel is confirmed every year and
// kept all the same.
func newYears(t *testing.T, databaseURL string) *years {
	t.Helper()
	y := &years{day: time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)}
	y.at = y.day
	world, err := mailworld.Start(context.Background(), mailworld.Config{Now: y.now, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	y.scene = &scene{t: t, mail: world, world: world, password: password, domain: harbour}
	y.change = func(p *assembly.Plan) { p.Now = y.now }
	db := storetest.Open(t, databaseURL, y.now)
	y.furnishYears(&subscriptions.Service{Store: db, Keys: storetest.Keys(t), Now: y.now})
	y.house = y.open(databaseURL)
	t.Cleanup(func() { y.check(y.house.Close(context.Background())) })
	y.mux = &queue.Mux{}
	queue.Handle(y.mux, y.house.Mailer.HandlePlan)
	queue.Handle(y.mux, y.house.Mailer.HandleConfirmation)
	queue.Handle(y.mux, y.house.Mailer.HandleRenewal)
	queue.Handle(y.mux, y.house.Mailer.HandleLetter)
	queue.Handle(y.mux, y.house.Mailer.HandleBulkLetter)
	queue.Handle(y.mux, func(ctx context.Context, c mailer.SendChunk) error {
		return y.house.Mailer.HandleChunk(ctx, c, "years")
	})
	return y
}

func (y *years) furnishYears(svc *subscriptions.Service) {
	y.t.Helper()
	y.programme, _ = y.found(svc, "harbour")
	purpose := func(slug string, u subscriptions.Purpose) subscriptions.Purpose {
		u.ProgrammeID, u.Slug, u.Name, u.Basis, u.Class = y.programme.ID, slug, slug, subscriptions.Consent, subscriptions.Newsletter
		made, err := svc.CreatePurpose(y.t.Context(), u)
		y.check(err)
		return made
	}
	purposes := []subscriptions.Purpose{
		purpose("bulletin", subscriptions.Purpose{Term: 365 * aDay}),
		purpose("stories", subscriptions.Purpose{ConfirmEvery: 365 * aDay, ConfirmOutcome: subscriptions.NoAnswerLapses}),
		purpose("panel", subscriptions.Purpose{ConfirmEvery: 365 * aDay, ConfirmOutcome: subscriptions.NoAnswerKeeps}),
	}
	notice, err := svc.PublishNotice(y.t.Context(), subscriptions.NoticeDraft{ProgrammeID: y.programme.ID, Texts: map[string]string{"en": "How we use your data for three years."}, Override: "a test"})
	y.check(err)
	for i, to := range []*subscriptions.List{&y.news, &y.stories, &y.panel} {
		u := purposes[i]
		*to, err = svc.CreateList(y.t.Context(), subscriptions.List{
			ProgrammeID: y.programme.ID, PurposeID: u.ID, NoticeID: notice.ID, Slug: u.Slug, Name: "Harbour " + u.Slug, Wording: "Send me " + u.Slug + ".", DoubleOptIn: true, Public: true,
		})
		y.check(err)
	}
}

// work does every task that is due, and those that come of them.
func (y *years) work() {
	y.t.Helper()
	for {
		due, err := y.house.DB.Due(y.t.Context(), y.now(), 100)
		y.check(err)
		if len(due) == 0 {
			return
		}
		for _, task := range due {
			y.check(y.mux.Run(y.t.Context(), task))
			y.check(y.house.DB.Done(y.t.Context(), task.ID, y.now()))
		}
	}
}

// pass does what serve does every minute, twice over, as two workers would.
func (y *years) pass() subscriptions.Passed {
	y.t.Helper()
	p, err := y.house.Terms.Run(y.t.Context())
	y.check(err)
	again, err := y.house.Terms.Run(y.t.Context())
	y.check(err)
	if again != (subscriptions.Passed{}) {
		y.t.Errorf("on %s the second time brought %+v", y.now().Format(time.DateOnly), again)
	}
	y.work()
	return p
}

// joins subscribes an address and confirms it through the mail.
func (y *years) joins(addr string, l subscriptions.List) {
	y.t.Helper()
	before := len(y.inbox(addr))
	y.check(y.house.People.Subscribe(y.t.Context(), subscriptions.Act{
		ListID: l.ID, Address: address.Must(addr), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form", Evidence: subscriptions.Evidence{"act": "pressed the button"},
	}))
	y.work()
	mails := y.inbox(addr)
	if len(mails) != before+1 {
		y.t.Fatalf("%s got %d mails", addr, len(mails))
	}
	_, err := y.house.People.Confirm(y.t.Context(), confirmLink.FindStringSubmatch(mails[before].Text)[1], nil)
	y.check(err)
}

// inbox is what an address got, the oldest first.
func (y *years) inbox(addr string) []*message.Parsed {
	y.t.Helper()
	var all []*message.Parsed
	for _, m := range y.world.Inbox(address.Must(addr)) {
		p, err := message.Parse(strings.NewReader(string(m.Raw)), message.DefaultLimits())
		y.check(err)
		all = append(all, p)
	}
	return all
}

var renewLink = regexp.MustCompile(`/r/([a-z2-7]+)`)

// questions returns the links of the questions that an address was asked, the oldest first.
func (y *years) questions(addr string) []string {
	y.t.Helper()
	var links []string
	for _, m := range y.inbox(addr) {
		if found := renewLink.FindStringSubmatch(m.Text); found != nil {
			links = append(links, found[1])
		}
	}
	return links
}

// asked checks how many questions an address has got by now.
func (y *years) asked(addr string, want int) {
	y.t.Helper()
	if got := len(y.questions(addr)); got != want {
		y.t.Errorf("on day %.3f %s has got %d questions, want %d", y.now().Sub(y.day).Hours()/24, addr, got, want)
	}
}

// answer is the last question's link.
func (y *years) answer(addr string) string {
	y.t.Helper()
	links := y.questions(addr)
	if len(links) == 0 {
		y.t.Fatalf("%s was asked nothing", addr)
	}
	return links[len(links)-1]
}

// sends has a campaign go to a list now and says who got it, and whom the gate left out for what.
func (y *years) sends(l subscriptions.List) (got []string, left map[subscriptions.Reason]int64) {
	y.t.Helper()
	id := y.scheduled(l)
	y.work()
	for _, addr := range []string{ann, bob, cat, dan} {
		for _, m := range y.inbox(addr) {
			if strings.HasPrefix(m.Subject, y.title()) {
				got = append(got, strings.TrimSuffix(addr, "@example.org"))
			}
		}
	}
	_, left, err := y.house.Mailer.Progress(y.t.Context(), id)
	y.check(err)
	return got, left
}

func (y *years) title() string { return "News of " + y.now().Format(time.RFC3339) }

// scheduled has a campaign go to a list now, and does not do the work.
func (y *years) scheduled(l subscriptions.List) (id int64) {
	y.t.Helper()
	c, err := y.house.Mailer.Create(y.t.Context(), campaignTo(l, y.title()), "user:1")
	y.check(err)
	_, err = y.house.Mailer.Schedule(y.t.Context(), c.ID, time.Time{}, "user:1")
	y.check(err)
	return c.ID
}

// reaches checks who gets a campaign that is sent now.
func (y *years) reaches(l subscriptions.List, want string) {
	y.t.Helper()
	got, left := y.sends(l)
	if strings.Join(got, " ") != want {
		y.t.Errorf("at %s %q got the news, want %q; left out were %v", y.now().Format(time.RFC3339), got, want, left)
	}
}

// leaves checks why nobody gets a campaign that is sent now.
func (y *years) leaves(l subscriptions.List, why subscriptions.Reason) {
	y.t.Helper()
	if got, left := y.sends(l); len(got) > 0 || left[why] == 0 {
		y.t.Errorf("at %s %q got the news; left out were %v, want %q", y.now().Format(time.RFC3339), got, left, why)
	}
}

// last is the latest event of an address.
func (y *years) last(addr string) subscriptions.Event {
	y.t.Helper()
	events, err := y.house.DB.EventsByKey(y.t.Context(), y.house.Keys.AddressKey(address.Must(addr)))
	y.check(err)
	return events[len(events)-1]
}

// outcome checks what came of the last question to an address.
func (y *years) outcome(addr string, want subscriptions.Answer) {
	y.t.Helper()
	person, err := y.house.DB.SubscriberByKey(y.t.Context(), y.house.Keys.AddressKey(address.Must(addr)))
	y.check(err)
	asks, err := y.house.DB.AsksOf(y.t.Context(), person.ID, 10)
	y.check(err)
	if len(asks) == 0 || asks[0].Answer != want {
		y.t.Errorf("the questions to %s are %+v, want the last with %q", addr, asks, want)
	}
}

// renews presses yes behind the last question to an address.
func (y *years) renews(addr string) {
	y.t.Helper()
	_, err := y.house.People.Renew(y.t.Context(), y.answer(addr), subscriptions.Evidence{"act": "pressed the button"})
	y.check(err)
	e := y.last(addr)
	if e.Kind != subscriptions.Confirmed || e.Channel != subscriptions.ByLink || !e.ExpiresAt.Equal(y.now().Add(365*aDay)) ||
		e.WordingDigest != subscriptions.TextDigest(y.news.Wording) || e.NoticeDigest == "" {
		y.t.Errorf("the yes of %s is %+v", addr, e)
	}
}

// A permission is asked for, given, renewed, not renewed, ended to the second and given anew; regular questions have the outcome that their purpose names; and
// a programme's end ends everything. Every mail goes through the gate and over SMTP.
func TestThreeYearsOfTerms(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		y := newYears(t, databaseURL)
		y.joins(ann, y.news)
		y.joins(bob, y.panel)
		y.joins(cat, y.stories)
		y.firstYear()
		y.secondYear()
		y.thirdYear()
		y.gone()
		y.verify()
	})
}

const ann, bob, cat, dan = "ann@example.org", "bob@example.org", "cat@example.org", "dan@example.org"

// firstYear: ann is asked 30 days before the end and says yes. Cat is asked twice and says nothing, so that her stories end on day 365. Bob's panel goes on.
func (y *years) firstYear() {
	y.t.Helper()
	y.on(335, -time.Second)
	y.pass()
	y.asked(ann, 0)
	y.on(335, 0)
	y.pass()
	y.asked(ann, 1)
	y.on(340, 0)
	y.renews(ann)
	y.on(358, 0)
	y.pass()
	y.asked(ann, 1) // the question of 7 days before is no question any more
	y.asked(cat, 2)
	y.on(365, -time.Second)
	y.reaches(y.stories, "cat")
	y.on(365, 0)
	y.leaves(y.stories, subscriptions.ReasonExpired)
	if p := y.pass(); p.Lapsed != 1 || p.Asked != 1 {
		y.t.Errorf("day 365 brought %+v", p)
	}
	if e := y.last(cat); e.Kind != subscriptions.Lapsed || e.Reason != subscriptions.LapsedUnasked || !e.ExpiresAt.Equal(y.now()) {
		y.t.Errorf("cat's stories ended as %+v", e)
	}
	y.reaches(y.news, "ann")
	y.asked(bob, 1)
	y.on(396, 0)
	y.pass()
	y.outcome(bob, subscriptions.AnswerNone)
	y.reaches(y.panel, "bob")
}

// secondYear: ann is asked twice and says nothing. Her news ends on day 705, and three days later she says yes all the same. Dan joins. Bob says no.
func (y *years) secondYear() {
	y.t.Helper()
	y.on(675, 0)
	y.pass()
	y.on(698, 0)
	y.pass()
	y.asked(ann, 3)
	y.on(705, -time.Second)
	y.reaches(y.news, "ann")
	y.on(705, 0)
	y.leaves(y.news, subscriptions.ReasonExpired)
	if p := y.pass(); p.Lapsed != 1 {
		y.t.Errorf("day 705 brought %+v", p)
	}
	if e := y.last(ann); e.Kind != subscriptions.Lapsed || e.Reason != subscriptions.LapsedTerm {
		y.t.Errorf("ann's news ended as %+v", e)
	}
	y.outcome(ann, subscriptions.AnswerNone)
	y.on(708, 0)
	y.renews(ann)
	y.reaches(y.news, "ann")
	y.on(720, 0)
	y.joins(dan, y.news)
	y.on(730, 0)
	y.pass()
	y.asked(bob, 2)
	_, err := y.house.People.Decline(y.t.Context(), y.answer(bob), nil)
	y.check(err)
	y.leaves(y.panel, subscriptions.ReasonWithdrawn)
	y.pass()
	y.outcome(bob, subscriptions.AnswerNo)
	if _, err := y.house.People.Renew(y.t.Context(), y.answer(bob), nil); errs.KindOf(err) != errs.Refused {
		y.t.Errorf("after his no, the link's yes gave %v", err)
	}
}

// thirdYear: the programme is to end on day 1080, and does so for ann, who renewed a while before, and for dan, who did not.
func (y *years) thirdYear() {
	y.t.Helper()
	y.on(1000, 0)
	end := y.day.Add(1080 * aDay)
	_, err := y.house.Editor.EndProgramme(y.t.Context(), y.programme.ID, end)
	y.check(err)
	y.on(1066, 0)
	y.pass()
	y.asked(ann, 4)
	y.asked(dan, 1)
	y.on(1070, 0)
	y.renews(ann)
	y.on(1080, -time.Second)
	y.reaches(y.news, "ann dan")
	late := y.scheduled(y.news)
	y.on(1080, 0)
	y.work()
	if _, left, err := y.house.Mailer.Progress(y.t.Context(), late); err != nil || left[subscriptions.ReasonEnded] != 2 {
		y.t.Errorf("what was scheduled a second before the end left out %v (%v)", left, err)
	}
	if p := y.pass(); p.Ended != 2 || p.Lapsed != 0 {
		y.t.Errorf("the end of the programme brought %+v", p)
	}
	if e := y.last(ann); e.Kind != subscriptions.Lapsed || e.Reason != subscriptions.LapsedProgramme || e.Scope != subscriptions.ProgrammeScope(y.programme.ID) || !e.ExpiresAt.Equal(end) {
		y.t.Errorf("ann's news ended as %+v", e)
	}
	y.over()
}

// over: nobody can renew or join, nothing can be sent, and nobody is asked anything any more.
func (y *years) over() {
	y.t.Helper()
	if _, err := y.house.People.Renew(y.t.Context(), y.answer(dan), nil); errs.KindOf(err) != errs.Refused {
		y.t.Errorf("a yes after the end gave %v", err)
	}
	err := y.house.People.Subscribe(y.t.Context(), subscriptions.Act{ListID: y.news.ID, Address: address.Must(cat), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form"})
	if errs.KindOf(err) != errs.Refused {
		y.t.Errorf("joining after the end gave %v", err)
	}
	c, err := y.house.Mailer.Create(y.t.Context(), campaignTo(y.news, "Too late"), "user:1")
	y.check(err)
	if _, err := y.house.Mailer.Schedule(y.t.Context(), c.ID, time.Time{}, "user:1"); errs.KindOf(err) != errs.Conflict {
		y.t.Errorf("scheduling after the end gave %v", err)
	}
	if _, err := y.house.Editor.EndProgramme(y.t.Context(), y.programme.ID, y.now().Add(aDay)); errs.KindOf(err) != errs.Conflict {
		y.t.Errorf("moving an end that has come gave %v", err)
	}
	before := len(y.questions(ann))
	y.on(1200, 0)
	y.pass()
	y.asked(ann, before)
}

// gone: six months after their last permission ended people are erased, cat and bob long before ann and dan.
func (y *years) gone() {
	y.t.Helper()
	_, err := y.house.Schedule.Declare(y.t.Context(), retention.Rule{
		ProgrammeID: y.programme.ID, Name: "people", What: retention.People, Since: retention.PermissionEnded, Period: retention.Period{Length: 6, Unit: retention.Months},
		Action: retention.Delete, Reason: "Nothing is sent to them any more.", CreatedBy: "user:1",
	})
	y.check(err)
	end := y.day.Add(1080*aDay).AddDate(0, 6, 0)
	for _, c := range []struct {
		at   time.Time
		left string
	}{{end.Add(-time.Second), "ann dan"}, {end, ""}} {
		y.on(0, c.at.Sub(y.day))
		_, err := y.house.Schedule.Run(y.t.Context(), false)
		y.check(err)
		var left []string
		for _, addr := range []string{ann, bob, cat, dan} {
			if y.last(addr).Kind != subscriptions.Erased {
				left = append(left, strings.TrimSuffix(addr, "@example.org"))
			}
		}
		if got := strings.Join(left, " "); got != c.left {
			y.t.Errorf("at %s %q are still on record, want %q", c.at.Format(time.RFC3339), got, c.left)
		}
	}
	y.pass()
}
