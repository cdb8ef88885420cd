package store_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// As listmonk writes them: times as Go prints them, attributes as JSON.
const listmonkFile = `uuid,email,name,attributes,status,created_at,updated_at
5c0e3b0a-1111-4c6e-9a55-000000000001,ann@example.org,Ann Lee,"{""quay"": ""north"", ""berths"": 3}",enabled,2024-02-01 09:00:00.123456 +0000 UTC,2024-02-02 09:00:00 +0000 UTC
5c0e3b0a-1111-4c6e-9a55-000000000002,Bob@Example.org,Bob,{},blocklisted,2024-02-01 09:00:00 +0000 UTC,2025-06-01 10:30:00.5 +0000 UTC
5c0e3b0a-1111-4c6e-9a55-000000000003,cat@example.org,Cat,{},disabled,2024-02-01 09:00:00 +0000 UTC,2024-02-02 09:00:00 +0000 UTC
5c0e3b0a-1111-4c6e-9a55-000000000004,dan@example.org,Dan,"{""town"": ""Porthaven""}",enabled,2024-02-01 09:00:00 +0000 UTC,2024-02-02 09:00:00 +0000 UTC
`

func TestAListmonkExportGivesNobodyAPermission(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		list := h.lists[0]
		for _, a := range []subscriptions.Attribute{{Name: "quay", Type: subscriptions.TextAttribute}, {Name: "berths", Type: subscriptions.NumberAttribute}} {
			a.ProgrammeID = list.ProgrammeID
			must(h.svc.CreateAttribute(ctx, a))(t)
		}
		// Bob stands on the list, by an act of old: who is blocklisted there is suppressed here all the same.
		must(h.svc.Grant(ctx, subscriptions.Act{ListID: list.ID, Address: address.Must("bob@example.org"), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "phone", Evidence: subscriptions.Evidence{"act": "asked by phone"}}))(t)
		var log rejectLog
		report := must(bringAs(t, db, h.svc.Now, list, listmonkFile, importing.Mapping{Format: importing.Listmonk}, &log, false))(t)
		if got := tally(report.Counts); got != "4 rows: 0 granted, 0 unchanged, 0 duplicates, 1 quarantined, 1 refused, 1 invalid, 1 barred" {
			t.Error(got)
		}
		checkRejects(t, log.rows, map[int64]string{2: "It does not say what the person did to agree", 4: "disabled where the file comes from", 5: `The attribute "town" is not declared`})
		h.checkMailable(t, list, nil)
		bars := must(db.Suppressions(ctx, 0, 10))(t)
		if len(bars) != 1 || bars[0].Scope != subscriptions.ProgrammeScope(list.ProgrammeID) || bars[0].Reason != "external list" {
			t.Errorf("bars %+v", bars)
		}
		if _, err := bringAs(t, db, h.svc.Now, h.lists[1], listmonkFile, importing.Mapping{Format: importing.Listmonk, Ignore: []string{"town"}}, &log, false); err != nil {
			t.Error(err)
		}
		if _, err := bringAs(t, db, h.svc.Now, list, header+good(1), importing.Mapping{Format: importing.Listmonk}, &log, false); !strings.Contains(errs.Message(err), "This is no export of listmonk: it has no column email") {
			t.Error(err)
		}
	})
}

// As Mailchimp writes its three files.
const (
	mailchimpSubscribed = `Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS
ann@example.org,Ann,Lee,5,"2026-01-31 14:05:00",192.0.2.10,"2026-01-31 14:09:00",192.0.2.11,50.1,-5.1,0,1,Europe/London,GB,CON,"2026-02-02 10:00:00",101,a1b2c3,,"""Tides"",""Works"""
bob@example.org,Bob,,2,,,"2026-02-01 09:05:00",192.0.2.12,,,,,,,,"2026-02-02 10:00:00",102,a1b2c4,,
eve@example.org,Eve,,2,"2026-02-01 09:00:00",,"2026-02-01 09:05:00",192.0.2.12,,,,,,,,"2026-02-02 10:00:00",105,a1b2c7,,
`
	mailchimpUnsubscribed = `Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS
cat@example.org,Cat,,2,"2026-02-01 09:00:00",192.0.2.20,"2026-02-01 09:05:00",192.0.2.21,1,0,Europe/London,GB,CON,"2026-02-03 10:00:00",May,c1,NORMAL,,103,a1b2c5,,
eve@example.org,Eve,,2,"2026-02-01 09:00:00",192.0.2.20,"2026-02-01 09:05:00",192.0.2.21,1,0,Europe/London,GB,CON,"2026-02-03 10:00:00",May,c1,SPAM,too much,105,a1b2c7,,
`
	mailchimpCleaned = `Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS
dan@example.org,Dan,,1,"2026-03-01 09:00:00",192.0.2.30,"2026-03-01 09:05:00",192.0.2.31,"2026-03-04 10:00:00",May,c1,104,a1b2c6,,
`
)

