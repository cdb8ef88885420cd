package message

import (
	"time"

	"assent/internal/address"
)

// Parsed is what could be read of a message. Everything in it was written by a stranger: it
// is decoded and bounded, and nothing more.
type Parsed struct {
	Header Fields // all fields, in the order of the message

	From            address.Address
	FromName        string
	Sender, ReplyTo address.Address
	To              []address.Address // To, Cc, Delivered-To, X-Original-To, Envelope-To, each address once
	ReturnPath      string            // without angle brackets; "<>" when it is there and empty; "" when it is not there
	Subject         string
	MessageID       string // without angle brackets
	InReplyTo       []string
	References      []string
	Date            time.Time // zero when missing or not readable
	AutoSubmitted   string    // RFC 3834, lower case, without parameters
	Precedence      string    // lower case
	ListID          string
	ContentType     string // of the whole message, as "multipart/report"

	Text  string // the plain text; made from the HTML when there is no plain text
	HTML  string
	Parts []Part // every part that is not a container, in order

	Report   *Report   // of a delivery report (RFC 3464), else nil
	Feedback *Feedback // of a complaint report (RFC 5965), else nil
	Returned *Returned // the message that was returned with a report or enclosed, else nil
	// Forwarded is the message that somebody passed on within the text or as an enclosure, as far as
	// it can be read; nil when there is none.
	Forwarded *Returned

	AuthenticationResults []string // RFC 8601, in order of appearance: the topmost was added last

	Warnings  []string // what was wrong with the message, for a person
	Truncated bool     // a limit cut something off
}

// Part describes one part without its content.
type Part struct {
	Type     string // media type in lower case, as stated by the sender
	Filename string // decoded; may hold anything, also a path
	Size     int    // octets after decoding, as far as kept
	Inline   bool   // not an attachment
	Head     string // of an attachment, the first octets after decoding, at most 64: they tell a type that the sender did not state
}

// Report is a delivery report (RFC 3464).
type Report struct {
	ReportingMTA string
	Recipients   []ReportRecipient
}

// ReportRecipient is one recipient of a delivery report.
type ReportRecipient struct {
	Final, Original       address.Address // zero when missing or not an address
	FinalRaw, OriginalRaw string          // as written, without the type, as "rfc822;"
	Action                string          // "failed", "delayed", "delivered", "relayed" or "expanded", in lower case
	Status                string          // RFC 3463, as "5.1.1"
	Diagnostic            string          // Diagnostic-Code as written
	RemoteMTA             string
}

// Feedback is a complaint report (RFC 5965).
type Feedback struct {
	Type               string // in lower case, as "abuse"
	UserAgent          string
	OriginalRecipients []string // Original-Rcpt-To, as written
	OriginalMailFrom   string
	SourceIP           string
	ReportedDomain     string
	Fields             Fields
}

// Returned is a message enclosed in another: the one that bounced, the one that
// was complained about, or one that was forwarded.
type Returned struct {
	Header    Fields
	MessageID string // without angle brackets
	From      address.Address
	To        []address.Address
	Subject   string
	Date      time.Time
	Text      string
}
