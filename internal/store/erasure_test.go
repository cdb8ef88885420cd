package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/internal/token"
	"assent/subscriptions"
)

// ann is erased in these tests. Her address is spelled in several ways, and nothing else has her name or her town.
const (
	annSpelled = "Ann.Quillfeather@Example.ORG"
	annName    = "Ann Quillfeather"
	annMail    = "ann.quillfeather@example.org"
)

// household is a Keeper and a Service on one database, with the list "news".
type household struct {
	t      *testing.T
	db     *store.DB
	people *subscriptions.Service
	keeper *subscriptions.Keeper
	list   subscriptions.List
}

func newHousehold(t *testing.T, db *store.DB, now func() time.Time) *household {
	t.Helper()
	h := &household{t: t, db: db}
	h.people = &subscriptions.Service{Store: db, Keys: storetest.Keys(t), Now: now}
	h.keeper = &subscriptions.Keeper{Store: db, Keys: storetest.Keys(t), Now: now}
	ctx := t.Context()
	p, err := h.people.CreateProgramme(ctx, subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven PH1 1AA",
		Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")}, FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
	})
	h.ok(err)
	u, err := h.people.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: p.ID, Slug: "news", Name: "News", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
	h.ok(err)
	n, err := h.people.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "How we use your data."}, Override: "a test"})
	h.ok(err)
	_, err = h.people.CreateAttribute(ctx, subscriptions.Attribute{ProgrammeID: p.ID, Name: "town", Label: "Town", Type: subscriptions.TextAttribute})
	h.ok(err)
	h.list, err = h.people.CreateList(ctx, subscriptions.List{ProgrammeID: p.ID, PurposeID: u.ID, NoticeID: n.ID, Slug: "news", Name: "News", Wording: "Send me the news.", DoubleOptIn: true, Public: true})
	h.ok(err)
	return h
}

func (h *household) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *household) sql(query string, args ...any) {
	h.t.Helper()
	h.ok(h.db.Exec(h.t.Context(), query, args...))
}

// agrees puts somebody on record with everything that an act may carry.
func (h *household) agrees(addr, name, town string) subscriptions.Subscriber {
	h.t.Helper()
	_, err := h.people.Grant(h.t.Context(), subscriptions.Act{
		ListID: h.list.ID, Address: address.Must(addr), Name: name, Language: "cy", Attributes: map[string]any{"town": town},
		Channel: subscriptions.ByStaff, Actor: "user:1", Source: "stand at the fair", Evidence: subscriptions.Evidence{"act": "signed form", "form": "signed " + name + " <" + addr + ">"},
	})
	h.ok(err)
	p, err := h.db.SubscriberByKey(h.t.Context(), h.people.Keys.AddressKey(address.Must(addr)))
	h.ok(err)
	return p
}

