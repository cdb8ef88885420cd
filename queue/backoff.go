package queue

import "time"

const (
	firstRetry = 2 * time.Second
	lastRetry  = 15 * time.Minute
)

// Backoff returns how long to wait after the fails-th failure in a row (from 1 on): 2 s, doubled
// each time up to 15 minutes. jitter in [0,1) takes off up to half, so that tasks which failed together
// do not come back together. There is no last attempt: only ErrDrop gives up.
func Backoff(fails int, jitter float64) time.Duration {
	d := firstRetry
	for i := 1; i < fails && d < lastRetry; i++ {
		d *= 2
	}
	d = min(d, lastRetry)
	return d - time.Duration(jitter*float64(d)/2)
}
