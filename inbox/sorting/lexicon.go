package sorting

import (
	"embed"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// The lexicons say with which words people of a language express a concept such as
// "delete" or "newsletter". lexicon/README.md explains the format to those who
// speak the language; the rules that join the concepts are in rules.go.
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// phrase is one line of a lexicon.
type phrase struct {
	*section
	words []pattern
	text  string
	first bool // only at the start of a sentence: "^" in the file
}

// section is what the phrases of a language for a concept have in common.
type section struct {
	language, concept string
	bit               conceptSet // of the concept
	tongue            uint64     // bit of the language
}

// pattern matches one word: one of several, each whole or the start of the word.
type pattern struct {
	any []alternative
	gap int // instead of a word: up to so many words that do not matter
}

type alternative struct {
	word string
	stem bool // the word may go on
}

func (p pattern) match(w string) bool {
	for _, a := range p.any {
		if w == a.word || a.stem && strings.HasPrefix(w, a.word) {
			return true
		}
	}
	return false
}

func (p pattern) has(word string) bool {
	return slices.ContainsFunc(p.any, func(a alternative) bool { return a.word == word })
}

func (p pattern) hasStem() bool {
	return slices.ContainsFunc(p.any, func(a alternative) bool { return a.stem })
}

// entry is a phrase as it is looked up, with what tells soonest that it is not there: bits of words of which one must follow, 0 when there
// is no telling.
type entry struct {
	tongue      uint64 // bit of the language
	next, later uint64 // of the word right after the first; of a word somewhere after it
	phrase      *phrase
}

// follows returns the bits of the word right after the first, and of the rarest that the phrase has after its first.
func (p *phrase) follows() (next, later uint64) {
	for i, w := range p.words[1:] {
		if w.gap > 0 || w.hasStem() {
			continue
		}
		any := uint64(0)
		for _, a := range w.any {
			any |= wordBit(a.word)
		}
		if i == 0 {
			next = any
		}
		if later == 0 || bits.OnesCount64(any) < bits.OnesCount64(later) {
			later = any
		}
	}
	return next, later
}

// wordBit maps a word to one of 64 bits (FNV-1a), so that most words that a sentence lacks are known in one step.
func wordBit(w string) uint64 {
	h := uint32(2166136261)
	for i := range len(w) {
		h = (h ^ uint32(w[i])) * 16777619
	}
	return 1 << ((h ^ h>>16) & 63)
}

// lexicon finds phrases in the words of a sentence.
type lexicon struct {
	byWord    map[string][]entry  // by first word
	byStem    map[string][]entry  // by the start of the first word
	stopwords map[string][]string // word to languages
	fillers   map[string]bool     // words of no weight in a mail of a few words
	concepts  map[string]bool     // that some language has
	bits      map[string]conceptSet
	tongues   map[string]uint64 // language to bit
	minStem   int               // length of the shortest stem, in octets
	maxStem   int               // and of the longest
}

// conceptSet is a set of concepts, a bit for each in the order of conceptNames.
type conceptSet [2]uint64

func (c conceptSet) with(o conceptSet) conceptSet { return conceptSet{c[0] | o[0], c[1] | o[1]} }

// meets reports whether the sets have a concept in common.
func (c conceptSet) meets(o conceptSet) bool { return c[0]&o[0] != 0 || c[1]&o[1] != 0 }

// languageNames returns the languages that have a lexicon, in the order of the alphabet.
func (l *lexicon) languageNames() []string {
	return slices.Sorted(maps.Keys(l.tongues))
}

// set returns the set of the named concepts.
func (l *lexicon) set(names ...string) conceptSet {
	var c conceptSet
	for _, n := range names {
		c = c.with(l.bits[n])
	}
	return c
}

// hit is a phrase found in a sentence.
type hit struct {
	*phrase
	at, end int // words of the sentence
}

// lexicons reads the embedded files once.
var lexicons = sync.OnceValue(func() *lexicon {
	l, err := readLexicons()
	if err != nil {
		panic(err) // the files are part of the program; a test reads them
	}
	return l
})

// everyTongue lets find look in all languages.
const everyTongue = ^uint64(0)

// maxHits bounds the phrases found in a sentence: one that people write has some hundred, "stop stop stop" has no end of them.
const maxHits = 1500

// find returns the phrases in words, of the languages whose bit is set.
func (l *lexicon) find(words []string, tongues uint64) []hit {
	out := make([]hit, 0, 2*len(words))
	var next, later [maxSentenceWords + 1]uint64 // of the word after one, and of all after it
	for i := len(words) - 2; i >= 0; i-- {
		next[i] = wordBit(words[i+1])
		later[i] = next[i] | later[i+1]
	}
	look := func(list []entry, at int) {
		for i := range list {
			e := &list[i]
			if e.tongue&tongues == 0 || e.next != 0 && e.next&next[at] == 0 || e.later != 0 && e.later&later[at] == 0 || len(out) == maxHits {
				continue
			}
			if end, ok := e.phrase.matchAt(words, at); ok {
				out = append(out, hit{e.phrase, at, end})
			}
		}
	}
	for at, w := range words {
		look(l.byWord[w], at)
		for n := l.minStem; n <= min(len(w), l.maxStem); n++ {
			look(l.byStem[w[:n]], at)
		}
	}
	return out
}

func (p *phrase) matchAt(words []string, at int) (end int, ok bool) {
	if p.first && at > 0 {
		return 0, false
	}
	return matchWords(p.words, words, at)
}

func matchWords(patterns []pattern, words []string, at int) (end int, ok bool) {
	for i, p := range patterns {
		if p.gap > 0 {
			for skip := 0; skip <= p.gap; skip++ {
				if end, ok := matchWords(patterns[i+1:], words, at+skip); ok {
					return end, true
				}
			}
			return 0, false
		}
		if at >= len(words) || !p.match(words[at]) {
			return 0, false
		}
		at++
	}
	return at, true
}

// conceptNames lists the sections that a lexicon may have.
func conceptNames() []string {
	return []string{
		"spellings", "stopwords", "negation", "request", "mine", "about-me", "data", "personal-data", "contact", "account", "delete", "close", "access", "held", "rectify", "wrong",
		"field", "no-field", "right-rectification", "right-erasure", "right-restriction", "right-portability", "right-objection",
		"restrict", "processing", "object", "marketing", "portable", "consent", "withdraw", "complaint", "complaint-about",
		"automated", "human-review", "unsubscribe", "unsubscribe-me", "newsletter", "bare", "footer", "story", "software", "notice", "aside", "threat", "law",
		"article", "reminder", "auto", "vacation", "ack", "challenge", "left-company", "compensation", "breach", "foi", "third-party", "child",
		"agent", "urgent", "stop", "any-more", "no-more", "wish", "send", "receive", "persist", "put-back", "thanks", "which", "hold",
		"copy", "obtained", "shared", "until", "ignored", "grievance", "tell", "everything",
		"machine", "decided", "human", "review", "fed-up", "wanted", "delete-it", "their-records", "pass-on", "keep-it",
		"take-off", "these", "refusal", "filler", "no-list", "about-them", "misdeed", "redress", "never-joined", "own", "contacted", "in-vain", "why-me", "earlier", "wrong-person", "accuse", "usage", "in-person", "rights-contact", "unknowing",
		"others-data", "in-view", "in-theory", "public-records",
	}
}
