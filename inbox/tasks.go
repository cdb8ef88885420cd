package inbox

import (
	"fmt"
	"time"

	"assent/queue"
)

// Sorting is the task of sorting a few messages that have just come.
type Sorting struct {
	IDs []int64 `json:"ids"` // inbound messages
}

// TaskKind names the task.
func (Sorting) TaskKind() string { return "inbox.sort" }

// SortingMany is the task of sorting messages that came with many others. It stands in a queue of its own, so that what comes while a mailbox is
// caught up with does not wait until that is done.
type SortingMany struct {
	IDs []int64 `json:"ids"` // inbound messages
}

// TaskKind names the task.
func (SortingMany) TaskKind() string { return "inbox.sort-many" }

const (
	fewMessages    = 20  // that come at once are sorted before all others
	sortedTogether = 100 // messages of one task
)

// SortingTasks returns the tasks that sort messages which were taken in at once.
func SortingTasks(ids []int64, now time.Time) (tasks []queue.Task, err error) {
	for len(ids) > 0 {
		part := ids[:min(sortedTogether, len(ids))]
		ids = ids[len(part):]
		var args queue.Args = SortingMany{part}
		if len(part) <= fewMessages {
			args = Sorting{part}
		}
		t, err := queue.New(fmt.Sprintf("sort:%d", part[0]), args, now)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, t)
	}
	return tasks, nil
}
