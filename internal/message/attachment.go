package message

import (
	"io"

	"assent/internal/errs"
)

// AttachmentLimits are those of ReadPart: a part of some 25 MB is read whole.
func AttachmentLimits() Limits {
	l := DefaultLimits()
	l.Bytes, l.PartBytes = 64<<20, 40<<20
	return l
}

// ReadPart returns one part of a message with its content, by its place in Parsed.Parts, decoded but not read in any way. What it holds in memory is bounded by the
// limits. Kinds of error: NotFound where there is no such part, Invalid where it is larger than the limits, and that of r's error.
func ReadPart(r io.Reader, place int, lim Limits) (p Part, content []byte, err error) {
	const op = "message: read part"
	lim = lim.orDefault()
	data, thin, err := readThin(r, lim)
	if err != nil {
		return Part{}, nil, errs.Wrap(op, err)
	}
	rd := &reader{lim: lim, headers: lim.HeaderBytes}
	n := rd.leaf(rd.entity(normal(data), 0, "text/plain"), &place)
	if n == nil {
		return Part{}, nil, errs.E(op, errs.NotFound, "The message has no such part.", nil)
	}
	content, cut := decodeTransfer(n.body, n.fields.raw("content-transfer-encoding"), int(lim.PartBytes))
	if cut || thin && int64(len(n.body)) > lim.PartBytes-nearly {
		return Part{}, nil, errs.E(op, errs.Invalid, "This part is too large to be taken out by itself. Download the whole message.", nil)
	}
	return Part{Type: n.mediaType, Filename: rd.filename(n), Size: len(content)}, content, nil
}

// nearly is how much less than its limit a part may have that was cut: one read of readThin, and its header.
const nearly = 320 << 10

// leaf counts parts as collect does, and returns the one at a place.
func (r *reader) leaf(n *node, place *int) *node {
	if len(n.children) == 0 {
		if *place--; *place < 0 {
			return n
		}
		return nil
	}
	for _, c := range n.children {
		if found := r.leaf(c, place); found != nil {
			return found
		}
	}
	return nil
}
