package mailer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// CampaignState is where a campaign is on its way.
//
//	draft -> scheduled -> planning -> sending -> finished
//	any of them but finished -> cancelled
//
// Pausing is apart from it: a paused campaign keeps its state and starts no message.
type CampaignState string

const (
	Draft     CampaignState = "draft"
	Scheduled CampaignState = "scheduled"
	Planning  CampaignState = "planning"
	Sending   CampaignState = "sending"
	Finished  CampaignState = "finished"
	Cancelled CampaignState = "cancelled"
)

// Campaign is one message to the people of one or more lists.
type Campaign struct {
	ID          int64
	ProgrammeID int64
	Name        string
	Subject     string // may hold fields such as {{name}}
	Preheader   string
	Body        string // Markdown, may hold fields
	Language    string
	Class       subscriptions.Class
	Lists       []int64 // at least one, ascending
	Purposes    []int64 // declared besides those of the lists, ascending

	Segment        segment.Segment // who of the lists is meant; zero for everybody. Once approved, with its days fixed
	SegmentID      int64           // the saved segment that was chosen; 0 for none. A draft follows it
	SegmentVersion int             // of that, as in Segment
	Excluded       []int64         // lists whose people are left out, ascending

	State       CampaignState
	Paused      bool
	Trouble     string    // why it paused itself, for people to read; "" when somebody paused it
	Digest      string    // of content and audience as they were approved; "" in draft
	ScheduledAt time.Time // when sending begins
	TimeZone    string    // in which it was scheduled, and is shown
	CreatedBy   string
	ApprovedBy  string
	CreatedAt   time.Time
	PlannedAt   time.Time // when the whole audience had been planned
	FinishedAt  time.Time
	PlannedUpTo int64 // the last subscriber that planning looked at
	Round       int   // counts resumptions, so that each writes tasks of its own
}

// ContentDigest returns the SHA-256, in hex, of what would be sent and to whom. What was approved is what is
// sent: planning refuses a campaign whose content no longer has its digest.
func (c Campaign) ContentDigest() string {
	content := []any{c.ProgrammeID, c.Subject, c.Preheader, c.Body, c.Language, c.Class, c.Lists, c.Purposes}
	if !c.Segment.IsZero() || len(c.Excluded) > 0 { // campaigns that go to everybody keep the digest that they always had
		content = append(content, c.Segment, c.Excluded)
	}
	b, err := json.Marshal(content)
	if err != nil { // plain values always marshal
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Running reports whether messages may start now.
func (c Campaign) Running() bool {
	return !c.Paused && (c.State == Sending || c.State == Planning)
}

// Schedule returns c as approved by actor, to begin at a moment. Only a draft can be scheduled, for not earlier than a minute ago.
func (c Campaign) Schedule(at, now time.Time, actor string) (Campaign, error) {
	const op = "mailer: schedule"
	if c.State != Draft {
		return c, errs.E(op, errs.Conflict, "Only a draft can be scheduled; this campaign is "+string(c.State)+".", nil)
	}
	if at.Before(now.Add(-time.Minute)) {
		return c, errs.E(op, errs.Invalid, "The time to begin lies in the past.", nil)
	}
	c.State, c.ScheduledAt, c.ApprovedBy, c.Digest = Scheduled, at, actor, c.ContentDigest()
	return c, nil
}

// Pause returns c paused: no further message starts. Messages already in flight end.
func (c Campaign) Pause() (Campaign, error) {
	switch {
	case c.State == Finished || c.State == Cancelled || c.State == Draft:
		return c, errs.E("mailer: pause", errs.Conflict, "There is nothing to pause; this campaign is "+string(c.State)+".", nil)
	}
	c.Paused, c.Trouble = true, ""
	return c, nil
}

// Halt returns c paused by itself, because of a trouble that people must look at first. What is not on its way stays as it is.
func (c Campaign) Halt(trouble string) Campaign {
	if !c.Paused && (c.State == Scheduled || c.State == Planning || c.State == Sending) {
		c.Paused, c.Trouble = true, trouble
	}
	return c
}

// Resume returns c going on from where it was paused.
func (c Campaign) Resume() (Campaign, error) {
	if !c.Paused {
		return c, errs.E("mailer: resume", errs.Conflict, "This campaign is not paused.", nil)
	}
	c.Paused, c.Trouble = false, ""
	c.Round++
	return c, nil
}

// Cancel returns c ended: whoever has not been mailed will not be.
func (c Campaign) Cancel() (Campaign, error) {
	if c.State == Finished || c.State == Cancelled {
		return c, errs.E("mailer: cancel", errs.Conflict, "This campaign is "+string(c.State)+" already.", nil)
	}
	c.State, c.Paused, c.Trouble = Cancelled, false, ""
	return c, nil
}
