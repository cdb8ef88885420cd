package sorting

import (
	"slices"
	"strings"
)

// deleteThat takes "delete it" after a sentence about data of the sender, or of what is published of them there or in the two before.
func (r *reading) deleteThat(found map[string][]Ground) {
	for i := range r.all {
		s := &r.all[i]
		if !s.asserts("delete-it") || s.vetoed() {
			continue
		}
		spoken := s.has("about-me") || i > 0 && (r.all[i-1].has("about-me") || r.all[i-1].has("held")) || i > 1 && len(s.words) <= 8 && r.all[i-2].where == "text" && r.all[i-2].has("about-me") && !r.all[i-2].vetoed()
		for j := max(0, i-2); j <= i && !spoken; j++ {
			b := &r.all[j]
			spoken = b.where == "text" && b.has("mine") && (b.has("contact") || b.has("field") || b.has("hold")) && b.has("their-records") && !b.has("newsletter") && !b.has("story")
		}
		if spoken {
			found[LabelErasure] = append(found[LabelErasure], Ground{Where: s.where, Words: s.text, Rule: "asks to delete what was spoken of"})
		}
	}
}

// closeThat takes "deactivate it and delete everything" after a sentence about the sender's account.
func (r *reading) closeThat(found map[string][]Ground) {
	for i := 1; i < len(r.all); i++ {
		s := &r.all[i]
		if !s.asserts("close", "delete", "delete-it") || !s.has("delete-it") && !s.has("everything") && !s.has("data") || s.vetoed() || s.has("keep-it") {
			continue
		}
		if r.all[i-1].tellsOfAccount() || i > 1 && r.all[i-2].tellsOfAccount() {
			found[LabelErasure] = append(found[LabelErasure], Ground{Where: s.where, Words: s.text, Rule: "asks to close the account that was spoken of"})
		}
	}
}

// tellsOfAccount reports whether a sentence of the text speaks of an account of the sender.
func (s *said) tellsOfAccount() bool {
	return s.where == "text" && s.has("account") && s.has("mine") && !s.vetoed() && !s.has("newsletter")
}

// stopThat takes "end it now" after a sentence about a mailing that the sender gets.
func (r *reading) stopThat(found map[string][]Ground) {
	if len(found) > 0 {
		return
	}
	for i := 1; i < len(r.all); i++ {
		s, before := &r.all[i], &r.all[i-1]
		if s.asserts("stop", "close") && len(s.words) <= 8 && !s.asked && !s.vetoed() && !s.has("no-field") && !s.has("account") && before.where == "text" && before.has("newsletter") && (before.has("mine") || before.has("receive")) && !before.has("footer") && !before.vetoed() {
			found[LabelUnsubscribe] = append(found[LabelUnsubscribe], Ground{Where: s.where, Words: s.text, Rule: "asks to stop what was spoken of"})
		}
	}
}

// listThat takes "please delete his address" after a sentence about a list.
func (r *reading) listThat(found map[string][]Ground) {
	if len(found) > 0 {
		return
	}
	for i := 1; i < len(r.all); i++ {
		s, before := &r.all[i], &r.all[i-1]
		if s.asserts("take-off", "delete") && s.has("field") && !s.has("data") && !s.has("account") && !s.has("no-list") && !s.vetoed() && before.where == "text" && before.has("newsletter") && !before.has("footer") && !before.vetoed() {
			found[LabelUnsubscribe] = append(found[LabelUnsubscribe], Ground{Where: s.where, Words: s.text, Rule: "asks that the address be taken off"})
		}
	}
}

// leftThat takes what a person writes of somebody who left, and asks to keep off the list: "Bob doesn't work here any
// more, please take him off your list". To update a list is asked of a newsletter in an answer to one; elsewhere a colleague tells whom
// to write to, and a person sees to it.
func (r *reading) leftThat(found map[string][]Ground) {
	for i := range r.all {
		if s := &r.all[i]; s.where != "text" || s.vetoed() || s.has("mine") || s.has("contact") || !s.asserts(LabelLeftCompany) {
			continue
		}
		for j := i; j < min(i+3, len(r.all)); j++ {
			if s := &r.all[j]; s.has("newsletter") && (s.asserts("take-off", "delete", "stop") || r.reply && s.asserts("rectify")) && !s.vetoed() {
				found[LabelUnsubscribe] = append(found[LabelUnsubscribe], Ground{Where: r.all[i].where, Words: r.all[i].text, Rule: "tells that somebody left"},
					Ground{Where: s.where, Words: s.text, Rule: asksForAnother})
			}
		}
	}
}

// asksForAnother is the rule of a ground that asks for somebody else than the sender.
const asksForAnother = "asks to take off who left"

// wrongPerson takes a short answer that says that the mailing reached somebody else than was meant, and asks for nothing.
func (r *reading) wrongPerson(found map[string][]Ground) {
	if len(found) > 0 || !r.reply || r.words > maxTerse || r.speaks("aside") {
		return
	}
	for i := range r.all {
		if s := &r.all[i]; s.where == "text" && s.has("wrong-person") && !s.asked && !s.vetoed() {
			found[LabelUnsubscribe] = append(found[LabelUnsubscribe], Ground{Where: s.where, Words: s.text, Rule: "says that they are not who is meant"})
		}
	}
}

