package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// histories is how many people live through a random history on each database.
func histories(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("ASSENT_E2E_HISTORIES"))
	if err != nil || n <= 0 {
		n = 300
	}
	t.Logf("%d histories; set ASSENT_E2E_HISTORIES for more", n)
	return n
}

// Consent, opt-outs, objections, restrictions, pauses, changes of address, erasures, imports and campaigns in any order, by several hands at once; then somebody who knows only
// the ledger and what the relay took looks at every message.
func TestRandomHistoriesAgainstAnIndependentChecker(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		relay, addr := startSink(t)
		s.smtpURL = "smtp://" + addr
		s.house = s.open(databaseURL)
		s.run(s.house)
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		play := &play{scene: s, people: histories(t), lists: s.fourLists(), random: rand.New(rand.NewPCG(seed, 7))}
		play.run()
		play.judge(relay.all())
		s.verify()
	})
}

// play is many people's histories, mixed.
type play struct {
	*scene
	people    int
	lists     []subscriptions.List
	random    *rand.Rand
	campaigns []sending
}

// sending is a campaign with when it was scheduled and when it was finished.
type sending struct {
	name         string
	lists        []subscriptions.List
	began, ended time.Time
}

// shortestTerm is how long a permission for the last of the four lists lasts.
const shortestTerm = 30 * 24 * time.Hour

// fourLists are two lists of the scene's programme and two of another, of which the last has a term.
func (s *scene) fourLists() []subscriptions.List {
	svc := s.house.People
	notice, err := svc.Store.Notice(s.t.Context(), s.list.NoticeID)
	s.check(err)
	second, err := svc.CreateList(s.t.Context(), subscriptions.List{
		ProgrammeID: s.programme.ID, PurposeID: s.list.PurposeID, NoticeID: notice.ID, Slug: "harbour-works", Name: "Harbour works",
		Wording: "Tell me of works.", DoubleOptIn: true,
	})
	s.check(err)
	lighthouse, third := s.found(svc, "lighthouse")
	purpose, err := svc.CreatePurpose(s.t.Context(), subscriptions.Purpose{
		ProgrammeID: lighthouse.ID, Slug: "tours", Name: "Tours", Basis: subscriptions.Consent, Class: subscriptions.Newsletter, Term: shortestTerm,
	})
	s.check(err)
	notice, err = svc.PublishNotice(s.t.Context(), subscriptions.NoticeDraft{ProgrammeID: lighthouse.ID, Texts: map[string]string{"en": "Tours, too."}, Override: "a test"})
	s.check(err)
	fourth, err := svc.CreateList(s.t.Context(), subscriptions.List{
		ProgrammeID: lighthouse.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: "lighthouse-tours", Name: "Tours", Wording: "Tell me of tours.", DoubleOptIn: true,
	})
	s.check(err)
	return []subscriptions.List{s.list, second, third, fourth}
}

// step is something that happens to one person.
type step struct {
	person int
	act    func(p *play, r *rand.Rand, addr address.Address) error
}

func (p *play) run() {
	steps := p.script()
	const parts = 5
	for part := range parts {
		p.perform(steps[part*len(steps)/parts:(part+1)*len(steps)/parts], part)
	}
	for i := range p.campaigns {
		p.campaigns[i].ended = p.wait(p.campaigns[i].name)
	}
	p.campaigns = append(p.campaigns, p.send("Last", p.lists[:2]))
	p.campaigns[len(p.campaigns)-1].ended = p.wait("Last")
}

// script is everybody's history in one order.
func (p *play) script() []step {
	var steps []step
	for person := range p.people {
		steps = append(steps, step{person, join})
		for range 2 + p.random.IntN(6) {
			steps = append(steps, step{person, acts[p.random.IntN(len(acts))]})
		}
	}
	p.random.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	return steps
}

