package imappoll

import (
	"errors"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"assent/inbox"
)

var (
	// errElsewhere means that the message that came is not the one that was asked for.
	errElsewhere = errors.New("the server gave another message")
	errCut       = errors.New("the connection was cut in a message")
)

// handing is how one message fared on its way through.
type handing struct {
	given  bool  // it was handed over, and the Receiver has it
	store  error // why the Receiver did not take it
	octets int64 // of it that had come when the connection broke
}

// stream hands one message over as it comes from the connection. With bySeq it is asked for
// by its sequence number, for servers that send a message before its UID: the library loses
// such an answer to UID FETCH. A message above most octets is handed over as unreadable. The
// error is the server's refusal, or the connection's.
func (c *conn) stream(d described, bySeq bool, most int64, hand func(inbox.Arrival) error) (handing, error) {
	var set imap.NumSet = setOf([]uint32{d.uid})
	if bySeq {
		set = imap.SeqSetNum(d.seq)
	}
	c.await()
	cmd := c.client.Fetch(set, whole())
	var h handing
	var failed error
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		b := &body{message: m, want: d.uid}
		for item := m.Next(); item != nil; item = m.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				b.got = uint32(item.UID)
			case imapclient.FetchItemDataBodySection:
				if item.Literal == nil || h.given || h.store != nil || failed != nil {
					continue
				}
				b.literal, b.left = item.Literal, item.Literal.Size()
				c.line.expect(c.pace.Patience, b.left+talkOctets)
				if h, failed = b.hand(d, most, hand); !h.given || b.left > talkOctets {
					c.cut(b) // so that a large message is not read to its end for nothing
				}
				if b.dead {
					return h, errors.Join(failed, errCut) // the library would read on, beside its own reader
				}
			}
		}
	}
	return h, errors.Join(failed, cmd.Close())
}

// cut ends the connection in the middle of a message, and lets go the library's reader, which
// waits until the message has been read or reading it has failed.
func (c *conn) cut(b *body) {
	_ = c.line.Conn.Close()
	for b.left > 0 && !b.dead {
		_, _ = b.take(make([]byte, 4096))
	}
}

// body reads one message from the connection. The library's own reader takes a message that
// was cut short for complete; here that is an error.
type body struct {
	message   *imapclient.FetchMessageData
	literal   io.Reader
	left      int64
	want, got uint32 // UIDs; got is 0 until the server has said it
	err       error  // what Read returns from now on
	dead      bool   // the connection failed: the literal must not be touched again
}

// hand calls the Receiver, and tells a failure of its own from one of the connection.
func (b *body) hand(d described, most int64, hand func(inbox.Arrival) error) (handing, error) {
	a := inbox.Arrival{UID: d.uid, ReceivedAt: d.receivedAt, Size: b.left, Body: b}
	if b.got != 0 && b.got != b.want {
		return handing{}, errElsewhere
	}
	if b.left > most {
		a.Body, a.Unreadable = nil, sayTooLarge
	}
	err := hand(a)
	if b.err != nil && b.err != io.EOF {
		return handing{octets: a.Size - b.left}, b.err
	}
	return handing{given: err == nil, store: err}, nil
}

// Read implements io.Reader. The last octets come only when the message is known to be the right one.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n := 0
	if b.left > 0 {
		n, b.err = b.take(p)
	}
	if b.left == 0 && b.err == nil {
		b.err = b.finish()
	}
	return n, b.err
}

// take reads some of what is left. The end of the connection is an error, unless nothing is left.
func (b *body) take(p []byte) (int, error) {
	n, err := b.literal.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err == nil || err == io.EOF {
		return n, nil
	}
	b.dead = true
	return n, err
}

// finish lets the library go on behind the message, and looks there for its UID.
func (b *body) finish() error {
	if _, err := io.Copy(io.Discard, b.literal); err != nil {
		return err
	}
	for item := b.message.Next(); b.got == 0 && item != nil; item = b.message.Next() {
		if uid, ok := item.(imapclient.FetchItemDataUID); ok {
			b.got = uint32(uid.UID)
		}
	}
	if b.got != b.want {
		return errElsewhere
	}
	return io.EOF
}
