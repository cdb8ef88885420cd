package mailer_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/internal/token"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

var update = flag.Bool("update", false, "rewrite the golden messages")

func composer(t testing.TB) mailer.Composer {
	t.Helper()
	keys, err := token.NewKeys([]byte("a secret for tests, of no use elsewhere"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	return mailer.Composer{Templates: set, Keys: keys, Ways: mailer.Ways{
		BaseURL: "https://mail.harbour.example", MessageDomain: "mail.harbour.example",
		Bounces: address.Must("bounces@mail.harbour.example"), OptOuts: address.Must("leave@mail.harbour.example"),
	}}
}

func occasion() mailer.Occasion {
	return mailer.Occasion{
		Campaign: mailer.Campaign{
			ID: 7, ProgrammeID: 1, Name: "March", Subject: "News for {{name|you}}", Preheader: "Three short stories", Language: "en", Class: subscriptions.Newsletter,
			Body: "# Out on the water\n\nDear {{name|reader}}, the **{{region|whole coast}}** has news:\n\n- one\n- two\n\nRead on at <https://harbour.example/news>.", Lists: []int64{3},
		},
		Programme: subscriptions.Programme{
			ID: 1, Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board Ltd", PostalAddress: "1 Quay\nPorthaven PH1 1AA",
			DPOName: "Data Protection Officer", DPOAddress: address.Must("dpo@harbour.example"),
			Contact:  subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
			FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"), TimeZone: "Europe/London",
		},
		Lists: []subscriptions.List{{
			ID: 3, ProgrammeID: 1, Slug: "harbour-monthly", Name: "Harbour monthly", Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
		}},
		Notice:     subscriptions.Notice{ID: 5, ProgrammeID: 1, Version: 2},
		Attributes: []subscriptions.Attribute{{Name: "region", Type: subscriptions.TextAttribute}},
	}
}

// gateOf answers with fixed people, so that a test has permits for them.
type gateOf []subscriptions.Candidate

func (g gateOf) Ask(context.Context, subscriptions.Question, []int64, time.Time) ([]subscriptions.Candidate, int64, error) {
	return g, 90, nil
}

func (g gateOf) EventsByKey(context.Context, []byte) ([]subscriptions.Event, error) { return nil, nil }

func (g gateOf) IsOperator(context.Context, address.Address) (bool, error) { return false, nil }

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// admitted returns one person whom the gate lets through.
func admitted(t testing.TB, to, name string, attributes subscriptions.Attributes) subscriptions.Admitted {
	t.Helper()
	person := subscriptions.Subscriber{ID: 11, Address: address.Must(to), Name: name, Attributes: attributes}
	gate := subscriptions.Gate{Now: func() time.Time { return noon }, Store: gateOf{{Subscriber: person, Decision: subscriptions.Decision{Seq: 88, ListID: 3}}}}
	a, err := gate.Admit(context.Background(), subscriptions.Question{}, subscriptions.Newsletter, []int64{11})
	if err != nil || len(a.Admitted) != 1 {
		t.Fatalf("admitted %v, %v", a.Admitted, err)
	}
	return a.Admitted[0]
}

func render(t testing.TB, c mailer.Composer, o mailer.Occasion, a subscriptions.Admitted) (raw []byte, parsed *message.Parsed, from string) {
	t.Helper()
	m, err := c.Campaign(o)
	if err != nil {
		t.Fatal(err)
	}
	raw, from, err = m.Append(nil, a, noon)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err = message.Parse(strings.NewReader(string(raw)), message.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return raw, parsed, from
}

func TestGoldenMessages(t *testing.T) {
	t.Parallel()
	welsh := occasion()
	welsh.Campaign.Language, welsh.Campaign.Subject, welsh.Campaign.Body = "cy", "Newyddion i {{name|chi}}", "# Ar y dŵr\n\nAnnwyl {{name|ddarllenydd}}, dyma'r newyddion."
	targeted := occasion()
	targeted.Campaign.Class = subscriptions.Targeted
	for name, c := range map[string]struct {
		occasion mailer.Occasion
		to       subscriptions.Admitted
	}{
		"newsletter-en": {occasion(), admitted(t, "ann.lee@example.org", "Ann Lee", subscriptions.Attributes{"harbour": {"region": "North shore"}})},
		"newsletter-cy": {welsh, admitted(t, "sian@example.org", "Siân Prŷs", nil)},
		"targeted-en":   {targeted, admitted(t, "dmitri@example.org", "Дмитрий 王", nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, _, _ := render(t, composer(t), c.occasion, c.to)
			file := filepath.Join("testdata", name+".eml")
			if *update {
				if err := os.WriteFile(file, raw, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil || string(want) != string(raw) {
				t.Errorf("%s differs (%v); go test ./mailer -update rewrites it:\n%s", file, err, raw)
			}
		})
	}
}

func TestEveryCampaignMessageHasItsWaysOut(t *testing.T) {
	t.Parallel()
	c := composer(t)
	_, m, from := render(t, c, occasion(), admitted(t, "ann@example.org", "Ann", nil))
	leave := m.Header.Get("List-Unsubscribe")
	page, mailto, _ := strings.Cut(leave, ", ")
	page, mailto = strings.Trim(page, "<>"), strings.Trim(mailto, "<>")
	tok, found := strings.CutPrefix(page, "https://mail.harbour.example/u/")
	want := mailer.Back{ListID: 3, SubscriberID: 11, CampaignID: 7}
	if back, err := mailer.FromUnsubscribeToken(c.Keys, tok); !found || err != nil || back != want {
		t.Errorf("the https way is %q: %+v, %v", page, back, err)
	}
	to, query, _ := strings.Cut(strings.TrimPrefix(mailto, "mailto:"), "?")
	if back, ok := mailer.FromOptOutAddress(c.Keys, address.Must(to)); !ok || back != want || query != "subject=Unsubscribe%20me" {
		t.Errorf("the mailto way is %q: %+v", mailto, back)
	}
	if got := m.Header.Get("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post is %q", got)
	}
	if m.ListID == "" || !strings.Contains(m.Text, page) || !strings.Contains(m.HTML, page) {
		t.Errorf("List-Id %q; link in the text: %v, in the HTML: %v", m.ListID, strings.Contains(m.Text, page), strings.Contains(m.HTML, page))
	}
	if back, ok := mailer.FromBounceAddress(c.Keys, address.Must(from)); !ok || back.CampaignID != 7 || back.SubscriberID != 11 {
		t.Errorf("the envelope sender %q names %+v", from, back)
	}
	if back, ok := mailer.FromMessageID(c.Keys, m.MessageID); !ok || back != want {
		t.Errorf("the Message-ID %q names %+v", m.MessageID, back)
	}
}

func TestTheSameMessageRenderedTwiceIsTheSame(t *testing.T) {
	t.Parallel()
	c, a := composer(t), admitted(t, "ann@example.org", "Ann", nil)
	first, _, _ := render(t, c, occasion(), a)
	second, _, _ := render(t, c, occasion(), a)
	if string(first) != string(second) {
		t.Error("two renderings differ")
	}
}

func TestWhatPeopleAreCalledCannotChangeTheMessage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Ann\r\nBcc: everybody@example.org", "Ann\nX-Evil: 1", "<script>alert(1)</script>", "\"; <evil@example.org>, \"", "{{unsubscribe}}", "\x00", strings.Repeat("long ", 400), "=?utf-8?q?=0D=0ABcc:_x?=",
	} {
		raw, m, _ := render(t, composer(t), occasion(), admitted(t, "ann@example.org", name, subscriptions.Attributes{"harbour": {"region": name}}))
		if m.Header.Has("Bcc") || m.Header.Has("X-Evil") || strings.Contains(m.HTML, "<script>") {
			t.Errorf("the name %q changed the message:\n%s", name, raw)
		}
		if len(m.To) != 1 || m.To[0].String() != "ann@example.org" {
			t.Errorf("with the name %q the message is to %v", name, m.To)
		}
		for line := range strings.SplitSeq(string(raw), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("with the name %q a line has %d octets or a bare line end", name, len(line))
			}
		}
	}
}

func TestCampaignsThatCannotBeComposed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*mailer.Occasion)
	}{
		{"a field that is not declared", func(o *mailer.Occasion) { o.Campaign.Body = "Dear {{nickname}}" }},
		{"a field inside a link", func(o *mailer.Occasion) { o.Campaign.Body = "[here](https://example.org/?q={{name}})" }},
		{"a programme without a postal address", func(o *mailer.Occasion) { o.Programme.PostalAddress = "" }},
		{"a time zone that does not exist", func(o *mailer.Occasion) { o.Programme.TimeZone = "Mars/Olympus" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := occasion()
			c.change(&o)
			if _, err := composer(t).Campaign(o); err == nil {
				t.Error("it was composed")
			} else if errs.KindOf(err) == errs.Invalid && errs.Message(err) == "" {
				t.Errorf("no sentence says why: %v", err)
			}
		})
	}
}

func BenchmarkRender(b *testing.B) {
	m, err := composer(b).Campaign(occasion())
	if err != nil {
		b.Fatal(err)
	}
	a := admitted(b, "ann@example.org", "Ann", nil)
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		if buffer, _, err = m.Append(buffer[:0], a, noon); err != nil {
			b.Fatal(err)
		}
	}
}
