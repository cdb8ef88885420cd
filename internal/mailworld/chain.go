package mailworld

import "sync"

// chain runs functions one after another, in the order given, on a goroutine that lives
// only while there is work. The zero value is ready.
type chain struct {
	mu      sync.Mutex
	todo    []func()
	running bool
	closed  bool
	work    sync.WaitGroup
}

// add queues f and returns at once. After close it does nothing.
func (c *chain) add(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.todo = append(c.todo, f)
	if !c.running {
		c.running = true
		c.work.Go(c.run)
	}
}

func (c *chain) run() {
	for {
		c.mu.Lock()
		if len(c.todo) == 0 || c.closed {
			c.running = false
			c.mu.Unlock()
			return
		}
		f := c.todo[0]
		c.todo[0] = nil
		c.todo = c.todo[1:]
		c.mu.Unlock()
		f()
	}
}

// close drops what has not begun and waits for what has.
func (c *chain) close() {
	c.mu.Lock()
	c.closed, c.todo = true, nil
	c.mu.Unlock()
	c.work.Wait()
}
