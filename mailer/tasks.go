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

// PlanTask returns the task that plans a campaign, one for each round.
func PlanTask(c Campaign, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("plan:%d:%d", c.ID, c.Round), Plan{CampaignID: c.ID}, at)
}

// ChunkTask returns the task that sends a chunk, one for each round.
func ChunkTask(chunkID int64, round int, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("chunk:%d:%d", chunkID, round), SendChunk{ChunkID: chunkID}, at)
}

// LetterTask returns the task that sends a letter.
func LetterTask(letterID int64, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("letter:%d", letterID), SendLetter{LetterID: letterID}, at)
}
