package mailer

import (
	"time"

	"assent/internal/errs"
	"assent/internal/message"
	"assent/subscriptions"
	"assent/templates"
)

// Letterhead is in whose name a letter goes out, and about which list, if any.
type Letterhead struct {
	Programme subscriptions.Programme
	List      subscriptions.List   // zero where the letter is about none
	Notice    subscriptions.Notice // zero where there is none
	CaseID    int64                // of the case that the letter is about; 0 for none
	ReaderID  int64                // the person who reads it, whose preference page is named; 0 for nobody on record
}

// Sender returns the block at a letter's foot.
func (c Composer) Sender(h Letterhead) templates.Sender {
	var lists []subscriptions.List
	if h.List.ID != 0 {
		lists = append(lists, h.List)
	}
	s := c.sender(h.Programme, lists, h.Notice)
	if h.ReaderID != 0 {
		s.PreferencesURL = c.Ways.PreferencesURL(c.Keys, h.ReaderID)
	}
	return s
}

// Letter composes one letter. data is the struct that package templates declares for the letter's kind. A letter is no list mail: it
// carries no List headers and is marked as automatic, so that no robot answers it (RFC 3834).
func (c Composer) Letter(l Letter, p subscriptions.Permit, h Letterhead, data any, now time.Time) (body []byte, envelopeFrom string, err error) {
	const op = "mailer: compose letter"
	zone, err := time.LoadLocation(h.Programme.TimeZone)
	if err != nil {
		return nil, "", errs.E(op, errs.Invalid, "The programme's time zone is not known.", err)
	}
	mail, err := c.Templates.Email(templateOf(l.Kind, data), l.Language, data)
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	auto, envelopeFrom := "auto-generated", c.Ways.LetterSender(c.Keys, l.ID)
	switch {
	case l.Kind == CaseLetter:
		auto = "no" // a person wrote it (RFC 3834 section 5)
	case l.Kind.answers():
		auto, envelopeFrom = "auto-replied", "" // RFC 3834 section 3.3: the null sender, so that no loop starts
	}
	from, replyTo := h.Programme.FromAddress, h.Programme.Contact.Address
	switch {
	case l.Kind.Asks():
		replyTo = c.Ways.ReplyAddress(c.Keys, l.ID) // signed, so that a yes by mail is known to answer this letter
	case h.CaseID != 0:
		replyTo = c.Ways.CaseAddress(c.Keys, h.CaseID) // signed, so that an answer is filed in its case
		if !c.Ways.Cases.IsZero() {
			from = c.Ways.Cases
		}
	}
	d := message.Draft{Text: mail.Text, HTML: mail.HTML, Language: l.Language, Headers: []message.Header{
		{Name: "From", Value: message.MailboxValue(h.Programme.FromName, from), Kind: message.Mailbox},
		{Name: "To", Value: message.MailboxValue("", p.To()), Kind: message.Mailbox},
		{Name: "Reply-To", Value: message.MailboxValue(h.Programme.Contact.Name, replyTo), Kind: message.Mailbox},
		{Name: "Subject", Value: mail.Subject, Kind: message.Unstructured},
		{Name: "Date", Value: message.FormatDate(now.In(zone)), Kind: message.Raw},
		{Name: "Message-ID", Value: c.Ways.LetterID(c.Keys, l.ID), Kind: message.Raw},
		{Name: "Auto-Submitted", Value: auto, Kind: message.Raw},
	}}
	if l.InReplyTo != "" {
		d.Headers = append(d.Headers,
			message.Header{Name: "In-Reply-To", Value: l.InReplyTo, Kind: message.Raw},
			message.Header{Name: "References", Value: l.InReplyTo, Kind: message.Raw})
	}
	body, err = message.Compose(d, nil)
	return body, envelopeFrom, errs.Wrap(op, err)
}

func templateOf(k LetterKind, data any) string {
	if _, asks := data.(templates.PermissionRequestMail); asks {
		return "permission-request"
	}
	if _, forOther := data.(templates.ErasureAskedMail); forOther {
		return "erasure-asked"
	}
	if k == ConfirmationLetter {
		return "confirm"
	}
	return string(k)
}

// answers reports whether a letter of this kind is an automatic answer to a mail.
func (k LetterKind) answers() bool {
	return !k.Asks() && k != NoticeLetter && k != ErasureLetter && k != CaseLetter && k != RecipientLetter && k != CaseAlertLetter && k != CaseReminderLetter && k != IdentityLetter && k != SealLetter && !k.personal()
}
