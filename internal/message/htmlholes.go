package message

import (
	"strings"

	"golang.org/x/net/html"
)

// place is where a hole stands in HTML, which decides what its value may be.
type place uint8

const (
	inText     place = iota // between tags, or in a quoted attribute
	inURL                   // in an attribute that holds a URL, not at its start
	atURLStart              // at the start of such an attribute: the value brings the scheme
)

// htmlPiece is a piece of HTML with the place of its hole.
type htmlPiece struct {
	piece
	place place
}

// Attributes whose value a reader's program follows or loads.
const urlAttributes = " href src action formaction background cite poster data longdesc ping manifest archive codebase srcset xlink:href usemap profile classid dynsrc lowsrc "

// splitHTML cuts HTML at its holes. It refuses a hole in a place where no escaping makes
// every value harmless: a script, a style, a comment, a tag or attribute name, an
// attribute without quotation marks, an event handler.
func splitHTML(s string) ([]htmlPiece, error) {
	var out []htmlPiece
	z := html.NewTokenizer(strings.NewReader(s))
	rawElement, read := "", 0
	for {
		kind := z.Next()
		raw := string(z.Raw())
		read += len(raw)
		if kind == html.ErrorToken {
			if read != len(s) || raw != "" {
				return nil, refuse("The HTML part ends within a tag or a comment.")
			}
			return out, nil
		}
		pieces, err := tokenPieces(kind, raw, rawElement)
		if err != nil {
			return nil, err
		}
		out = append(out, pieces...)
		rawElement = ""
		if kind == html.StartTagToken {
			name, _ := z.TagName()
			rawElement = string(name)
		}
	}
}

// Elements whose content is not HTML text, and in which an escaped value is not harmless.
const opaqueElements = " script style iframe noembed noframes noscript plaintext xmp "

func tokenPieces(kind html.TokenType, raw, element string) ([]htmlPiece, error) {
	switch {
	case kind == html.TextToken && !among(opaqueElements, element):
		return plainPieces(raw)
	case (kind == html.StartTagToken || kind == html.SelfClosingTagToken) && strings.Contains(raw, holeOpen):
		return tagPieces(raw)
	case strings.Contains(raw, holeOpen) || strings.Contains(raw, holeClose):
		return nil, refuse("A hole may not stand in a script, a style, a comment or an end tag.")
	}
	return []htmlPiece{{piece: piece{literal: raw}}}, nil
}

func plainPieces(raw string) ([]htmlPiece, error) {
	pieces, err := split(raw)
	if err != nil {
		return nil, err
	}
	out := make([]htmlPiece, len(pieces))
	for i, p := range pieces {
		out[i] = htmlPiece{piece: p}
	}
	return out, nil
}

// tagPieces cuts a start tag that holds holes, each within the quotation marks of an attribute.
func tagPieces(tag string) ([]htmlPiece, error) {
	var out []htmlPiece
	for strings.Contains(tag, holeOpen) {
		quote := strings.IndexAny(tag, `"'`)
		if quote < 0 || strings.Contains(tag[:quote], holeOpen) {
			return nil, refuse("A hole in a tag must stand within the quotation marks of an attribute.")
		}
		before, rest := tag[:quote+1], tag[quote+1:]
		end := strings.IndexByte(rest, tag[quote])
		name := attributeBefore(tag[:quote])
		if end < 0 || name == "" {
			return nil, refuse("A tag that holds a hole is not well formed.")
		}
		value, err := attributePieces(name, rest[:end])
		if err != nil {
			return nil, err
		}
		out = append(append(out, htmlPiece{piece: piece{literal: before}}), value...)
		tag = rest[end:]
		out = append(out, htmlPiece{piece: piece{literal: tag[:1]}})
		tag = tag[1:]
	}
	return append(out, htmlPiece{piece: piece{literal: tag}}), nil
}

// attributeBefore returns the name of the attribute whose value starts after s, which
// ends in `name=`, or "".
func attributeBefore(s string) string {
	s = strings.TrimRight(s, " \t\r\n\f")
	if !strings.HasSuffix(s, "=") {
		return ""
	}
	s = strings.TrimRight(s[:len(s)-1], " \t\r\n\f")
	return strings.ToLower(s[strings.LastIndexAny(s, " \t\r\n\f/\"'<")+1:])
}

func attributePieces(name, value string) ([]htmlPiece, error) {
	pieces, err := plainPieces(value)
	if err != nil {
		return nil, err
	}
	for i, p := range pieces {
		if p.hole == "" {
			continue
		}
		switch {
		case strings.HasPrefix(name, "on") || name == "style" || name == "srcdoc":
			return nil, refuse("A hole may not stand in the attribute " + name + ".")
		case !among(urlAttributes, name):
		case !strings.HasPrefix(p.hole, "url_"):
			return nil, refuse("Only a hole whose name starts with url_ may stand in the attribute " + name + ".")
		case i == 0 || strings.TrimSpace(pieces[0].literal) == "" && i == 1:
			pieces[i].place = atURLStart
		default:
			pieces[i].place = inURL
		}
	}
	return pieces, nil
}