// leavesTraces puts somebody's address, name and town into every table that can hold them.
func (h *household) leavesTraces(p subscriptions.Subscriber, name, town string) {
	h.t.Helper()
	ctx, text, now := h.t.Context(), name+" of "+town+" <"+p.Address.String()+">", int64(1_760_000_000_000)
	h.sql(`INSERT INTO campaigns (programme_id, name, subject, preheader, body, language, class, lists, purposes, state, paused, trouble, digest, scheduled_at, time_zone, created_by, approved_by, created_at, planned_at, finished_at, planned_up_to, planned, round)
		VALUES (1, 'May', 'May', '', 'News.', 'en', 'newsletter', '[1]', '[]', 'finished', ?, '', '', 0, 'Europe/London', 'user:1', 'user:1', 0, 0, 0, 0, 0, 1)`, false)
	h.sql(`INSERT INTO chunks (campaign_id, attempt, people, size) VALUES (1, 1, ?, 1)`, []byte{1})
	h.sql(`INSERT INTO deferrals (chunk_id, subscriber_id, list_id, event_seq, gate_seq, asked_at, started_at, code, reply) VALUES (1, ?, 1, 1, 1, 0, 0, 450, ?)`, p.ID, "450 "+text)
	h.sql(`INSERT INTO deliveries (campaign_id, subscriber_id, list_id, state, reason, event_seq, gate_seq, asked_at, started_at, finished_at, code, reply, report, report_status)
		VALUES (1, ?, 1, 'sent', '', 1, 1, 0, 0, 0, 250, ?, '', '')`, p.ID, "250 queued for "+text)
	for key, id := range map[string]int64{"a": p.ID, "b": 0} {
		h.sql(`INSERT INTO letters (key, kind, programme_id, subscriber_id, to_address, language, data, in_reply_to, state, code, reply, created_at, started_at, finished_at)
			VALUES (?, 'case-received', 1, ?, ?, 'cy', ?, ?, 'sent', 250, ?, 0, 0, 0)`, fmt.Sprintf("%s-%d", key, p.ID), id, p.Address.String(), `{"x":"`+town+`"}`, "<1@"+town+">", text)
	}
	mails := map[string]string{
		"case":   "From: " + text + "\r\nTo: privacy@harbour.example\r\nSubject: Delete me\r\n\r\nI am " + text + "\r\n",
		"report": "From: mailer-daemon@mx.example\r\nTo: bounces@harbour.example\r\nSubject: failure\r\n\r\n" + p.Address.String() + " is not known\r\n",
		"":       "From: Bo <bo@example.net>\r\nTo: contact@harbour.example\r\nSubject: a friend\r\n\r\nPlease write to " + strings.ToUpper(p.Address.String()) + " too.\r\n",
	}
	uid := p.ID * 10
	for disposition, raw := range mails {
		uid++
		h.ok(h.db.Receive(ctx, "privacy", 1, []inbox.Arrival{{UID: uint32(uid), ReceivedAt: time.UnixMilli(now), Body: strings.NewReader(raw)}}))
		from, role := "", "named"
		if disposition == "case" {
			from, role = p.Address.String(), "writer"
		}
		h.sql(`UPDATE inbound_messages SET disposition = ?, from_address = ?, subject = ?, message_id = ?, grounds = ? WHERE uid = ?`, disposition, from, ifFrom(from, "I am "+text), ifFrom(from, "<2@"+town+">"), `[{"words":"`+ifFrom(from, town)+`"}]`, uid)
		h.sql(`INSERT INTO inbound_people (inbound_id, address_key, role) SELECT id, ?, ? FROM inbound_messages WHERE uid = ?`, p.Key, role, uid)
	}
	h.sql(`INSERT INTO cases (reference, kind, labels, state, programme_id, mailbox, inbound_id, subscriber_id, from_address, subject, received_at, due_on, division, clocks, created_at, closed_at)
		SELECT ?, 'erasure', '["erasure"]', 'open', 1, 'privacy', id, ?, ?, ?, 0, '', '', '[]', 0, 0 FROM inbound_messages WHERE disposition = 'case' AND from_address = ?`, fmt.Sprintf("DP-%d", p.ID), p.ID, p.Address.String(), text, p.Address.String())
	h.sql(`INSERT INTO case_events (case_id, at, actor, what) SELECT id, 0, 'user:1', ? FROM cases WHERE subscriber_id = ?`, "Spoke to "+text, p.ID)
	h.sql(`INSERT INTO holds (subscriber_id, kind, reason, placed_by, placed_at, lifted_by, lifted_at, lifted_why) VALUES (?, 'legal', ?, 'user:1', 1, 'user:1', 2, ?)`, p.ID, text, text)
	h.sql(`INSERT INTO imports (list_id, file_name, digest, actor, rows_done, granted, unchanged, duplicates, quarantined, refused, invalid, rejects, created_at, finished_at) VALUES (1, 'f.csv', ?, 'user:1', 1, 0, 0, 0, 1, 0, 0, 0, 0, 0)`, fmt.Sprint(p.ID))
	h.sql(`INSERT INTO quarantine (import_id, line, address_key, address, name, why, created_at) SELECT MAX(id), 1, ?, ?, ?, 'no evidence', 0 FROM imports`, p.Key, p.Address.String(), name)
	h.sql(`INSERT INTO idempotency_keys (key, owner, digest, status, header, body, created_at) VALUES (?, 'key:1', '', 200, '{}', ?, 0)`, fmt.Sprint(p.ID), []byte(text))
	h.sql(`INSERT INTO copies (kind, what, format, list, campaign_id, spreadsheet, address, address_key, person_id, why, actor, state, asked_at, ready_at, expires_at, gone_at, gone_why, trouble, row_count, size, digest, fetched)
		VALUES ('pack', '', 'json', '', 0, ?, ?, ?, ?, ?, 'user:1', 'ready', 1, 1, 9, 0, '', '', 0, 1, '', 0)`, false, p.Address.String(), p.Key, p.ID, "asked by "+text)
	h.sql(`INSERT INTO copy_pieces (copy_id, number, data) SELECT MAX(id), 0, ? FROM copies`, []byte(text))
	if p.ID == 0 {
		return
	}
	h.sql(`INSERT INTO act_addresses (event_seq, ip, until) SELECT MAX(seq), ?, 0 FROM consent_events WHERE address_key = ?`, "192.0.2.9 "+town, p.Key)
	h.sql(`INSERT INTO visits (subscriber_id, programme_id, language, asked_at, expires_at, opened_at) VALUES (?, 1, ?, 0, 0, 0)`, p.ID, town)
	h.sql(`INSERT INTO moves (subscriber_id, new_key, new_address, programme_id, language, actor, since_seq, asked_at, expires_at, old_at, new_at, closed_at, outcome) VALUES (?, ?, ?, 1, ?, 'subscriber', 0, 0, 0, 0, 0, 0, '')`, p.ID, []byte("k"), "new-"+p.Address.String(), town)
}

