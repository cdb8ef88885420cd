package mailer_test

import (
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
)

func TestACampaignGoesOnlyItsWay(t *testing.T) {
	t.Parallel()
	schedule := func(c mailer.Campaign) (mailer.Campaign, error) { return c.Schedule(began, began, "user:2") }
	pause, resume, cancel := mailer.Campaign.Pause, mailer.Campaign.Resume, mailer.Campaign.Cancel
	for _, c := range []struct {
		name    string
		from    mailer.CampaignState
		paused  bool
		act     func(mailer.Campaign) (mailer.Campaign, error)
		to      mailer.CampaignState // "" for a refusal
		remains bool                 // paused afterwards
	}{
		{"a draft is scheduled", mailer.Draft, false, schedule, mailer.Scheduled, false},
		{"a draft is not paused", mailer.Draft, false, pause, "", false},
		{"a draft is not resumed", mailer.Draft, false, resume, "", false},
		{"a draft is cancelled", mailer.Draft, false, cancel, mailer.Cancelled, false},
		{"what is scheduled is not scheduled again", mailer.Scheduled, false, schedule, "", false},
		{"what is scheduled is paused", mailer.Scheduled, false, pause, mailer.Scheduled, true},
		{"what is scheduled and paused is resumed", mailer.Scheduled, true, resume, mailer.Scheduled, false},
		{"what is scheduled is cancelled", mailer.Scheduled, false, cancel, mailer.Cancelled, false},
		{"what is being planned is paused", mailer.Planning, false, pause, mailer.Planning, true},
		{"what is being planned is not scheduled", mailer.Planning, false, schedule, "", false},
		{"what is being sent is paused", mailer.Sending, false, pause, mailer.Sending, true},
		{"what is being sent is not resumed", mailer.Sending, false, resume, "", false},
		{"what is paused is paused", mailer.Sending, true, pause, mailer.Sending, true},
		{"what is paused is resumed", mailer.Sending, true, resume, mailer.Sending, false},
		{"what is paused is cancelled", mailer.Sending, true, cancel, mailer.Cancelled, false},
		{"what is finished is not paused", mailer.Finished, false, pause, "", false},
		{"what is finished is not resumed", mailer.Finished, false, resume, "", false},
		{"what is finished is not cancelled", mailer.Finished, false, cancel, "", false},
		{"what is finished is not scheduled", mailer.Finished, false, schedule, "", false},
		{"what is cancelled is not cancelled", mailer.Cancelled, false, cancel, "", false},
		{"what is cancelled is not paused", mailer.Cancelled, false, pause, "", false},
		{"what is cancelled is not scheduled", mailer.Cancelled, false, schedule, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			was := mailer.Campaign{State: c.from, Paused: c.paused, Trouble: "the relay", Round: 3}
			got, err := c.act(was)
			switch {
			case c.to == "" && errs.KindOf(err) != errs.Conflict:
				t.Errorf("it became %+v, %v", got, err)
			case c.to == "":
			case err != nil || got.State != c.to || got.Paused != c.remains || c.from != mailer.Draft && got.Trouble != "":
				t.Errorf("it became %+v, %v", got, err)
			}
		})
	}
}

func TestACampaignHaltsOnlyWhereItCouldGoOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state  mailer.CampaignState
		paused bool
		halts  bool
	}{
		{mailer.Draft, false, false}, {mailer.Scheduled, false, true}, {mailer.Planning, false, true}, {mailer.Sending, false, true},
		{mailer.Sending, true, false}, {mailer.Finished, false, false}, {mailer.Cancelled, false, false},
	} {
		got := mailer.Campaign{State: c.state, Paused: c.paused}.Halt("the relay")
		if halted := got.Paused && got.Trouble == "the relay"; halted != c.halts || got.State != c.state {
			t.Errorf("%s, paused %v: %+v", c.state, c.paused, got)
		}
	}
}

func TestResumingStartsARoundOfItsOwn(t *testing.T) {
	t.Parallel()
	got, err := mailer.Campaign{State: mailer.Sending, Paused: true, Round: 3}.Resume()
	if err != nil || got.Round != 4 || !got.Running() {
		t.Errorf("%+v, %v", got, err)
	}
	first, err := mailer.ChunkTask(12, 3, began)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := mailer.ChunkTask(12, 4, began); err != nil || first.ID == second.ID {
		t.Errorf("%s, %s, %v", first.ID, second.ID, err)
	}
}

