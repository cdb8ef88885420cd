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
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// awkward are texts with everything that could break a comparison.
func awkward() []string {
	return []string{"Anchor", "anchor", "ANCHOR & Co", "Tŷ Ŵyn", "tŷ ŵyn", "TŶ ŴYN", "100%", "100_", "a'b", `a"b`, `a\b`, "?", "$1", "' OR 1=1 --", "[]", "", "ΣΑΣ", "σας", "straße", "STRAẞE", "İx", "ix", "Kelvin", "日本 🚢"}
}

// declareAll gives the first programme one attribute of each type.
func (h house) declareAll(t testing.TB) {
	t.Helper()
	for _, a := range []subscriptions.Attribute{
		{Name: "company", Type: subscriptions.TextAttribute}, {Name: "berths", Type: subscriptions.NumberAttribute},
		{Name: "pilot", Type: subscriptions.BoolAttribute}, {Name: "renewal", Type: subscriptions.DateAttribute},
		{Name: "region", Type: subscriptions.ChoiceAttribute, Choices: []string{"South West", "Môn", "a'b"}},
		{Name: "sector", Type: subscriptions.ManyAttribute, Choices: []string{"ports", "fishing", `f"erries`}},
	} {
		a.ProgrammeID = h.lists[0].ProgrammeID
		must(h.svc.CreateAttribute(t.Context(), a))(t)
	}
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// randomAttributes is any part of what may be known of somebody, in another programme too.
func randomAttributes(r *rand.Rand) subscriptions.Attributes {
	known := map[string]any{}
	for name, value := range map[string]func() any{
		"company": func() any { return pick(r, awkward()...) },
		"berths":  func() any { return pick(r, 0, -1.5, 2, 30, 1e21, 0.1) },
		"pilot":   func() any { return r.IntN(2) == 0 },
		"renewal": func() any { return randomDay(r) },
		"region":  func() any { return pick(r, "South West", "Môn", "a'b") },
		"sector": func() any {
			return pick(r, []any{}, []any{"ports"}, []any{"fishing", `f"erries`}, []any{"ports", "fishing"})
		},
	} {
		if r.IntN(3) > 0 {
			known[name] = value()
		}
	}
	all := subscriptions.Attributes{"programme-1": {"company": "Anchor"}}
	if r.IntN(5) > 0 {
		all["programme-0"] = known
	}
	return all
}

func randomDay(r *rand.Rand) string {
	return time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(9)-4).Format(time.DateOnly)
}

// randomTest is a condition that the first programme's declarations allow.
func (h house) randomTest(r *rand.Rand, campaigns []int64) segment.Test {
	list, purpose := pick(r, h.lists[:4]...), pick(r, h.purposes[:2]...)
	day := func() any { return randomDay(r) }
	range_ := func() (segment.Op, []any) {
		from, to := randomDay(r), randomDay(r)
		if to < from {
			from, to = to, from
		}
		return pick2(r, []opValues{
			{segment.Before, []any{day()}}, {segment.After, []any{day()}}, {segment.Since, []any{day()}}, {segment.Between, []any{from, to}},
			{segment.InLastDays, []any{float64(1 + r.IntN(5))}},
		})
	}
	texts := func(all ...string) (segment.Op, []any) {
		one, two := pick(r, all...), pick(r, all...)
		return pick2(r, []opValues{{segment.Is, []any{one}}, {segment.IsNot, []any{one}}, {segment.OneOf, []any{one, two}}, {segment.NoneOf, []any{one, two}}})
	}
	x := segment.Test{Subject: segment.Attribute}
	switch r.IntN(14) {
	case 0:
		x.Name = "company"
		x.Op, x.Values = texts(awkward()...)
	case 1:
		x.Name, x.Op, x.Values = "company", segment.StartsWith, []any{string([]rune(pick(r, "Anchor", "TŶ", "100%", "a\\b", "Σα", "STRA"))[:2])}
	case 2:
		x.Name = "berths"
		low, high := pick(r, -1.5, 0.0, 2), pick(r, 2.0, 30, 1e21)
		x.Op, x.Values = pick2(r, []opValues{{segment.AtLeast, []any{high}}, {segment.AtMost, []any{low}}, {segment.MoreThan, []any{low}}, {segment.LessThan, []any{high}},
			{segment.Between, []any{low, high}}, {segment.Is, []any{0.1}}, {segment.NoneOf, []any{low, high}}})
	case 3:
		x.Name, x.Op, x.Values = "pilot", pick(r, segment.Is, segment.IsNot), []any{r.IntN(2) == 0}
	case 4:
		x.Name = "renewal"
		x.Op, x.Values = range_()
	case 5:
		x.Name, x.Op, x.Values = "renewal", pick(r, segment.Is, segment.IsNot), []any{day()}
	case 6:
		x.Name = "region"
		x.Op, x.Values = texts("south west", "Môn", "a'b")
	case 7:
		x.Name, x.Op, x.Values = "sector", segment.ContainsAny, []any{pick(r, "ports", `f"erries`), "fishing"}
	case 8:
		x.Name, x.Op, x.Values = pick(r, "company", "berths", "pilot", "renewal", "region", "sector"), segment.IsSet, []any{r.IntN(2) == 0}
	case 9:
		x = segment.Test{Subject: segment.List, Name: list.Slug, Op: segment.Is, Values: []any{pick(r, segment.On, segment.Pending, segment.Lapsed, segment.Withdrawn)}}
	case 10:
		x = segment.Test{Subject: segment.Purpose, Name: purpose.Slug, Op: segment.Is, Values: []any{pick(r, segment.Permitted, segment.Pending, segment.Lapsed, segment.Withdrawn)}}
	case 11:
		x = segment.Test{Subject: pick(r, segment.Joined, segment.OnRecord)}
		if x.Subject == segment.Joined {
			x.Name = list.Slug
		}
		x.Op, x.Values = range_()
	case 12:
		x = segment.Test{Subject: pick(r, segment.Language, segment.Source)}
		x.Op, x.Values = texts("en", "CY", "Web form", "")
	default:
		x = segment.Test{Subject: pick(r, segment.Sent, segment.Delivered, segment.Bounced), Campaign: pick(r, append(campaigns, 0)...)}
		if r.IntN(2) == 0 {
			x.Op, x.Values = range_()
		}
	}
	return x
}

