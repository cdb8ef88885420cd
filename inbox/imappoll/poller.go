package imappoll

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"assent/inbox"
	"assent/internal/errs"
)

// Poller watches one mailbox. Set the fields, then call Run once.
type Poller struct {
	Mailbox  Mailbox
	Receiver inbox.Receiver
	Now      func() time.Time
	Log      *slog.Logger
	// Every is the time between full sweeps; 5 minutes if zero.
	Every time.Duration
	// BatchOctets bounds the messages held in memory at once; 4 MiB if zero. A
	// larger message goes alone, as a stream.
	BatchOctets int64
	// MaxMessage is the size, in octets, above which a message is not fetched but made work
	// for a person; 1 GiB if zero. It guards the disk against a server gone mad, and
	// is far above what mail servers take.
	MaxMessage int64
	// Pace may be left zero.
	Pace Pace
}

// Pace holds how long the poller waits for things. A zero field has the value named beside it.
type Pace struct {
	Retry        time.Duration // first wait after a failure: 1 s; doubles up to RetryMost
	RetryMost    time.Duration // 1 minute
	AfterRefusal time.Duration // wait after a refused login: 5 minutes, not to lock the account
	Noop         time.Duration // between two questions when the server has no IDLE: 4 s, so that what comes is acted on within 5
	Idle         time.Duration // longest IDLE: 25 minutes; servers may hang up after 29 (RFC 2177)
	Patience     time.Duration // longest silence while an answer is due: 2 minutes
}

func (p Pace) withDefaults() Pace {
	set := func(d *time.Duration, value time.Duration) {
		if *d <= 0 {
			*d = value
		}
	}
	set(&p.Retry, time.Second)
	set(&p.RetryMost, time.Minute)
	set(&p.AfterRefusal, 5*time.Minute)
	set(&p.Noop, 4*time.Second)
	set(&p.Idle, 25*time.Minute)
	set(&p.Patience, 2*time.Minute)
	return p
}

// maxBatch is the number of messages handed over at once.
const maxBatch = 100

// watch is a Poller at work.
type watch struct {
	Poller
	validity uint32   // UIDVALIDITY that the rest is about; 0 before the first
	high     uint32   // every UID up to here has been looked at
	fetched  uint64   // messages handed over so far
	suspects suspects // messages to be fetched one by one
	turns    uint64   // attempts at suspects so far
	failures int      // since the last full sweep that succeeded
}

// Run watches the mailbox until ctx ends, and then returns nil. Whatever goes wrong with the
// server or the Receiver is told to Receiver.Watched and tried again. Error: Invalid for settings
// that cannot work.
func (p *Poller) Run(ctx context.Context) error {
	w, err := p.prepare()
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		err := w.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		// One break is no trouble: servers hang up for many reasons, and are back at once.
		if w.failures++; w.failures > 1 || errs.KindOf(err) != errs.Unavailable {
			w.tell(ctx, err)
		}
		sleep(ctx, w.wait(err))
	}
	return nil
}

func (p *Poller) prepare() (*watch, error) {
	const op = "imappoll: run"
	if err := p.Mailbox.check(false); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if p.Receiver == nil || p.Now == nil {
		return nil, errs.E(op, errs.Invalid, "The poller needs a receiver and a clock.", nil)
	}
	w := &watch{Poller: *p, suspects: suspects{}}
	w.Pace = w.Pace.withDefaults()
	if w.Log == nil {
		w.Log = slog.New(slog.DiscardHandler)
	}
	w.Log = w.Log.With("mailbox", w.Mailbox.Name)
	if w.Every <= 0 {
		w.Every = 5 * time.Minute
	}
	if w.BatchOctets <= 0 {
		w.BatchOctets = 4 << 20
	}
	if w.MaxMessage <= 0 {
		w.MaxMessage = 1 << 30
	}
	return w, nil
}

// tell records how the mailbox fares. err is nil when all is well.
func (w *watch) tell(ctx context.Context, err error) {
	trouble := ""
	if err != nil {
		if trouble = errs.Message(err); trouble == "" {
			trouble = sayUnreachable
		}
		w.Log.Warn("mailbox is not watched at present", "trouble", trouble, "kind", errs.KindOf(err).String(), "err", err)
	}
	if err := w.Receiver.Watched(ctx, w.Mailbox.Name, w.Now(), trouble); err != nil && ctx.Err() == nil {
		w.Log.Error("how the mailbox fares could not be recorded", "err", err)
	}
}

// wait returns how long to pause after a failure: doubling, with jitter so that many
// pollers do not come back to a server all at once.
func (w *watch) wait(err error) time.Duration {
	d := w.Pace.RetryMost
	if n := w.failures - 1; n < 20 {
		d = min(w.Pace.Retry<<n, w.Pace.RetryMost)
	}
	if errs.KindOf(err) == errs.Unauthenticated {
		d = w.Pace.AfterRefusal
	}
	return d/2 + rand.N(d/2+1)
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// session watches over one connection. It returns when that fails, or ctx ends.
func (w *watch) session(ctx context.Context) error {
	c, err := open(ctx, w.Mailbox, w.Pace)
	if err != nil {
		return err
	}
	defer c.close()
	for {
		if err := w.sweep(ctx, c); err != nil {
			return err
		}
		w.failures = 0
		w.tell(ctx, nil)
		if err := w.listen(ctx, c); err != nil {
			return err
		}
		if err := c.examine(w.Mailbox); err != nil { // shows a changed UIDVALIDITY
			return err
		}
	}
}

// sweep compares the whole folder with what is held.
func (w *watch) sweep(ctx context.Context, c *conn) error {
	if w.validity != 0 && w.validity != c.validity {
		w.Log.Warn("the server numbers the folder anew: all of it is fetched again, and told apart by content",
			"uidvalidity_before", w.validity, "uidvalidity", c.validity)
	}
	if w.validity != c.validity {
		w.validity, w.high, w.suspects = c.validity, 0, suspects{}
	}
	return w.round(ctx, c, 0)
}

// listen waits for new mail and fetches it at once, until the next full sweep is due.
func (w *watch) listen(ctx context.Context, c *conn) error {
	due := time.NewTimer(w.Every)
	defer due.Stop()
	for {
		news, err := c.wait(due.C)
		if err != nil || !news {
			return err
		}
		if err := w.round(ctx, c, w.high); err != nil {
			return err
		}
	}
}
