package subscriptions

import "time"

// List is what people subscribe to. It serves one purpose under one notice version.
type List struct {
	ID          int64
	ProgrammeID int64
	PurposeID   int64
	NoticeID    int64
	Slug        string // also the label of its List-Id (RFC 2919): stable for life
	Name        string
	Description string // what will come and how often
	Wording     string // exactly what a person agrees to, shown beside the act
	Contact     Contact
	DoubleOptIn bool // an act counts only after the mailbox confirmed it
	Public      bool // has a page where anybody may subscribe
	AskAge      bool // its form asks how old the reader is, so that a guardian can agree for a child; otherwise age is nobody's business
	CreatedAt   time.Time
}

// Joinable reports whether anybody may ask to join the list through its page. Without double opt-in anybody could sign up
// anybody.
func (l List) Joinable() bool { return l.Public && l.DoubleOptIn }
