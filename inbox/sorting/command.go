package sorting

import (
	"slices"
	"strings"
)

// bareCommand takes a mail that is nothing but "unsubscribe" or "STOP", beside a greeting and a name.
func (r *reading) bareCommand(found map[string][]Ground) {
	opening := true                  // nothing but a greeting so far
	elsewhere := r.speaks("no-list") // under the word stands what is left: a course, a school lunch
	for i := range r.all {
		s := &r.all[i]
		whole, clause := s.bare()
		text := s.where == "text"
		if text && strings.Contains(s.text, "://") { // "Unsubscribe: https://...": a newsletter's way out
			continue
		}
		token := len(s.words) <= 4 && !(text && s.has("footer")) && !s.has("no-list") && (text || !elsewhere) && slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == "unsubscribe" && h.at == 0 })
		switch {
		case !text && r.words == 0 && len(s.words) <= 3 && s.endsIn("unsubscribe"): // "birders-unsubscribe"
		case r.words <= 3 && len(s.words) == 2 && s.leaves(): // "leave birders"
		case !text && (whole || token) && (!r.reply || r.words == 0):
		case text && token && opening && r.words <= 8:
		case text && whole && (r.words <= 14 || opening && r.words <= 40):
		case text && clause && r.words <= 25:
		default:
			opening = opening && (!text || len(s.words) <= 4)
			continue
		}
		found[LabelUnsubscribe] = append(found[LabelUnsubscribe], Ground{Where: s.where, Words: s.text, Rule: "the word alone"})
	}
}

// leaves reports whether a sentence starts with a word that alone is an opt-out, as programs that run lists know it.
func (s *said) leaves() bool {
	return slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == "bare" && h.at == 0 && h.end == 1 })
}

// endsIn reports whether the last word of a sentence is of a concept.
func (s *said) endsIn(concept string) bool {
	return slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == concept && h.end == len(s.words) })
}

// bare reports whether a sentence is nothing but a command such as "stop", or has a clause
// of several words that is.
func (s *said) bare() (whole, clause bool) {
	for _, h := range s.hits {
		if h.concept != "bare" {
			continue
		}
		whole = whole || h.at == 0 && h.end == len(s.words)
		last := h.end == len(s.words) && h.end <= maxTerse
		several := h.end-h.at > 1
		starts := s.clauseAt(h.at) || several && s.clauseAt(h.at-1) && s.filler(h.at-1) // "now remove me"
		ends := s.clauseAt(h.end) || several && s.clauseAt(h.end+1) && s.filler(h.end)
		clause = clause || (several || len(s.words) <= 4 || last) && starts && ends
	}
	return whole, clause
}

// filler reports whether the word at a place weighs nothing.
func (s *said) filler(at int) bool {
	return at >= 0 && at < len(s.words) && lexicons().fillers[s.words[at]]
}
