package sorting

import (
	"strings"
	"sync"

	"assent/internal/message"
)

// asksBack knows challenges that come in the form of a delivery report.
func asksBack(m *message.Parsed, written string) bool {
	for _, rr := range m.Report.Recipients {
		if strings.HasPrefix(strings.ToLower(rr.Diagnostic), "smtp") {
			return false
		}
	}
	return challenges(written)
}

// challenges reports whether a text asks the sender to prove something before a message is let through.
func challenges(written string) bool {
	if statusIn(written) != "" || replyCode.MatchString(written) {
		return false
	}
	said := map[string]bool{}
	for _, s := range sentences("text", written) {
		for _, h := range challengeWords().find(s.words, everyTongue) {
			said[h.text] = true
		}
	}
	return len(said) >= 2
}

// challengeWords is the lexicon of what challenges say, and nothing else: a report is asked for these alone.
var challengeWords = sync.OnceValue(func() *lexicon { return lexicons().only(LabelChallenge) })

// only returns what finds the phrases of one concept.
func (l *lexicon) only(concept string) *lexicon {
	of := func(all map[string][]entry) map[string][]entry {
		some := map[string][]entry{}
		for first, list := range all {
			for _, e := range list {
				if e.phrase.concept == concept {
					some[first] = append(some[first], e)
				}
			}
		}
		return some
	}
	return &lexicon{byWord: of(l.byWord), byStem: of(l.byStem), minStem: l.minStem, maxStem: l.maxStem}
}