// correctThat takes "please correct this" when one of the two sentences before, or the same, says that
// a record about the sender is wrong.
func (r *reading) correctThat(found map[string][]Ground) {
	for i := range r.all {
		s := &r.all[i]
		if !s.asserts("rectify") || s.vetoed() || len(found[LabelComplaint]) > 0 && s.has("redress") || s.has("no-field") || s.has("restrict") && !s.has("until") || s.has("newsletter") {
			continue
		}
		for j := max(0, i-2); j <= i; j++ {
			if before := &r.all[j]; before.where == "text" && !before.has("no-field") && before.tellsOfRecord(j < i) {
				found[LabelRectification] = append(found[LabelRectification], Ground{Where: s.where, Words: s.text, Rule: "asks to correct what was said to be wrong"})
				break
			}
		}
	}
}

// tellsOfRecord reports whether a sentence speaks of a record that the reader keeps of the sender: before the request to
// correct it, or in the same sentence with what is wrong.
func (s *said) tellsOfRecord(before bool) bool {
	if before {
		return s.has("their-records") || s.has("mine") && s.has("field") && (s.has("wrong") || s.has("negation")) || s.has("wrong") && s.has("about-me")
	}
	return s.has("their-records") && (s.has("wrong") || s.has("request"))
}

// changedThat takes a detail of the sender that is told anew, after what is wrong or over: "I've moved. My new address is ...", "you write
// my date of birth as ...; it should be ...".
func (r *reading) changedThat(found map[string][]Ground) {
	if len(found) > 0 || r.words > 60 {
		return
	}
	for i := 1; i < len(r.all); i++ {
		s, before := &r.all[i], &r.all[i-1]
		if before.where != "text" || before.vetoed() || s.vetoed() || before.has("no-field") || s.has("no-field") || before.has("newsletter") || before.has("others-data") && before.has("in-view") || before.has(LabelLeftCompany) {
			continue
		}
		if before.asserts("wrong") && s.asserts("contact") || s.asserts("wrong") && len(s.words) <= 10 && before.has("field") && before.has("mine") {
			found[LabelRectification] = append(found[LabelRectification], Ground{Where: before.where, Words: before.text, Rule: "speaks of a detail"}, Ground{Where: s.where, Words: s.text, Rule: "tells what is right now"})
			return
		}
	}
}

// objectThat takes "I object to that" after a sentence about what is done with data of the sender.
func (r *reading) objectThat(found map[string][]Ground) {
	for i := 1; i < len(r.all); i++ {
		s, before := &r.all[i], &r.all[i-1]
		if s.asserts("object") && len(s.words) <= 6 && !s.vetoed() && before.where == "text" && !before.vetoed() && before.has("processing") && (before.has("about-me") || before.has("mine") && before.has("marketing")) {
			found[LabelObjection] = append(found[LabelObjection], Ground{Where: s.where, Words: s.text, Rule: "objects to what was spoken of"})
		}
	}
}

// addressOff takes "remove my email", in an answer to mail or said more than once, for what it is there: an opt-out. Elsewhere it
// asks for erasure.
func (r *reading) addressOff(found map[string][]Ground) {
	for i := range r.all {
		s := &r.all[i]
		if !r.reply && !s.has("persist") || !s.has("contact") || s.has("about-me") || s.has("data") || s.has("account") || s.has("their-records") || s.has("everything") {
			continue
		}
		kept := found[LabelErasure][:0]
		for _, g := range found[LabelErasure] {
			if g.Rule == deletesDetails && s.asserts("take-off") && strings.Contains(strings.Join(s.words, " "), g.Words) {
				found[LabelUnsubscribe] = append(found[LabelUnsubscribe], Ground{Where: g.Where, Words: g.Words, Rule: "asks that the address be taken off"})
				continue
			}
			kept = append(kept, g)
		}
		found[LabelErasure] = kept
	}
	if len(found[LabelErasure]) == 0 {
		delete(found, LabelErasure)
	}
}

// publishedOff takes "take me off" for erasure where the mail speaks of what is shown of the sender and not of mailings: a photo, a
// list of scores, a copy of their work.
func (r *reading) publishedOff(found map[string][]Ground) {
	if r.reply || len(found[LabelUnsubscribe]) == 0 || len(found[LabelObjection]) > 0 || !r.speaks("about-me") {
		return
	}
	mailings, off := lexicons().set("newsletter", "unsubscribe", "send", "contacted", "persist", "never-joined", "fed-up"), false
	for i := range r.all {
		s := &r.all[i]
		off = off || s.asserts("take-off") && slices.ContainsFunc(found[LabelUnsubscribe], func(g Ground) bool { return strings.Contains(strings.Join(s.words, " "), g.Words) })
		if s.concepts.meets(mailings) {
			return
		}
	}
	if !off {
		return
	}
	for _, g := range found[LabelUnsubscribe] {
		found[LabelErasure] = append(found[LabelErasure], Ground{Where: g.Where, Words: g.Words, Rule: "asks to be taken off what is published"})
	}
	delete(found, LabelUnsubscribe)
}

