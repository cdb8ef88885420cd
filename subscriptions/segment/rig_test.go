package segment_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/subscriptions"
	"assent/subscriptions/segment"
)

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// harbour declares one attribute of each type, two lists and two purposes.
func harbour() segment.Declarations {
	return segment.Declarations{
		Programme: subscriptions.Programme{ID: 1, Slug: "harbour-news", Name: "Harbour News", TimeZone: "Europe/London"},
		Attributes: []subscriptions.Attribute{
			{Name: "company", Label: "Company", Type: subscriptions.TextAttribute},
			{Name: "berths", Label: "Berths", Type: subscriptions.NumberAttribute},
			{Name: "pilot", Label: "Pilot", Type: subscriptions.BoolAttribute},
			{Name: "renewal", Label: "Renewal date", Type: subscriptions.DateAttribute},
			{Name: "region", Label: "Region", Type: subscriptions.ChoiceAttribute, Choices: []string{"South West", "Wales", "Môn"}},
			{Name: "sector", Type: subscriptions.ManyAttribute, Choices: []string{"ports", "fishing", "ferries"}},
			{Name: "sent", Label: "Sent samples", Type: subscriptions.BoolAttribute}, // named like a word of the language
		},
		Lists: []subscriptions.List{
			{ID: 11, ProgrammeID: 1, PurposeID: 21, Slug: "monthly", Name: "Harbour Monthly"},
			{ID: 12, ProgrammeID: 1, PurposeID: 22, Slug: "alerts", Name: "Alerts"},
		},
		Purposes:  []subscriptions.Purpose{{ID: 21, ProgrammeID: 1, Slug: "news", Name: "Monthly news"}, {ID: 22, ProgrammeID: 1, Slug: "warnings", Name: "Warnings"}},
		Campaigns: map[int64]string{7: "May issue"},
	}
}

// at is the moment of these tests: noon of a day in British summer time.
func at() time.Time { return time.Date(2026, 6, 15, 11, 0, 0, 0, time.UTC) }

// anyText draws text with everything that could break something.
func anyText() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.SampledFrom([]rune(`aZ9 "'\%_“”()?$;-,ÂâŴŷßẞǅıſKΣς日🚢`)), 0, 12, -1)
}

func anyDate() *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(-400, 400).Draw(t, "day")).Format(time.DateOnly)
	})
}

// anyTest draws a test that is well formed, of names that may be declared or not.
func anyTest() *rapid.Generator[segment.Test] {
	return rapid.Custom(func(t *rapid.T) segment.Test {
		x := segment.Test{Subject: rapid.SampledFrom([]segment.Subject{
			segment.Attribute, segment.Attribute, segment.List, segment.Purpose, segment.Joined, segment.OnRecord,
			segment.Language, segment.Source, segment.Sent, segment.Delivered, segment.Bounced,
		}).Draw(t, "subject")}
		ops := []segment.Op{segment.Is, segment.IsNot, segment.OneOf, segment.NoneOf, segment.StartsWith}
		switch x.Subject {
		case segment.Attribute:
			x.Name = rapid.SampledFrom([]string{"company", "berths", "sent", "and", "list", "set", "in", "x_1"}).Draw(t, "name")
			ops = append(ops, segment.Contains, segment.ContainsAny, segment.AtLeast, segment.MoreThan, segment.Between, segment.Before, segment.Since, segment.InLastDays, segment.InNextDays, segment.IsSet)
		case segment.List, segment.Purpose:
			x.Name = rapid.SampledFrom([]string{"monthly", "and", "x-1", "7"}).Draw(t, "name")
			x.Op = segment.Is
			standing := rapid.SampledFrom([]string{segment.Pending, segment.Lapsed, segment.Withdrawn, ""}).Draw(t, "standing")
			if standing == "" {
				standing = map[segment.Subject]string{segment.List: segment.On, segment.Purpose: segment.Permitted}[x.Subject]
			}
			x.Values = []any{standing}
			return x
		case segment.Joined:
			x.Name = "monthly"
			fallthrough
		case segment.OnRecord:
			ops = []segment.Op{segment.Before, segment.After, segment.Since, segment.Between, segment.InLastDays}
		case segment.Sent, segment.Delivered, segment.Bounced:
			x.Campaign = rapid.SampledFrom([]int64{0, 1, 7, 123456}).Draw(t, "campaign")
			ops = []segment.Op{"", segment.Before, segment.Since, segment.Between, segment.InLastDays}
		}
		x.Op = rapid.SampledFrom(ops).Draw(t, "op")
		x.Values = anyValues(t, x)
		return x
	})
}

func anyValues(t *rapid.T, x segment.Test) []any {
	text := rapid.Custom(func(t *rapid.T) any { return anyText().Draw(t, "text") })
	number := rapid.Custom(func(t *rapid.T) any {
		return rapid.SampledFrom([]float64{0, -1.5, 30, 1e21, 0.1, 12345678}).Draw(t, "number")
	})
	flag := rapid.Custom(func(t *rapid.T) any { return rapid.Bool().Draw(t, "flag") })
	switch x.Op {
	case "":
		return nil
	case segment.InLastDays, segment.InNextDays:
		return []any{float64(rapid.IntRange(1, 400).Draw(t, "days"))}
	case segment.IsSet:
		return []any{flag.Draw(t, "set")}
	case segment.Before, segment.After, segment.Since:
		return []any{anyDate().Draw(t, "date")}
	case segment.Between:
		return []any{anyDate().Draw(t, "from"), anyDate().Draw(t, "to")}
	case segment.StartsWith:
		return []any{"S" + anyText().Draw(t, "prefix")}
	case segment.OneOf, segment.NoneOf, segment.ContainsAny:
		if x.Subject != segment.Attribute {
			return rapid.SliceOfN(text, 1, 4).Draw(t, "texts")
		}
		return rapid.SliceOfN(rapid.OneOf(text, number, flag, anyDate()), 1, 4).Draw(t, "values")
	}
	if x.Subject != segment.Attribute {
		return []any{text.Draw(t, "text")}
	}
	return []any{rapid.OneOf(text, number, flag, anyDate()).Draw(t, "value")}
}

// anySegment draws a tree of tests.
func anySegment() *rapid.Generator[segment.Segment] {
	return rapid.Custom(func(t *rapid.T) segment.Segment { return segment.Segment{Where: anyCondition(t, 4)} })
}

func anyCondition(t *rapid.T, depth int) segment.Condition {
	join := segment.Join("")
	if depth > 1 {
		join = rapid.SampledFrom([]segment.Join{"", "", segment.All, segment.Any, segment.Not}).Draw(t, "join")
	}
	n := 1
	switch join {
	case "":
		return segment.Condition{Test: anyTest().Draw(t, "test")}
	case segment.All, segment.Any:
		n = rapid.IntRange(2, 3).Draw(t, "width")
	}
	c := segment.Condition{Join: join}
	for i := range n {
		c.Of = append(c.Of, anyCondition(t, depth-1))
		_ = i
	}
	return c
}

func text(s segment.Segment) string { return fmt.Sprint(s) }
