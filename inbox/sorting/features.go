package sorting

import (
	"slices"
	"unicode/utf8"
)

// features returns what is weighed of a mail, each once: that of its sentences, and that it is an answer, whose subject is left out: somebody else wrote it.
func (r *reading) features() map[string]bool {
	if r.weighed != nil {
		return r.weighed
	}
	r.weighed = map[string]bool{}
	if r.reply {
		r.weighed["=re:"] = true
	}
	for _, s := range r.body() {
		if s.where == "text" || !r.reply {
			s.addFeatures(r.weighed)
		}
	}
	return r.weighed
}

// addFeatures adds what is weighed of a sentence: its concepts and every two of them, which are the same in all languages; its words of more than three letters, their beginnings, two
// words that stand together or with one between them. Of a subject it is the words alone.
func (s *said) addFeatures(to map[string]bool) {
	if s.where == "subject" {
		for _, w := range s.words {
			to["subject "+w] = true
		}
		return
	}
	ideas := s.ideas()
	for i, idea := range ideas {
		to["="+idea] = true
		for _, other := range ideas[i+1:] {
			to["="+idea+"+"+other] = true
		}
	}
	words := slices.Concat([]string{"^"}, s.words, []string{"$"})
	if s.asked {
		words[len(words)-1] = "?"
	}
	for at, w := range words {
		if utf8.RuneCountInString(w) > 3 {
			to[w] = true
		}
		if start := beginning(w); start != w {
			to[start+"*"] = true
		}
		if at+1 < len(words) {
			to[w+" "+words[at+1]] = true
		}
		if at+2 < len(words) {
			to[w+" _ "+words[at+2]] = true
		}
	}
}

// beginning returns the first four letters of a word.
func beginning(w string) string {
	n := 0
	for i := range w {
		if n == 4 {
			return w[:i]
		}
		n++
	}
	return w
}

// ideas returns the concepts of a sentence, each once and in the order of the alphabet; with "not-" before them where they are denied.
func (s *said) ideas() []string {
	var out []string
	for _, h := range s.hits {
		idea := h.concept
		if s.negated(h) {
			idea = "not-" + idea
		}
		out = append(out, idea)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
