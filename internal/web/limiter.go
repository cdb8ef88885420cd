package web

import (
	"math"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
)

// Limiter holds each client to a rate. It keeps one moment for each client and is bounded: when it is
// full, clients that it does not know share one rate. Make one with NewLimiter.
//
// It must not stand before a one-click target (RFC 8058): a mailbox provider posts for many people from few addresses.
type Limiter struct {
	every   time.Duration // one request in this time, in the long run
	ahead   time.Duration // how far a burst may run ahead of that
	clients int
	now     func() time.Time

	mu   sync.Mutex
	next map[string]time.Time // when a client will have paid for all that it asked: the theoretical arrival time of GCRA (ITU-T I.371)
}

const maxLimited = 10_000 // clients; some 1 MB

// NewLimiter allows each client burst requests at once, and one more in each time of every.
func NewLimiter(burst int, every time.Duration, now func() time.Time) *Limiter {
	return &Limiter{every: every, ahead: time.Duration(burst) * every, clients: maxLimited, now: now, next: map[string]time.Time{}}
}

// Allow reports whether a client may ask now, else how long it should wait.
func (l *Limiter) Allow(client string) (ok bool, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if _, known := l.next[client]; !known && len(l.next) >= l.clients {
		l.sweep(now)
		if len(l.next) >= l.clients {
			client = "" // everybody else
		}
	}
	due := l.next[client]
	if due.Before(now) {
		due = now
	}
	due = due.Add(l.every)
	if over := due.Sub(now) - l.ahead; over > 0 {
		return false, over
	}
	l.next[client] = due
	return true, 0
}

// sweep forgets clients that have nothing left to pay.
func (l *Limiter) sweep(now time.Time) {
	for client, due := range l.next {
		if !due.After(now) {
			delete(l.next, client)
		}
	}
}

// Limit holds the clients of a route to a rate.
func (e *Engine) Limit(l *Limiter) gin.HandlerFunc {
	return func(c *gin.Context) {
		ok, wait := l.Allow(clientOf(c.ClientIP()))
		if !ok {
			c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			e.Fail(c, errs.E("web: limit", errs.TooMany, "There were too many requests from your network. Wait a little, then try again.", nil))
			return
		}
		c.Next()
	}
}

// clientOf takes all addresses of one IPv6 network for one client: whoever has one has them all (RFC 6177).
func clientOf(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if a = a.Unmap(); a.Is4() {
		return a.String()
	}
	network, err := a.WithZone("").Prefix(64)
	if err != nil {
		return ip
	}
	return network.String()
}
