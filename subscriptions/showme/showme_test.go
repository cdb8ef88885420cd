package showme_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/signed"
	"assent/subscriptions"
	"assent/subscriptions/showme"
	"assent/templates"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var made = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func key(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

const (
	wording = "Yes, send me Harbour Monthly by email."
	notice  = "# Privacy notice\n\nWe keep your address to send you what you asked for."
)

// dossier is somebody who asked, confirmed, was mailed, and left.
func dossier() showme.Dossier { return dossierUntil(made.AddDate(2, 0, 0)) }

// dossierUntil is one whose permission had a certain end.
func dossierUntil(ends time.Time) showme.Dossier {
	ann := subscriptions.Subscriber{ID: 17, Key: bytes.Repeat([]byte{0xa1}, 32), Address: address.Must("ann@example.org"), Name: "Ann Lee", Language: "en", Source: "web form", CreatedAt: made.AddDate(0, -2, 0)}
	list := subscriptions.List{ID: 3, ProgrammeID: 1, PurposeID: 2, Name: "Harbour Monthly"}
	event := func(kind subscriptions.EventKind, days int, channel subscriptions.Channel) subscriptions.Event {
		return subscriptions.Event{
			At: made.AddDate(0, 0, -days), Kind: kind, Scope: subscriptions.ListScope(list), SubscriberID: ann.ID, AddressKey: ann.Key, Channel: channel, Actor: "subscriber",
			Source: "web form", WordingDigest: subscriptions.TextDigest(wording), NoticeDigest: subscriptions.TextDigest(notice),
			Evidence: []byte(`{"act":"ticked the box","form":"https://mail.example.org/l/monthly"}`), Salt: bytes.Repeat([]byte{9}, 16),
		}
	}
	events := []subscriptions.Event{event(subscriptions.Requested, 60, subscriptions.ByForm), event(subscriptions.Confirmed, 59, subscriptions.ByLink), event(subscriptions.Withdrawn, 2, subscriptions.ByOneClick)}
	events[1].ExpiresAt = ends
	events[2].WordingDigest, events[2].NoticeDigest, events[2].Evidence = "", "", []byte("{}")
	before := subscriptions.Head{Seq: 800, Hash: bytes.Repeat([]byte{7}, 32)}
	head := subscriptions.Chain(before, events[:2])
	head = subscriptions.Chain(subscriptions.Head{Seq: head.Seq + 40, Hash: bytes.Repeat([]byte{8}, 32)}, events[2:])
	sent := made.AddDate(0, 0, -10)
	later := sent.Add(time.Second)
	return showme.Dossier{
		Key: ann.Key, Person: &ann, Events: events, Texts: map[string]string{subscriptions.TextDigest(wording): wording, subscriptions.TextDigest(notice): notice},
		Notices: []showme.Notice{{Programme: "Harbour News", Version: 2, Digest: subscriptions.TextDigest(notice), PublishedAt: made.AddDate(0, -3, 0)}},
		Lists:   map[int64]subscriptions.List{3: list}, Purposes: map[int64]subscriptions.Purpose{2: {ID: 2, ProgrammeID: 1, Name: "News of the harbour", Basis: subscriptions.Consent}},
		Programmes: map[int64]string{1: "Harbour News"},
		Messages: []showme.Message{{
			Campaign: 5, Name: "November", Subject: "News of November", Class: "newsletter", Lists: []showme.Scope{showme.ScopeOf(subscriptions.ListScope(list))}, Purposes: []showme.Scope{},
			State: "sent", List: 3, Event: 802, GateSeq: 810, AskedAt: sent, StartedAt: &later, FinishedAt: &later, Code: 250, Reply: "250 2.0.0 queued",
		}},
		Letters: []showme.Letter{{ID: 4, Kind: "confirmation", State: "sent", CreatedAt: made.AddDate(0, 0, -60)}},
		Cases:   []showme.Case{{Reference: "DP-2026-0012", Kind: "access", State: "open", ReceivedAt: made.AddDate(0, 0, -1), DueOn: "2026-12-22"}},
		Head:    head, Seal: "ASSENT SEAL 1\n",
	}
}

func pack(t testing.TB, d showme.Dossier) []byte {
	t.Helper()
	data, err := signed.Sign(showme.Of(d, address.Must("ann@example.org"), "user:3", made), key(1))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not as it was (%v); look at git diff after go test ./subscriptions/showme -update", path, err)
	}
}

