package sorting

import (
	"slices"
	"strings"
)

// weigh makes one request of what was found.
func (r *reading) weigh(found map[string][]Ground, q *request) {
	optOut := found[LabelUnsubscribe]
	delete(found, LabelUnsubscribe)
	if len(optOut) > 0 {
		r.wonders(found)
	}
	if r.tellsAStory() || r.givesNotice() {
		return
	}
	if r.onlyInSubject(optOut) {
		optOut = nil
	}
	if len(optOut)+len(found[LabelErasure])+len(found[LabelRestriction])+len(found[LabelComplaint]) > 0 { // why it is to stop, or what went wrong
		found[LabelRectification] = slices.DeleteFunc(found[LabelRectification], func(g Ground) bool {
			return strings.HasPrefix(g.Rule, "says that") && !strings.HasSuffix(g.Rule, "correct it")
		})
	}
	if len(found[LabelAccess]) > 0 { // a line in the list of what Article 15 gives
		found[LabelAutomatedDecision] = slices.DeleteFunc(found[LabelAutomatedDecision], func(g Ground) bool {
			return g.Rule == "speaks of automated decisions" || g.Rule == "a machine's decision" || g.Rule == "asks a person to look at it"
		})
	}
	for _, label := range rightsLabels() {
		if len(found[label]) > 0 {
			q.labels = append(q.labels, label)
			q.grounds = append(q.grounds, found[label]...)
		}
	}
	switch {
	case len(q.labels) > 0:
		q.kind = KindRights
		if len(optOut) > 0 {
			q.grounds = append(q.grounds, optOut...)
		}
		if len(optOut) > 0 || len(found[LabelObjection]) > 0 {
			q.flags = append(q.flags, FlagUnsubscribe)
		}
	case len(optOut) > 0:
		q.kind, q.labels, q.grounds = KindUnsubscribe, []string{LabelUnsubscribe}, optOut
		if slices.ContainsFunc(optOut, func(g Ground) bool { return g.Rule == asksForAnother }) && !r.asksForSelf() {
			q.flags = append(q.flags, FlagAnother)
		}
	default:
		return
	}
	q.confidence = min(0.98, 0.75+0.08*float64(len(q.grounds)))
	if !slices.ContainsFunc(q.grounds, func(g Ground) bool { return g.Rule != ownDataRule }) {
		q.confidence = 0.55 // a guess: flagged as unsure
	}
}

// wonders drops a question of access from an opt-out that only says what its writer does not know: "no idea where you got my
// address, but please write no more".
func (r *reading) wonders(found map[string][]Ground) {
	found[LabelAccess] = slices.DeleteFunc(found[LabelAccess], func(g Ground) bool {
		return slices.ContainsFunc(r.all, func(s said) bool {
			return s.has("unknowing") && !s.asked && strings.Contains(strings.Join(s.words, " "), g.Words)
		})
	})
}

// asksForSelf reports whether a sentence asks that the sender be taken off, or not be written to.
func (r *reading) asksForSelf() bool {
	return slices.ContainsFunc(r.all, func(s said) bool {
		return s.where == "text" && s.has("mine") && s.asserts("take-off", "unsubscribe-me", "stop", "send")
	})
}

// tellsAStory reports whether the mail is about software or rules rather than from a person who
// asks for something: a user story, a feature wish.
func (r *reading) tellsAStory() bool {
	story := 0
	first := true
	own := slices.ContainsFunc(r.all, func(s said) bool { return s.ofOwnData() && !s.has("story") })
	for i := range r.all {
		s := &r.all[i]
		if s.where == "subject" && r.reply { // somebody else wrote it
			continue
		}
		if s.has("story") || s.tells() && !own {
			if first && s.where == "text" {
				return true
			}
			story++
		}
		first = first && s.where == "subject"
	}
	return story > 0 && story*3 >= len(r.all)
}

// givesNotice reports whether the mail tells people of their rights and asks for nothing itself.
func (r *reading) givesNotice() bool {
	notice := 0
	for i := range r.all {
		s := &r.all[i]
		switch {
		case s.where == "subject" && r.reply: // somebody else wrote it
		case s.has("notice") && !s.ofSender():
			notice++
		case !s.vetoed() && (s.has("about-me") || s.has("request") && s.has("mine")):
			return false
		}
	}
	return notice > 0 && notice*3 >= len(r.all)
}

// onlyInSubject reports whether grounds rest on the subject while the text is about something
// else. The subject of an answer was written by somebody else.
func (r *reading) onlyInSubject(grounds []Ground) bool {
	for _, g := range grounds {
		if g.Where != "subject" {
			return false
		}
	}
	if r.reply && r.words > 0 {
		return true
	}
	for i := range r.all {
		if s := &r.all[i]; s.where == "text" && (s.tells() || s.has("footer")) {
			return true
		}
	}
	return false
}

func rightsLabels() []string {
	return []string{LabelAccess, LabelErasure, LabelRectification, LabelRestriction, LabelPortability, LabelObjection,
		LabelWithdrawConsent, LabelComplaint, LabelAutomatedDecision, LabelOther}
}
