package mailer_test

import (
	"fmt"
	"strings"
	"testing"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/mailer"
	"assent/subscriptions"
)

func TestFieldsAreFilledOrHaveTheirDefaults(t *testing.T) {
	t.Parallel()
	o := occasion()
	o.Attributes = append(o.Attributes, subscriptions.Attribute{Name: "topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}})
	o.Campaign.Subject = "For {{ name | a friend }}: {{topics}}"
	o.Campaign.Body = "Dear {{name}}, {{name|nobody}}; region {{region|unknown}}, {{ region }}; topics {{topics|none}}. {{name|nobody}} again. {name} {{}} {{ NAME }}"
	for _, c := range []struct {
		name, called, subject, text string
		attributes                  subscriptions.Attributes
	}{
		{"nothing known", "", "For a friend:", "Dear , nobody; region unknown, ; topics none. nobody again. {name} {{}} {{ NAME }}", nil},
		{"all known", "Ann", "For Ann: tides, works", "Dear Ann, Ann; region North, North; topics tides, works. Ann again. {name} {{}} {{ NAME }}",
			subscriptions.Attributes{"harbour": {"region": "North", "topics": []any{"tides", "works"}}}},
		{"known to another programme", "Ann", "For Ann:", "Dear Ann, Ann; region unknown, ; topics none. Ann again. {name} {{}} {{ NAME }}", subscriptions.Attributes{"ferry": {"region": "South"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, m, _ := render(t, composer(t), o, admitted(t, "ann@example.org", c.called, c.attributes))
			if strings.TrimSpace(m.Subject) != c.subject {
				t.Errorf("the subject is %q, want %q", m.Subject, c.subject)
			}
			if flat := strings.Join(strings.Fields(m.Text), " "); !strings.Contains(flat, strings.Join(strings.Fields(c.text), " ")) {
				t.Errorf("the text is %q, want %q", flat, c.text)
			}
		})
	}
}

func TestAMessageNamesTheListOfItsRecipient(t *testing.T) {
	t.Parallel()
	o := occasion()
	o.Campaign.Lists = []int64{2, 3}
	o.Lists = append(o.Lists, subscriptions.List{ID: 2, ProgrammeID: 1, Slug: "weekly", Name: "Harbour weekly", Contact: subscriptions.Contact{Name: "Jo Pike", Address: address.Must("weekly@harbour.example")}})
	_, m, _ := render(t, composer(t), o, admitted(t, "ann@example.org", "Ann", nil)) // on list 3
	if m.ListID != "harbour-monthly.mail.harbour.example" && m.ListID != "<harbour-monthly.mail.harbour.example>" {
		t.Errorf("List-Id is %q", m.ListID)
	}
	if !strings.Contains(m.Text, "Harbour monthly") || strings.Contains(m.Text, "Harbour weekly") {
		t.Errorf("the text names another list:\n%s", m.Text)
	}
	if m.ReplyTo.String() != "contact@harbour.example" { // of the programme: it goes to several lists
		t.Errorf("answers go to %s", m.ReplyTo)
	}
	o.Lists, o.Campaign.Lists = o.Lists[1:], []int64{2}
	c := composer(t)
	compiled, err := c.Campaign(o)
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := compiled.Append([]byte("before"), admitted(t, "ann@example.org", "Ann", nil), noon)
	if errs.KindOf(err) != errs.Refused || string(body) != "before" {
		t.Errorf("somebody on another list: %v, %d octets", err, len(body))
	}
	if _, _, err := compiled.Append(nil, subscriptions.Admitted{}, noon); errs.KindOf(err) != errs.Refused {
		t.Errorf("the zero permit: %v", err)
	}
}

func TestStakeholdersAreToldToWriteToTheirPointOfContact(t *testing.T) {
	t.Parallel()
	newsletter, targeted := occasion(), occasion()
	targeted.Campaign.Class = subscriptions.Targeted
	targeted.Lists[0].Contact = subscriptions.Contact{Name: "Jo Pike", Address: address.Must("dredging@harbour.example")}
	_, n, _ := render(t, composer(t), newsletter, admitted(t, "ann@example.org", "Ann", nil))
	_, s, _ := render(t, composer(t), targeted, admitted(t, "ann@example.org", "Ann", nil))
	if !strings.Contains(n.Text, mailer.OptOutSubject) {
		t.Error("a newsletter does not say what to write")
	}
	if strings.Contains(s.Text, mailer.OptOutSubject) || !strings.Contains(s.Text, "Jo Pike") || !strings.Contains(s.Text, "dredging@harbour.example") {
		t.Errorf("targeted mail says:\n%s", s.Text)
	}
	if s.ReplyTo.String() != "dredging@harbour.example" {
		t.Errorf("answers go to %s", s.ReplyTo)
	}
}

// Whatever is declared or typed, a message says only what its template says.
func TestWhatOperatorsTypeCannotChangeTheMessage(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"News\r\nBcc: all@example.org", "<script>alert(1)</script>", message.Hole("to"), message.Hole("url_unsubscribe"), "\U000F0A55", "News\x00"} {
		o := occasion()
		o.Campaign.Subject, o.Campaign.Preheader, o.Campaign.Body = words, words, "Read: "+words
		o.Programme.FromName, o.Lists[0].Name = words, words
		m, err := composer(t).Campaign(o)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%q: %v", words, err)
			}
			continue
		}
		raw, _, err := m.Append(nil, admitted(t, "ann@example.org", "Ann", nil), noon)
		if err != nil {
			t.Errorf("%q: %v", words, err)
			continue
		}
		parsed, err := message.Parse(strings.NewReader(string(raw)), message.DefaultLimits())
		if err != nil || parsed.Header.Has("Bcc") || strings.Contains(parsed.HTML, "<script>") || strings.Contains(parsed.Text+parsed.HTML+parsed.Subject, "ann@example.org") {
			t.Errorf("%q changed the message (%v):\n%s", words, err, raw)
		}
	}
}

func TestACampaignHasSoManyFieldsAndNoMore(t *testing.T) {
	t.Parallel()
	o := occasion()
	o.Campaign.Body = ""
	for i := range 99 {
		o.Campaign.Body += fmt.Sprintf("{{name|friend %d}} ", i)
	}
	if _, err := composer(t).Campaign(o); err != nil { // 99 and the one in the subject
		t.Error(err)
	}
	o.Campaign.Body += "{{name|one more}}"
	if _, err := composer(t).Campaign(o); errs.KindOf(err) != errs.Invalid {
		t.Errorf("101 fields: %v", err)
	}
}
