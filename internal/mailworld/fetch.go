package mailworld

import (
	"bytes"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// Fetch writes messages without holding the folder's lock: a slow client delays no delivery.
func (v *view) Fetch(w *imapserver.FetchWriter, set imap.NumSet, o *imap.FetchOptions) error {
	reads := slices.ContainsFunc(o.BodySection, func(b *imap.FetchItemBodySection) bool { return !b.Peek })
	list := v.pick(set)
	if reads && !v.readOnly {
		list = v.setFlags(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen}})
	}
	for _, p := range list {
		if err := write(w.CreateMessage(p.seq), p, o, reads); err != nil {
			return err
		}
	}
	return nil
}

func write(r *imapserver.FetchResponseWriter, p picked, o *imap.FetchOptions, flagsChanged bool) error {
	r.WriteUID(imap.UID(p.UID))
	if o.Flags || flagsChanged {
		r.WriteFlags(p.flags)
	}
	if o.InternalDate {
		r.WriteInternalDate(p.ReceivedAt)
	}
	if o.RFC822Size {
		r.WriteRFC822Size(int64(len(p.Raw)))
	}
	if o.Envelope {
		r.WriteEnvelope(envelopeOf(p.Raw))
	}
	if o.BodyStructure != nil {
		r.WriteBodyStructure(structureOf(p.Raw))
	}
	for _, s := range o.BodySection {
		octets := section(p.Raw, s)
		body := r.WriteBodySection(s, int64(len(octets)))
		if _, err := body.Write(octets); err != nil {
			_ = body.Close()
			_ = r.Close()
			return err
		}
		if err := body.Close(); err != nil {
			_ = r.Close()
			return err
		}
	}
	return r.Close()
}

// section returns what BODY[...] asks for. The whole message, its header and its text are
// the octets as they stand; the library, which the rest goes to, would show a malformed message as empty.
func section(raw []byte, s *imap.FetchItemBodySection) []byte {
	whole := len(s.Part) == 0 && len(s.HeaderFields) == 0 && len(s.HeaderFieldsNot) == 0
	head, body := parts(raw)
	switch {
	case whole && s.Specifier == imap.PartSpecifierNone:
		return partial(raw, s.Partial)
	case whole && s.Specifier == imap.PartSpecifierHeader:
		return partial(head, s.Partial)
	case whole && s.Specifier == imap.PartSpecifierText:
		return partial(body, s.Partial)
	}
	return imapserver.ExtractBodySection(bytes.NewReader(raw), s)
}

func partial(b []byte, p *imap.SectionPartial) []byte {
	if p == nil {
		return b
	}
	from := min(max(p.Offset, 0), int64(len(b)))
	return b[from : from+min(max(p.Size, 0), int64(len(b))-from)]
}

// parts cuts a message after the empty line that ends its header.
func parts(raw []byte) (head, body []byte) {
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		return raw[:i+4], raw[i+4:]
	}
	return raw, nil
}