func ifFrom(from, text string) string {
	if from == "" {
		return ""
	}
	return text
}

func (h *household) places(what ...string) (all []string) {
	h.t.Helper()
	for _, w := range what {
		found, err := h.db.Find(h.t.Context(), w)
		h.ok(err)
		all = append(all, found...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// What columns.txt promises is what erasing does.
func TestErasingEmptiesEveryColumnThatIsClassedSo(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("columns.txt")
	if err != nil {
		t.Fatal(err)
	}
	empties := store.Emptied()
	var promised []string
	for line := range strings.Lines(string(b)) {
		column, class, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if class != "erase" {
			continue
		}
		promised = append(promised, column)
		table, _, _ := strings.Cut(column, ".")
		if !slices.Contains(empties, column) && !slices.Contains(empties, table+".*") {
			t.Errorf("%s is to be erased, and erasing leaves it", column)
		}
	}
	for _, column := range empties {
		if !slices.Contains(promised, column) && !strings.HasSuffix(column, ".*") {
			t.Errorf("erasing empties %s, which is not classed so", column)
		}
	}
}

func TestErasingLeavesNothingOfAPersonAndEverythingOfOthers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHousehold(t, db, time.Now)
		ann, bea := h.agrees(annSpelled, annName, "Quillhaven"), h.agrees("bea@example.net", "Bea Marlowe", "Marlport")
		h.leavesTraces(ann, annName, "Quillhaven")
		h.leavesTraces(bea, "Bea Marlowe", "Marlport")
		before := h.places("bea marlowe", "bea@example.net", "marlport")
		if got := len(h.places(annMail, annName, "quillhaven")); got < 25 || got != len(before) {
			t.Fatalf("the traces to erase stand in %d places, the other's in %d", got, len(before))
		}
		e, err := h.keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: ann.ID, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "they were told by phone"})
		h.ok(err)
		if e.State != subscriptions.ErasureDone || e.EventSeq == 0 || e.Emptied["subscribers"] != 1 || e.Emptied["inbound_pieces"] != 3 {
			t.Errorf("the erasure is %+v", e)
		}
		if left := h.places(annMail, annName, "quillhaven"); len(left) > 0 {
			t.Errorf("what is left of the person stands in %s", left)
		}
		if after := h.places("bea marlowe", "bea@example.net", "marlport"); !slices.Equal(before, after) {
			t.Errorf("the other person was in %s and is in %s", before, after)
		}
		if _, err := subscriptions.VerifyLedger(t.Context(), db); err != nil {
			t.Errorf("the ledger: %v", err)
		}
	})
}

