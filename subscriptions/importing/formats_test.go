package importing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// mailchimpStart are the columns with which each of Mailchimp's three files begins.
const mailchimpStart = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"

func TestFormatsHaveNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]importing.Format{"": importing.Plain, "csv": importing.Plain, "JSONL": importing.Plain, "Listmonk": importing.Listmonk, "mailchimp": importing.Mailchimp} {
		if got, err := importing.ParseFormat(name); got != want || err != nil {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
	if _, err := importing.ParseFormat("excel"); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
}

func TestHeadersOfOtherPrograms(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	in := h.intake(t, h.news)
	for _, c := range []struct {
		name, header, says string
		m                  importing.Mapping
	}{
		{"listmonk's", "uuid,email,name,attributes,status,created_at,updated_at", "", importing.Mapping{Format: importing.Listmonk}},
		{"Mailchimp's subscribers", mailchimpStart + "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS", "", importing.Mapping{Format: importing.Mailchimp}},
		{"Mailchimp's unsubscribed", mailchimpStart + "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS", "", importing.Mapping{Format: importing.Mailchimp}},
		{"Mailchimp's cleaned", mailchimpStart + "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS", "", importing.Mapping{Format: importing.Mailchimp}},
		{"where people live, in Mailchimp", mailchimpStart + "Address,LEID", "", importing.Mapping{Format: importing.Mailchimp}},
		{"a field of their own in Mailchimp", mailchimpStart + "LEID,Town", `The column "Town" is not known`, importing.Mapping{Format: importing.Mailchimp}},
		{"the same, left out", mailchimpStart + "LEID,Town", "", importing.Mapping{Format: importing.Mailchimp, Ignore: []string{"town"}}},
		{"the same, mapped", mailchimpStart + "LEID,Boats", "", importing.Mapping{Format: importing.Mailchimp, Map: map[string]string{"boats": "berths"}}},
		{"tags that are wanted", mailchimpStart + "LEID,TAGS", "", importing.Mapping{Format: importing.Mailchimp, Map: map[string]string{"Tags": "topics"}}},
		{"a map that names no column", "address", `no column "town", which is to be taken for "topics"`, importing.Mapping{Map: map[string]string{"town": "topics"}}},
		{"an ignore that names no column", "address", `no column "town", which is to be left out`, importing.Mapping{Ignore: []string{"town"}}},
		{"an ignore for an attribute within listmonk's", "uuid,email,name,attributes,status,created_at,updated_at", "", importing.Mapping{Format: importing.Listmonk, Ignore: []string{"town"}}},
		{"a map that doubles", "address,full name,name", `two columns for "name"`, importing.Mapping{Map: map[string]string{"full name": "name"}}},
		{"our file under listmonk's name", "address,status", "This is no export of listmonk: it has no column email", importing.Mapping{Format: importing.Listmonk}},
		{"listmonk's file under Mailchimp's name", "uuid,email,name,attributes,status", "This is no export of mailchimp: it has no column email_address", importing.Mapping{Format: importing.Mailchimp}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := importing.ParseHeader(strings.Split(c.header, ","), in, c.m)
			if got := errs.Message(err); c.says == "" && err != nil || !strings.Contains(got, c.says) {
				t.Errorf("got %q, want %q", got, c.says)
			}
		})
	}
}

