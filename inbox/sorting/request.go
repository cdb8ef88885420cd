package sorting

import (
	"slices"
	"strings"
)

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
	rules := requestRules().all
	for i := range r.all {
		if s := &r.all[i]; len(s.hits) > 0 && !s.vetoed() {
			s.apply(rules, found)
		}
	}
	r.deleteThat(found)
	r.correctThat(found)
	r.changedThat(found)
	r.copyThat(found)
	r.obtainedThat(found)
	r.closeThat(found)
	r.leftThat(found)
	r.stopThat(found)
	r.listThat(found)
	r.objectThat(found)
	r.addressOff(found)
	r.publishedOff(found)
	r.withdrawThat(found)
	r.bareCommand(found)
	r.rightAlone(found)
	r.articles(found)
	r.publicRecords(found)
	r.complaints(found)
	r.wronged(found)
	r.automatedDecision(found)
	r.laterComplaint(found)
	r.earlierRequest(found)
	r.reminds(found)
	r.putBack(found)
	r.ownData(found)
	r.lawAlone(found)
	r.terse(found)
	r.wrongPerson(found)
	r.weigh(found, &q)
	return q
}

// apply adds to found what the rules find in a sentence. Of two readings of the same words the plainer
// stands: "delete what you hold on me" asks for no copy, "do not use my data while ..." is no objection and asks for no copy.
func (s *said) apply(rules []readyRule, found map[string][]Ground) {
	deleted, forATime, asked := len(s.words), false, len(found[LabelAccess])
	for i := range rules {
		rule := &rules[i]
		from, to, ok := rule.match(s)
		switch {
		case !ok, rule.label == LabelObjection && forATime, rule.label == LabelAccess && from >= deleted,
			rule.label == LabelErasure && s.offList(from, to):
			continue
		case rule.name == deletesEverything:
			deleted = from
		case rule.name == notForATime:
			forATime = len(s.words) <= 25
		}
		found[rule.label] = append(found[rule.label], Ground{Where: s.where, Words: strings.Join(s.words[from:to], " "), Rule: rule.name})
	}
	if forATime {
		found[LabelAccess] = found[LabelAccess][:asked]
	}
	if len(found[LabelAccess]) == 0 {
		delete(found, LabelAccess)
	}
}

// offList reports whether words are part of asking to be taken off: "remove my details from your mailing list".
func (s *said) offList(from, to int) bool {
	covers := slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == "unsubscribe-me" && h.at <= from && to <= h.end })
	between := s.has("unsubscribe-me") && slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == "newsletter" && from <= h.at && h.end <= to })
	fromList := s.has("take-off") && !s.has("data") && !s.has("account") && !s.has("their-records")
	return s.has("newsletter") && (covers || between && !s.has("data") || fromList)
}

// vetoed reports whether a sentence tells of something without asking for it: a feature wish, a
// notice about rights, a threat.
func (s *said) vetoed() bool {
	return s.tells() || s.has("aside") || s.has("notice") && !s.ofSender()
}

// tells reports whether a sentence is about software or other people: a feature wish, a report of a fault. A word of software beside
// what is asked of the sender's own data makes it no story: "please send me my data, the export button fails".
func (s *said) tells() bool {
	return s.has("story") || s.has("software") && !(s.has("request") && s.ofOwnData())
}

// ofOwnData reports whether a sentence speaks of data, an account or an address of the sender.
func (s *said) ofOwnData() bool {
	return s.has("about-me") || s.has("mine") && (s.has("account") || s.has("data") || s.has("contact"))
}

// ofSender reports whether a sentence speaks of the sender. "Své", "свої" and "savo" belong to whoever the sentence is
// about, which in a notice is the reader.
func (s *said) ofSender() bool {
	return slices.ContainsFunc(s.hits, func(h hit) bool {
		return h.concept == "mine" && !slices.ContainsFunc(s.hits, func(o hit) bool { return o.concept == "own" && o.at <= h.at && h.end <= o.end })
	})
}

func (s *said) has(concept string) bool {
	return s.concepts.meets(lexicons().bits[concept])
}

