package sorting

import (
	"cmp"
	"slices"
)

// enoughStopwords is from how many common words on the language of a text can be told by these alone.
const enoughStopwords = 12

// plainly returns the languages that a text may be in by its commonest words, as far as that is
// beyond doubt: to look for phrases in these alone takes a tenth of the time.
func (l *lexicon) plainly(list []sentence) uint64 {
	score := map[string]float64{}
	known := 0
	for _, s := range list {
		known += l.countStopwords(s.words, score)
	}
	if known < enoughStopwords {
		return everyTongue
	}
	best := 0.0
	for _, n := range score {
		best = max(best, n)
	}
	tongues := l.tongues[anyLanguage]
	for lang, n := range score {
		if n >= best*0.25 {
			tongues |= l.tongues[lang]
		}
	}
	return tongues
}

// countStopwords adds to the score of each language its commonest words; one that several share counts a part for each.
func (l *lexicon) countStopwords(words []string, score map[string]float64) (known int) {
	for _, w := range words {
		in := l.stopwords[w]
		for _, lang := range in {
			score[lang] += 1 / float64(len(in))
		}
		if len(in) > 0 {
			known++
		}
	}
	return known
}

// languages returns the languages that the text may be in, the likeliest first. Nil means
// that it is too short to tell, and all count.
func (l *lexicon) languages(all []said) []string {
	score := map[string]float64{}
	known := 0
	for _, s := range all {
		known += l.countStopwords(s.words, score)
		seen := map[*phrase]bool{}
		for _, h := range s.hits {
			if h.language != anyLanguage && !seen[h.phrase] {
				seen[h.phrase] = true
				score[h.language] += 0.6 * float64(h.end-h.at)
			}
		}
	}
	if len(score) == 0 {
		return nil
	}
	var order []string
	for lang := range score {
		order = append(order, lang)
	}
	slices.SortFunc(order, func(a, b string) int {
		if c := cmp.Compare(score[b], score[a]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	keep := order[:0]
	for _, lang := range order {
		if score[lang] >= score[order[0]]*0.4 || known < 4 && (score[order[0]] < 3 || score[lang] >= score[order[0]]*0.2) {
			keep = append(keep, lang)
		}
	}
	return keep
}
