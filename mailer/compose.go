package mailer

import (
	"regexp"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/internal/message"
	"assent/internal/token"
	"assent/subscriptions"
	"assent/templates"
)

// OptOutSubject is what people are told to write when they opt out by mail (E3-11).
const OptOutSubject = "Unsubscribe me"

// fieldForm is a field in a campaign's words: {{name}}, or {{name|colleague}} with what stands there when nothing is known.
var fieldForm = regexp.MustCompile(`\{\{\s*([a-z][a-z0-9_]*)\s*(?:\|([^{}|]{0,100}))?\}\}`)

const maxFields = 100 // with different names or defaults, in one campaign

// Names of the holes that every message has.
const (
	holeTo       = "to"
	holeDate     = "date"
	holeID       = "message_id"
	holeLeave    = "list_unsubscribe"
	holeLeaveURL = "url_unsubscribe"
	holePrefsURL = "url_preferences"
	holeListID   = "list_id"
	holeList     = "list"
	holeField    = "field" // followed by a number
)

// Occasion is a campaign with everything around it that a message needs.
type Occasion struct {
	Campaign   Campaign
	Programme  subscriptions.Programme
	Lists      []subscriptions.List // those of the campaign
	Notice     subscriptions.Notice // the one its lists stand under
	Attributes []subscriptions.Attribute
}

// field is one merge field.
type field struct{ name, otherwise string }

// Message is a campaign compiled: all that is the same for everybody is encoded once. It is immutable and may be
// used by many goroutines.
type Message struct {
	template  *message.Template
	programme string
	fields    []field
	lists     map[int64]subscriptions.List
	campaign  int64
	zone      *time.Location
	ways      Ways
	keys      *token.Keys
}

// Composer turns words into messages.
type Composer struct {
	Templates *templates.Set
	Ways      Ways
	Keys      *token.Keys
}

// Campaign compiles a campaign. It refuses, with kind Invalid, an unknown field and anything that lacks a way out (H2).
func (c Composer) Campaign(o Occasion) (*Message, error) {
	const op = "mailer: compose campaign"
	zone, err := time.LoadLocation(o.Programme.TimeZone)
	if err != nil {
		return nil, errs.E(op, errs.Invalid, "The programme's time zone is not known.", err)
	}
	m := &Message{
		programme: o.Programme.Slug, lists: map[int64]subscriptions.List{}, campaign: o.Campaign.ID,
		zone: zone, ways: c.Ways, keys: c.Keys,
	}
	for _, l := range o.Lists {
		m.lists[l.ID] = l
	}
	words, err := m.punch(o, o.Campaign.Subject, o.Campaign.Preheader, o.Campaign.Body)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	html, text, err := templates.Markdown(words[2])
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if strings.TrimSpace(text) == "" || strings.TrimSpace(string(html)) == "" {
		return nil, errs.E(op, errs.Invalid, "The body shows nothing: it has no words.", nil)
	}
	optOut := "" // stakeholders write to their Point of Contact in their own words (E0-17)
	if o.Campaign.Class != subscriptions.Targeted {
		optOut = contactOf(o).Address.String() // the address that the notice promises (E3-11)
	}
	sender := c.sender(o.Programme, o.Lists, o.Notice)
	sender.PreferencesURL = message.Hole(holePrefsURL)
	mail, err := c.Templates.Email("campaign", o.Campaign.Language, templates.CampaignMail{
		Sender: sender, Subject: words[0], Preheader: words[1],
		BodyHTML: templates.HTML(html), BodyText: text, List: message.Hole(holeList),
		UnsubscribeURL: message.Hole(holeLeaveURL), OptOutAddress: optOut, OptOutSubject: OptOutSubject,
	})
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	draft := message.Draft{Text: mail.Text, HTML: mail.HTML, Language: o.Campaign.Language, Headers: campaignHeaders(o, mail.Subject)}
	if err := checkWaysOut(draft); err != nil {
		return nil, errs.Wrap(op, err)
	}
	m.template, err = message.Compile(draft)
	return m, errs.Wrap(op, err)
}

func campaignHeaders(o Occasion, subject string) []message.Header {
	return []message.Header{
		{Name: "From", Value: message.MailboxValue(o.Programme.FromName, o.Programme.FromAddress), Kind: message.Mailbox},
		{Name: "To", Value: message.Hole(holeTo), Kind: message.Mailbox},
		{Name: "Reply-To", Value: message.MailboxValue(contactOf(o).Name, contactOf(o).Address), Kind: message.Mailbox},
		{Name: "Subject", Value: subject, Kind: message.Unstructured},
		{Name: "Date", Value: message.Hole(holeDate), Kind: message.Raw},
		{Name: "Message-ID", Value: message.Hole(holeID), Kind: message.Raw},
		{Name: "List-Id", Value: message.Hole(holeListID), Kind: message.Raw},
		{Name: "List-Unsubscribe", Value: message.Hole(holeLeave), Kind: message.Raw},
		{Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click", Kind: message.Raw}, // RFC 8058 section 3.1, to the letter
		{Name: "Precedence", Value: "bulk", Kind: message.Raw},                                  // keeps holiday replies away
	}
}

// contactOf is the Point of Contact of a campaign: that of its list, or of the programme where it goes to several.
func contactOf(o Occasion) subscriptions.Contact {
	if len(o.Lists) == 1 {
		return o.Lists[0].Contact
	}
	return o.Programme.Contact
}

// checkWaysOut refuses a message that lacks one of its ways out (H2).
func checkWaysOut(d message.Draft) error {
	missing := func(what string) error {
		return errs.E("mailer: check ways out", errs.Invalid, "The message has no "+what+", so it cannot be sent.", nil)
	}
	for _, name := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"} {
		found := false
		for _, h := range d.Headers {
			found = found || h.Name == name && h.Value != ""
		}
		if !found {
			return missing(name + " header")
		}
	}
	if !strings.Contains(d.Text, message.Hole(holeLeaveURL)) {
		return missing("unsubscribe link in its text part")
	}
	if !strings.Contains(d.HTML, message.Hole(holeLeaveURL)) {
		return missing("unsubscribe link in its HTML part")
	}
	return nil
}

