package imappoll

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// A message that does not come becomes work for a person after maxTries tries that count,
// or after maxBreaks connections that broke over it.
const (
	maxTries  = 3
	maxBreaks = 30
)

// refused is where a message ended that the server refused, or left out, on a connection that stood.
const refused = -1

// suspects are messages that did not come with the others, by UID. Each is asked
// for alone, after all others, so that it holds up none.
type suspects map[uint32]*suspect

type suspect struct {
	tries   int
	breaks  int
	ended   int64     // octets of the message that had come when the last try failed, or refused
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

// blame notes a failed try, which ended after so many octets of the message, and reports
// whether it was the last. It is not the message's fault, and does not count,
//   - when the server has given no other message since the try before, unless a whole sweep's time
//     has passed: it gives nothing at all;
//   - when the connection broke at another octet than the time before: that is a bad
//     line, and the counting begins anew.
func (s *suspect) blame(ended int64, now time.Time, fetched uint64, every time.Duration) (last bool) {
	if s.tries > 0 && s.fetched == fetched && now.Sub(s.at) < every {
		return false
	}
	if ended != refused {
		s.breaks++
	}
	if s.tries > 0 && ended != s.ended {
		s.tries = 0
	}
	s.tries++
	s.ended, s.at, s.fetched = ended, now, fetched
	return s.tries >= maxTries || s.breaks >= maxBreaks
}
