package sorting

import (
	"slices"
	"strings"
)

// complaints takes a complaint whose sentence does not say about what, when a sentence
// near it speaks of data about the sender; and one that is told as a right that was ignored.
func (r *reading) complaints(found map[string][]Ground) {
	for i := range r.all {
		s := &r.all[i]
		if s.vetoed() || s.threatens() {
			continue
		}
		pending := s.has("until") && (s.has("restrict") || s.has("processing") && s.has("negation")) // "freeze my file while my complaint is looked at"
		if s.asserts("complaint") && !pending && !s.listsComplaints() && slices.ContainsFunc([]int{-3, -2, -1, 0, 1}, func(n int) bool { return r.ofData(i+n) || r.tellsOfRequest(i+n) }) {
			found[LabelComplaint] = append(found[LabelComplaint], Ground{Where: s.where, Words: strings.Join(s.words, " "), Rule: "complains beside words of data about them"})
		}
		if s.has("ignored") && (s.has("law") || r.ofRight(s)) && r.aggrieved(i) {
			found[LabelComplaint] = append(found[LabelComplaint], Ground{Where: s.where, Words: strings.Join(s.words, " "), Rule: "complains that a request was ignored"})
		}
	}
}

// wronged takes a complaint told without the word: what was done with data about the sender, and near it that
// they want it explained or do not put up with it.
func (r *reading) wronged(found map[string][]Ground) {
	for i := range r.all {
		s := &r.all[i]
		if s.vetoed() || !s.asserts("misdeed", "breach") || s.has("no-field") && !s.has("about-me") && !s.has("breach") { // a parcel left next door
			continue
		}
		for j := max(0, i-2); j < min(i+4, len(r.all)); j++ {
			if a := &r.all[j]; (a.has("redress") || a.has("grievance")) && !a.vetoed() && !a.threatens() && (r.ofData(i) || r.ofData(j) || s.has("object")) {
				found[LabelComplaint] = append(found[LabelComplaint], Ground{Where: s.where, Words: s.text, Rule: "tells of a wrong"}, Ground{Where: a.where, Words: a.text, Rule: "wants it answered for"})
				return
			}
		}
	}
}

// reminds takes a reminder for the right that it reminds of: "in May I asked for access and have had no answer".
func (r *reading) reminds(found map[string][]Ground) {
	if len(found) > 0 {
		return
	}
	for i := range r.all {
		s := &r.all[i]
		if s.where != "text" || s.vetoed() || !s.has("earlier") {
			continue
		}
		label := s.remindedOf()
		for j := max(0, i-1); j < min(i+3, len(r.all)) && label != ""; j++ {
			if a := &r.all[j]; a.has("ignored") || a.has("reminder") || a.has("persist") {
				found[label] = append(found[label], Ground{Where: s.where, Words: s.text, Rule: "reminds of a request"}, Ground{Where: a.where, Words: a.text, Rule: "had no answer"})
				return
			}
		}
	}
}

// remindedOf names the right that a sentence tells of having used.
func (s *said) remindedOf() string {
	for _, n := range s.articles(true) {
		if label := articleLabel(n); label != "" && label != LabelComplaint {
			return label
		}
	}
	about := s.has("about-me") || s.has("mine") && s.has("personal-data")
	switch {
	case s.has("right-erasure"), about && s.has("delete"):
		return LabelErasure
	case s.has("right-rectification"), about && s.has("rectify"):
		return LabelRectification
	case s.has("right-restriction"):
		return LabelRestriction
	case s.has("right-portability"):
		return LabelPortability
	case s.has("right-objection"), about && s.has("object"):
		return LabelObjection
	case s.has("access"), s.has("held"), about:
		return LabelAccess
	}
	return ""
}

// earlierRequest drops the right that a complaint only tells of: "I made a subject access request in May and want to
// complain about your answer". A reminder, which complains of nothing, keeps it.
func (r *reading) earlierRequest(found map[string][]Ground) {
	if len(found[LabelComplaint]) == 0 {
		return
	}
	for _, label := range rightsLabels() {
		if label == LabelComplaint {
			continue
		}
		found[label] = slices.DeleteFunc(found[label], func(g Ground) bool {
			return slices.ContainsFunc(r.all, func(s said) bool {
				return (s.has("earlier") || s.has("ignored")) && (s.text == g.Words || strings.Contains(strings.Join(s.words, " "), g.Words))
			})
		})
		if len(found[label]) == 0 {
			delete(found, label)
		}
	}
}

// threatens reports whether a sentence announces something before it speaks of a complaint: "if I do not
// hear from you I will complain", and not "I am making a complaint and shall go to the regulator".
func (s *said) threatens() bool {
	for _, h := range s.hits {
		if h.concept == "complaint" {
			return slices.ContainsFunc(s.hits, func(o hit) bool { return o.concept == "threat" && o.at <= h.at })
		}
	}
	return s.has("threat")
}

// listsComplaints reports whether complaints are among what a sentence asks a copy of: "all you hold about me: notes,
// complaints by neighbours". One that is made is asked for or stands first.
func (s *said) listsComplaints() bool {
	first := len(s.words)
	for _, h := range s.hits {
		if h.concept == "access" || h.concept == "held" || h.concept == "copy" {
			first = min(first, h.end)
		}
	}
	return !slices.ContainsFunc(s.hits, func(h hit) bool {
		return h.concept == "complaint" && (h.at < first || slices.ContainsFunc(s.hits, func(o hit) bool { return o.concept == "request" && o.at >= first && o.at <= h.at }))
	})
}

// ofData reports whether a sentence speaks of data about the sender.
func (r *reading) ofData(i int) bool {
	if i < 0 || i >= len(r.all) {
		return false
	}
	s := &r.all[i]
	return s.has("about-me") || s.has("law") || s.has("misdeed") || s.has("object") || s.has("breach") || s.has("contact") && s.has("mine")
}

// tellsOfRequest reports whether a sentence tells of a request that was made, or had no answer.
func (r *reading) tellsOfRequest(i int) bool {
	return i >= 0 && i < len(r.all) && r.ofRight(&r.all[i]) && (r.all[i].has("earlier") || r.all[i].has("ignored"))
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
