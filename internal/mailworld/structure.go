package mailworld

import (
	"bufio"
	"bytes"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-message/textproto"
)

func envelopeOf(raw []byte) *imap.Envelope {
	h, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return nil // is written as an empty envelope
	}
	return imapserver.ExtractEnvelope(h)
}

// structureOf describes a message. What the library would panic on, or what the
// grammar has no form for, is described as plain text.
func structureOf(raw []byte) imap.BodyStructure {
	return mend(imapserver.ExtractBodyStructure(bytes.NewReader(raw)))
}

func mend(b imap.BodyStructure) imap.BodyStructure {
	switch b := b.(type) {
	case *imap.BodyStructureMultiPart:
		if len(b.Children) == 0 || b.Extended == nil {
			return plainText(0)
		}
		for i, child := range b.Children {
			b.Children[i] = mend(child)
		}
		return b
	case *imap.BodyStructureSinglePart:
		if b.Type == "" || b.Subtype == "" || b.Extended == nil {
			return plainText(b.Size)
		}
		if b.MessageRFC822 != nil {
			b.MessageRFC822.BodyStructure = mend(b.MessageRFC822.BodyStructure)
		}
		return b
	}
	return plainText(0)
}

func plainText(size uint32) imap.BodyStructure {
	return &imap.BodyStructureSinglePart{
		Type: "text", Subtype: "plain", Encoding: "7bit", Size: size,
		Text: &imap.BodyStructureText{}, Extended: &imap.BodyStructureSinglePartExt{},
	}
}