// The bytes are gone from the file too, not only from what SQL shows of it.
func TestErasingLeavesNothingInTheFilesOfSQLite(t *testing.T) {
	t.Parallel()
	url := storetest.SQLiteURL(t)
	db := storetest.Open(t, url, time.Now)
	h := newHousehold(t, db, time.Now)
	for i := range 120 { // enough for pages to be split
		h.agrees(fmt.Sprintf("person-%d@example.net", i), fmt.Sprintf("Person %d", i), strings.Repeat("x", i*5+1))
		if i == 60 {
			h.leavesTraces(h.agrees(annSpelled, annName, "Quillhaven"), annName, "Quillhaven")
		}
	}
	ann, err := db.SubscriberByKey(t.Context(), h.people.Keys.AddressKey(address.Must(annSpelled)))
	h.ok(err)
	folder := filepath.Dir(strings.TrimPrefix(strings.TrimSuffix(url, "?synchronous=normal"), "sqlite:"))
	if found := inFiles(t, folder, "quillfeather", "quillhaven"); len(found) == 0 {
		t.Fatal("the test finds nothing before either")
	}
	_, err = h.keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: ann.ID, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "they were told by phone"})
	h.ok(err)
	if found := inFiles(t, folder, "quillfeather", "quillhaven"); len(found) > 0 {
		t.Errorf("it still stands in %s", found)
	}
}

// inFiles returns the files below a folder that hold any of some words.
func inFiles(t *testing.T, folder string, words ...string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if n := bytes.Count(bytes.ToLower(b), []byte(w)); n > 0 {
				found = append(found, fmt.Sprintf("%s (%q, %d times)", e.Name(), w, n))
			}
		}
	}
	return found
}

func TestAHoldKeepsAPersonFromBeingErased(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHousehold(t, db, time.Now)
		ann := h.agrees(annSpelled, annName, "Quillhaven")
		erase := func() error {
			_, err := h.keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: ann.ID, Ground: subscriptions.GroundUnneeded, Actor: "user:1", Untold: "no"})
			return err
		}
		refused := func(says string) {
			t.Helper()
			if err := erase(); errs.KindOf(err) != errs.Refused || !strings.Contains(errs.Message(err), says) {
				t.Fatalf("got %v", err)
			}
			if len(h.places(annMail)) == 0 {
				t.Fatal("it was erased all the same")
			}
		}
		h.sql(`INSERT INTO cases (reference, kind, labels, state, programme_id, mailbox, inbound_id, subscriber_id, from_address, subject, received_at, due_on, division, clocks, created_at, closed_at)
			VALUES ('DP-2026-0001', 'access', '["access"]', 'open', 1, 'privacy', 0, 0, ?, '', 0, '', '', '[]', 0, 0)`, "ANN.Quillfeather@example.org")
		refused("the access case DP-2026-0001 is open")
		h.sql(`UPDATE cases SET state = 'closed'`)
		hold, err := h.keeper.PlaceHold(t.Context(), ann.ID, "user:2", "letter before action of 3 May")
		h.ok(err)
		refused("a legal hold")
		h.ok(h.keeper.LiftHold(t.Context(), hold.ID, "user:2", "settled"))
		h.ok(h.people.Restrict(t.Context(), ann.ID, "user:1", "accuracy contested"))
		refused("restricted to storage")
		h.ok(h.people.Release(t.Context(), ann.ID, "user:1", ""))
		h.ok(erase())
		if left := h.places(annMail); len(left) > 0 {
			t.Errorf("what is left stands in %s", left)
		}
		attempts := 0
		entries, err := db.AuditEntries(t.Context(), 0, 1000)
		h.ok(err)
		for _, e := range entries {
			if e.Action == "refused: erase" {
				attempts++
			}
		}
		if attempts != 3 {
			t.Errorf("%d attempts are on record, want 3", attempts)
		}
	})
}

