package inbox

import (
	"slices"
	"strings"
)

// rule gives a label to a sentence in which each of its concepts is found, all of them within
// a window of words and in any order, because languages order them differently.
type rule struct {
	label, name string
	all         [][]string // one of each
	window      int
	unless      []string // concepts that spoil it
	short       bool     // only for a sentence of few words, as a subject is
}

// requestRules are the same for all languages; the lexicons fill the concepts.
func requestRules() []rule {
	ask := []string{"mine", "request"}
	return []rule{
		{LabelUnsubscribe, "asks to be taken off", [][]string{{"unsubscribe-me"}}, 30, []string{"footer"}, false},
		{LabelUnsubscribe, "asks to be taken off", [][]string{{"unsubscribe-me"}, {"mine"}, {"request"}}, 20, nil, false},
		{LabelUnsubscribe, "unsubscribes", [][]string{{"unsubscribe"}, ask}, 14, []string{"footer"}, false},
		{LabelUnsubscribe, "unsubscribes from the newsletter", [][]string{{"unsubscribe"}, {"newsletter"}}, 8, []string{"footer"}, true},
		{LabelUnsubscribe, "cancels the newsletter", [][]string{{"close", "delete"}, {"newsletter"}, ask}, 12, []string{"footer", "data", "account"}, false},

		{LabelErasure, "asks to delete data about them", [][]string{{"delete"}, {"data"}, {"mine"}}, 14, nil, false},
		{LabelErasure, "asks to delete personal data", [][]string{{"delete"}, {"personal-data"}, {"request"}}, 14, nil, false},
		{LabelErasure, "asks to delete their details", [][]string{{"delete"}, {"contact"}, ask}, 12, []string{"newsletter", "unsubscribe-me"}, false},
		{LabelErasure, "asks to delete an account", [][]string{{"delete", "close"}, {"account"}, ask}, 12, nil, false},
		{LabelErasure, "names the right to erasure", [][]string{{"right-erasure"}, ask}, 20, nil, false},

		{LabelAccess, "asks what is held about them", [][]string{{"access"}, ask}, 24, []string{"complaint"}, false},
		{LabelAccess, "asks what is held about them", [][]string{{"held"}, ask}, 24, []string{"delete", "right-erasure", "rectify", "restrict", "object", "withdraw"}, false},

		{LabelRectification, "asks to correct data about them", [][]string{{"rectify"}, {"field", "data"}, {"mine"}}, 12, []string{"no-field", "newsletter", "account"}, false},
		{LabelRectification, "says that data about them is wrong", [][]string{{"wrong"}, {"field", "data"}, {"mine"}}, 12, []string{"no-field", "delete"}, false},
		{LabelRectification, "says that data is wrong and asks to correct it", [][]string{{"wrong"}, {"rectify"}, {"field", "data"}}, 14, []string{"no-field", "delete"}, false},
		{LabelRectification, "names the right to rectification", [][]string{{"right-rectification"}, ask}, 20, nil, false},

		{LabelRestriction, "asks to restrict processing", [][]string{{"restrict"}, {"processing"}, {"mine", "request", "data"}}, 30, nil, false},
		{LabelRestriction, "names the right to restriction", [][]string{{"right-restriction"}, ask}, 20, nil, false},

		{LabelPortability, "asks for data in a portable form", [][]string{{"portable"}, {"data", "mine"}, ask}, 30, nil, false},
		{LabelPortability, "names the right to portability", [][]string{{"right-portability"}, ask}, 20, nil, false},

		{LabelObjection, "objects to processing", [][]string{{"object"}, {"processing", "marketing", "data"}}, 24, nil, false},
		{LabelObjection, "names the right to object", [][]string{{"right-objection"}, ask}, 20, nil, false},

		{LabelWithdrawConsent, "withdraws consent", [][]string{{"withdraw"}, {"consent"}, ask}, 45, nil, false},

		{LabelComplaint, "complains about the handling of data", [][]string{{"complaint"}, {"complaint-about", "law"}, ask}, 24, []string{"threat"}, false},

		{LabelAutomatedDecision, "questions an automated decision", [][]string{{"human-review"}, ask}, 24, nil, false},
		{LabelAutomatedDecision, "speaks of automated decisions", [][]string{{"automated"}, ask}, 24, nil, false},
	}
}