// match looks for the rule's concepts within its window and returns the words from the first to the last.
func (u *readyRule) match(s *said) (from, to int, ok bool) {
	if u.how == short && len(s.words) > 9 || s.concepts.meets(u.spoil) {
		return 0, 0, false
	}
	for _, set := range u.sets {
		if !s.concepts.meets(set) {
			return 0, 0, false
		}
	}
	for _, h := range s.hits {
		if !u.sets[0].meets(h.bit) || h.concept == "negation" && (!s.inItsLanguage(h) || s.polite(h)) || !u.negative && s.negated(h) || u.label == LabelErasure && s.takesBack(h) {
			continue
		}
		if from, to, ok := u.around(s, h); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// takesBack reports whether the word of a hit deletes nothing: it is that of withdrawing consent ("je retire mon consentement") or
// of mending ("remove the typo in my name").
func (s *said) takesBack(h hit) bool {
	if slices.ContainsFunc(s.hits, func(o hit) bool { return o.concept == "rectify" && o.end-o.at > 1 && o.at <= h.at && h.end <= o.end }) {
		return true
	}
	return s.has("consent") && slices.ContainsFunc(s.hits, func(o hit) bool { return o.concept == "withdraw" && o.at <= h.at && h.at < o.end })
}

// around finds the rule's other concepts near h.
func (u *readyRule) around(s *said, h hit) (from, to int, ok bool) {
	from, to = h.at, h.end
	for _, any := range u.sets[1:] {
		near := -1
		for i, o := range s.hits {
			if max(o.end, h.end)-min(o.at, h.at) > u.window || near >= 0 && abs(o.at-h.at) >= abs(s.hits[near].at-h.at) {
				continue
			}
			if u.how == inOrder && o.at < h.end {
				continue
			}
			if o.concept == "negation" && (!s.inItsLanguage(o) || s.polite(o) || s.parted(o.end, h.at)) {
				continue
			}
			if o.concept == "request" && o.at >= h.at && o.end <= h.end && h.concept != "withdraw" && !s.denies(h) { // the last word of "access request"
				continue
			}
			if any.meets(o.bit) && (o.phrase != h.phrase || o.at != h.at) {
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

// negated reports whether a word such as "not" stands right before the hit, or thanks for what was done.
func (s *said) negated(h hit) bool {
	for _, o := range s.hits {
		if o.end > h.at {
			continue
		}
		if o.concept == "negation" && s.inItsLanguage(o) && !s.polite(o) && h.at-o.end <= 1 && !s.parted(o.end, h.at) || o.concept == "thanks" && s.thanked(o, h) {
			return true
		}
	}
	return false
}

// denies reports whether a hit starts with a negation of its own: "don't want to be listed in".
func (s *said) denies(h hit) bool {
	return slices.ContainsFunc(s.hits, func(o hit) bool { return o.concept == "negation" && o.at == h.at && o.end < h.end })
}

// polite tells the "not" of a question that asks for something ("can't you", "kan du ikke") from one that denies.
func (s *said) polite(not hit) bool {
	return slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == "request" && h.at < not.at && not.end <= h.end })
}

// inItsLanguage tells "mai" that is Italian for "never" from the month in a German sentence.
func (s *said) inItsLanguage(h hit) bool { return s.language == "" || s.language == h.language }

// thanked reports whether thanks are given for what h names: in the same clause and before any request.
func (s *said) thanked(thanks, h hit) bool {
	if h.at-thanks.end > 5 || s.parted(thanks.end, h.at) {
		return false
	}
	return !slices.ContainsFunc(s.hits, func(o hit) bool { return o.concept == "request" && o.at >= thanks.end && o.at <= h.at })
}

// asserts reports whether the sentence has one of the concepts and does not negate it.
func (s *said) asserts(concepts ...string) bool {
	return slices.ContainsFunc(s.hits, func(h hit) bool { return slices.Contains(concepts, h.concept) && !s.negated(h) })
}

// rightAlone takes a mail of a few words that names a right or the closing of an account, and no more.
func (r *reading) rightAlone(found map[string][]Ground) {
	if r.words > 25 || len(found) > 0 || r.speaks("software") {
		return
	}
	for i := range r.all {
		s := &r.all[i]
		if s.where == "subject" && r.reply && r.words > 0 { // somebody else wrote it
			continue
		}
		for _, h := range s.hits {
			if s.vetoed() || s.has("wanted") {
				break
			}
			if label := namedRight(h.concept); label != "" && r.words <= 8 && 2*(h.end-h.at) >= len(s.words) && !s.negated(h) {
				found[label] = append(found[label], Ground{Where: s.where, Words: s.text, Rule: "the name of a right alone"})
			}
		}
		if s.asserts("delete", "close") && s.has("account") && !s.has("keep-it") && !s.vetoed() {
			found[LabelErasure] = append(found[LabelErasure], Ground{Where: s.where, Words: s.text, Rule: "names the closing of an account"})
		}
	}
}

// namedRight returns the label of a right by the concept that names it.
func namedRight(concept string) string {
	switch concept {
	case "access":
		return LabelAccess
	case "right-erasure":
		return LabelErasure
	case "right-rectification":
		return LabelRectification
	case "right-restriction":
		return LabelRestriction
	case "right-portability":
		return LabelPortability
	case "right-objection":
		return LabelObjection
	}
	return ""
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
// announced for the case that the request is not met, unless it is asked to take the mail for one.
func (r *reading) laterComplaint(found map[string][]Ground) {
	if len(found) < 2 || len(r.all) < 6 {
		return
	}
	early := len(r.all) * 2 / 3
	for _, g := range found[LabelComplaint] {
		for i := range r.all {
			s := &r.all[i]
			if (i < early || s.asserts("complaint") && s.has("request") && !s.threatens()) && (strings.Contains(strings.Join(s.words, " "), g.Words) || s.text == g.Words) {
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
	law := requestRules().lawAlone
	for i := range r.all {
		if s := &r.all[i]; s.has("rights-contact") && (s.has("request") || s.asked) && !s.tells() {
			found[LabelOther] = append(found[LabelOther], Ground{Where: s.where, Words: s.text, Rule: "asks whom to turn to with their rights"})
			return
		}
		if from, to, ok := law.match(&r.all[i]); ok {
			label := LabelOther
			if s := &r.all[i]; s.has("which") && s.has("hold") {
				label = LabelAccess
			}
			found[label] = append(found[label], Ground{Where: r.all[i].where, Words: strings.Join(r.all[i].words[from:to], " "), Rule: law.name})
		}
	}
	if len(found) > 0 || !r.speaks("law") || r.speaks("foi") {
		return
	}
	for i := range r.all {
		if s := &r.all[i]; s.where == "text" && s.has("mine") && s.has("data") && !s.threatens() && r.wishes(i) {
			found[s.guess()] = append(found[s.guess()], Ground{Where: s.where, Words: s.text, Rule: ownDataRule})
		}
	}
	betterGuess(found)
}
