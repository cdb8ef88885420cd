package sorting

import (
	"slices"
	"strings"

	"assent/internal/message"
)

// flags finds what a person should know beside the kind, and for each flag the words that led to it.
func (r *reading) flags(m *message.Parsed) (out []string, grounds []Ground) {
	for _, f := range [...]struct{ concept, flag, rule string }{
		{"compensation", FlagCompensation, "asks for money"}, {"breach", FlagBreach, "tells of a leak or loss"}, {"foi", FlagFOI, "speaks of freedom of information"},
		{"third-party", FlagThirdParty, "asks for the data of somebody else"}, {"child", FlagChild, "a child writes or is written about"},
		{"agent", FlagAgent, "acts for somebody else"}, {"urgent", FlagUrgent, "harm, danger, haste or a court"},
	} {
		for i := range r.all {
			if s := &r.all[i]; s.has(f.concept) {
				out, grounds = append(out, f.flag), append(grounds, Ground{Where: s.where, Words: s.wordsOf(f.concept), Rule: f.rule, Flag: f.flag})
				break
			}
		}
	}
	if g, ok := r.spilled(); ok && !slices.Contains(out, FlagBreach) {
		out, grounds = append(out, FlagBreach), append(grounds, g)
	}
	if r.speaks("in-theory") { // a policy, a course, a question of what would happen
		out = slices.DeleteFunc(out, func(f string) bool { return f == FlagBreach })
		grounds = slices.DeleteFunc(grounds, func(g Ground) bool { return g.Flag == FlagBreach })
	}
	if bulk(m) {
		out = append(out, FlagBulk)
	}
	return out, grounds
}

// spilled finds where somebody tells that data of other people came to them, or can be seen, without the word: "I have had a letter with Mrs Patel's appointment in it".
func (r *reading) spilled() (Ground, bool) {
	for i := range r.all {
		if !r.all[i].has("others-data") {
			continue
		}
		for j := max(0, i-1); j < min(i+2, len(r.all)); j++ {
			if r.all[j].has("in-view") && !r.all[i].vetoed() {
				return Ground{Where: r.all[i].where, Words: r.all[i].text, Rule: "tells of other people's data where it should not be", Flag: FlagBreach}, true
			}
		}
	}
	return Ground{}, false
}

// bulk reports whether a mail was sent to many.
func bulk(m *message.Parsed) bool {
	return m.ListID != "" || m.Header.Has("List-Unsubscribe") || m.Precedence == "bulk" || m.Precedence == "list"
}

// wordsOf returns the words of a sentence that a concept was found in.
func (s *said) wordsOf(concept string) string {
	i := slices.IndexFunc(s.hits, func(h hit) bool { return h.concept == concept })
	if i < 0 {
		return s.text
	}
	return strings.Join(s.words[s.hits[i].at:s.hits[i].end], " ")
}