func TestAMailchimpExportKeepsItsEvidenceAndItsOptOuts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		list := h.lists[0]
		must(h.svc.CreateAttribute(ctx, subscriptions.Attribute{ProgrammeID: list.ProgrammeID, Name: "topics", Type: subscriptions.ManyAttribute, Choices: []string{"Tides", "Works"}}))(t)
		asMailchimp := importing.Mapping{Format: importing.Mailchimp, Map: map[string]string{"TAGS": "topics"}}
		for _, f := range []struct{ text, want string }{
			{mailchimpUnsubscribed, "2 rows: 0 granted, 0 unchanged, 0 duplicates, 0 quarantined, 0 refused, 0 invalid, 2 barred"},
			{mailchimpCleaned, "1 rows: 0 granted, 0 unchanged, 0 duplicates, 0 quarantined, 0 refused, 0 invalid, 1 barred"},
			{mailchimpSubscribed, "3 rows: 1 granted, 0 unchanged, 0 duplicates, 1 quarantined, 1 refused, 0 invalid"},
		} {
			report := must(bringAs(t, db, h.svc.Now, list, f.text, asMailchimp, &rejectLog{}, false))(t)
			if got := tally(report.Counts); got != f.want {
				t.Errorf("got  %s\nwant %s", got, f.want)
			}
		}
		h.checkMailable(t, list, []string{"ann@example.org"})
		ann := must(db.SubscriberByKey(ctx, h.svc.Keys.AddressKey(address.Must("ann@example.org"))))(t)
		if ann.Name != "Ann Lee" || ann.Attributes.Text("programme-0", "topics") != "Tides, Works" {
			t.Errorf("ann: %q, %v", ann.Name, ann.Attributes)
		}
		events := must(db.EventsByKey(ctx, ann.Key))(t)
		want := `{"act":"signed up on a Mailchimp form (OPTIN_TIME)","acted_at":"2026-01-31T14:05:00Z","confirmed_at":"2026-01-31T14:09:00Z","line":"2","source":"Mailchimp export"}`
		if len(events) != 1 || string(events[0].Evidence) != want {
			t.Errorf("events %+v\n%s", events, events[0].Evidence)
		}
		reasons := map[string]string{}
		for _, bar := range must(db.Suppressions(ctx, 0, 10))(t) {
			reasons[bar.Scope.String()] += bar.Reason + " "
		}
		if reasons["everything"] != "dead address " || reasons[subscriptions.ListScope(list).String()] != "withdrawn withdrawn " {
			t.Errorf("bars %v", reasons)
		}
	})
}

// Where the purpose keeps IP addresses, that of an import is kept for as long, counted from the act; otherwise it is nowhere.
func TestTheIPAddressOfAnImportedActIsKeptAsLongAsThePurposeSays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 2, 10, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		purpose := must(h.svc.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: h.lists[0].ProgrammeID, Slug: "ip", Name: "With IP", Basis: subscriptions.Consent, Class: subscriptions.Newsletter, KeepIPDays: 30}))(t)
		notice := h.publishes(t, purpose.ProgrammeID, "How we use your data for everything.")
		list := must(h.svc.CreateList(ctx, subscriptions.List{ProgrammeID: purpose.ProgrammeID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: "ip", Name: "IP", Wording: "Send me news."}))(t)
		must(bringAs(t, db, h.svc.Now, list, mailchimpSubscribed, importing.Mapping{Format: importing.Mailchimp}, &rejectLog{}, false))(t)
		ip, until, err := db.IPOf(ctx, 1, now)
		if err != nil || ip != netip.MustParseAddr("192.0.2.10") || !until.Equal(time.Date(2026, 3, 2, 14, 5, 0, 0, time.UTC)) {
			t.Errorf("kept %v until %v, %v", ip, until, err)
		}
		must(bringAs(t, db, h.svc.Now, h.lists[0], mailchimpSubscribed, importing.Mapping{Format: importing.Mailchimp}, &rejectLog{}, false))(t)
		if _, _, err := db.IPOf(ctx, 3, now); errs.KindOf(err) != errs.NotFound {
			t.Errorf("kept where nothing says so: %v", err)
		}
	})
}

func TestAnOldOptOutElsewhereDoesNotUndoANewerActHere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		list := h.lists[0]
		must(h.svc.Grant(ctx, subscriptions.Act{ListID: list.ID, Address: address.Must("cat@example.org"), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "phone", Evidence: subscriptions.Evidence{"act": "asked by phone"}}))(t)
		report := must(bringAs(t, db, h.svc.Now, list, mailchimpUnsubscribed, importing.Mapping{Format: importing.Mailchimp}, &rejectLog{}, false))(t)
		if report.Unchanged != 1 || report.Barred != 1 {
			t.Error(tally(report.Counts))
		}
		h.checkMailable(t, list, []string{"cat@example.org"})
	})
}
