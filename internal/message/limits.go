package message

// Limits bounds what Parse reads and keeps, so that no message costs more than a
// known amount of memory and time. What is beyond a limit is left out and Parsed.Truncated is set.
type Limits struct {
	Bytes       int64 // kept of the whole message, in octets
	PartBytes   int64 // kept of one body between two boundaries, in octets
	HeaderBytes int   // kept of all header fields together, in octets
	Parts       int   // MIME parts, containers counted
	Depth       int   // nesting of containers and enclosed messages
	TextBytes   int   // kept of each decoded text, in octets
}

// DefaultLimits keeps a parse under some 30 MB of memory. Of a longer message the text and
// the reports are still read, because only the bodies of large parts are cut.
func DefaultLimits() Limits {
	return Limits{Bytes: 6 << 20, PartBytes: 1 << 20, HeaderBytes: 256 << 10, Parts: 200, Depth: 12, TextBytes: 256 << 10}
}

// orDefault fills the limits that were left at zero.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	if l.PartBytes <= 0 {
		l.PartBytes = d.PartBytes
	}
	if l.HeaderBytes <= 0 {
		l.HeaderBytes = d.HeaderBytes
	}
	if l.Parts <= 0 {
		l.Parts = d.Parts
	}
	if l.Depth <= 0 {
		l.Depth = d.Depth
	}
	if l.TextBytes <= 0 {
		l.TextBytes = d.TextBytes
	}
	return l
}
