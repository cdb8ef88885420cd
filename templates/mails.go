package templates

import "time"

// Sender is who a mail comes from: the block at its foot.
type Sender struct {
	Organisation  string // the name people know
	Controller    string // who answers for the personal data, in law; may be the same name
	PostalAddress string // lines, parted by line feeds (PECR reg 23: a valid address)
	Contact       Contact
	Officer       Contact // the Data Protection Officer; may be empty
	NoticeURL     string  // the privacy notice in force for this mail
	NoticeVersion string  // as "3"
	// PreferencesURL is the reader's own page, where they see and change everything; "" for whoever is not on record. In mail it may be a hole.
	PreferencesURL string
}

// Contact is a person or desk to write to.
type Contact struct {
	Name  string // may be empty
	Email string
}

// Known reports whether there is an address to write to.
func (c Contact) Known() bool { return c.Email != "" }

func (s Sender) missing() string {
	return first(
		need("Organisation", s.Organisation),
		need("Contact", s.Contact.Email),
	)
}

// ConfirmMail fills the mail "confirm": the second step of a double opt-in. It repeats
// what was asked, so that the yes is informed (UK GDPR Art 7(1)), and never tracks.
type ConfirmMail struct {
	Sender
	List       string
	Frequency  string // as "Once a month"; may be empty
	Wording    string // the exact words that were beside the box or button
	AskedAt    time.Time
	ConfirmURL string // may be a hole
	ExpiresAt  time.Time
}

func (c ConfirmMail) missing() string {
	return first(
		c.Sender.missing(),
		need("List", c.List),
		need("Wording", c.Wording),
		need("ConfirmURL", c.ConfirmURL),
	)
}

// PermissionRequestMail fills the mail "permission-request": it asks somebody, once, whose address was brought in without a record of what they agreed to. It
// says where the address is from and that no answer means no mail (UK GDPR Art 14(1) to (3)), and never tracks.
type PermissionRequestMail struct {
	Sender
	List       string
	Wording    string // the exact words that the reader would agree to
	Origin     string // where the address is from, as "Harbour register"
	ConfirmURL string // may be a hole
	ExpiresAt  time.Time
}

func (p PermissionRequestMail) missing() string {
	return first(
		p.Sender.missing(),
		need("List", p.List),
		need("Wording", p.Wording),
		need("Origin", p.Origin),
		need("ConfirmURL", p.ConfirmURL),
	)
}

// RenewalMail fills the mails "renewal", before a permission ends, and "annual-confirmation", at a regular interval. It asks whether
// the reader still wants a list, repeats what they agreed to, and never tracks.
type RenewalMail struct {
	Sender
	List     string
	Words    string    // the exact words that the reader agreed to
	Since    time.Time // when they did
	Ends     time.Time // when the permission ends without a new yes; zero where no answer changes nothing
	ForChild bool      // the reader agreed for a child
	RenewURL string    // the page with both answers; may be a hole
}

func (r RenewalMail) missing() string {
	return first(
		r.Sender.missing(),
		need("List", r.List),
		need("Words", r.Words),
		need("RenewURL", r.RenewURL),
	)
}

// CampaignMail fills the mail "campaign": the frame around what an organisation wrote.
// Without its ways out it does not render (H2).
type CampaignMail struct {
	Sender
	Subject   string
	Preheader string // what a mailbox shows after the subject; may be empty
	BodyHTML  HTML   // from Markdown
	BodyText  string // from Markdown
	List      string // the list's name; may be a hole
	Joined    string // a sentence in the mail's language on how the reader came on to the list; may be a hole or empty

	UnsubscribeURL string // may be a hole
	// OptOutAddress and OptOutSubject say how to leave by mail: the subject to send and
	// where to. Without them the reader is told to write to the Contact.
	OptOutAddress string
	OptOutSubject string // as "Unsubscribe me"
}

func (c CampaignMail) missing() string {
	return first(
		c.Sender.missing(),
		need("Subject", c.Subject),
		need("BodyHTML", string(c.BodyHTML)),
		need("BodyText", c.BodyText),
		need("List", c.List),
		need("UnsubscribeURL", c.UnsubscribeURL),
		need("PostalAddress", c.PostalAddress),
		need("NoticeURL", c.NoticeURL),
	)
}

// ByKeyword reports whether one leaves by mailing a fixed subject.
func (c CampaignMail) ByKeyword() bool { return c.OptOutAddress != "" && c.OptOutSubject != "" }

// VisitMail fills the mail "visit": the link that opens what is private about a person, once.
type VisitMail struct {
	Sender
	URL       string
	ExpiresAt time.Time
}

