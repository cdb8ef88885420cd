package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// A segment stands twice: as Match over one person's facts, and as SQL over audiences. Over random people and random segments both must choose the same.
func TestSegmentsAgreeWithMatch(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := time.Date(2026, 6, 15, 11, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		h.declareAll(t)
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 2))
		people := h.randomHistories(t, r, 120, now)
		campaigns, mailings := h.mailings(t, r, people, now)
		persons := h.persons(t, r, people, mailings, now)
		svc := &segment.Service{Store: db, Now: func() time.Time { return now }}
		decls := must(svc.Declarations(t.Context(), h.lists[0].ProgrammeID, segment.Segment{Where: segment.Condition{Join: segment.All, Of: []segment.Condition{
			{Test: segment.Test{Subject: segment.Sent, Campaign: campaigns[0]}}, {Test: segment.Test{Subject: segment.Sent, Campaign: campaigns[1]}}}}}))(t)
		var q subscriptions.Question
		for _, l := range h.lists {
			q.Lists = append(q.Lists, subscriptions.ListScope(l))
		}
		for range 100 {
			x := segment.Segment{Where: h.randomCondition(r, campaigns, 3)}
			at := now.Add(time.Duration(r.IntN(49)-24) * time.Hour)
			rule, err := segment.Bind(x, decls, at)
			if err != nil {
				t.Fatalf("%s: %v", x, err)
			}
			audience := segment.Audience{Question: q, Rule: &rule}
			if r.IntN(3) == 0 {
				audience.Excluded = []int64{h.lists[1].ID, h.lists[2].ID}
			}
			want := map[subscriptions.Reason]int64{}
			for _, p := range persons {
				want[expected(audience, p, now)]++
			}
			delete(want, subscriptions.ReasonNotMember)
			got, _, err := db.Survey(t.Context(), audience, now, 0)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, x, err)
			}
			if fmt.Sprint(got) != fmt.Sprint(segment.Counts(want)) {
				t.Fatalf("seed %d: %s at %s: the database counts %v, Match %v", seed, x, at, got, want)
			}
		}
	})
}

// expected is what becomes of a person by Decide and Match.
func expected(a segment.Audience, p segment.Person, now time.Time) subscriptions.Reason {
	d := subscriptions.Decide(a.Question, p.State, now)
	switch {
	case d.Reason == subscriptions.ReasonNotMember || d.Reason == subscriptions.ReasonErased || d.Reason == subscriptions.ReasonRestricted:
		return d.Reason
	case a.Rule.Profiles && p.State.ProfilingRefusedBy != 0:
		return segment.ReasonProfiling
	case !a.Rule.Match(p):
		return subscriptions.ReasonNotInSegment
	}
	for _, id := range a.Excluded {
		if p.State.Lists[id].Status == subscriptions.StatusActive {
			return subscriptions.ReasonExcluded
		}
	}
	return d.Reason
}

// A giant but allowed segment runs on both databases, and so do texts that are SQL.
func TestHostileSegmentsRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		h.declareAll(t)
		h.crowd(t, 0, 5, h.lists[0])
		svc := &segment.Service{Store: db, Now: time.Now}
		var all segment.Condition
		all.Join = segment.Any
		for i := range segment.MaxTests {
			all.Of = append(all.Of, segment.Condition{Test: segment.Test{Subject: segment.Attribute, Name: "company", Op: segment.NoneOf, Values: slices.Repeat([]any{fmt.Sprintf("Ŵ'; DROP TABLE subscribers; -- %d", i)}, 20)}})
		}
		deep := segment.Condition{Test: segment.Test{Subject: segment.Sent}}
		for range segment.MaxDepth - 1 {
			deep = segment.Condition{Join: segment.Not, Of: []segment.Condition{deep}}
		}
		letters := segment.Condition{Test: segment.Test{Subject: segment.Attribute, Name: "company", Op: segment.Is, Values: []any{"àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħ"}}}
		for name, c := range map[string]segment.Condition{"wide": all, "deep": deep, "letters": letters} {
			rule, err := svc.Bind(t.Context(), h.lists[0].ProgrammeID, segment.Segment{Where: c}, question(h.lists[0]), time.Now())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			counts, _, err := db.Survey(t.Context(), segment.Audience{Question: question(h.lists[0]), Rule: &rule}, time.Now(), 3)
			if err != nil || counts[subscriptions.Allowed]+counts[subscriptions.ReasonNotInSegment] != 5 {
				t.Errorf("%s: %v, %v", name, counts, err)
			}
		}
	})
}