// punch replaces the fields of each text by holes, and remembers them.
func (m *Message) punch(o Occasion, texts ...string) ([]string, error) {
	for _, text := range texts {
		if strings.ContainsAny(text, message.Hole("")) {
			return nil, errs.E("mailer: fields", errs.Invalid, "The words hold characters that stand for fields inside Assent. Type them anew.", nil)
		}
	}
	known := map[string]bool{"name": true}
	for _, a := range o.Attributes {
		known[a.Name] = true
	}
	var unknown []string
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = fieldForm.ReplaceAllStringFunc(text, func(found string) string {
			parts := fieldForm.FindStringSubmatch(found)
			if !known[parts[1]] {
				unknown = append(unknown, parts[1])
			}
			return message.Hole(m.holeOf(field{name: parts[1], otherwise: strings.TrimSpace(parts[2])}))
		})
	}
	if len(m.fields) > maxFields {
		return nil, errs.E("mailer: fields", errs.Invalid, "The words use more than 100 different fields.", nil)
	}
	if len(unknown) > 0 {
		return nil, errs.E("mailer: fields", errs.Invalid,
			"The words use {{"+strings.Join(unknown, "}}, {{")+"}}, which this programme does not declare. Declare the attribute or correct the name.", nil)
	}
	return out, nil
}

func (m *Message) holeOf(f field) string {
	for i, have := range m.fields {
		if have == f {
			return fieldHole(i)
		}
	}
	m.fields = append(m.fields, f)
	return fieldHole(len(m.fields) - 1)
}

func fieldHole(i int) string { return holeField + string(rune('a'+i/26)) + string(rune('a'+i%26)) }

// Append renders the message for one person after dst and returns it with the envelope sender. The recipient is the
// Permit's. Rendering the same twice at the same moment gives the same bytes. A Permit for another list is refused.
func (m *Message) Append(dst []byte, a subscriptions.Admitted, now time.Time) (body []byte, envelopeFrom string, err error) {
	return m.append(dst, a, "", now)
}

// append is Append; id is the message's Message-ID, "" for that of the campaign and the person.
func (m *Message) append(dst []byte, a subscriptions.Admitted, id string, now time.Time) (body []byte, envelopeFrom string, err error) {
	list, known := m.lists[a.Permit.List()]
	if !known { // its way out would lead nowhere
		return dst, "", errs.E("mailer: render", errs.Refused, "This person is not permitted on a list of the campaign.", nil)
	}
	back := Back{ListID: list.ID, SubscriberID: a.Permit.Subscriber(), CampaignID: m.campaign}
	values := make([]string, 0, 16)
	for _, hole := range m.template.Holes() {
		value := m.value(hole, a, list, back, now)
		if hole == holeID && id != "" {
			value = id
		}
		values = append(values, value)
	}
	body, err = m.template.Append(dst, values)
	return body, m.ways.EnvelopeSender(m.keys, back), errs.Wrap("mailer: render", err)
}

func (m *Message) value(hole string, a subscriptions.Admitted, list subscriptions.List, back Back, now time.Time) string {
	switch hole {
	case holeTo:
		return message.MailboxValue(a.Person.Name, a.Permit.To())
	case holeDate:
		return message.FormatDate(now.In(m.zone))
	case holeID:
		return m.ways.MessageID(m.keys, back)
	case holeLeave:
		return m.ways.ListUnsubscribe(m.keys, back)
	case holeLeaveURL:
		return m.ways.UnsubscribeURL(m.keys, back)
	case holePrefsURL:
		return m.ways.PreferencesURL(m.keys, back.SubscriberID)
	case holeListID:
		return "<" + list.Slug + "." + m.ways.MessageDomain + ">" // RFC 2919: stable for life
	case holeList:
		return list.Name
	}
	for i, f := range m.fields {
		if fieldHole(i) == hole {
			return f.of(a.Person, m.programme)
		}
	}
	return ""
}

func (f field) of(p subscriptions.Subscriber, programme string) string {
	v := p.Attributes.Text(programme, f.name)
	if f.name == "name" {
		v = p.Name
	}
	if v == "" {
		return f.otherwise
	}
	return v
}

// sender is the block at the foot of every mail.
func (c Composer) sender(p subscriptions.Programme, lists []subscriptions.List, n subscriptions.Notice) templates.Sender {
	contact := contactOf(Occasion{Programme: p, Lists: lists})
	s := templates.Sender{
		Organisation: p.Owner, Controller: p.Controller, PostalAddress: p.PostalAddress,
		Contact: templates.Contact{Name: contact.Name, Email: contact.Address.String()},
		Officer: templates.Contact{Name: p.DPOName, Email: p.DPOAddress.String()},
	}
	if n.ID != 0 {
		s.NoticeURL, s.NoticeVersion = c.Ways.NoticeURL(p.Slug, n.Version), itoa(n.Version)
	}
	return s
}
