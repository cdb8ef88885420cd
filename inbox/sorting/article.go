package sorting

import (
	"slices"
	"strconv"
	"strings"
)

// Articles of the (UK) GDPR that give a right, by number. They are written alike in all languages.
func articleLabel(n int) string {
	switch n {
	case 15:
		return LabelAccess
	case 16:
		return LabelRectification
	case 17:
		return LabelErasure
	case 18:
		return LabelRestriction
	case 20:
		return LabelPortability
	case 21:
		return LabelObjection
	case 22:
		return LabelAutomatedDecision
	case 77:
		return LabelComplaint
	}
	return ""
}

// articles takes a request that cites the article it rests on, as "under Article 15 GDPR".
func (r *reading) articles(found map[string][]Ground) {
	cited := map[string]Ground{}
	inSubject := false
	ofLaw := r.speaks("law") || r.speaks("about-me") && r.speaks("personal-data")
	for i := range r.all {
		s := &r.all[i]
		if s.where == "text" && (inSubject || s.has("threat") || s.has("notice")) || s.has("story") {
			continue
		}
		for _, n := range s.articles(ofLaw) {
			label := articleLabel(n)
			if label == "" || label == LabelAutomatedDecision && s.where == "text" {
				continue
			}
			if s.where == "text" && !s.has("request") && !s.has("mine") {
				continue
			}
			inSubject = inSubject || s.where == "subject"
			if _, ok := cited[label]; !ok {
				cited[label] = Ground{Where: s.where, Words: s.text, Rule: "cites Article " + strconv.Itoa(n)}
			}
		}
	}
	if len(cited) > 3 && !inSubject && len(found) == 0 { // a list of all rights is a notice
		return
	}
	if g, ok := cited[LabelComplaint]; ok {
		cited = map[string]Ground{LabelComplaint: g}
	}
	for label, g := range cited {
		found[label] = append(found[label], g)
	}
}

// articles returns the numbers of the articles that a sentence cites. The mail must speak of the law, or of data about the sender:
// other laws have articles too.
func (s *said) articles(ofLaw bool) []int {
	if !ofLaw && !s.has("object") || slices.Contains(s.words, "lgpd") { // that of Brazil numbers its articles otherwise
		return nil
	}
	var out []int
	for _, h := range s.hits {
		if h.concept != "article" {
			continue
		}
		for at := h.end; at < min(h.end+1, len(s.words)); at++ {
			digits := strings.TrimFunc(s.words[at], func(r rune) bool { return r < '0' || r > '9' })
			if n, err := strconv.Atoi(digits); err == nil && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
		if h.at > 0 { // "15. cikk", "15 straipsnis"
			if n, err := strconv.Atoi(s.words[h.at-1]); err == nil && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}
