package store_test

import (
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// A table that can lead to a person is searched, or says why not: no new table is forgotten when somebody asks what is held about them (E1-08).
func TestEveryTableWithPersonalDataIsSearched(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("columns.txt")
	if err != nil {
		t.Fatal(err)
	}
	searched, unsearched := map[string]bool{}, access.Unsearched()
	for _, s := range access.Sources() {
		for _, table := range s.Tables {
			if searched[table] {
				t.Errorf("%s is searched twice", table)
			}
			searched[table] = true
		}
	}
	tables := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		column, class, isColumn := strings.Cut(strings.TrimSpace(line), "  ")
		table, name, _ := strings.Cut(column, ".")
		if !isColumn {
			continue
		}
		tables[table] = true
		leads := class == "erase" || slices.Contains([]string{"subscriber_id", "address_key", "case_id", "inbound_id", "letter_id"}, name)
		if leads && !searched[table] && unsearched[table] == "" {
			t.Errorf("%s can lead to a person. Search it: name it in access.Sources and say how in looks (access_looks.go), or give the reason why not in access.Unsearched", column)
		}
	}
	for table := range searched {
		if !tables[table] {
			t.Errorf("%s is searched, and there is no such table", table)
		}
		if unsearched[table] != "" {
			t.Errorf("%s is searched, and has a reason why not", table)
		}
	}
	for table := range unsearched {
		if !tables[table] {
			t.Errorf("there is a reason for not searching %s, and no such table", table)
		}
	}
}

// drawer is a household with what carries out requests for access.
type drawer struct {
	*household
	service *access.Service
}

func newDrawer(t *testing.T, db *store.DB) *drawer {
	t.Helper()
	h := newHousehold(t, db, time.Now)
	calendar, err := clock.Embedded()
	h.ok(err)
	reckoner, err := clock.New(calendar, clock.DefaultSettings())
	h.ok(err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	casework := &cases.Service{Store: db, Records: db, Reckoner: reckoner, Keys: storetest.Keys(t), Now: time.Now, Log: log}
	return &drawer{h, &access.Service{
		Store: db, Cases: casework, Catalogue: db, Keys: storetest.Keys(t), BaseURL: "http://127.0.0.1:8080", Now: time.Now, Log: log,
		Makers: map[cases.Kind]access.Maker{cases.Access: access.Layout{Zone: time.UTC}},
	}}
}

// asks opens a case of access by hand.
func (d *drawer) asks(from string) cases.Case {
	d.t.Helper()
	k, err := d.service.Cases.Enter(d.t.Context(), cases.Entry{
		Actor: "user:1", ProgrammeID: 1, Channel: cases.ByPost, ReceivedAt: time.Now(), Asked: "All you have.", Kinds: []cases.Kind{cases.Access}, Language: "en",
		Parties: []cases.Party{{Role: cases.Requester, Name: annName, Address: address.Must(from)}},
	})
	d.ok(err)
	return k
}

func TestASearchFindsAPersonInEveryTableAndNobodyElse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDrawer(t, db)
		ann, bea := d.agrees(annSpelled, annName, "Quillhaven"), d.agrees("bea@example.net", "Bea Marlowe", "Marlport")
		d.leavesTraces(ann, annName, "Quillhaven")
		d.leavesTraces(bea, "Bea Marlowe", "Marlport")
		k := d.asks("ann.quillfeather@EXAMPLE.org")
		for i, p := range []subscriptions.Subscriber{ann, bea} {
			town := []string{"Quillhaven", "Marlport"}[i]
			d.sql(`INSERT INTO statements (subscriber_id, case_id, words, actor, added_at) VALUES (?, 0, ?, 'user:1', 1)`, p.ID, "I moved from "+town)
			d.sql(`INSERT INTO disclosures (programme_id, recipient_id, name, address, what, why, how, case_id, actor, at, recorded_at) VALUES (1, 0, 'A printer', '', ?, '', 'staff', 0, 'user:1', 1, 1)`, "a label for "+town)
			d.sql(`INSERT INTO disclosure_people (subscriber_id, disclosure_id) SELECT ?, MAX(id) FROM disclosures`, p.ID)
		}
		found, err := d.service.Search(t.Context(), k.ID, "user:1", access.Order{})
		d.ok(err)
		for _, l := range found.Lines {
			if none := slices.Contains([]string{"given", "files", "told"}, l.Source); (l.Found == 0) != none {
				t.Errorf("%s: found %d", l.Source, l.Found)
			}
		}
		items, err := db.Items(t.Context(), k.ID)
		d.ok(err)
		text := ""
		for _, x := range items {
			text += strings.ToLower(strings.Join(x.Content.Texts(), "\n")) + "\n"
		}
		for _, want := range []string{annMail, "quillhaven", "signed ann quillfeather", "192.0.2.9", "new-ann", "spoke to ann", "450 ann", "250 queued", "please write to ann", "i moved from", "a label for"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q was not found", want)
			}
		}
		if strings.Contains(text, "marl") || strings.Contains(text, "bea@") {
			t.Error("somebody else's data was found")
		}
		if len(found.Boxes) != 1 || found.Boxes[0].Messages != 6 {
			t.Errorf("mailboxes: %+v", found.Boxes)
		}
	})
}

