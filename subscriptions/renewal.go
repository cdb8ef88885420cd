package subscriptions

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assent/queue"
)

// AskKind is why a person is asked whether they still want a list.
type AskKind string

const (
	// RenewalAsk: the permission ends soon (E1-23).
	RenewalAsk AskKind = "renewal"
	// AnnualAsk: an interval has passed, and no answer changes nothing (E3-10).
	AnnualAsk AskKind = "annual"
)

// Answer is what came of a question.
type Answer string

const (
	AnswerOpen Answer = ""
	AnswerYes  Answer = "yes"
	AnswerNo   Answer = "no"
	AnswerNone Answer = "none"
)

// AnswerWithin is how long an answer to a regular question is waited for, where none changes nothing.
const AnswerWithin = 30 * 24 * time.Hour

// Ask is one question to one person whether they still want a list. It is asked once.
type Ask struct {
	Permission   int64 // the ledger event that it is about
	Kind         AskKind
	Number       int // RenewalAsk: days before the end; AnnualAsk: which interval
	ListID       int64
	SubscriberID int64
	AskedAt      time.Time
	Answer       Answer
	AnswerSeq    int64 // the ledger event of the answer; 0 for none
	AnsweredAt   time.Time
}

// Renewal is the task of asking a person whether they still want a list.
type Renewal struct {
	SubscriberID int64   `json:"subscriber"`
	ListID       int64   `json:"list"`
	Permission   int64   `json:"permission"`
	Kind         AskKind `json:"kind"`
	Number       int     `json:"number"`
}

// TaskKind names the task.
func (Renewal) TaskKind() string { return "letter.renewal" }

// Key names the question, and so its task and its letter: whatever crashes, it goes out once.
func (r Renewal) Key() string {
	return fmt.Sprintf("renewal:%d:%s:%d", r.Permission, r.Kind, r.Number)
}

func renewalTask(a Ask) (queue.Task, error) {
	r := Renewal{SubscriberID: a.SubscriberID, ListID: a.ListID, Permission: a.Permission, Kind: a.Kind, Number: a.Number}
	return queue.New(r.Key(), r, a.AskedAt)
}

// AsksRegularly reports whether what ends a permission is that nobody said yes again, rather than a term.
func (p Purpose) AsksRegularly() bool {
	return p.LapsesUnlessConfirmed() && (p.Term == 0 || p.ConfirmEvery <= p.Term)
}

// renews reports whether people are asked to renew. A permission that does not rest on consent is not theirs to renew, unless the purpose asks
// them all the same: it ends with its term.
func (p Purpose) renews() bool {
	return p.Basis.NeedsAct() && p.Term > 0 || p.LapsesUnlessConfirmed()
}

// Ask has everybody asked whose permission nears its end, or has lasted for an interval, and returns how many questions were opened. Of several
// that are due for one permission the last counts and the others are never asked. Only whom the gate lets be mailed is asked; whoever is paused, restricted or has left
// is not.
func (t *Terms) Ask(ctx context.Context) (asked int, err error) {
	now := t.Now()
	err = t.eachList(ctx, func(p Programme, u Purpose, l List) error {
		if p.Ended(now) {
			return nil
		}
		q := Question{Lists: []Scope{ListScope(l)}, Ends: p.EndsAt}
		if u.renews() {
			days := slices.Compact(slices.Sorted(slices.Values(u.RenewDays))) // the nearest first
			for _, d := range days {
				if time.Duration(d)*24*time.Hour >= u.Lasts() {
					break // nobody is asked on the day on which they said yes
				}
				n, err := t.askPages(ctx, q, Ask{Kind: RenewalAsk, Number: d, ListID: l.ID, AskedAt: now}, func(after Holding) ([]Holding, error) {
					return t.Store.DueForRenewal(ctx, l.ID, now, d, after, termPage)
				})
				asked += n
				if err != nil {
					return err
				}
			}
		}
		if u.ConfirmEvery == 0 || u.LapsesUnlessConfirmed() {
			return nil
		}
		n, err := t.askPages(ctx, q, Ask{Kind: AnnualAsk, ListID: l.ID, AskedAt: now}, func(after Holding) ([]Holding, error) {
			return t.Store.DueForConfirmation(ctx, l.ID, now, u.ConfirmEvery, after, termPage)
		})
		asked += n
		return err
	})
	return asked, err
}

// askPages opens the question for everybody whom due finds and the gate lets be mailed.
func (t *Terms) askPages(ctx context.Context, q Question, ask Ask, due func(after Holding) ([]Holding, error)) (asked int, err error) {
	for after := (Holding{}); ; {
		page, err := due(after)
		if err != nil || len(page) == 0 {
			return asked, err
		}
		after = page[len(page)-1]
		allowed, err := t.allowed(ctx, q, page, ask.AskedAt)
		if err != nil {
			return asked, err
		}
		var asks []Ask
		for _, h := range page {
			if allowed[h.SubscriberID] != h.Seq {
				continue
			}
			a := ask
			a.Permission, a.SubscriberID = h.Seq, h.SubscriberID
			if a.Kind == AnnualAsk {
				a.Number = h.Interval
			}
			asks = append(asks, a)
		}
		n, err := t.Store.OpenAsks(ctx, asks, renewalTask)
		asked += n
		if err != nil {
			return asked, err
		}
	}
}

// allowed returns whom the gate lets be mailed, with the event that permits.
func (t *Terms) allowed(ctx context.Context, q Question, page []Holding, now time.Time) (map[int64]int64, error) {
	ids := make([]int64, len(page))
	for i, h := range page {
		ids[i] = h.SubscriberID
	}
	slices.Sort(ids)
	candidates, _, err := t.Store.Ask(ctx, q, ids, now)
	allowed := make(map[int64]int64, len(candidates))
	for _, c := range candidates {
		if c.Decision.Reason == Allowed {
			allowed[c.Subscriber.ID] = c.Decision.Seq
		}
	}
	return allowed, err
}
