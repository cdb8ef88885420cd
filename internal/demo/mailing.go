package demo

import (
	"context"
	"fmt"
	"time"

	"assent/mailer"
	"assent/subscriptions"
)

// CampaignResult is one campaign of the story in numbers.
type CampaignResult struct {
	ID        int64            `json:"id"`
	Programme string           `json:"programme"`
	Subject   string           `json:"subject"`
	Counts    mailer.Counts    `json:"counts"`
	LeftOut   map[string]int64 `json:"left_out"` // people by reason
}

// mail sends each programme's campaign of a round and waits until all are finished.
func (s *stage) mail(ctx context.Context, round int) ([]CampaignResult, error) {
	var out []CampaignResult
	for _, p := range s.programmes {
		var made struct {
			ID int64 `json:"id"`
		}
		err := s.api(ctx, "POST", "/campaigns", map[string]any{
			"programme_id": p.is.ID, "name": fmt.Sprintf("%s, round %d", p.is.Name, round+1), "subject": p.subjects[round], "body": p.body, "lists": []int64{p.list.ID},
		}, &made)
		if err == nil {
			err = s.api(ctx, "POST", fmt.Sprintf("/campaigns/%d/schedule", made.ID), map[string]any{}, nil)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, CampaignResult{ID: made.ID, Programme: p.is.Name, Subject: p.subjects[round]})
	}
	for i := range out {
		if err := s.finish(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// finish waits until a campaign is finished and takes down its numbers.
func (s *stage) finish(ctx context.Context, r *CampaignResult) error {
	for {
		c, err := s.house.DB.Campaign(ctx, r.ID)
		if err != nil {
			return err
		}
		counts, left, err := s.house.Mailer.Progress(ctx, r.ID)
		if err != nil {
			return err
		}
		s.progress("sending “"+r.Subject+"”", int(counts.Planned-counts.Waiting), int(counts.Planned))
		if c.State == mailer.Finished {
			r.Counts, r.LeftOut = counts, byName(left)
			return nil
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

func byName(left map[subscriptions.Reason]int64) map[string]int64 {
	out := make(map[string]int64, len(left))
	for reason, n := range left {
		out[string(reason)] = n
	}
	return out
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
