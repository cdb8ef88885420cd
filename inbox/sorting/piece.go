package sorting

import (
	"regexp/syntax"
	"strings"
)

// piece is text that an expression cannot match without, with the bits of its trigrams: what a text lacks is mostly known without
// reading it again.
type piece struct {
	text string
	bits []uint16
}

// trigrams is the set of the sequences of three octets of a text, each as one of 8192 bits.
type trigrams [128]uint64

// trigramsFrom is from how many expressions on the trigrams of a text are worth finding.
const trigramsFrom = 12

func trigramsOf(text string) *trigrams {
	t := &trigrams{}
	for i := 0; i+3 <= len(text); i++ {
		b := trigramBit(text[i], text[i+1], text[i+2])
		t[b/64] |= 1 << (b % 64)
	}
	return t
}

func trigramBit(a, b, c byte) uint16 {
	return uint16((uint32(a)*0x9e3779b1 ^ uint32(b)*0x85ebca6b ^ uint32(c)*0xc2b2ae35) >> 19)
}

func newPiece(text string) piece {
	p := piece{text: text}
	for i := 0; i+3 <= len(text); i++ {
		p.bits = append(p.bits, trigramBit(text[i], text[i+1], text[i+2]))
	}
	return p
}

// in reports whether a text has the piece. The trigrams are those of the text, or nil.
func (p piece) in(text string, of *trigrams) bool {
	if of != nil {
		for _, b := range p.bits {
			if of[b/64]&(1<<(b%64)) == 0 {
				return false
			}
		}
	}
	return strings.Contains(text, p.text)
}

// needs returns lists of pieces: of each list one is in everything that an expression matches.
func needs(e *syntax.Regexp) [][]piece {
	var out [][]piece
	list := []*syntax.Regexp{e}
	if e.Op == syntax.OpConcat {
		list = e.Sub
	}
	for _, sub := range list {
		var any []piece
		for _, text := range sure(sub) {
			any = append(any, newPiece(text))
		}
		if any != nil {
			out = append(out, any)
		}
	}
	return out
}