func TestSchedulingApprovesWhatIsThere(t *testing.T) {
	t.Parallel()
	draft := mailer.Campaign{State: mailer.Draft, Subject: "May", Body: "News", Lists: []int64{1}, Class: subscriptions.Newsletter}
	got, err := draft.Schedule(began.Add(time.Hour), began, "user:2")
	if err != nil || got.ApprovedBy != "user:2" || !got.ScheduledAt.Equal(began.Add(time.Hour)) || got.Digest != draft.ContentDigest() || got.Digest == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := draft.Schedule(began.Add(-2*time.Minute), began, "user:2"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("the past: %v", err)
	}
	if _, err := draft.Schedule(began.Add(-30*time.Second), began, "user:2"); err != nil {
		t.Errorf("a moment ago: %v", err)
	}
	for name, change := range map[string]func(*mailer.Campaign){
		"subject": func(c *mailer.Campaign) { c.Subject += "!" }, "preheader": func(c *mailer.Campaign) { c.Preheader = "!" }, "body": func(c *mailer.Campaign) { c.Body += "!" },
		"language": func(c *mailer.Campaign) { c.Language = "cy" }, "lists": func(c *mailer.Campaign) { c.Lists = []int64{1, 2} },
		"purposes": func(c *mailer.Campaign) { c.Purposes = []int64{2} }, "class": func(c *mailer.Campaign) { c.Class = subscriptions.Targeted },
		"programme": func(c *mailer.Campaign) { c.ProgrammeID++ },
	} {
		other := draft
		change(&other)
		if other.ContentDigest() == got.Digest {
			t.Errorf("a change of its %s leaves the digest as it is", name)
		}
	}
}

func TestADraftThatCouldNotBeSentIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		other := r.otherProgramme()
		for _, c := range []struct {
			name   string
			change func(*mailer.Campaign)
			kind   errs.Kind
			says   string
		}{
			{"no name", func(c *mailer.Campaign) { c.Name = " " }, errs.Invalid, "name"},
			{"no subject", func(c *mailer.Campaign) { c.Subject = "" }, errs.Invalid, "subject"},
			{"a subject without end", func(c *mailer.Campaign) { c.Subject = strings.Repeat("é", 301) }, errs.Invalid, "at most 300 characters"},
			{"a subject that starts another header", func(c *mailer.Campaign) { c.Subject = "News\r\nBcc: all@example.org" }, errs.Invalid, "one line"},
			{"a preheader of two lines", func(c *mailer.Campaign) { c.Preheader = "News\nand more" }, errs.Invalid, "one line"},
			{"a NUL byte in the body", func(c *mailer.Campaign) { c.Body = "a\x00b" }, errs.Invalid, "no text"},
			{"no body", func(c *mailer.Campaign) { c.Body = "\n " }, errs.Invalid, "body"},
			{"a body that shows nothing", func(c *mailer.Campaign) { c.Body = "<!-- nothing -->" }, errs.Invalid, "body"},
			{"no list", func(c *mailer.Campaign) { c.Lists = nil }, errs.Invalid, "at least one list"},
			{"a list that there is not", func(c *mailer.Campaign) { c.Lists = []int64{999} }, errs.NotFound, ""},
			{"another programme's list", func(c *mailer.Campaign) { c.Lists = append(c.Lists, other.ID) }, errs.Invalid, "its own programme"},
			{"another programme's purpose", func(c *mailer.Campaign) { c.Purposes = []int64{other.PurposeID} }, errs.Invalid, "its own programme"},
			{"an unknown field", func(c *mailer.Campaign) { c.Body = "Dear {{nmae}}" }, errs.Invalid, "{{nmae}}"},
			{"an unknown field in the subject", func(c *mailer.Campaign) { c.Subject = "For {{ region }}" }, errs.Invalid, "{{region}}"},
		} {
			draft := mailer.Campaign{ProgrammeID: r.programme.ID, Name: "May", Subject: "News", Body: "News", Lists: []int64{r.lists[0].ID}}
			c.change(&draft)
			_, err := r.Create(t.Context(), draft, "user:1")
			if err == nil || errs.KindOf(err) != c.kind || !strings.Contains(errs.Message(err), c.says) {
				t.Errorf("%s: %v %q (%v)", c.name, errs.KindOf(err), errs.Message(err), err)
			}
		}
		if all, err := r.db.Campaigns(t.Context(), 0, 10); err != nil || len(all) != 0 {
			t.Errorf("%d campaigns, %v", len(all), err)
		}
	})
}

// otherProgramme makes one with a list.
func (r *rig) otherProgramme() subscriptions.List {
	r.t.Helper()
	p := aProgramme()
	p.Slug = "ferry"
	p, err := r.people.CreateProgramme(r.t.Context(), p)
	r.ok(err)
	u, err := r.people.CreatePurpose(r.t.Context(), subscriptions.Purpose{ProgrammeID: p.ID, Slug: "crossing", Name: "crossing", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
	r.ok(err)
	n, err := r.people.PublishNotice(r.t.Context(), subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "How we use your data."}, Override: "a test"})
	r.ok(err)
	l, err := r.people.CreateList(r.t.Context(), subscriptions.List{ProgrammeID: p.ID, PurposeID: u.ID, NoticeID: n.ID, Slug: "boat", Name: "Boat", Wording: "Send me boats."})
	r.ok(err)
	return l
}

