package imappoll

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// maxTries is how often a message is asked for, alone, before it becomes work for a person.
const maxTries = 3

// suspects are messages that did not come with the others, by UID. Each is asked
// for alone, after all others, so that it holds up none.
type suspects map[uint32]*suspect

type suspect struct {
	tries   int
	at      time.Time // when the last try was counted
	fetched uint64    // watch.fetched at that time
	turn    uint64    // of the last attempt, counted or not
}

func (s suspects) add(uids ...uint32) {
	for _, uid := range uids {
		if s[uid] == nil {
			s[uid] = &suspect{}
		}
	}
}

// keep forgets all but the given UIDs: the others are held, or gone.
func (s suspects) keep(uids []uint32) {
	for uid := range s {
		if _, found := slices.BinarySearch(uids, uid); !found {
			delete(s, uid)
		}
	}
}

// inTurn returns the suspects, the longest unattempted first: one that breaks the
// connection each time does not keep the others from their turn.
func (s suspects) inTurn() []uint32 {
	return slices.SortedFunc(maps.Keys(s), func(a, b uint32) int {
		return cmp.Or(cmp.Compare(s[a].turn, s[b].turn), cmp.Compare(a, b))
	})
}

// blame counts a failed try and reports whether it was the last. A try counts only if the
// server has given another message since the one before, or a whole sweep's time has passed: a
// server that gives nothing at all is at fault, and not the message.
func (s *suspect) blame(now time.Time, fetched uint64, every time.Duration) (last bool) {
	if s.tries > 0 && s.fetched == fetched && now.Sub(s.at) < every {
		return false
	}
	s.tries++
	s.at, s.fetched = now, fetched
	return s.tries >= maxTries
}