func TestAPackIsSignedAndReadsAsItsGoldenFiles(t *testing.T) {
	t.Parallel()
	data := pack(t, dossier())
	golden(t, "pack.json", data)
	p, err := showme.Open(data, key(1).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	set, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := set.Document(&page, "pack", showme.Page(p, time.UTC)); err != nil {
		t.Fatal(err)
	}
	golden(t, "pack.html", page.Bytes())
	for _, shown := range []string{wording, "We keep your address", "event 802", "ticked the box", "DP-2026-0012", "News of November", "Opted out"} {
		if !strings.Contains(page.String(), shown) {
			t.Errorf("the page does not show %q", shown)
		}
	}
}

func TestOneFlippedByteAnywhereInAPackIsRefused(t *testing.T) {
	t.Parallel()
	data := pack(t, dossier())
	for i := range data {
		flip := []byte{1, 0x20, 0x80}[i%3] // a digit, the case of a letter, no text at all
		changed := bytes.Clone(data)
		changed[i] ^= flip
		if _, err := showme.Open(changed, nil); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Fatalf("byte %d with %#x: %v", i, flip, err)
		}
	}
	if _, err := showme.Open(data, key(2).Public().(ed25519.PublicKey)); errs.KindOf(err) != errs.Invalid {
		t.Errorf("with another key: %v", err)
	}
}

// Whoever holds the signing key can sign anything; what is in the pack must fit together all the same.
func TestASignedLieIsFound(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(p *showme.Pack){
		"another wording":                     func(p *showme.Pack) { p.Texts[0].Text += " And offers of others." },
		"a wording left out":                  func(p *showme.Pack) { p.Texts = p.Texts[:1] },
		"an event that was changed":           func(p *showme.Pack) { p.Events[0].Kind = "granted" },
		"an event of another day":             func(p *showme.Pack) { p.Events[1].At = p.Events[1].At.Add(time.Hour) },
		"evidence that was changed":           func(p *showme.Pack) { p.Events[1].Evidence = `{"act":"signed a form"}` },
		"an opt-out left out":                 func(p *showme.Pack) { p.Events = p.Events[:2] },
		"events in another order":             func(p *showme.Pack) { p.Events[0], p.Events[1] = p.Events[1], p.Events[0] },
		"another address":                     func(p *showme.Pack) { p.AddressKey = strings.Repeat("b2", 32) },
		"an end of the ledger before its end": func(p *showme.Pack) { p.Ledger.Seq = 802 },
		"another end of the ledger":           func(p *showme.Pack) { p.Ledger.Hash = strings.Repeat("0", 64) },
		"a standing that does not follow":     func(p *showme.Pack) { p.Lists[0].Status = "active" },
		"a bar that does not follow":          func(p *showme.Pack) { p.Bars[0].Event = 801 },
		"a message after the opt-out":         func(p *showme.Pack) { p.Messages[0].GateSeq = p.Ledger.Seq },
		"a message by another event":          func(p *showme.Pack) { p.Messages[0].Event = 801 },
		"a message to another list":           func(p *showme.Pack) { p.Messages[0].Lists[0].List = 4 },
		"a message long after the gate":       func(p *showme.Pack) { late := made; p.Messages[0].StartedAt = &late },
		"another format":                      func(p *showme.Pack) { p.Format = "assent show-me pack 2" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := showme.Of(dossier(), address.Must("ann@example.org"), "user:3", made)
			lie(p)
			data, err := signed.Sign(p, key(1))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := showme.Open(data, nil); errs.KindOf(err) != errs.Invalid || err == nil || errs.Message(err) == "" {
				t.Errorf("taken: %v", err)
			}
		})
	}
}