type opValues struct {
	op     segment.Op
	values []any
}

func pick2(r *rand.Rand, all []opValues) (segment.Op, []any) {
	one := pick(r, all...)
	return one.op, one.values
}

func (h house) randomCondition(r *rand.Rand, campaigns []int64, depth int) segment.Condition {
	join := segment.Join("")
	if depth > 1 {
		join = pick(r, "", segment.All, segment.Any, segment.Not)
	}
	if join == "" {
		return segment.Condition{Test: h.randomTest(r, campaigns)}
	}
	c := segment.Condition{Join: join}
	for range map[segment.Join]int{segment.Not: 1, segment.All: 2, segment.Any: 2}[join] {
		c.Of = append(c.Of, h.randomCondition(r, campaigns, depth-1))
	}
	return c
}

// mailings gives people random outcomes of two campaigns of the first programme and one of the other.
func (h house) mailings(t *testing.T, r *rand.Rand, people []*subscriptions.Subscriber, now time.Time) (campaigns []int64, got map[int64][]segment.Mailing) {
	t.Helper()
	got = map[int64][]segment.Mailing{}
	for n, list := range []subscriptions.List{h.lists[0], h.lists[1], h.lists[4]} {
		c := h.campaign(t, list)
		if n < 2 {
			campaigns = append(campaigns, c.ID)
		}
		var all []mailer.Delivery
		for _, p := range people {
			if r.IntN(2) == 0 {
				continue
			}
			d := sent(c, p.ID, now.AddDate(0, 0, r.IntN(9)-4))
			d.State = pick(r, mailer.Sent, mailer.Sent, mailer.Failed, mailer.Refused, mailer.Uncertain)
			d.Report = pick(r, "", "", "failed", "delayed", "delivered")
			if r.IntN(5) == 0 {
				d.FinishedAt = time.Time{}
			}
			all = append(all, d)
			m := segment.Mailing{Campaign: c.ID, At: d.FinishedAt, Certain: d.State == mailer.Sent, Sent: d.State == mailer.Sent || d.State == mailer.Uncertain, Failed: d.State == mailer.Failed || d.Report == "failed"}
			if m.At.IsZero() {
				m.At = d.AskedAt
			}
			if n < 2 {
				got[p.ID] = append(got[p.ID], m)
			}
		}
		h.close(t, c, mailer.Window{Deliveries: all})
	}
	return campaigns, got
}

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

// persons gives everybody random facts, a few of them a refusal of profiling, and reads back how they stand.
func (h house) persons(t *testing.T, r *rand.Rand, people []*subscriptions.Subscriber, mailings map[int64][]segment.Mailing, now time.Time) []segment.Person {
	t.Helper()
	err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error {
		var events []subscriptions.Event
		for _, p := range people {
			p.Language, p.Attributes = pick(r, "en", "cy", "CY", "cy-GB", ""), randomAttributes(r)
			if err := tx.UpdateSubscriber(*p); err != nil {
				return err
			}
			if r.IntN(6) == 0 {
				events = append(events, subscriptions.Event{At: now, Kind: subscriptions.ProfilingRefused, Scope: subscriptions.Everything(), SubscriberID: p.ID, AddressKey: p.Key,
					Channel: subscriptions.ByLink, Actor: "subscriber", Evidence: []byte("{}"), Salt: []byte("salt")})
			}
		}
		return tx.Append(events)
	})
	if err != nil {
		t.Fatal(err)
	}
	keys := make([][]byte, len(people))
	for i, p := range people {
		keys[i] = p.Key
	}
	ledgers := must(h.db.Ledgers(t.Context(), keys...))(t)
	out := make([]segment.Person, len(people))
	for i, p := range people {
		record := must(h.db.Subscriber(t.Context(), p.ID))(t)
		x := segment.Person{Record: record, State: subscriptions.Fold(ledgers[string(p.Key)]), Joined: map[int64]time.Time{}, Mailings: mailings[p.ID]}
		for _, e := range ledgers[string(p.Key)] {
			for list, st := range x.State.Lists {
				if st.Seq == e.Seq {
					x.Joined[list] = e.At
				}
			}
		}
		out[i] = x
	}
	return out
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
