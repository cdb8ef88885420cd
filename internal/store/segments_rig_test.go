package store_test

import (
	"math/rand/v2"
	"testing"
	"time"

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
