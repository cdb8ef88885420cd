package mailer

import "time"

// DeliveryState is what became of one message to one person. There is one row per campaign and person,
// written when it is known.
type DeliveryState string

const (
	Sent      DeliveryState = "sent"      // the relay took it
	Failed    DeliveryState = "failed"    // the relay refused it for good, or for too long
	Refused   DeliveryState = "refused"   // the gate refused when it was asked again at send
	Uncertain DeliveryState = "uncertain" // in flight when a worker or connection died: it may have gone out, and is not sent again
)

// Delivery is one message to one person, with the permission behind it.
type Delivery struct {
	CampaignID   int64
	SubscriberID int64
	ListID       int64
	State        DeliveryState
	Reason       string // of a refusal or failure
	EventSeq     int64  // the ledger event that allowed it
	GateSeq      int64  // the end of the ledger that the gate saw
	AskedAt      time.Time
	StartedAt    time.Time // when SMTP began; zero when it never did
	FinishedAt   time.Time
	Code         int    // of the last SMTP reply
	Reply        string // the last SMTP reply, shortened
	Report       string // what a delivery report said later: "failed", "delayed" or "delivered"; "" without one
	ReportStatus string // RFC 3463 status of that report
}

// Chunk is a number of people of one campaign that one worker sends to at a time.
type Chunk struct {
	ID         int64
	CampaignID int64
	Attempt    int     // 1 at first; higher where the relay put people off
	People     []int64 // subscribers, ascending
	Claims     int     // how often it was claimed; above 1 somebody may have begun before
}

// Intent is a window of people whom a worker is about to mail, written down before the first message
// starts. While it stands, whoever of it has no delivery may have been mailed.
type Intent struct {
	ID      int64
	ChunkID int64
	People  []int64
	GateSeq int64
	AskedAt time.Time
}

// Window is how one window ended.
type Window struct {
	Intent     Intent
	Deliveries []Delivery // everybody whose fate is known
	Deferred   []Delivery // everybody to try again later, with how far it came; without State
	// whoever of the intent is in neither was not started and is still to be sent to
}

// Counts is a campaign in numbers.
type Counts struct {
	Planned   int64 `json:"planned"`
	Sent      int64 `json:"sent"`
	Failed    int64 `json:"failed"`
	Refused   int64 `json:"refused"`
	Uncertain int64 `json:"uncertain"`
	Waiting   int64 `json:"waiting"`  // planned, and nothing known yet
	Deferred  int64 `json:"deferred"` // of those waiting, put off by the relay
	Bounced   int64 `json:"bounced"`  // of those sent, reported dead later
}