func TestListmonkRows(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	columns := must(importing.ParseHeader(strings.Split("email;name;attributes;status;updated_at", ";"), h.intake(t, h.news), importing.Mapping{Format: importing.Listmonk, Ignore: []string{"town"}}))(t)
	ownBar := fmt.Sprint(subscriptions.ProgrammeScope(h.news.ProgrammeID))
	for _, c := range []struct{ name, row, want string }{
		// "enabled" there says nothing of an act, and created_at is the day on which a row was made.
		{"enabled is no consent", "ann@example.org;Ann;{};enabled;2024-02-02 09:00:00 +0000 UTC", "ann@example.org map[] It does not say what the person did to agree (act), nor when they did it (acted_at)."},
		{"attributes of their types", `a@example.org;;{"berths": 3, "topics": ["tides"]};enabled;`, "a@example.org map[berths:3 topics:[tides]] It does not say what the person did to agree (act), nor when they did it (acted_at)."},
		{"attributes that are text there", `a@example.org;;{"berths": "3", "topics": "tides|works"};enabled;`, "a@example.org map[berths:3 topics:[tides works]] It does not say what the person did to agree (act), nor when they did it (acted_at)."},
		{"one that is left out", `a@example.org;;{"town": "Porthaven"};enabled;`, "a@example.org map[] It does not say what the person did to agree (act), nor when they did it (acted_at)."},
		{"one that nobody declared", `a@example.org;;{"shoe": 9};enabled;`, `! The attribute "shoe" is not declared for the programme. Declare it first, or leave it or its column out.`},
		{"attributes that are no object", `a@example.org;;[1,2];enabled;`, "! The attributes are no JSON object."},
		{"blocklisted", "bob@example.org;;{};blocklisted;2025-06-01 10:30:00.5 +0100 BST", "bob@example.org suppressed " + ownBar + " external list 2025-06-01T09:30:00Z map[out_at:2025-06-01T09:30:00Z source:listmonk export status:blocklisted]"},
		{"disabled", "cat@example.org;;{};disabled;", "! This person is disabled where the file comes from, and was not mailed there either."},
		{"a status that nobody knows", "cat@example.org;;{};vip;", "! The status is none that is known: active, unsubscribed, suppressed, disabled, pending or lapsed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := rowSays(&columns, strings.Split(c.row, ";")); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestMailchimpRows(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	in := h.intake(t, h.news)
	onList := fmt.Sprint(subscriptions.ListScope(h.news))
	for _, c := range []struct{ name, header, row, want string }{
		{
			"somebody who signed up", "LEID;Email Address;First Name;Last Name;OPTIN_TIME;OPTIN_IP;CONFIRM_TIME;TAGS", `9;ann@example.org;Ann;Lee;2026-01-31 14:05:00;192.0.2.10;2026-01-31 14:09:00;"tides","works"`,
			"ann@example.org map[topics:[tides works]] ",
		},
		{"somebody who was added by hand", "LEID;Email Address;OPTIN_TIME", "9;bob@example.org;", "bob@example.org map[] It does not say what the person did to agree (act), nor when they did it (acted_at)."},
		{"somebody who left", "LEID;Email Address;UNSUB_TIME", "9;cat@example.org;2026-02-03 10:00:00", "cat@example.org withdrawn " + onList + "  2026-02-03T10:00:00Z map[out_at:2026-02-03T10:00:00Z source:Mailchimp export status:unsubscribed]"},
		{"an address that was dead", "LEID;Email Address;CLEAN_TIME", "9;dan@example.org;2026-03-04 10:00:00", "dan@example.org suppressed everything dead address 2026-03-04T10:00:00Z map[out_at:2026-03-04T10:00:00Z source:Mailchimp export status:cleaned]"},
		{"one who left tomorrow", "LEID;Email Address;UNSUB_TIME", "9;cat@example.org;2027-02-03 10:00:00", "! The out_at lies in the future."},
		{"an IP address that is none", "LEID;Email Address;OPTIN_TIME;OPTIN_IP", "9;ann@example.org;2026-01-31 14:05:00;home", "! The ip is no IP address."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			columns := must(importing.ParseHeader(strings.Split(c.header, ";"), in, importing.Mapping{Format: importing.Mailchimp, Map: tagsIn(c.header)}))(t)
			if got := rowSays(&columns, strings.Split(c.row, ";")); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func tagsIn(header string) map[string]string {
	if strings.Contains(header, "TAGS") {
		return map[string]string{"TAGS": "topics"}
	}
	return nil
}

// rowSays tells in a line what a row was read as.
func rowSays(c *importing.Columns, fields []string) string {
	p, err := c.Row(fields, 2, today)
	if err != nil {
		return "! " + errs.Message(err)
	}
	if b := p.Bar; b != nil {
		return fmt.Sprint(p.Act.Address, " ", b.Kind, " ", b.Scope, " ", b.Reason, " ", b.At.UTC().Format(time.RFC3339), " ", b.Evidence)
	}
	return fmt.Sprint(p.Act.Address, " ", p.Act.Attributes, " ", p.Lacking)
}
