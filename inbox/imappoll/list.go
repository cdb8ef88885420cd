package imappoll

import (
	"github.com/emersion/go-imap/v2"

	"assent/internal/errs"
)

// maxListed is the number of messages of one folder that can be watched.
const maxListed = 4_000_000

// list returns the UIDs above after in the open folder, ascending.
func (c *conn) list(after uint32) ([]uint32, error) {
	if after == ^uint32(0) {
		return nil, nil
	}
	return c.search(imap.UIDRange{Start: imap.UID(after) + 1}, after)
}

// has reports whether a message is in the open folder still.
func (c *conn) has(uid uint32) (bool, error) {
	found, err := c.search(imap.UIDRange{Start: imap.UID(uid), Stop: imap.UID(uid)}, uid-1)
	return len(found) > 0 && found[0] == uid, err
}

// search returns the UIDs of a range that are above after. "n:*" always holds the last message,
// however small its UID (RFC 9051, section 9, seq-range): that is left out here. The library's own
// AllUIDs would write out "1:4294967295" number by number.
func (c *conn) search(r imap.UIDRange, after uint32) ([]uint32, error) {
	messages := c.messages
	if now := c.client.Mailbox(); now != nil {
		messages = max(messages, now.NumMessages)
	}
	c.line.expect(c.pace.Patience, talkOctets+uidOctets*int64(min(messages, maxListed)))
	d, err := c.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{{r}}}, nil).Wait()
	if err != nil {
		return nil, unreachable(err)
	}
	set, _ := d.All.(imap.UIDSet) // nil when an ESEARCH found nothing
	var uids []uint32
	for _, r := range set { // the library keeps them ascending and apart
		from, to := max(uint32(r.Start), after+1), uint32(r.Stop)
		if r.Start == 0 || r.Stop == 0 || to < from {
			continue
		}
		if uint64(to-from)+uint64(len(uids)) >= maxListed {
			return nil, errs.E("imappoll: search", errs.TooMany, sayTooMany, nil)
		}
		for n := to - from + 1; n > 0; n-- {
			uids = append(uids, to-n+1)
		}
	}
	return uids, nil
}

// without returns what listed holds and held does not. Both are ascending.
func without(listed, held []uint32) []uint32 {
	var missing []uint32
	for _, uid := range listed {
		for len(held) > 0 && held[0] < uid {
			held = held[1:]
		}
		if len(held) == 0 || held[0] != uid {
			missing = append(missing, uid)
		}
	}
	return missing
}
