package importing_test

import (
	"fmt"
	"strings"
	"testing"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

func TestImportHeaders(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	in := h.intake(t, h.news)
	for _, c := range []struct{ name, header, says string }{
		{"the names as they are", "address,name,language,act,acted_at,source,wording,berths", ""},
		{"in any order, case and spelling", " E-mail ,Acted at,ACT,Source,Topics", ""},
		{"the address alone", "email", ""},
		{"as a hand-kept sheet names them", "Full name,Email address,Preferred language", ""},
		{"as many tools name them", "Forename,Surname,E-mail address,lang", ""},
		{"a name twice over", "email,Surname,Last name", `two columns for "last_name"`},
		{"all that we know", "address,first_name,last_name,confirmed_at,statement,ip,status,out_at,attributes", ""},
		{"what our own exports have besides", "subscriber_id,address,expires_at", ""},
		{"no address", "name,act", "needs a column named address"},
		{
			"an unknown column", "address,town",
			`The column "town" is not known. Columns are address, name, first_name, last_name, language, act, acted_at, confirmed_at, source, wording, statement, ip, status, out_at, attributes, ` +
				`and the attributes declared for the programme (berths, topics). Rename it, take it for one of these, leave it out, or declare the attribute first.`,
		},
		{"two for one thing", "address,name,Name", `two columns for "name"`},
		{"two addresses", "address,email", `two columns for "address"`},
		{"no header but a first row", "ann@example.org,Ann", "is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := importing.ParseHeader(strings.Split(c.header, ","), in, importing.Mapping{})
			if got := errs.Message(err); c.says == "" && err != nil || !strings.Contains(got, c.says) {
				t.Errorf("got %q, want %q", got, c.says)
			}
		})
	}
}

func TestTheNamesOfAHandKeptSheetAreUnderstood(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	columns := must(importing.ParseHeader([]string{"Forename", "Surname", "Email address", "Preferred language"}, h.intake(t, h.register), importing.Mapping{}))(t)
	row := must(columns.Row([]string{"Ann", "Lea", "ann@example.org", "cy"}, 2, today))(t)
	if a := row.Act; a.Name != "Ann Lea" || a.Language != "cy" || a.Address.String() != "ann@example.org" {
		t.Errorf("the row is %+v", a)
	}
}

func TestImportRows(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	const header = "address,name,act,acted_at,source,berths,topics,wording"
	columns := map[string]importing.Columns{}
	for _, list := range []subscriptions.List{h.news, h.register} {
		columns[list.Slug] = must(importing.ParseHeader(strings.Split(header, ","), h.intake(t, list), importing.Mapping{}))(t)
	}
	for _, c := range []struct{ name, list, row, want string }{
		{"a whole one", "news", "Ann@Example.ORG;Ann;Ticked;2026-03-31;Fair;3;tides|works;Send it.", "Ann@example.org Ann map[act:Ticked acted_at:2026-03-31 line:7 source:Fair] map[berths:3 topics:[tides works]] "},
		{"today", "news", "a@example.org;;Ticked;2026-11-22;Fair;;;", "a@example.org  map[act:Ticked acted_at:2026-11-22 line:7 source:Fair] map[] "},
		{"with the hour", "news", "a@example.org;;Ticked;2026-03-31T14:05:00+01:00;Fair;;;", "a@example.org  map[act:Ticked acted_at:2026-03-31T13:05:00Z line:7 source:Fair] map[] "},
		{"no evidence at all", "news", "a@example.org;;;;;;;", "a@example.org  map[line:7] map[] It does not say what the person did to agree (act), nor when they did it (acted_at), nor where their data came from (source)."},
		{"no evidence where none of an act is needed", "register", "a@example.org;;;;Register;;;", "a@example.org  map[line:7 source:Register] map[] "},
		{"no address", "news", ";Ann;Ticked;2026-03-31;Fair;;;", "! The email address is empty."},
		{"a name that is shown as another", "news", "a@example.org;\u202eevil;Ticked;2026-03-31;Fair;;;", "! The name has a line break or another control character in it."},
		{"a name that is another header", "news", "a@example.org;Ann\r\nBcc: b@example.org;Ticked;2026-03-31;Fair;;;", "! The name has a line break or another control character in it."},
		{"an endless name", "news", "a@example.org;" + strings.Repeat("x", 201) + ";Ticked;2026-03-31;Fair;;;", "! The name is longer than 200 characters."},
		{"a British date", "news", "a@example.org;;Ticked;31/03/2026;Fair;;;", "! The acted_at must be a date such as 2026-03-31, or a moment such as 2026-03-31T14:05:00Z. Say that the dates of the file stand day first, or month first, where they do."},
		{"a date that is none", "news", "a@example.org;;Ticked;2026-02-30;Fair;;;", "! The acted_at must be a date such as 2026-03-31, or a moment such as 2026-03-31T14:05:00Z."},
		{"tomorrow", "news", "a@example.org;;Ticked;2026-11-23;Fair;;;", "! The acted_at lies in the future."},
		{"the year nought", "news", "a@example.org;;Ticked;0000-01-01;Fair;;;", "! The acted_at lies before there was mail to agree to."},
		{"a number that is none", "news", "a@example.org;;Ticked;2026-03-31;Fair;three;;", `! The attribute "berths" must be a number.`},
		{"a number without end", "news", "a@example.org;;Ticked;2026-03-31;Fair;Inf;;", `! The attribute "berths" must be a number.`},
		{"a choice that is none", "news", "a@example.org;;Ticked;2026-03-31;Fair;;boats;", `! The attribute "topics" must be a list out of ["tides" "works"].`},
		{"an act that is none", "news", "a@example.org;;Silence.;2026-03-31;Fair;;;", `! "Silence." is no act: silence, pre-ticked boxes and inactivity are no consent (recital 32). Say what the person did.`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			of := columns[c.list]
			row, err := of.Row(strings.Split(c.row, ";"), 7, today)
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
	f.Add("a@example.org", "Ann", "Ticked", "2026-03-31", "Fair", "3", "192.0.2.1", "active", `{"berths": 3}`)
	f.Add("a@b\x00.org", "\r\n", "", "99999-99-99", "", "1e400", "::ffff:1.2.3.4%eth0", "unsubscribed", `{"topics": [1, {"a": null}]}`)
	h := onSQLite(f)
	in := h.intake(f, h.news)
	columns := must(importing.ParseHeader([]string{"address", "name", "act", "acted_at", "source", "berths", "ip", "status", "attributes"}, in, importing.Mapping{}))(f)
	f.Fuzz(func(t *testing.T, addr, name, act, actedAt, source, berths, ip, status, bag string) {
		row, err := columns.Row([]string{addr, name, act, actedAt, source, berths, ip, status, bag}, 7, today)
		if err != nil {
			if kind := errs.KindOf(err); kind != errs.Invalid && kind != errs.Refused || errs.Message(err) == "" {
				t.Errorf("refused without a sentence: %v", err)
			}
			return
		}
		if row.Bar != nil {
			return // an opt-out needs no evidence
		}
		err = in.Check(row.Act, today)
		if row.Lacking == "" && err != nil || row.Lacking != "" && err == nil && !row.Act.ActedAt.IsZero() {
			t.Errorf("lacking %q, and the check says %v", row.Lacking, err)
		}
		if strings.ContainsAny(row.Act.Name+row.Act.Address.String(), "\r\n\x00") {
			t.Errorf("a header can be injected: %q", row.Act.Name)
		}
	})
}
