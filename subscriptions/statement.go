package subscriptions

import "time"

// Statement is what a person wants to stand beside their data, because it was not corrected as they asked, or is incomplete (Article 16; E2-36, E3-13).
type Statement struct {
	ID           int64
	SubscriberID int64
	CaseID       int64 // that it came in; 0 for none
	Words        string
	Actor        string
	AddedAt      time.Time
}