// request is what a person asks for.
type request struct {
	kind       Kind
	labels     []string
	flags      []string
	grounds    []Ground
	confidence float64
}

// sure reports whether the request is plain enough to stand against the headers of an automatic mail.
func (q request) sure() bool { return q.kind != KindNone && q.confidence >= 0.8 }

// requests finds what the sender asks for.
func (r *reading) requests() request {
	q := request{kind: KindNone}
	found := map[string][]Ground{}
	rules := requestRules()
	for i := range r.all {
		s := &r.all[i]
		if len(s.hits) == 0 || s.vetoed() {
			continue
		}
		for _, rule := range rules {
			if words, ok := rule.match(s); ok {
				found[rule.label] = append(found[rule.label], Ground{Where: s.where, Words: words, Rule: rule.name})
			}
		}
	}
	r.bareCommand(found)
	r.accountAlone(found)
	r.articles(found)
	r.publicRecords(found)
	r.laterComplaint(found)
	r.lawAlone(found)
	r.weigh(found, &q)
	return q
}

// vetoed reports whether a sentence tells of something without asking for it: a feature wish, a
// notice about rights, a threat.
func (s *said) vetoed() bool {
	return s.has("story") || s.has("aside") || s.has("notice") && !s.has("mine")
}

func (s *said) has(concept string) bool {
	return slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == concept })
}

// match looks for the rule's concepts within its window and returns the words from the first to the last.
func (u rule) match(s *said) (string, bool) {
	if u.short && len(s.words) > 9 {
		return "", false
	}
	for _, c := range u.unless {
		if s.has(c) {
			return "", false
		}
	}
	for _, h := range s.hits {
		if !slices.Contains(u.all[0], h.concept) || s.negated(h) {
			continue
		}
		from, to, ok := u.around(s, h)
		if ok {
			return strings.Join(s.words[from:to], " "), true
		}
	}
	return "", false
}

// around finds the rule's other concepts near h.
func (u rule) around(s *said, h hit) (from, to int, ok bool) {
	from, to = h.at, h.end
	for _, any := range u.all[1:] {
		near := -1
		for i, o := range s.hits {
			if max(o.end, h.end)-min(o.at, h.at) > u.window || near >= 0 && abs(o.at-h.at) >= abs(s.hits[near].at-h.at) {
				continue
			}
			if slices.Contains(any, o.concept) && (o.phrase != h.phrase || o.at != h.at) {
				near = i
			}
		}
		if near < 0 {
			return 0, 0, false
		}
		from, to = min(from, s.hits[near].at), max(to, s.hits[near].end)
	}
	return from, to, true
}

func abs(n int) int { return max(n, -n) }

// negated reports whether a word such as "not" stands right before the hit.
func (s *said) negated(h hit) bool {
	for _, o := range s.hits {
		if o.concept == "negation" && o.end <= h.at && h.at-o.end <= 1 {
			return true
		}
	}
	return false
}

// bareCommand takes a mail that is nothing but "unsubscribe" or "STOP".
func (r *reading) bareCommand(found map[string][]Ground) {
	for i := range r.all {
		s := &r.all[i]
		whole := slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == "bare" && h.at == 0 && h.end == len(s.words) })
		token := s.where == "subject" && len(s.words) <= 4 && slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == "unsubscribe" && h.at == 0 })
		switch {
		case s.where == "subject" && (whole || token) && (!r.reply || r.words == 0):
		case s.where == "text" && whole && r.words <= 14:
		default:
			continue
		}
		found[LabelUnsubscribe] = append(found[LabelUnsubscribe], Ground{Where: s.where, Words: s.text, Rule: "the word alone"})
	}
}

