package subscriptions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

func importAttributes() []subscriptions.Attribute {
	return []subscriptions.Attribute{
		{Name: "berths", Type: subscriptions.NumberAttribute}, {Name: "topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}},
	}
}

func TestImportHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, header, says string }{
		{"the names as they are", "address,name,language,act,acted_at,source,wording,berths", ""},
		{"in any order, case and spelling", " E-mail ,Acted at,ACT,Source,Topics", ""},
		{"the address alone", "email", ""},
		{"no address", "name,act", "needs a column named address"},
		{"an unknown column", "address,town", `The column "town" is not known. Columns are address, name, language, act, acted_at, source, wording, and the attributes declared for the programme (berths, topics).`},
		{"two for one thing", "address,name,Name", `two columns for "name"`},
		{"two addresses", "address,email", `two columns for "address"`},
		{"no header but a first row", "ann@example.org,Ann", "is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := subscriptions.ParseImportHeader(strings.Split(c.header, ","), importAttributes())
			if got := errs.Message(err); c.says == "" && err != nil || !strings.Contains(got, c.says) {
				t.Errorf("got %q, want %q", got, c.says)
			}
		})
	}
}

func TestImportRows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	columns, err := subscriptions.ParseImportHeader(strings.Split("address,name,act,acted_at,source,berths,topics,wording", ","), importAttributes())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, row, want string
		basis           subscriptions.Basis
	}{
		{"a whole one", "Ann@Example.ORG;Ann;Ticked;2026-03-31;Fair;3;tides|works;Send it.", "Ann@example.org Ann map[act:Ticked acted_at:2026-03-31 source:Fair] map[berths:3 topics:[tides works]] ", subscriptions.Consent},
		{"today", "a@example.org;;Ticked;2026-11-22;Fair;;;", "a@example.org  map[act:Ticked acted_at:2026-11-22 source:Fair] map[] ", subscriptions.Consent},
		{"no evidence at all", "a@example.org;;;;;;;", "a@example.org  map[] map[] It does not say what the person did to agree (act), nor when they did it (acted_at), nor where their data came from (source).", subscriptions.Consent},
		{"no evidence where none of an act is needed", "a@example.org;;;;Register;;;", "a@example.org  map[source:Register] map[] ", subscriptions.PublicTask},
		{"no address", ";Ann;Ticked;2026-03-31;Fair;;;", "! The email address is empty.", subscriptions.Consent},
		{"a name that is another header", "a@example.org;Ann\r\nBcc: b@example.org;Ticked;2026-03-31;Fair;;;", "! The name has a line break or another control character in it.", subscriptions.Consent},
		{"an endless name", "a@example.org;" + strings.Repeat("x", 201) + ";Ticked;2026-03-31;Fair;;;", "! The name is longer than 200 characters.", subscriptions.Consent},
		{"a British date", "a@example.org;;Ticked;31/03/2026;Fair;;;", "! The acted_at must be a date such as 2026-03-31, or a moment such as 2026-03-31T14:05:00Z.", subscriptions.Consent},
		{"a date that is none", "a@example.org;;Ticked;2026-02-30;Fair;;;", "! The acted_at must be a date such as 2026-03-31, or a moment such as 2026-03-31T14:05:00Z.", subscriptions.Consent},
		{"tomorrow", "a@example.org;;Ticked;2026-11-23;Fair;;;", "! The acted_at lies in the future.", subscriptions.Consent},
		{"the year nought", "a@example.org;;Ticked;0000-01-01;Fair;;;", "! The acted_at lies before there was mail to agree to.", subscriptions.Consent},
		{"a number that is none", "a@example.org;;Ticked;2026-03-31;Fair;three;;", `! The attribute "berths" must be a number.`, subscriptions.Consent},
		{"a number without end", "a@example.org;;Ticked;2026-03-31;Fair;Inf;;", `! The attribute "berths" must be a number.`, subscriptions.Consent},
		{"a choice that is none", "a@example.org;;Ticked;2026-03-31;Fair;;boats;", `! The attribute "topics" must be a list out of ["tides" "works"].`, subscriptions.Consent},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			row, err := columns.Row(strings.Split(c.row, ";"), c.basis, now)
			got := fmt.Sprint(row.Act.Address, " ", row.Act.Name, " ", row.Act.Evidence, " ", row.Act.Attributes, " ", row.Lacking)
			if err != nil {
				got = "! " + errs.Message(err)
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Whatever a row holds, it is read or refused with a sentence, and what counts as evidence passes the check of acts.
func FuzzImportRow(f *testing.F) {
	f.Add("a@example.org", "Ann", "Ticked", "2026-03-31", "Fair", "3")
	f.Add("a@b\x00.org", "\r\n", "", "99999-99-99", "", "1e400")
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	columns, err := subscriptions.ParseImportHeader([]string{"address", "name", "act", "acted_at", "source", "berths"}, importAttributes())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, addr, name, act, actedAt, source, berths string) {
		row, err := columns.Row([]string{addr, name, act, actedAt, source, berths}, subscriptions.Consent, now)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Errorf("refused without a sentence: %v", err)
			}
			return
		}
		err = subscriptions.CheckAct(subscriptions.Granted, row.Act, now)
		if row.Lacking == "" && err != nil || row.Lacking != "" && err == nil && !row.Act.ActedAt.IsZero() {
			t.Errorf("lacking %q, and the check says %v", row.Lacking, err)
		}
		if strings.ContainsAny(row.Act.Name+row.Act.Address.String(), "\r\n\x00") {
			t.Errorf("a header can be injected: %q", row.Act.Name)
		}
	})
}
