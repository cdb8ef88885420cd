package subscriptions_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

func (r *rig) objects(addr string, p subscriptions.Programme) subscriptions.Outcome {
	r.t.Helper()
	return check(r.Object(r.t.Context(), subscriptions.Objection{
		Address: address.Must(addr), ProgrammeIDs: []int64{p.ID}, Channel: subscriptions.ByStaff, Actor: "user:1",
	}))(r.t)
}

// declares adds a purpose with a list of its own to a programme.
func (r *rig) declares(p subscriptions.Programme, slug string, class subscriptions.Class) (subscriptions.Purpose, subscriptions.List) {
	r.t.Helper()
	u := check(r.CreatePurpose(r.t.Context(), subscriptions.Purpose{ProgrammeID: p.ID, Slug: slug, Name: slug, Basis: subscriptions.Consent, Class: class}))(r.t)
	n := check(r.PublishNotice(r.t.Context(), anyNotice(p.ID, "With "+slug+".")))(r.t)
	return u, check(r.CreateList(r.t.Context(), subscriptions.List{
		ProgrammeID: p.ID, PurposeID: u.ID, NoticeID: n.ID, Slug: slug, Name: slug, Wording: "Send me " + slug + ".", DoubleOptIn: true, Public: true,
	}))(r.t)
}

func TestAnObjectionBarsMarketingThatIsDeclaredLater(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		r.objects(before, r.harbour)
		r.objects("nobody@old.example", r.harbour)
		_, tours := r.declares(r.harbour, "tours", subscriptions.Marketing)
		_, tides := r.declares(r.harbour, "tides", subscriptions.Targeted)
		for _, addr := range []string{before, "nobody@old.example"} {
			_, err := r.Grant(t.Context(), agrees(tours, addr, subscriptions.ByImport))
			r.refused(err, errs.Refused, "")
			if r.reason(addr, tours) == subscriptions.Allowed || !r.state(addr).Barred(subscriptions.ListScope(tours)) {
				t.Errorf("%s may be mailed for a purpose that was declared after the objection: %q", addr, r.reason(addr, tours))
			}
		}
		check(r.Grant(t.Context(), agrees(tides, before, subscriptions.ByImport)))(t)
		if got := r.reason(before, tides); got != subscriptions.Allowed {
			t.Errorf("what is no marketing was stopped: %q", got)
		}
		if got := r.state(before).Bars[subscriptions.PurposeScope(r.news)].Reason; got != subscriptions.Objected {
			t.Errorf("the bar's reason is %q", got)
		}
		check(r.Grant(t.Context(), agrees(tours, before, subscriptions.ByStaff)))(t)
		if got := r.reason(before, tours); got != subscriptions.Allowed {
			t.Errorf("a fresh act of the person does not count: %q", got)
		}
		r.verified()
	})
}

func TestAnObjectionToAProgrammeWithoutMarketingIsRemembered(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		board := r.programme("board")
		if out := r.objects(before, board); out.Already || out.Seq == 0 {
			t.Errorf("the first objection gave %+v", out)
		}
		if out := r.objects(before, board); !out.Already {
			t.Errorf("the second gave %+v", out)
		}
		_, letters := r.declares(board, "letters", subscriptions.Newsletter)
		if !r.state(before).Barred(subscriptions.ListScope(letters)) {
			t.Error("a newsletter that was declared later is not barred")
		}
		r.verified()
	})
}

func TestAPurposeThatBecomesMarketingIsBarredForWhoeverObjected(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.objects(before, r.harbour)
		u, tides := r.declares(r.harbour, "tides", subscriptions.Targeted)
		editor := &subscriptions.Editor{Store: r.db, Catalogue: r.db, Now: r.clock.now}
		check(editor.Purpose(t.Context(), u.ID, func(p *subscriptions.Purpose) { p.Class = subscriptions.Marketing }))(t)
		if !r.state(before).Barred(subscriptions.ListScope(tides)) {
			t.Error("a purpose that became marketing is not barred")
		}
		r.verified()
	})
}

// Whoever objected gets no marketing of the programme, whenever it was declared, but for what they themselves asked for afterwards.
func TestWhoeverObjectedGetsOnlyTheMarketingTheyAskForAfterwards(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			p := r.programme(fmt.Sprintf("drawn-%d", n))
			var lists []subscriptions.List
			asked := map[int64]bool{}
			objected := false
			for range rapid.IntRange(1, 8).Draw(t, "steps") {
				switch rapid.SampledFrom([]string{"declare", "object", "import", "confirm"}).Draw(t, "step") {
				case "declare":
					_, l := r.declares(p, fmt.Sprintf("list-%d-%d", n, len(lists)), subscriptions.Marketing)
					lists = append(lists, l)
				case "object":
					r.objects(before, p)
					objected, asked = true, map[int64]bool{}
				case "import", "confirm":
					if len(lists) == 0 {
						continue
					}
					l := rapid.SampledFrom(lists).Draw(t, "list")
					by := rapid.SampledFrom([]subscriptions.Channel{subscriptions.ByImport, subscriptions.ByStaff}).Draw(t, "by")
					_, err := r.Grant(r.t.Context(), agrees(l, before, by))
					if by == subscriptions.ByStaff && err == nil {
						asked[l.ID] = true
					}
				}
			}
			for _, l := range lists {
				if objected && !asked[l.ID] && r.reason(before, l) == subscriptions.Allowed {
					t.Fatalf("list %s may be mailed", l.Slug)
				}
			}
		})
		r.verified()
	})
}