// perform lets several hands carry out steps, and has a campaign begin in their midst.
func (p *play) perform(steps []step, part int) {
	p.t.Helper()
	work := make(chan step)
	var wg sync.WaitGroup
	for hand := range 4 {
		r := rand.New(rand.NewPCG(p.random.Uint64(), uint64(hand)))
		wg.Go(func() {
			for s := range work {
				err := s.act(p, r, p.address(r, s.person))
				if kind := errs.KindOf(err); err != nil && kind != errs.Refused && kind != errs.NotFound {
					p.t.Errorf("person %d: %v", s.person, err)
				}
			}
		})
	}
	for i, s := range steps {
		if i == len(steps)/2 {
			p.campaigns = append(p.campaigns, p.send(fmt.Sprintf("Part%d", part), [][]subscriptions.List{p.lists[:1], p.lists[:2], p.lists[1:2], p.lists[2:3], p.lists[3:]}[part]))
		}
		work <- s
	}
	close(work)
	wg.Wait()
}

func (p *play) send(name string, lists []subscriptions.List) sending {
	p.t.Helper()
	c := campaignTo(lists[0], name)
	c.Lists = nil
	for _, l := range lists {
		c.Lists = append(c.Lists, l.ID)
	}
	c, err := p.house.Mailer.Create(p.t.Context(), c, "user:1")
	p.check(err)
	began := time.Now()
	p.schedule(c.ID)
	return sending{name: name, lists: lists, began: began}
}

// wait waits until the campaign is finished.
func (p *play) wait(name string) time.Time {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute + time.Duration(p.people)*20*time.Millisecond); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		all, err := p.house.DB.Campaigns(p.t.Context(), 0, 100)
		p.check(err)
		for _, c := range all {
			if c.Name == name && c.State == mailer.Finished {
				return time.Now()
			}
		}
	}
	p.t.Fatalf("the campaign %s is not finished", name)
	return time.Time{}
}

// address is a person's address or, now and then, their other one; at times as somebody types it who holds down the shift key.
func (p *play) address(r *rand.Rand, person int) address.Address {
	a := address.Must(fmt.Sprintf("person-%06d@histories.example", person))
	if r.IntN(6) == 0 {
		a = other(a)
	}
	if text := a.String(); r.IntN(4) == 0 {
		a = address.Must(strings.ToUpper(text[:3]) + text[3:])
	}
	return a
}

// judge has the checker look at every message, and at every message that should have been.
func (p *play) judge(messages []taken) {
	c := p.checker()
	sent := map[string]int{}
	letters, wrong := 0, 0
	for _, m := range messages {
		if m.listID == "" {
			letters++
			continue
		}
		m.listID = label(m.listID)
		sent[m.campaign+" "+c.key(m.to)]++
		if fault := c.judge(m); fault != "" {
			if wrong++; wrong <= 20 {
				p.t.Error(fault)
			}
		}
	}
	due := 0
	for key, events := range c.byKey {
		for _, x := range p.campaigns {
			n := sent[x.name+" "+key]
			if n > 1 {
				p.t.Errorf("somebody got %s %d times", x.name, n)
			}
			margin := c.late
			if x.name == "Last" { // nothing else went on
				margin = 0
			}
			if !owed(events, x.lists, x.began, x.ended, margin) {
				continue
			}
			if due++; n == 0 {
				p.t.Errorf("the ledger allowed %s to somebody all along, who did not get it; the last event is %d", x.name, events[len(events)-1].Seq)
			}
		}
	}
	p.t.Logf("%d newsletters and %d letters; %d newsletters were owed to people about whom nothing changed meanwhile", len(sent), letters, due)
	if due == 0 || len(sent) == 0 {
		p.t.Error("nothing was owed or sent: it shows nothing")
	}
}

func (p *play) checker() *checker {
	c := &checker{byKey: map[string][]subscriptions.Event{}, lists: map[string]subscriptions.List{}, late: subscriptions.PermitLife + 3*time.Second}
	c.key = func(addr string) string { return string(p.house.Keys.AddressKey(address.Must(addr))) }
	for _, l := range p.lists {
		c.lists[l.Slug] = l
	}
	for after := int64(0); ; {
		page, err := p.house.DB.Events(p.t.Context(), after, 1000)
		p.check(err)
		if len(page) == 0 {
			return c
		}
		for _, e := range page {
			c.byKey[string(e.AddressKey)] = append(c.byKey[string(e.AddressKey)], e)
			after = e.Seq
		}
	}
}