func TestAMessageThatStartedWhenItsPermissionHadEndedIsFound(t *testing.T) {
	t.Parallel()
	started := *dossier().Messages[0].StartedAt
	for name, c := range map[string]struct {
		ends time.Time
		good bool
	}{
		"a millisecond later": {started.Add(time.Millisecond), true},
		"as it started":       {started, false},
	} {
		d := dossierUntil(c.ends)
		_, err := showme.Open(pack(t, d), nil)
		if (err == nil) != c.good || err != nil && !strings.Contains(errs.Message(err), "had ended") {
			t.Errorf("a permission that ended %s: %v", name, err)
		}
	}
}

func TestAnErasedPersonsPackHoldsWithoutTheEvidence(t *testing.T) {
	t.Parallel()
	d := dossier()
	d.Person.Address, d.Person.Name = address.Address{}, ""
	for i := range d.Events {
		d.Events[i].Evidence, d.Events[i].Salt = nil, nil
	}
	data := pack(t, d)
	p, err := showme.Open(data, nil)
	if err != nil || !p.Person.Erased {
		t.Fatalf("%+v, %v", p, err)
	}
	if page := fmt.Sprint(showme.Page(p, time.UTC)); strings.Contains(page, "ticked") {
		t.Error("the evidence is shown")
	}
}

func TestAnAddressThatOnlyTheLedgerKnows(t *testing.T) {
	t.Parallel()
	d := dossier()
	d.Person, d.Messages, d.Letters, d.Cases = nil, nil, nil, nil
	if _, err := showme.Open(pack(t, d), nil); err != nil {
		t.Error(err)
	}
	var empty showme.Pack
	if err := json.Unmarshal(pack(t, showme.Dossier{Key: d.Key, Head: d.Head}), &empty); err != nil || empty.Events == nil || empty.Messages == nil {
		t.Errorf("lists of nothing must be there: %+v, %v", empty, err)
	}
}

// ledger is a ledger in memory.
type ledger []subscriptions.Event

func (l ledger) EventsByKey(context.Context, []byte) ([]subscriptions.Event, error) { return l, nil }

func TestAPackIsHeldToTheLedgerItself(t *testing.T) {
	t.Parallel()
	d := dossier()
	p, err := showme.Open(pack(t, d), nil)
	if err != nil {
		t.Fatal(err)
	}
	another := slices.Clone(d.Events)
	another[1].Hash = bytes.Repeat([]byte{1}, 32)
	behind := append(slices.Clone(d.Events), subscriptions.Event{Seq: p.Ledger.Seq + 5})
	for name, c := range map[string]struct {
		ledger ledger
		row    string // where the fault is; "" for none
	}{
		"the ledger itself":                   {d.Events, ""},
		"a ledger that has gone on":           {behind, ""},
		"a ledger with another event":         {another, "seq 802"},
		"a ledger without the last event":     {d.Events[:2], "seq 843"},
		"a pack that leaves the last out":     {append(slices.Clone(d.Events[:2]), subscriptions.Event{Seq: 820}, d.Events[2]), "seq 820"},
		"a ledger that never knew the person": {nil, "seq 801"},
	} {
		err := showme.InLedger(t.Context(), p, c.ledger)
		var f *subscriptions.Fault
		if errors.As(err, &f); c.row == "" && err != nil || c.row != "" && (f == nil || f.Row != c.row) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	data := pack(f, dossier())
	f.Add(data)
	f.Add([]byte(`{"format":"assent show-me pack 1","events":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := showme.Open(b, key(1).Public().(ed25519.PublicKey)); err == nil && !bytes.Equal(b, data) {
			t.Errorf("took %q", b)
		}
	})
}
