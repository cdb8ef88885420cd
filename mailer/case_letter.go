package mailer

import (
	"encoding/json"
	"net/url"
	"time"

	"assent/internal/errs"
	"assent/templates"
)

// caseLetter makes what the template of a letter that a person wrote needs.
func caseLetter(about About, sender templates.Sender) (templates.CaseLetterMail, error) {
	page, text, err := templates.Markdown(about.Body)
	if err != nil {
		return templates.CaseLetterMail{}, errs.Wrap("mailer: case letter", err)
	}
	return templates.CaseLetterMail{Sender: sender, Subject: about.Subject, Reference: about.Reference, BodyHTML: templates.HTML(page), BodyText: text}, nil
}

// CaseLetter renders a letter about a case as its reader will see it, for whoever writes it. Kind of error: Invalid for a text that cannot be used.
func (c Composer) CaseLetter(h Letterhead, language, reference, subject, body string) (templates.Email, error) {
	const op = "mailer: preview case letter"
	data, err := caseLetter(About{Reference: reference, Subject: subject, Body: body}, c.Sender(h))
	if err != nil {
		return templates.Email{}, errs.Wrap(op, err)
	}
	mail, err := c.Templates.Email(string(CaseLetter), language, data)
	return mail, errs.Wrap(op, err)
}

// caseAlert makes what the template of an alert needs.
func (s *Service) caseAlert(about About, sender templates.Sender, zone *time.Location) (templates.CaseAlertMail, error) {
	m := templates.CaseAlertMail{
		Sender: sender, Reference: about.Reference, Complaint: about.Complaint, Breach: about.Kind == "breach" && !about.DueAt.IsZero(), ReceivedAt: about.ReceivedAt.In(zone),
		CaseURL: s.Composer.Ways.BaseURL + "/console/cases?q=" + url.QueryEscape(about.Reference),
	}
	if m.Breach {
		m.DueAt = about.DueAt.In(zone)
		return m, nil
	}
	if about.DueOn == "" {
		return m, nil
	}
	var err error
	if m.DueAt, err = time.ParseInLocation(time.DateOnly, about.DueOn, zone); err != nil {
		return m, errs.E("mailer: case alert", errs.Invalid, "The due date cannot be read.", err)
	}
	return m, nil
}

// Reminder is a case of which the data protection officer is reminded, by reference alone.
type Reminder struct {
	Reference string `json:"reference"`
	DueOn     string `json:"due_on,omitempty"` // UK date, ISO; "" where it is about silence
	Late      bool   `json:"late,omitempty"`   // the date has passed
	Silent    int    `json:"silent,omitempty"` // days without a word to the complainant
}

// caseReminder makes what the template of a reminder needs.
func (s *Service) caseReminder(about About, sender templates.Sender, zone *time.Location) (templates.CaseReminderMail, error) {
	m := templates.CaseReminderMail{Sender: sender, More: about.More, CasesURL: s.Composer.Ways.BaseURL + "/console/cases"}
	for _, r := range about.Reminders {
		row := templates.CaseReminder{Reference: r.Reference, Late: r.Late, Silent: r.Silent, URL: m.CasesURL + "?q=" + url.QueryEscape(r.Reference)}
		if r.DueOn != "" {
			var err error
			if row.DueAt, err = time.ParseInLocation(time.DateOnly, r.DueOn, zone); err != nil {
				return m, errs.E("mailer: case reminder", errs.Invalid, "The due date cannot be read.", err)
			}
		}
		m.Cases = append(m.Cases, row)
	}
	return m, nil
}

// WrittenText returns what a letter says, for reading back: the words of a letter that a person wrote, "" for one that was made from a template alone.
func WrittenText(l Letter) string {
	var about About
	if json.Unmarshal(l.Data, &about) != nil {
		return ""
	}
	return about.Body
}
