package mailer

import (
	"fmt"
	"time"

	"assent/queue"
)

// Plan is the task of planning a campaign's audience.
type Plan struct {
	CampaignID int64 `json:"campaign"`
}

// TaskKind names the task.
func (Plan) TaskKind() string { return "campaign.plan" }

// SendChunk is the task of sending to the people of one chunk.
type SendChunk struct {
	ChunkID int64 `json:"chunk"`
}

// TaskKind names the task.
func (SendChunk) TaskKind() string { return "campaign.chunk" }

// SendLetter is the task of sending one letter.
type SendLetter struct {
	LetterID int64 `json:"letter"`
}

// TaskKind names the task.
func (SendLetter) TaskKind() string { return "letter.send" }

// SendBulkLetter is SendLetter for letters to many, which nobody waits for: they never keep back a confirmation.
type SendBulkLetter SendLetter

// TaskKind names the task.
func (SendBulkLetter) TaskKind() string { return "letter.bulk" }

// PlanTask returns the task that plans a campaign, one for each round.
func PlanTask(c Campaign, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("plan:%d:%d", c.ID, c.Round), Plan{CampaignID: c.ID}, at)
}

// ChunkTask returns the task that sends a chunk, one for each round.
func ChunkTask(chunkID int64, round int, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("chunk:%d:%d", chunkID, round), SendChunk{ChunkID: chunkID}, at)
}

// LetterTask returns the task that sends a letter of a kind.
func LetterTask(letterID int64, kind LetterKind, at time.Time) (queue.Task, error) {
	id := fmt.Sprintf("letter:%d", letterID)
	if kind.bulk() {
		return queue.New(id, SendBulkLetter{LetterID: letterID}, at)
	}
	return queue.New(id, SendLetter{LetterID: letterID}, at)
}

// bulk reports whether letters of a kind go to many at a time: a day's renewals, or a notice run.
func (k LetterKind) bulk() bool { return k == RenewalLetter || k == AnnualLetter || k == NoticeLetter }