func (v VisitMail) missing() string { return first(v.Sender.missing(), need("URL", v.URL)) }

// MoveMail fills the mail "move": it asks one of two mailboxes to agree to a change of address.
type MoveMail struct {
	Sender
	Old       bool   // it goes to the address that is given up
	Alone     bool   // the new mailbox agrees alone
	Masked    string // the new address, for the old mailbox, as "a***@e***.org"
	URL       string
	AskedAt   time.Time
	ExpiresAt time.Time
}

func (m MoveMail) missing() string { return first(m.Sender.missing(), need("URL", m.URL)) }

// UnsubscribedMail fills the mail "unsubscribed": the answer to an opt-out that came by
// mail. It says what ended and what goes on, and asks for nothing.
type UnsubscribedMail struct {
	Sender
	All        bool      // everything from the organisation has ended
	Lists      []string  // what has ended, when not All
	ReceivedAt time.Time // when the request reached the mail server, and took effect
	GoesOn     []string  // what the reader will still get, as "Replies to requests you have made"; may be empty
	AgainURL   string    // where to come back; may be empty
}

func (u UnsubscribedMail) missing() string {
	lists := "Lists or All"
	if u.All || len(u.Lists) > 0 {
		lists = ""
	}
	return first(u.Sender.missing(), lists)
}

// UnsubscribeLinkMail fills the mail "unsubscribe-link": the answer to an opt-out from an
// address on no list. It says that the address may not be mailed, so the caller suppresses it first. It
// reads the same whether or not some other address of the writer is known (H10).
type UnsubscribeLinkMail struct {
	Sender
	UnsubscribeURL string // where any address can be stopped; may be empty
}

// CaseReceivedMail fills the mail "case-received": the acknowledgement of a request, a complaint or the report of a breach.
type CaseReceivedMail struct {
	Sender
	Reference  string
	Complaint  bool      // a complaint (DPA 2018 s.164A); else a request about rights
	Report     bool      // the report of a breach, of which the writer asks nothing
	Understood []string  // sentences on what we take the writer to ask; may be empty
	ReceivedAt time.Time // printed as a date: the day it was received, in the location it carries
	DueAt      time.Time // printed as a date; zero when no date can be promised yet
	Regulator  Regulator
}

func (c CaseReceivedMail) missing() string {
	return first(
		c.Sender.missing(),
		need("Reference", c.Reference),
		need("Regulator.Name", c.Regulator.Name),
	)
}

// CaseLetterMail fills the mail "case-letter": the frame around what a person wrote about a case. It is no list mail and never tracks.
type CaseLetterMail struct {
	Sender
	Subject   string
	Reference string
	BodyHTML  HTML   // from Markdown
	BodyText  string // from Markdown
}

func (c CaseLetterMail) missing() string {
	return first(
		c.Sender.missing(),
		need("Subject", c.Subject),
		need("Reference", c.Reference),
		need("BodyHTML", string(c.BodyHTML)),
		need("BodyText", c.BodyText),
	)
}

// CaseAlertMail fills the mail "case-alert", to the data protection officer. It names nobody: mail is read on telephones.
type CaseAlertMail struct {
	Sender
	Reference  string
	Complaint  bool
	Breach     bool // the report of a breach: it is due at a time of the day
	ReceivedAt time.Time
	DueAt      time.Time // zero without a date
	CaseURL    string    // in the console
}

func (c CaseAlertMail) missing() string {
	return first(c.Sender.missing(), need("Reference", c.Reference), need("CaseURL", c.CaseURL))
}

// CaseReminderMail fills the mail "case-reminder", to the data protection officer. It names nobody: mail is read on telephones.
type CaseReminderMail struct {
	Sender
	Cases    []CaseReminder
	More     int    // cases for which there is no room
	CasesURL string // the list in the console
}

// CaseReminder is a case that cannot wait much longer.
type CaseReminder struct {
	Reference string
	DueAt     time.Time // zero where it is about silence
	Late      bool      // the date has passed
	Silent    int       // days without a word to the complainant
	URL       string    // in the console
}

func (c CaseReminderMail) missing() string {
	if len(c.Cases) == 0 {
		return "Cases"
	}
	return first(c.Sender.missing(), need("CasesURL", c.CasesURL))
}

// Regulator is whom a person may complain to. Its name and address are settings, because law and offices change.
type Regulator struct {
	Name    string // as "Information Commissioner's Office"
	Address string // lines; may be empty
	Phone   string // may be empty
	Email   string // may be empty
	URL     string // may be empty
}

// need returns the field's name when it has no value.
func need(field, value string) string {
	if value == "" {
		return field
	}
	return ""
}

// first returns the first of the names that is not empty.
func first(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return ""
}
