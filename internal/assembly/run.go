package assembly

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"assent/inbox"
	"assent/inbox/imappoll"
	"assent/mailer"
	"assent/queue"
	"assent/queue/redisq"
	"assent/subscriptions"
	"assent/subscriptions/importing/uploads"
)

// Part is one of the parts that may run on machines of their own.
type Part string

const (
	API    Part = "api"    // the API and the pages
	Worker Part = "worker" // sends, and acts on what came back
	Inbox  Part = "inbox"  // watches the mailboxes
)

// Parts holds every part.
var Parts = []Part{API, Worker, Inbox}

// Run runs parts until ctx ends or one of them fails. The API is served on l, which may be nil without it.
func (h *House) Run(ctx context.Context, l net.Listener, parts ...Part) error {
	running := []func(context.Context) error{h.Relay}
	for _, p := range parts {
		switch p {
		case API:
			running = append(running, func(ctx context.Context) error { return h.Serve(ctx, l) })
		case Worker:
			running = append(running, h.Work, h.Dispose, h.Tidy, h.PassTime)
		case Inbox:
			running = append(running, h.Watch, h.Compare)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, part := range running {
		g.Go(func() error { return part(ctx) })
	}
	return g.Wait()
}

// queues says which queue a kind of task goes to: each has workers of its own, so that a campaign never keeps a confirmation waiting.
func queues() map[string]string {
	return map[string]string{
		mailer.SendChunk{}.TaskKind():           redisq.Send,
		mailer.SendLetter{}.TaskKind():          redisq.Mail,
		mailer.SendBulkLetter{}.TaskKind():      redisq.Bulk,
		subscriptions.Confirmation{}.TaskKind(): redisq.Mail,
		subscriptions.Erasing{}.TaskKind():      redisq.Mail,
		subscriptions.Renewal{}.TaskKind():      redisq.Bulk,
		subscriptions.VisitMail{}.TaskKind():    redisq.Mail,
		subscriptions.MoveMail{}.TaskKind():     redisq.Mail,
		inbox.Sorting{}.TaskKind():              redisq.Inbox,
		inbox.SortingMany{}.TaskKind():          redisq.Backlog,
	}
}

// long is how long tasks may run that begin anew when they are cut off, and so would never end: a dry run of a very large file on a slow machine.
func long() map[string]time.Duration {
	return map[string]time.Duration{uploads.Check{}.TaskKind(): 12 * time.Hour}
}

func (h *House) handle(mux *queue.Mux) {
	var claims atomic.Int64
	queue.Handle(mux, h.Mailer.HandlePlan)
	queue.Handle(mux, h.Mailer.HandleConfirmation)
	queue.Handle(mux, h.Mailer.HandleRenewal)
	queue.Handle(mux, h.Mailer.HandleVisitMail)
	queue.Handle(mux, h.Mailer.HandleMoveMail)
	queue.Handle(mux, h.Mailer.HandleLetter)
	queue.Handle(mux, h.Mailer.HandleBulkLetter)
	queue.Handle(mux, h.Notices.HandleOpen)
	queue.Handle(mux, h.Notices.HandleSettle)
	queue.Handle(mux, h.Notices.HandleRetell)
	queue.Handle(mux, h.Inbox.HandleSorting)
	queue.Handle(mux, h.Inbox.HandleSortingMany)
	queue.Handle(mux, h.Cases.HandlePosted)
	queue.Handle(mux, h.Copies.HandleMake)
	queue.Handle(mux, h.Uploads.HandleCheck)
	queue.Handle(mux, h.Uploads.HandleBring)
	queue.Handle(mux, h.Uploads.HandleUndo)
	queue.Handle(mux, func(ctx context.Context, t mailer.SendChunk) error {
		return h.Mailer.HandleChunk(ctx, t, fmt.Sprintf("%s:%d", h.Worker, claims.Add(1)))
	})
}

// shutdownWithin is how long running work may take to end.
const shutdownWithin = 25 * time.Second

// Work runs the worker until ctx ends, then lets what runs come to its end.
func (h *House) Work(ctx context.Context) error {
	server, err := h.Redis.Start(ctx, redisq.Work{Slots: h.slots(), Check: h.Check, Run: h.worker.Do})
	if err != nil && ctx.Err() != nil {
		return nil // told to end before it had begun
	}
	if err != nil {
		return err
	}
	h.recompute(ctx)
	sweeper := &queue.Sweeper{Outbox: h.DB, Broker: h.Redis, Kick: h.relay.Kick, Now: h.Now, Every: h.Patience / 2, Patience: h.Patience, Log: h.Log}
	err = sweeper.Run(ctx)
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWithin)
	defer cancel()
	if e := server.Shutdown(ending); e != nil {
		return e
	}
	return err
}

// chunksAtOnce bounds the chunks that one process has in hand. The relay's connections are what limits sending; more chunks would only
// leave more people uncertain when the process is killed: chunksAtOnce windows at most.
const chunksAtOnce = 3

// slots is how many tasks of each queue run at a time.
func (h *House) slots() map[string]int {
	n := max(h.Config.Workers, 1)
	return map[string]int{redisq.Send: min(n, chunksAtOnce), redisq.Mail: n, redisq.Bulk: max(n/2, 1), redisq.Inbox: max(n/2, 1), redisq.Backlog: max(n/2, 1), redisq.Default: max(n/2, 1)}
}

// Relay hands tasks over until ctx ends. Every process that commits tasks runs one.
func (h *House) Relay(ctx context.Context) error { return h.relay.Run(ctx) }

// Watch watches every mailbox of the settings until ctx ends.
func (h *House) Watch(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, box := range h.Boxes {
		p := &imappoll.Poller{Mailbox: box, Receiver: h.Inbox, Now: h.Now, Log: h.Log, Every: h.Poll}
		g.Go(func() error { return p.Run(ctx) })
	}
	return g.Wait()
}