func TestSearchingAgainKeepsTheReviewsOfWhatDidNotChange(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDrawer(t, db)
		ann := d.agrees(annSpelled, annName, "Quillhaven")
		k := d.asks(annSpelled)
		_, err := d.service.Search(t.Context(), k.ID, "user:1", access.Order{})
		d.ok(err)
		n, err := d.service.KeepClear(t.Context(), k.ID, "user:1")
		d.ok(err)
		if n < 4 {
			t.Fatalf("%d items were kept at once", n)
		}
		d.sql(`UPDATE subscribers SET name = 'Ann Q' WHERE id = ?`, ann.ID)
		d.sql(`DELETE FROM permissions WHERE subscriber_id = ?`, ann.ID)
		again, err := d.service.Search(t.Context(), k.ID, "user:1", access.Order{Leave: map[string]string{"trail": "She has had it already."}})
		d.ok(err)
		if i := slices.IndexFunc(again.Lines, func(l access.Line) bool { return l.Source == "trail" }); again.Lines[i].Left == "" || again.Lines[i].Found != 0 {
			t.Errorf("the trail: %+v", again.Lines[i])
		}
		items, err := db.Items(t.Context(), k.ID)
		d.ok(err)
		for _, x := range items {
			if x.Source == "trail" || strings.HasPrefix(x.Ref, "permission:") {
				t.Errorf("%s is still there", x.Ref)
			}
			if changed := x.Source == "record"; x.Content.Text == "" && (x.Review.Verdict == access.Unreviewed) != changed {
				t.Errorf("%s: %q", x.Ref, x.Review.Verdict)
			}
		}
	})
}

func TestAnOpenAccessCaseHoldsWhomItIsAboutUntilItIsClosed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDrawer(t, db)
		ann, bea := d.agrees(annSpelled, annName, "Quillhaven"), d.agrees("bea@example.net", "Bea Marlowe", "Marlport")
		k := d.asks("agent@law.example")
		for _, p := range []subscriptions.Subscriber{ann, bea} { // an agent asks for two people
			_, err := d.service.Cases.Name(t.Context(), k.ID, "user:1", cases.Party{Role: cases.Subject, Name: "whom it is about", Address: p.Address})
			d.ok(err)
		}
		for _, p := range []subscriptions.Subscriber{ann, bea} {
			_, err := d.keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: p.ID, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "told by phone"})
			if errs.KindOf(err) != errs.Refused {
				t.Errorf("%d: erasing while the case is open: %v", p.ID, err)
			}
		}
		d.sql(`UPDATE cases SET state = 'closed', closed_at = 1 WHERE id = ?`, k.ID)
		for _, p := range []subscriptions.Subscriber{ann, bea} {
			holds, err := db.Holds(t.Context(), p.ID)
			d.ok(err)
			if len(holds) != 0 {
				t.Errorf("%d is still held: %+v", p.ID, holds)
			}
		}
	})
}