// accountAlone takes a short mail that names the closing of an account without saying whose.
func (r *reading) accountAlone(found map[string][]Ground) {
	if r.words > 25 || len(found) > 0 {
		return
	}
	for i := range r.all {
		s := &r.all[i]
		if (s.has("delete") || s.has("close")) && s.has("account") && !s.has("story") {
			found[LabelErasure] = append(found[LabelErasure], Ground{Where: s.where, Words: s.text, Rule: "names the closing of an account"})
		}
	}
}

// publicRecords leaves a request under a freedom-of-information law out of the rights of a
// data subject, unless it also asks for data about the sender.
func (r *reading) publicRecords(found map[string][]Ground) {
	foi, own := false, false
	for i := range r.all {
		foi = foi || r.all[i].has("foi")
		own = own || r.all[i].has("about-me")
	}
	if foi && !own {
		delete(found, LabelAccess)
	}
}

// laterComplaint drops a complaint that is only spoken of at the end of a request: there it is
// announced for the case that the request is not met.
func (r *reading) laterComplaint(found map[string][]Ground) {
	if len(found) < 2 || len(r.all) < 6 {
		return
	}
	early := r.all[:len(r.all)*2/3]
	for _, g := range found[LabelComplaint] {
		for i := range early {
			if strings.Contains(strings.Join(early[i].words, " "), g.Words) || early[i].text == g.Words {
				return
			}
		}
	}
	delete(found, LabelComplaint)
}

// lawAlone takes a mail that asks for something under data-protection law and names no right that
// is known: a person decides what it is.
func (r *reading) lawAlone(found map[string][]Ground) {
	if len(found) > 0 {
		return
	}
	law := rule{LabelOther, "asks for something under data-protection law", [][]string{{"law"}, {"mine"}, {"request"}}, 30, []string{"story", "aside", "notice", "threat", "foi"}, false}
	for i := range r.all {
		if words, ok := law.match(&r.all[i]); ok {
			found[LabelOther] = append(found[LabelOther], Ground{Where: r.all[i].where, Words: words, Rule: law.name})
		}
	}
}

// weigh makes one request of what was found.
func (r *reading) weigh(found map[string][]Ground, q *request) {
	optOut := found[LabelUnsubscribe]
	delete(found, LabelUnsubscribe)
	if r.tellsAStory() || r.givesNotice() {
		return
	}
	if r.onlyInSubject(optOut) {
		optOut = nil
	}
	if len(found[LabelErasure]) > 0 { // why it is to be erased
		found[LabelRectification] = slices.DeleteFunc(found[LabelRectification], func(g Ground) bool { return g.Rule == "says that data about them is wrong" })
	}
	if len(found[LabelAccess]) > 0 { // a line in the list of what Article 15 gives
		found[LabelAutomatedDecision] = slices.DeleteFunc(found[LabelAutomatedDecision], func(g Ground) bool { return g.Rule == "speaks of automated decisions" })
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
	default:
		return
	}
	q.confidence = min(0.98, 0.75+0.08*float64(len(q.grounds)))
}

// tellsAStory reports whether the mail is about software or rules rather than from a person who
// asks for something: a user story, a feature wish.
func (r *reading) tellsAStory() bool {
	story := 0
	first := true
	for i := range r.all {
		s := &r.all[i]
		if s.has("story") {
			if first && s.where == "text" {
				return true
			}
			story++
		}
		first = first && s.where == "subject"
	}
	return story > 0 && story*3 >= len(r.all)
}

// givesNotice reports whether the mail tells people of their rights.
func (r *reading) givesNotice() bool {
	notice := 0
	for i := range r.all {
		if s := &r.all[i]; s.has("notice") && !s.has("mine") {
			notice++
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
		if s := &r.all[i]; s.where == "text" && (s.has("story") || s.has("footer")) {
			return true
		}
	}
	return false
}

func rightsLabels() []string {
	return []string{LabelAccess, LabelErasure, LabelRectification, LabelRestriction, LabelPortability, LabelObjection,
		LabelWithdrawConsent, LabelComplaint, LabelAutomatedDecision, LabelOther}
}
