package templates

import "time"

// IdentityMail fills the mail "identity": it asks, at the address on record, whether the reader asked for what somebody asked for in their name
// (UK GDPR Art 12(6)). It holds nothing of what was written, for it may have been somebody else.
type IdentityMail struct {
	Sender
	Reference  string
	Asked      string    // in the mail's language, after "asked us", as "for a copy of your personal data"
	ReceivedAt time.Time // printed as a date
	URL        string
	ExpiresAt  time.Time
}

func (m IdentityMail) missing() string {
	return first(m.Sender.missing(), need("Reference", m.Reference), need("Asked", m.Asked), need("URL", m.URL))
}

// The two answers of the page "identity".
const (
	DoOwn    = "own"    // yes, I ask for this
	DoDisown = "disown" // no, it was not me
)

// IdentityPage fills the page "identity": the reader of the mailbox on record says whether they asked.
type IdentityPage struct {
	Public
	Action        string
	Reference     string
	MaskedAddress string
	Asked         string // in the page's language
	Received      time.Time
	Done          bool // they said yes
	Denied        bool // they said no
}
