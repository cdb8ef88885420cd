package sorting

import (
	"slices"
	"strings"

	"assent/internal/message"
)

// flags finds what a person should know beside the kind, and for each flag the words that led to it.
func (r *reading) flags(m *message.Parsed) (out []string, grounds []Ground) {
	for _, f := range [...]struct{ concept, flag, rule string }{
		{"compensation", FlagCompensation, "asks for money"}, {"breach", FlagBreach, "tells of a leak or loss"}, {"foi", FlagFOI, "speaks of freedom of information"}, {"public-records", FlagFOI, "is worded like a request for public records"},
		{"third-party", FlagThirdParty, "asks for the data of somebody else"}, {"child", FlagChild, "a child writes or is written about"},
		{"agent", FlagAgent, "acts for somebody else"}, {"urgent", FlagUrgent, "harm, danger, haste or a court"},
	} {
		if slices.Contains(out, f.flag) {
			continue
		}
		for i := range r.all {
			if s := &r.all[i]; s.has(f.concept) && !(f.flag == FlagBreach && r.inTheory(i)) {
				out, grounds = append(out, f.flag), append(grounds, Ground{Where: s.where, Words: s.wordsOf(f.concept), Rule: f.rule, Flag: f.flag})
				break
			}
		}
	}
	if g, ok := r.spilled(); ok && !slices.Contains(out, FlagBreach) {
		out, grounds = append(out, FlagBreach), append(grounds, g)
	}
	if bulk(m) {
		out = append(out, FlagBulk)
	}
	return out, grounds
}

// inTheory reports whether a sentence speaks of a policy, a course or what would happen, and tells of nothing that did; a subject, whether the mail does.
func (r *reading) inTheory(i int) bool {
	return r.all[i].has("in-theory") || r.all[i].where == "subject" && r.speaks("in-theory")
}

// spilled finds where somebody tells that data of other people came to them, or can be seen, without the word: "I have had a letter with Mrs Patel's appointment in it".
func (r *reading) spilled() (Ground, bool) {
	for i := range r.all {
		if !r.all[i].has("others-data") {
			continue
		}
		for j := max(0, i-1); j < min(i+2, len(r.all)); j++ {
			if r.all[j].has("in-view") && !r.all[i].vetoed() && !r.inTheory(i) && !r.inTheory(j) {
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
