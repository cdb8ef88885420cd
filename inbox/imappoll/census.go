package imappoll

import (
	"cmp"
	"context"
	"slices"
	"time"

	"assent/inbox"
)

const censusPart = 1000 // messages that are asked about at once

// Census lists the folder over a connection of its own, and hands over each message's UID and time of receipt, ascending, in parts. It fetches and changes nothing. It is an inbox.Census. The
// errors are those of Inspect.
func (p *Poller) Census(ctx context.Context, take func(uidValidity uint32, part []inbox.Listed) error) error {
	if err := p.Mailbox.check(false); err != nil {
		return err
	}
	c, err := open(ctx, p.Mailbox, p.Pace.withDefaults())
	if err != nil {
		return err
	}
	defer c.close()
	uids, err := c.list(0)
	if err != nil {
		return err
	}
	if len(uids) == 0 {
		return take(c.validity, nil)
	}
	for part := range slices.Chunk(uids, censusPart) {
		listed, err := c.timesOf(part)
		if err != nil {
			return err
		}
		c.line.rest()
		if err := take(c.validity, listed); err != nil {
			return err
		}
	}
	return nil
}

// timesOf asks for the times of receipt of messages. One that the server does not describe stays in the list, without a time, as long as it is in the folder.
func (c *conn) timesOf(uids []uint32) ([]inbox.Listed, error) {
	list, err := c.describe(uids)
	if err != nil && !answered(err) {
		return nil, unreachable(err)
	}
	times := make(map[uint32]time.Time, len(list))
	for _, d := range list {
		times[d.uid] = d.receivedAt
	}
	var out []inbox.Listed
	for _, uid := range uids {
		at, described := times[uid]
		if !described {
			there, err := c.has(uid)
			if err != nil {
				return nil, err
			}
			if !there {
				continue // removed meanwhile
			}
		}
		out = append(out, inbox.Listed{UID: uid, ReceivedAt: at})
	}
	slices.SortFunc(out, func(a, b inbox.Listed) int { return cmp.Compare(a.UID, b.UID) })
	return out, nil
}
