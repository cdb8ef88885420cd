package retention_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestPeriodsFollowTheCalendar(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		period retention.Period
		from   string
		to     string
	}{
		{"one month from 31 January is the last day of February", retention.Period{Length: 1, Unit: retention.Months}, "2027-01-31", "2027-02-28"},
		{"and the 29th in a leap year", retention.Period{Length: 1, Unit: retention.Months}, "2028-01-31", "2028-02-29"},
		{"one year from 29 February is the 28th", retention.Period{Length: 1, Unit: retention.Years}, "2028-02-29", "2029-02-28"},
		{"six years", retention.Period{Length: 6, Unit: retention.Years}, "2026-05-04", "2032-05-04"},
		{"six months over the end of a year", retention.Period{Length: 6, Unit: retention.Months}, "2026-08-31", "2027-02-28"},
		{"thirty days", retention.Period{Length: 30, Unit: retention.Days}, "2026-02-10", "2026-03-12"},
		{"at once", retention.Period{Length: 0, Unit: retention.Days}, "2026-02-10", "2026-02-10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.period.After(day(tt.from)).Format(time.DateOnly); got != tt.to {
				t.Errorf("got %s, want %s", got, tt.to)
			}
		})
	}
}

func TestALongerPeriodNeverEndsEarlier(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]retention.Unit{retention.Days, retention.Months, retention.Years}).Draw(t, "unit")
		n := rapid.IntRange(0, 100).Draw(t, "length")
		from := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "from"), 0).UTC()
		a, b := retention.Period{Length: n, Unit: unit}.After(from), retention.Period{Length: n + 1, Unit: unit}.After(from)
		if !b.After(a) || a.Before(from) {
			t.Fatalf("from %v: %d %s end at %v, one more at %v", from, n, unit, a, b)
		}
	})
}

const list, purpose, programme = 7, 3, 1

// ledger makes events on one list at given days.
func ledger(what ...any) (events []subscriptions.Event) {
	scope := subscriptions.Scope{Reach: subscriptions.OneList, ProgrammeID: programme, PurposeID: purpose, ListID: list}
	for i := 0; i < len(what); i += 2 {
		e := subscriptions.Event{Seq: int64(len(events) + 1), Kind: what[i].(subscriptions.EventKind), At: day(what[i+1].(string)), Scope: scope, Channel: subscriptions.ByStaff, SubscriberID: 1}
		if e.Kind == subscriptions.Restricted || e.Kind == subscriptions.Erased {
			e.Scope = subscriptions.Everything()
		}
		events = append(events, e)
	}
	return events
}

func TestWhenARuleFallsDue(t *testing.T) {
	t.Parallel()
	const granted, withdrawn, lapsed, requested = subscriptions.Granted, subscriptions.Withdrawn, subscriptions.Lapsed, subscriptions.Requested
	year := retention.Period{Length: 1, Unit: retention.Years}
	ending := ledger(granted, "2026-01-10")
	ending[0].ExpiresAt = day("2026-04-10")
	for _, tt := range []struct {
		name   string
		since  retention.Since
		events []subscriptions.Event
		ends   string // of the programme
		due    string // "" while the time does not run
	}{
		{"a permission in force keeps the record", retention.PermissionEnded, ledger(granted, "2026-01-10"), "", ""},
		{"a year after somebody left", retention.PermissionEnded, ledger(granted, "2026-01-10", withdrawn, "2026-02-01"), "", "2027-02-01"},
		{"coming back starts anew", retention.PermissionEnded, ledger(granted, "2026-01-10", withdrawn, "2026-02-01", granted, "2026-03-01"), "", ""},
		{"a term that has passed ends the permission by itself", retention.PermissionEnded, ending, "", "2027-04-10"},
		{"a lapse counts as expired consent", retention.ConsentLapsed, ledger(granted, "2026-01-10", lapsed, "2026-05-01"), "", "2027-05-01"},
		{"an opt-out does not", retention.ConsentLapsed, ledger(granted, "2026-01-10", withdrawn, "2026-05-01"), "", ""},
		{"the end of a programme ends its permissions", retention.PermissionEnded, ledger(granted, "2026-01-10"), "2026-06-01", "2027-06-01"},
		{"and is a beginning of its own", retention.ProgrammeEnded, ledger(granted, "2026-01-10"), "2026-06-01", "2027-06-01"},
		{"but not before it has come", retention.ProgrammeEnded, ledger(granted, "2026-01-10"), "2031-06-01", ""},
		{"inactivity counts while the permission is in force", retention.LastActive, ledger(granted, "2026-01-10"), "", "2027-01-10"},
		{"what others did is no activity", retention.LastActive, ledger(granted, "2026-01-10", subscriptions.Suppressed, "2026-05-01"), "", "2027-01-10"},
		{"a request that waits keeps the record", retention.PermissionEnded, ledger(requested, "2026-01-10"), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var ends time.Time
			if tt.ends != "" {
				ends = day(tt.ends)
			}
			rule := retention.Rule{ProgrammeID: programme, What: retention.People, Since: tt.since, Period: year, Action: retention.Delete}
			due, ok := rule.Due(rule.Facts(tt.events, ends, day("2027-01-01")))
			got := ""
			if ok {
				got = due.Format(time.DateOnly)
			}
			if got != tt.due {
				t.Errorf("due %q, want %q", got, tt.due)
			}
		})
	}
}