func TestACampaignWhoseWordsWereChangedAfterApprovalHalts(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(5)...)
		c, err := r.Schedule(t.Context(), r.draft(r.lists[0]).ID, time.Time{}, "user:1")
		r.ok(err)
		_, err = r.db.ChangeCampaign(t.Context(), c.ID, false, func(c mailer.Campaign) (mailer.Campaign, []queue.Task, error) {
			c.Digest = "of something else"
			return c, nil, nil
		})
		r.ok(err)
		r.work()
		if got := r.now(c.ID); !got.Paused || !strings.Contains(got.Trouble, "not what was approved") || got.State != mailer.Scheduled {
			t.Errorf("%+v", got)
		}
		planned := r.planned(r.lists[0])
		_, err = r.db.ChangeCampaign(t.Context(), planned.ID, false, func(c mailer.Campaign) (mailer.Campaign, []queue.Task, error) {
			c.Digest = "of something else"
			return c, nil, nil
		})
		r.ok(err)
		r.work()
		if got := r.now(planned.ID); !got.Paused || !strings.Contains(got.Trouble, "not what was approved") {
			t.Errorf("%+v", got)
		}
		if n := r.relay.tried(); n != 0 {
			t.Errorf("%d messages started", n)
		}
	})
}

func TestAScheduledCampaignWaitsForItsTime(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(5)...)
		c, err := r.Schedule(t.Context(), r.draft(r.lists[0]).ID, began.Add(time.Hour), "user:1")
		r.ok(err)
		r.work()
		r.wants(c.ID, mailer.Scheduled, "0 planned: 0 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		_, err = r.Pause(t.Context(), c.ID)
		r.ok(err)
		r.clock.advance(time.Hour)
		r.work()
		r.wants(c.ID, mailer.Scheduled, "0 planned: 0 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		_, err = r.Resume(t.Context(), c.ID)
		r.ok(err)
		r.work()
		r.wants(c.ID, mailer.Finished, "5 planned: 5 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		r.relay.total(t)
	})
}

func TestAnEmptyAudienceFinishesAtOnce(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		c := r.planned(r.lists[0])
		r.wants(c.ID, mailer.Finished, "0 planned: 0 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		ids := r.join(r.lists[0], "ann@example.org")
		_, err := r.people.Withdraw(t.Context(), subscriptions.Withdrawal{SubscriberID: ids[0], Scope: subscriptions.Everything(), Channel: subscriptions.ByStaff, Actor: "user:1"})
		r.ok(err)
		c = r.planned(r.lists[0])
		r.wants(c.ID, mailer.Finished, "0 planned: 0 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		_, left, err := r.Progress(t.Context(), c.ID)
		r.ok(err)
		if left[subscriptions.ReasonWithdrawn] != 1 {
			t.Errorf("left out: %v", left)
		}
	})
}

func TestSeveralListsSendEachPersonOneMessage(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		people := crowd(20)
		r.join(r.lists[0], people[:12]...)
		r.join(r.lists[1], people[8:]...)
		both := r.people.Keys.AddressKey(address.Must(people[10]))
		_, err := r.people.Withdraw(t.Context(), subscriptions.Withdrawal{
			Address: address.Must(people[10]), Scope: subscriptions.ListScope(r.lists[0]), Channel: subscriptions.ByStaff, Actor: "user:1",
		})
		r.ok(err)
		c := r.planned(r.lists[1], r.lists[0], r.lists[0])
		r.work()
		r.wants(c.ID, mailer.Finished, "20 planned: 20 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		if n := r.relay.total(t); n != 20 {
			t.Errorf("%d messages", n)
		}
		person, err := r.db.SubscriberByKey(t.Context(), both)
		r.ok(err)
		if d := r.delivery(c.ID, person.ID); d.ListID != r.lists[1].ID {
			t.Errorf("sent as to list %d, which was left", d.ListID)
		}
		r.verified()
	})
}

func TestADeclaredPurposeNeedsItsOwnConsent(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		people := crowd(6)
		r.join(r.lists[0], people...)
		r.join(r.lists[2], people[:2]...)
		draft := mailer.Campaign{ProgrammeID: r.programme.ID, Name: "May", Subject: "News", Body: "News and offers", Lists: []int64{r.lists[0].ID}, Purposes: []int64{r.lists[2].PurposeID}}
		c, err := r.Create(t.Context(), draft, "user:1")
		r.ok(err)
		_, err = r.Schedule(t.Context(), c.ID, time.Time{}, "user:1")
		r.ok(err)
		r.work()
		r.wants(c.ID, mailer.Finished, "2 planned: 2 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		_, left, err := r.Progress(t.Context(), c.ID)
		r.ok(err)
		if left[subscriptions.ReasonPurpose] != 4 {
			t.Errorf("left out: %v", left)
		}
		r.verified()
	})
}
