package sorting

import "slices"

// How long a mail is at most, in words, that is nothing but a refusal, and one that has a sentence of nothing else.
const (
	maxTerse   = 14
	maxRefusal = 40
)

// terse takes a mail that is nothing but a refusal: "no more please", "enough already!!!", "not interested any
// longer thanks". Every word belongs to the refusal or weighs nothing; one that does not makes it a mail about something
// else. In a longer answer a sentence of that kind with a verb counts: "I don't recall signing up. Kindly remove."
func (r *reading) terse(found map[string][]Ground) {
	if len(found) > 0 || r.words > maxRefusal || !r.reply && !r.plainSubject() || r.speaks("put-back") || r.speaks("no-list") {
		return
	}
	var grounds []Ground
	whole, last := r.words <= maxTerse, len(r.all)-1
	for i := range r.all {
		s := &r.all[i]
		if s.where != "text" {
			continue
		}
		refused, rest := s.refuses()
		switch {
		case rest == 0 && refused && (whole || (r.reply || !s.asked) && s.asserts("take-off", "stop", "close")):
			grounds = append(grounds, Ground{Where: s.where, Words: s.text, Rule: "a refusal and nothing else"})
		case rest > 0 && (i < last || refused || rest > maxName || len(grounds) == 0): // the last line may be a name
			whole = false
		}
	}
	grounds = slices.DeleteFunc(grounds, func(g Ground) bool { return !whole && !r.commands(g.Words) })
	if len(grounds) > 0 {
		found[LabelUnsubscribe] = grounds
	}
}

// commands reports whether a sentence of the text has a verb of stopping or removing.
func (r *reading) commands(text string) bool {
	return slices.ContainsFunc(r.all, func(s said) bool { return s.text == text && s.asserts("take-off", "stop", "close") })
}

// maxName is how many words a name under a mail has.
const maxName = 3

// refuses reports whether a sentence has words of refusal, and how many words it has that are neither these, nor names of mailings, nor fillers.
// Thanks for what was stopped refuse nothing.
func (s *said) refuses() (refused bool, rest int) {
	lex := lexicons()
	for at, w := range s.words {
		in, named := false, false
		for _, h := range s.hits {
			covers := h.at <= at && at < h.end
			in, named = in || covers && h.concept == "refusal", named || covers && h.concept == "newsletter"
		}
		refused = refused || in && !s.has("thanks")
		if !in && !named && !lex.fillers[w] {
			rest++
		}
	}
	return refused, rest
}

// plainSubject reports whether the subject names nothing that the text could be about.
func (r *reading) plainSubject() bool {
	for i := range r.all {
		if s := &r.all[i]; s.where == "subject" {
			if refused, rest := s.refuses(); rest > 0 && !refused && !s.has("newsletter") && !s.has("unsubscribe") {
				return false
			}
		}
	}
	return true
}