func TestARequestThatNobodyConfirmedFallsDue(t *testing.T) {
	t.Parallel()
	rule := retention.Rule{ProgrammeID: programme, What: retention.Requests, Since: retention.Requested, Period: retention.Period{Length: 30, Unit: retention.Days}, Action: retention.Delete}
	due, ok := rule.Due(rule.Facts(ledger(subscriptions.Requested, "2026-01-10", subscriptions.Requested, "2026-01-20"), time.Time{}, day("2026-06-01")))
	if !ok || due.Format(time.DateOnly) != "2026-02-19" {
		t.Errorf("due %v, %t", due, ok)
	}
	if _, ok := rule.Due(rule.Facts(ledger(subscriptions.Requested, "2026-01-10", subscriptions.Confirmed, "2026-01-11"), time.Time{}, day("2026-06-01"))); ok {
		t.Error("a confirmed request falls due")
	}
}

func TestAnotherProgrammeHasFactsOfItsOwn(t *testing.T) {
	t.Parallel()
	events := ledger(subscriptions.Granted, "2026-01-10", subscriptions.Withdrawn, "2026-02-01")
	other := ledger(subscriptions.Granted, "2026-01-12")[0]
	other.Seq, other.Scope = 3, subscriptions.Scope{Reach: subscriptions.OneList, ProgrammeID: 2, PurposeID: 9, ListID: 70}
	events = append(events, other)
	if f := (retention.Rule{ProgrammeID: programme}).Facts(events, time.Time{}, day("2026-06-01")); f.Open || f.PermissionEnd.IsZero() {
		t.Errorf("in the programme that they left: %+v", f)
	}
	if f := (retention.Rule{}).Facts(events, time.Time{}, day("2026-06-01")); !f.Open {
		t.Errorf("in the whole house: %+v", f)
	}
}

func TestRulesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	good := retention.Rule{
		Name: "Leavers", What: retention.People, Since: retention.PermissionEnded, Period: retention.Period{Length: 1, Unit: retention.Years},
		Action: retention.Delete, Reason: "disputes come within a year",
	}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		spoil func(*retention.Rule)
		says  string
	}{
		{"a rule without a reason", func(r *retention.Rule) { r.Reason = " " }, "reason"},
		{"a rule without a name", func(r *retention.Rule) { r.Name = "" }, "name"},
		{"a rule for nothing", func(r *retention.Rule) { r.What = "cookies" }, "disposes of one of"},
		{"a time that does not go with what it disposes of", func(r *retention.Rule) { r.Since = retention.CaseClosed }, "counts from one of"},
		{"thinning without categories", func(r *retention.Rule) { r.Action = retention.Thin }, "categories"},
		{"deleting some categories", func(r *retention.Rule) { r.Categories = []subscriptions.Category{subscriptions.UsageCategory} }, "for a rule that thins"},
		{"a category that is none", func(r *retention.Rule) {
			r.Action, r.Categories = retention.Thin, []subscriptions.Category{"shoes"}
		}, "no category"},
		{"mail that is made anonymous", func(r *retention.Rule) {
			r.What, r.Since, r.Action = retention.CaseMail, retention.CaseClosed, retention.Anonymise
		}, "can be deleted"},
		{"a thousand years", func(r *retention.Rule) { r.Period.Length = 1000 }, "from 0 to 100 years"},
		{"fortnights", func(r *retention.Rule) { r.Period.Unit = "fortnights" }, "days, months or years"},
		{"the end of no programme", func(r *retention.Rule) { r.Since = retention.ProgrammeEnded }, "must name the programme"},
		{"longer without a purpose", func(r *retention.Rule) { r.Longer.Period = retention.Period{Length: 2, Unit: retention.Years} }, "which purpose"},
		{"longer that is no longer", func(r *retention.Rule) {
			r.Longer = retention.Longer{PurposeID: 1, Period: retention.Period{Length: 12, Unit: retention.Months}}
		}, "longer than 1 year"},
		{"longer for mail", func(r *retention.Rule) {
			r.What, r.Since, r.Longer = retention.OtherMail, retention.Received, retention.Longer{PurposeID: 1, Period: retention.Period{Length: 2, Unit: retention.Years}}
		}, "records of people"},
		{"letters of one programme", func(r *retention.Rule) { r.ProgrammeID, r.What, r.Since = 1, retention.Letters, retention.Sent }, "whole house"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := good
			tt.spoil(&r)
			if err := r.Check(); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), tt.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestEachRuleSaysInASentenceHowLongDataIsKept(t *testing.T) {
	t.Parallel()
	for _, w := range retention.Whats {
		for _, s := range retention.StartsOf(w) {
			r := retention.Rule{What: w, Since: s, Period: retention.Period{Length: 6, Unit: retention.Months}, Action: retention.Delete, Reason: "the law allows claims so long."}
			if got := r.Statement(); !strings.HasSuffix(got, "(the law allows claims so long).") || !strings.Contains(got, " after ") || strings.Contains(got, "  ") {
				t.Errorf("%s, %s: %q", w, s, got)
			}
		}
	}
	thin := retention.Rule{What: retention.People, Since: retention.PermissionEnded, Period: retention.Period{Length: 1, Unit: retention.Years}, Action: retention.Thin,
		Categories: []subscriptions.Category{subscriptions.ProfileCategory, subscriptions.UsageCategory}, Reason: "it is not needed"}
	if got := thin.Statement(); got != "What we know of your profile and usage is removed 1 year after the last permission that you gave has ended (it is not needed)." {
		t.Error(got)
	}
}

// An applicant's file goes after six months; with consent after twelve, or when that is taken back (E2-13).
func TestConsentKeepsAnApplicantUntilItEndsAndTwelveMonthsAtMost(t *testing.T) {
	t.Parallel()
	const granted, withdrawn, requested, confirmed, enrolled = subscriptions.Granted, subscriptions.Withdrawn, subscriptions.Requested, subscriptions.Confirmed, subscriptions.Enrolled
	const vacancies = purpose + 1
	rule := retention.Rule{
		ProgrammeID: programme, What: retention.People, Since: retention.PermissionEnded, Period: retention.Period{Length: 6, Unit: retention.Months}, Action: retention.Delete,
		Longer: retention.Longer{PurposeID: vacancies, Purpose: "word of later vacancies", Period: retention.Period{Length: 12, Unit: retention.Months}}, Reason: "claims come within months",
	}
	applied := ledger(enrolled, "2026-01-10", withdrawn, "2026-02-01") // withdrawn: the application was decided
	// with puts what somebody did about later vacancies among the events; expires is the term of a consent, "" for none.
	with := func(expires string, what ...any) []subscriptions.Event {
		out := append([]subscriptions.Event{}, applied...)
		for _, e := range ledger(what...) {
			e.Seq, e.Scope.PurposeID, e.Scope.ListID = int64(len(out)+1), vacancies, list+1
			if expires != "" && (e.Kind == granted || e.Kind == confirmed) {
				e.ExpiresAt = day(expires)
			}
			out = append(out, e)
		}
		return out
	}
	again := applied[0]
	again.Kind, again.Seq, again.At = granted, 4, day("2026-03-01")
	for _, tt := range []struct {
		name   string
		events []subscriptions.Event
		ends   string // of the programme
		due    string // "" while the time does not run
	}{
		{"without consent after six months", applied, "", "2026-08-01"},
		{"with consent after twelve", with("", granted, "2026-02-10"), "", "2027-02-01"},
		{"with a consent that was confirmed too", with("", requested, "2026-02-10", confirmed, "2026-02-11"), "", "2027-02-01"},
		{"consent that is taken back early leaves the six months", with("", granted, "2026-02-10", withdrawn, "2026-05-01"), "", "2026-08-01"},
		{"consent that is taken back in between ends it at once", with("", granted, "2026-02-10", withdrawn, "2026-10-05"), "", "2026-10-05"},
		{"consent that is taken back too late changes nothing", with("", granted, "2026-02-10", withdrawn, "2027-03-05"), "", "2027-02-01"},
		{"a term that ends in between ends it then", with("2026-11-10", granted, "2026-02-10"), "", "2026-11-10"},
		{"the end of the programme ends it too", with("", granted, "2026-02-10"), "2026-12-01", "2026-12-01"},
		{"a request that was never confirmed keeps nothing", with("", requested, "2026-02-10"), "", "2026-08-01"},
		{"nor does taking it back", with("", requested, "2026-02-10", withdrawn, "2026-10-05"), "", "2026-08-01"},
		{"who never applied goes six months after the consent", with("", granted, "2026-02-10", withdrawn, "2026-10-05")[2:], "", "2027-04-05"},
		{"and stays while it stands", with("", granted, "2026-02-10")[2:], "", ""},
		{"who applies again is kept", append(with("", granted, "2026-02-10"), again), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var ends time.Time
			if tt.ends != "" {
				ends = day(tt.ends)
			}
			got := ""
			if due, ok := rule.Due(rule.Facts(tt.events, ends, day("2028-01-01"))); ok {
				got = due.Format(time.DateOnly)
			}
			if got != tt.due {
				t.Errorf("due %q, want %q", got, tt.due)
			}
		})
	}
	if got := rule.Statement(); got != "Your record is deleted 6 months after the last permission that you gave has ended (claims come within months). "+
		"While you permit “word of later vacancies” it stays longer: for 12 months at most, or until you take that back." {
		t.Error(got)
	}
}
