package smtpsend

import (
	"sync"
	"time"
)

// quitTimeout bounds how long the relay may take to say goodbye.
const quitTimeout = 2 * time.Second

// shelf keeps the connections that nobody uses. The one used last is taken first, so that those
// beyond the need grow old and are closed.
type shelf struct {
	life time.Duration
	now  func() time.Time

	mu    sync.Mutex
	conns []*conn // by idleSince, ascending
	timer *time.Timer
	quits sync.WaitGroup
}

// take returns a connection that is not too old, or nil.
func (s *shelf) take() *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	last := len(s.conns) - 1
	if last < 0 {
		return nil
	}
	c := s.conns[last]
	s.conns[last] = nil
	s.conns = s.conns[:last]
	return c
}

// put shelves a connection.
func (s *shelf) put(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.idleSince = s.now()
	s.conns = append(s.conns, c)
	if s.timer == nil {
		s.timer = time.AfterFunc(s.life, s.sweep)
	}
}

// sweep closes what has grown old, and comes again while anything is left.
func (s *shelf) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	s.timer = nil
	if len(s.conns) > 0 {
		s.timer = time.AfterFunc(max(s.life-s.now().Sub(s.conns[0].idleSince), time.Millisecond), s.sweep)
	}
}

// expire closes the connections past their life. The caller holds mu.
func (s *shelf) expire() {
	now, old := s.now(), 0
	for old < len(s.conns) && now.Sub(s.conns[old].idleSince) >= s.life {
		s.quit(s.conns[old])
		old++
	}
	n := copy(s.conns, s.conns[old:])
	clear(s.conns[n:])
	s.conns = s.conns[:n]
}

// retire closes a connection in good order.
func (s *shelf) retire(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quit(c)
}

// quit says QUIT beside the caller, who holds mu: no message waits for a goodbye.
func (s *shelf) quit(c *conn) {
	s.quits.Go(func() {
		c.client.CommandTimeout = quitTimeout
		if err := c.client.Quit(); err != nil {
			c.wire.abort()
		}
	})
}

// empty closes all connections and waits until that is done, two seconds at most.
func (s *shelf) empty() {
	s.mu.Lock()
	for _, c := range s.conns {
		s.quit(c)
	}
	s.conns = nil
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.mu.Unlock()
	s.quits.Wait()
}