// copyThat takes "I would like copies" after a sentence about data of the sender.
func (r *reading) copyThat(found map[string][]Ground) {
	for i := 1; i < len(r.all); i++ {
		s, before := &r.all[i], &r.all[i-1]
		if s.asserts("copy") && s.has("request") && len(s.words) <= 8 && !s.vetoed() && before.where == "text" && (before.has("about-me") || before.has("held")) && before.has("hold") {
			found[LabelAccess] = append(found[LabelAccess], Ground{Where: s.where, Words: s.text, Rule: "asks for a copy of what was spoken of"})
		}
	}
}

// obtainedThat takes "how did you get hold of it?" after a sentence about where the sender is reached.
func (r *reading) obtainedThat(found map[string][]Ground) {
	for i := 1; i < len(r.all); i++ {
		s, before := &r.all[i], &r.all[i-1]
		if s.asked && s.asserts("obtained") && len(s.words) <= maxTerse && !s.vetoed() && before.where == "text" && !before.vetoed() && (before.has("contact") || before.has("about-me")) {
			found[LabelAccess] = append(found[LabelAccess], Ground{Where: s.where, Words: s.text, Rule: "asks where what was spoken of came from"})
		}
	}
}

// withdrawThat takes "I've changed my mind" after a sentence that tells of a consent to the use of data of the sender.
func (r *reading) withdrawThat(found map[string][]Ground) {
	for i := 1; i < len(r.all); i++ {
		s, before := &r.all[i], &r.all[i-1]
		if s.asserts("withdraw") && !s.vetoed() && before.where == "text" && before.asserts("consent") && !before.vetoed() && (before.has("about-me") || len(s.words) <= maxTerse) {
			found[LabelWithdrawConsent] = append(found[LabelWithdrawConsent], Ground{Where: s.where, Words: s.text, Rule: "withdraws what was agreed to"})
		}
	}
}

// ownData takes a mail that asks for something about the sender's own data in words that no rule knows: no request
// is missed for want of a word, and a person sees what it is. The best guess names the right.
func (r *reading) ownData(found map[string][]Ground) {
	if len(found) > 0 || r.speaks("usage") {
		return
	}
	for i := range r.all {
		s := &r.all[i]
		if s.where == "subject" && r.reply || s.threatens() || !s.has("about-me") || !r.ofOwn(i) {
			continue
		}
		label := s.guess()
		switch {
		case r.wishes(i) && (label != LabelOther || !s.has("account")): // "I want to edit my profile": a matter for customer service
		case r.wishesAfter(i) && label != LabelOther:
		default:
			continue
		}
		found[label] = append(found[label], Ground{Where: s.where, Words: s.text, Rule: ownDataRule})
	}
	betterGuess(found)
}

// maxHint is how long a mail is at most, in words, in which a sentence about own data and a wish after it are taken together.
const maxHint = 60

// wishes reports whether a sentence asks for something.
func (r *reading) wishes(i int) bool {
	return (r.all[i].has("request") || r.all[i].asked) && r.ofOwn(i)
}

// wishesAfter reports whether a sentence of a short mail is followed by a short one that asks for something.
func (r *reading) wishesAfter(i int) bool {
	return r.words <= maxHint && r.all[i].where == "text" && i+1 < len(r.all) && len(r.all[i+1].words) <= maxTerse && r.wishes(i+1)
}

// ofOwn reports whether nothing in a sentence tells of something else than a right.
func (r *reading) ofOwn(i int) bool {
	return !r.all[i].vetoed() && !r.all[i].concepts.meets(r.foreign())
}

// betterGuess drops a guess that names no right beside one that does.
func betterGuess(found map[string][]Ground) {
	if len(found) > 1 {
		delete(found, LabelOther)
	}
}

// ownDataRule gives its label by a guess.
const ownDataRule = "asks for something about data of their own"

// foreign are concepts that tell of something else than a right.
func (r *reading) foreign() conceptSet {
	return lexicons().set("wanted", "foi", "newsletter", "unsubscribe-me", "no-field", "thanks", "put-back")
}

// guess names the right that a sentence about own data is likely about.
func (s *said) guess() string {
	switch {
	case s.asserts("delete", "delete-it", "take-off"):
		return LabelErasure
	case s.asserts("rectify", "wrong"):
		return LabelRectification
	case s.has("until"):
		return LabelRestriction
	case s.has("negation") && (s.has("processing") || s.has("pass-on")), s.has("object"):
		return LabelObjection
	case s.has("copy") || s.has("tell") || s.has("which") || s.has("everything") || s.has("hold") || s.has("processing") || s.asserts("send", "receive", "wish") && !s.has("account") || s.asked:
		return LabelAccess
	}
	return LabelOther
}
