package inbox

import "strings"

// complaints takes a complaint whose sentence does not say about what, when the sentence before or
// after it speaks of data about the sender; and one that is told as a right that was ignored.
func (r *reading) complaints(found map[string][]Ground) {
	for i := range r.all {
		s := &r.all[i]
		if s.vetoed() || s.has("threat") {
			continue
		}
		if s.asserts("complaint") && (r.ofData(i-1) || r.ofData(i) || r.ofData(i+1)) {
			found[LabelComplaint] = append(found[LabelComplaint], Ground{Where: s.where, Words: strings.Join(s.words, " "), Rule: "complains beside words of data about them"})
		}
		if s.has("ignored") && (s.has("law") || r.ofRight(s)) && r.aggrieved(i) {
			found[LabelComplaint] = append(found[LabelComplaint], Ground{Where: s.where, Words: strings.Join(s.words, " "), Rule: "complains that a request was ignored"})
		}
	}
}

// ofData reports whether a sentence speaks of data about the sender.
func (r *reading) ofData(i int) bool {
	if i < 0 || i >= len(r.all) {
		return false
	}
	s := &r.all[i]
	return s.has("about-me") || s.has("law") || s.has("breach") || s.has("contact") && s.has("mine")
}

// ofRight reports whether a sentence names a right.
func (r *reading) ofRight(s *said) bool {
	return s.has("access") || s.has("held") || s.has("right-erasure") || s.has("right-rectification") || s.has("right-restriction") ||
		s.has("right-objection") || s.has("right-portability") || s.has("about-me")
}

// aggrieved reports whether the sentence or the one after it finds fault.
func (r *reading) aggrieved(i int) bool {
	return r.all[i].has("grievance") || i+1 < len(r.all) && r.all[i+1].has("grievance")
}

// putBack drops an opt-out of somebody who misses the mailings.
func (r *reading) putBack(found map[string][]Ground) {
	for i := range r.all {
		if r.all[i].has("put-back") {
			delete(found, LabelUnsubscribe)
			return
		}
	}
}