func TestSomebodyWhoOnlyWroteIsErasedToo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHousehold(t, db, time.Now)
		h.leavesTraces(subscriptions.Subscriber{Key: h.people.Keys.AddressKey(address.Must(annSpelled)), Address: address.Must(annSpelled)}, annName, "Quillhaven")
		e, err := h.keeper.Erase(t.Context(), subscriptions.ErasureRequest{Address: address.Must(annMail), Ground: subscriptions.GroundRequest, Actor: "user:1"})
		h.ok(err)
		if e.State != subscriptions.ErasureDone || e.Untold == "" {
			t.Errorf("the erasure is %+v", e)
		}
		if left := slices.DeleteFunc(h.places(annMail), func(place string) bool {
			table, _, _ := strings.Cut(place, ".")
			return slices.Contains([]string{"deferrals", "deliveries", "holds"}, table) // rows that only somebody on record has
		}); len(left) > 0 {
			t.Errorf("what is left stands in %s", left)
		}
		_, err = h.people.Grant(t.Context(), subscriptions.Act{ListID: h.list.ID, Address: address.Must(annSpelled), Channel: subscriptions.ByAPI, Actor: "key:1", Source: "upsert", Evidence: subscriptions.Evidence{"act": "pressed yes"}})
		if errs.KindOf(err) != errs.Refused {
			t.Errorf("somebody erased came back through the API: %v", err)
		}
		// They come on record for the first time only now, by an act of their own: their row knows of the erasure all the same.
		_, err = h.people.Grant(t.Context(), subscriptions.Act{ListID: h.list.ID, Address: address.Must(annSpelled), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "counter", Evidence: subscriptions.Evidence{"act": "signed the form"}})
		h.ok(err)
		// Somebody who moves to an address that was erased has nothing to carry there, perhaps, and so no event.
		moved := address.Must("moved@example.org")
		_, err = h.keeper.Erase(t.Context(), subscriptions.ErasureRequest{Address: moved, Ground: subscriptions.GroundRequest, Actor: "user:1"})
		h.ok(err)
		h.ok(db.Update(t.Context(), func(tx subscriptions.Tx) error {
			return tx.CreateSubscribers([]*subscriptions.Subscriber{{Key: h.people.Keys.AddressKey(moved), Address: moved}})
		}))
		_, err = subscriptions.VerifyLedger(t.Context(), db)
		h.ok(err)
	})
}

func TestHeldDataIsNotEditedByStaffAndStaysOpenToThePerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHousehold(t, db, time.Now)
		ann := h.agrees(annSpelled, annName, "Quillhaven")
		_, err := h.keeper.PlaceHold(t.Context(), ann.ID, "user:2", "letter before action")
		h.ok(err)
		edit := func(actor, name string) error {
			return db.Update(audit.As(t.Context(), actor), func(tx subscriptions.Tx) error {
				p := ann
				p.Name = name
				return tx.UpdateSubscriber(p)
			})
		}
		if err := edit("user:1", "Nobody"); errs.KindOf(err) != errs.Refused {
			t.Errorf("staff: %v", err)
		}
		h.ok(edit("subscriber", "Ann Quill"))
		_, err = h.people.Withdraw(t.Context(), subscriptions.Withdrawal{SubscriberID: ann.ID, Scope: subscriptions.Everything(), Channel: subscriptions.ByLink, Actor: "subscriber"})
		h.ok(err)
	})
}

