package imappoll

import (
	"bytes"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"assent/inbox"
)

// described is what the server says of a message before it gives it.
type described struct {
	uid, seq   uint32
	receivedAt time.Time // INTERNALDATE
	size       int64     // RFC822.SIZE, in octets; some servers only guess it
}

// describe asks for size and time of receipt of messages. What has gone, and what the server
// does not describe, is left out. The structure of a message is never asked for: servers fail on
// malformed ones.
func (c *conn) describe(uids []uint32) ([]described, error) {
	c.await()
	cmd := c.client.Fetch(setOf(uids), &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true})
	var list []described
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		d := described{seq: m.SeqNum, size: -1}
		for item := m.Next(); item != nil; item = m.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				d.uid = uint32(item.UID)
			case imapclient.FetchItemDataInternalDate:
				d.receivedAt = item.Time
			case imapclient.FetchItemDataRFC822Size:
				d.size = item.Size
			}
		}
		if d.uid != 0 && d.size >= 0 && !d.receivedAt.IsZero() {
			list = append(list, d) // else a notice of changed flags, which the library takes for the answer
		}
		c.await()
	}
	return list, cmd.Close()
}

// whole asks for the octets of a message, without setting \Seen (RFC 9051, section 6.4.5).
func whole() *imap.FetchOptions {
	return &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
}

// fetch reads messages into memory, room octets at most. Messages that did not come,
// or that turn out to be larger than the room left, are missing from what is returned. The messages
// that are returned with an error are complete.
func (c *conn) fetch(batch []described, room int64) ([]inbox.Arrival, error) {
	byUID := make(map[uint32]described, len(batch))
	uids := make([]uint32, len(batch))
	for i, d := range batch {
		byUID[d.uid], uids[i] = d, d.uid
	}
	c.await()
	cmd := c.client.Fetch(setOf(uids), whole())
	var list []inbox.Arrival
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		var uid uint32
		for item := m.Next(); item != nil; item = m.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				uid = uint32(item.UID)
			case imapclient.FetchItemDataBodySection:
				d, asked := byUID[uid]
				if item.Literal == nil || !asked {
					continue
				}
				size := item.Literal.Size()
				c.line.expect(c.pace.Patience, size+talkOctets)
				if size > room {
					continue // is drained by the library
				}
				raw, err := readWhole(item.Literal, size)
				if err != nil {
					return list, err // and no cmd.Close: the library would read on, beside its own reader
				}
				room -= size
				list = append(list, inbox.Arrival{UID: uid, ReceivedAt: d.receivedAt, Size: size, Body: raw})
			}
		}
	}
	return list, cmd.Close()
}

func readWhole(r io.Reader, size int64) (io.Reader, error) {
	raw := make([]byte, size)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, err // the library itself would take a message that was cut short for complete
	}
	return bytes.NewReader(raw), nil
}

func setOf(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	return set
}
