package templates

import "time"

// NoticeMail fills the mail "notice": it tells a member of a programme that its privacy notice has a new version, and what is new for them.
type NoticeMail struct {
	Sender
	Programme     string
	From          time.Time // when the version was published
	NewPurposes   []string  // what data is used for besides, from now on, each with its lawful basis
	OtherPurposes []string  // purposes that changed or ended, each in a few words
	NewData       []string  // categories of data
	NewRecipients []string
	NewRetention  []string
}

func (n NoticeMail) missing() string {
	return first(n.Sender.missing(), need("Programme", n.Programme), need("NoticeURL", n.NoticeURL))
}

// WordsOnly reports whether nothing that was declared changed.
func (n NoticeMail) WordsOnly() bool {
	return len(n.NewPurposes)+len(n.OtherPurposes)+len(n.NewData)+len(n.NewRecipients)+len(n.NewRetention) == 0
}
