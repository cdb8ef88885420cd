package message

import (
	"bytes"
	"strings"

	"github.com/jhillyerd/enmime/v2/mediatype"
)

// node is one MIME entity. Its body is a slice of the message.
type node struct {
	fields    Fields
	mediaType string
	params    map[string]string
	body      []byte
	children  []*node // of a multipart
	message   *node   // of a message/rfc822
}

// reader builds the tree of nodes within the limits.
type reader struct {
	lim      Limits
	headers  int // octets of header fields that may still be kept
	parts    int
	cut      bool
	warnings []string
}

func (r *reader) warn(s string) {
	if len(r.warnings) < 50 {
		r.warnings = append(r.warnings, s)
	}
}

// entity reads header and body of data. fallback is the media type of an entity that states none.
func (r *reader) entity(data []byte, depth int, fallback string) *node {
	r.parts++
	n := &node{}
	var cut bool
	n.fields, n.body, cut = cutFields(data, &r.headers)
	r.cut = r.cut || cut
	n.mediaType, n.params = r.contentType(n.fields.raw("content-type"), fallback)
	switch {
	case depth >= r.lim.Depth && (isContainer(n.mediaType) || isMessage(n.mediaType)):
		r.cut = true
		r.warn("the message is nested too deep")
	case isContainer(n.mediaType):
		r.multipart(n, depth)
	case isMessage(n.mediaType):
		body, cut := decodeTransfer(n.body, n.fields.raw("content-transfer-encoding"), int(r.lim.PartBytes))
		r.cut = r.cut || cut
		n.message = r.entity(normal(body), depth+1, "text/plain")
	}
	return n
}

func isContainer(t string) bool { return strings.HasPrefix(t, "multipart/") }

func isMessage(t string) bool { return t == "message/rfc822" || t == "message/global" }

// contentType reads a Content-Type field and never fails.
func (r *reader) contentType(value, fallback string) (string, map[string]string) {
	if value == "" {
		return fallback, nil
	}
	if len(value) > 4000 {
		value = value[:4000]
	}
	t, params, _, err := mediatype.Parse(value)
	t = strings.ToLower(strings.TrimSpace(t))
	if err != nil || !strings.Contains(t, "/") {
		r.warn("a Content-Type cannot be read")
		bare, _, _ := strings.Cut(strings.ToLower(value), ";")
		if bare = strings.TrimSpace(bare); strings.Count(bare, "/") != 1 || strings.ContainsAny(bare, " \t") {
			bare = fallback
		}
		return bare, params
	}
	return t, params
}

// multipart splits n's body at its boundary (RFC 2046 section 5.1).
func (r *reader) multipart(n *node, depth int) {
	boundary := n.params["boundary"]
	if boundary == "" || !bytes.Contains(n.body, []byte("--"+boundary)) {
		r.warn("a multipart does not have the boundary it states")
		if boundary = likelyBoundary(n.body); boundary == "" {
			n.mediaType = "text/plain"
			return
		}
	}
	fallback := "text/plain"
	if n.mediaType == "multipart/digest" {
		fallback = "message/rfc822" // RFC 2046 section 5.1.5
	}
	rest := n.body
	_, rest, last := cutBoundary(rest, boundary) // the preamble
	for len(rest) > 0 && !last {
		if r.parts >= r.lim.Parts {
			r.cut = true
			r.warn("the message has too many parts")
			return
		}
		var part []byte
		part, rest, last = cutBoundary(rest, boundary)
		n.children = append(n.children, r.entity(part, depth+1, fallback))
	}
	if !last {
		r.warn("a multipart is not closed")
	}
}

// cutBoundary cuts data at the first boundary line. last means that it closes the multipart, or
// that there is none.
func cutBoundary(data []byte, boundary string) (before, after []byte, last bool) {
	mark := []byte("--" + boundary)
	for at := 0; ; {
		i := bytes.Index(data[at:], mark)
		if i < 0 {
			return data, nil, false
		}
		start := at + i
		end := start + len(mark)
		if start > 0 && data[start-1] != '\n' {
			at = end
			continue
		}
		line, rest := cutLine(data[end:])
		closing := bytes.HasPrefix(line, []byte("--"))
		if !closing && len(bytes.TrimSpace(line)) > 0 { // another, longer boundary
			at = end
			continue
		}
		before = bytes.TrimSuffix(bytes.TrimSuffix(data[:start], []byte{'\n'}), []byte{'\r'})
		return before, rest, closing
	}
}

// likelyBoundary finds the boundary of a multipart that states none or a wrong one: a line that
// starts with "--" and is followed by a Content- field.
func likelyBoundary(body []byte) string {
	for lines := 0; len(body) > 0 && lines < 2000; lines++ {
		var line []byte
		line, body = cutLine(body)
		line = bytes.TrimRight(line, " \t")
		if len(line) < 6 || len(line) > 80 || !bytes.HasPrefix(line, []byte("--")) {
			continue
		}
		next, _ := cutLine(body)
		if len(next) > 8 && strings.EqualFold(string(next[:8]), "content-") {
			return string(line[2:])
		}
	}
	return ""
}