// A report that names the person is found although they are not its writer.
func TestAReportOnMailToThePersonGoesWithThem(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHousehold(t, db, time.Now)
		ann := h.agrees(annSpelled, annName, "Quillhaven")
		raw := "From: mailer-daemon@mx.example\r\n\r\n" + annMail + " is not known\r\n"
		h.ok(db.Receive(t.Context(), "bounces", 1, []inbox.Arrival{{UID: 1, ReceivedAt: time.Now(), Body: strings.NewReader(raw)}}))
		h.ok(db.Settle(t.Context(), inbox.Settlement{InboundID: 1, Disposition: inbox.Reported, From: "mailer-daemon@mx.example", Named: []address.Address{address.Must(annMail)}}))
		_, err := h.keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: ann.ID, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "told by phone"})
		h.ok(err)
		if left := h.places(annMail); len(left) > 0 {
			t.Errorf("it stands in %s", left)
		}
	})
}

func TestANewSecretKeepsEverybodySuppressed(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			h := newHousehold(t, storetest.Open(t, url, time.Now), time.Now)
			ann := h.agrees(annSpelled, annName, "Quillhaven")
			h.agrees("bea@example.net", "Bea Marlowe", "Marlport")
			editor := &subscriptions.Editor{Store: h.db, Catalogue: h.db, Now: time.Now}
			_, err := editor.AddRecipient(t.Context(), subscriptions.Recipient{ProgrammeID: h.list.ProgrammeID, Name: "Porthaven Printers", Category: "printer", Purpose: "printing", Country: "GB", Address: address.Must("data@printers.example")})
			h.ok(err)
			_, err = h.keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: ann.ID, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "told by phone"})
			h.ok(err)
			h.db.Close()
			fresh, err := token.NewKeys([]byte("another secret for tests, as long as that"), []byte(storetest.Secret))
			h.ok(err)
			onlyNew, err := token.NewKeys([]byte("another secret for tests, as long as that"))
			h.ok(err)
			o := store.Options{Keys: fresh, Now: time.Now}
			if _, err := store.Open(t.Context(), url, o); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "assent secret rotate") {
				t.Errorf("before rotating: %v", err)
			}
			for i := range 2 {
				n, err := store.Rotate(t.Context(), url, storetest.Keys(t), fresh, time.Now)
				if err != nil || (n > 0) != (i == 0) {
					t.Fatalf("turn %d made %d anew: %v", i, n, err)
				}
			}
			db, err := store.Open(t.Context(), url, o)
			h.ok(err)
			defer db.Close()
			people := &subscriptions.Service{Store: db, Keys: db.HouseKeys(), Now: time.Now}
			_, err = people.Grant(t.Context(), subscriptions.Act{ListID: h.list.ID, Address: address.Must(annSpelled), Channel: subscriptions.ByAPI, Actor: "key:1", Source: "upsert", Evidence: subscriptions.Evidence{"act": "pressed yes"}})
			if errs.KindOf(err) != errs.Refused {
				t.Errorf("who was erased came back: %v", err)
			}
			alone, err := store.Open(t.Context(), url, store.Options{Keys: onlyNew, Now: time.Now}) // the former secret is kept for links, not for ever
			h.ok(err)
			defer alone.Close()
			notices, err := alone.RecipientNotices(t.Context(), true, 0, 10)
			if err != nil || len(notices) != 1 {
				t.Fatalf("open notices: %+v, %v", notices, err)
			}
			if n, err := alone.RecipientNotice(t.Context(), notices[0].ID); err != nil || len(n.Whom) != 1 || n.Whom[0].Name != annName {
				t.Errorf("whom the printers are told of: %+v, %v", n.Whom, err)
			}
			if p, err := db.SubscriberByKey(t.Context(), db.HouseKeys().AddressKey(address.Must("bea@example.net"))); err != nil || p.Name != "Bea Marlowe" {
				t.Errorf("who lives is not found: %v", err)
			}
			if _, err := subscriptions.VerifyLedger(t.Context(), db); err != nil {
				t.Error(err)
			}
			if _, err := audit.Verify(t.Context(), db); err != nil {
				t.Error(err)
			}
		})
	}
}