func TestSavedSegments(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		h.declareAll(t)
		svc := &segment.Service{Store: db, Now: time.Now}
		write := func(text string) segment.Segment { return must(segment.Parse(text))(t) }
		x := must(svc.Create(t.Context(), segment.Saved{ProgrammeID: h.lists[0].ProgrammeID, Slug: "south-west", Name: "South West", Segment: write(`region is "South West"`)}, "user:1"))(t)
		if _, err := svc.Create(t.Context(), segment.Saved{ProgrammeID: x.ProgrammeID, Slug: "south-west", Name: "Again", Segment: x.Segment}, "user:1"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the same slug twice: %v", err)
		}
		if _, err := svc.Create(t.Context(), segment.Saved{ProgrammeID: x.ProgrammeID, Slug: "b", Name: "B", Segment: write(`colour is "red"`)}, "user:1"); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), `no attribute "colour"`) {
			t.Errorf("an attribute that is not declared: %v", err)
		}
		changed := must(svc.Change(t.Context(), x.ID, 1, "South West and Môn", write(`region in ("South West", "Môn")`), "user:2"))(t)
		if _, err := svc.Change(t.Context(), x.ID, 1, "Late", x.Segment, "user:3"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a change of an old version: %v", err)
		}
		if err := db.ChangeSegment(t.Context(), changed); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a version written twice: %v", err)
		}
		got := must(db.SegmentBySlug(t.Context(), x.ProgrammeID, "south-west"))(t)
		if got.Version != 2 || got.Segment.String() != `region in ("South West", "Môn")` || got.ChangedBy != "user:2" || got.CreatedBy != "user:1" {
			t.Errorf("%+v", got)
		}
		if all := must(db.Segments(t.Context(), x.ProgrammeID))(t); len(all) != 1 {
			t.Errorf("%d segments", len(all))
		}
	})
}

// Planning applies segment and exclusion lists page by page, and the funnel tells whom they leave out.
func TestPlanningNarrowsToTheSegment(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		h.declareAll(t)
		db.PlanBy(7, 3)
		ids := h.crowd(t, 0, 40, h.lists[0])
		h.crowd(t, 40, 2, h.lists[1]) // on no list of the campaign
		err := db.Update(t.Context(), func(tx subscriptions.Tx) error {
			for _, id := range ids[:25] {
				p := must(db.Subscriber(t.Context(), id))(t)
				p.Attributes = subscriptions.Attributes{"programme-0": {"region": "Môn"}}
				if err := tx.UpdateSubscriber(p); err != nil {
					return err
				}
			}
			var events []subscriptions.Event
			for _, id := range ids[20:30] {
				p := must(db.Subscriber(t.Context(), id))(t)
				events = append(events, subscriptions.Event{At: time.Now(), Kind: subscriptions.Granted, Scope: subscriptions.ListScope(h.lists[1]), SubscriberID: id, AddressKey: p.Key,
					Channel: subscriptions.ByImport, Actor: "system", Evidence: []byte(`{"act":"signed"}`), Salt: []byte("salt")})
			}
			return tx.Append(events)
		})
		if err != nil {
			t.Fatal(err)
		}
		svc := &segment.Service{Store: db, Now: time.Now}
		rule := must(svc.Bind(t.Context(), h.lists[0].ProgrammeID, must(segment.Parse(`region is "Môn"`))(t), question(h.lists[0]), time.Now()))(t)
		a := segment.Audience{Question: question(h.lists[0]), Rule: &rule, Excluded: []int64{h.lists[1].ID}}
		c := h.campaign(t, h.lists[0])
		for more := true; more; {
			if more, err = db.PlanPage(t.Context(), c.ID, a, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		says(t, "in all", h.counts(t, c), "20 planned")
		_, left, err := db.Counts(t.Context(), c.ID)
		if err != nil || left[subscriptions.ReasonNotInSegment] != 15 || left[subscriptions.ReasonExcluded] != 5 {
			t.Errorf("left out %v, %v", left, err)
		}
		counts, sample, err := db.Survey(t.Context(), a, time.Now(), 10)
		again, same, _ := db.Survey(t.Context(), a, time.Now(), 10)
		if err != nil || counts[subscriptions.Allowed] != 20 || len(sample) != 10 || fmt.Sprint(counts, sample) != fmt.Sprint(again, same) {
			t.Errorf("surveyed twice: %v, %d people, %v; then %v", counts, len(sample), err, again)
		}
	})
}
