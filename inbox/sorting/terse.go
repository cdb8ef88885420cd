package sorting

import "slices"

// maxTerse is how long a mail of a few words may be, without its greeting and name.
const maxTerse = 14

// terse takes a mail that is nothing but a refusal: "no more please", "enough already!!!", "not interested any
// longer thanks". Every word belongs to the refusal or weighs nothing; one that does not makes it a mail about something else.
func (r *reading) terse(found map[string][]Ground) {
	if len(found) > 0 || r.words > maxTerse || !r.reply && !r.plainSubject() {
		return
	}
	var grounds []Ground
	last := len(r.all) - 1
	for i := range r.all {
		s := &r.all[i]
		if s.where != "text" {
			continue
		}
		refused, rest := s.refuses()
		switch {
		case rest == 0 && refused:
			grounds = append(grounds, Ground{Where: s.where, Words: s.text, Rule: "a refusal and nothing else"})
		case rest > 0 && (i < last || refused || rest > maxName || len(grounds) == 0): // the last line may be a name
			return
		}
	}
	if len(grounds) > 0 {
		found[LabelUnsubscribe] = grounds
	}
}

// maxName is how many words a name under a mail has.
const maxName = 3

// refuses reports whether a sentence has words of refusal, and how many words it has that are neither these nor fillers.
func (s *said) refuses() (refused bool, rest int) {
	lex := lexicons()
	for at, w := range s.words {
		in := slices.ContainsFunc(s.hits, func(h hit) bool { return h.concept == "refusal" && h.at <= at && at < h.end })
		refused = refused || in
		if !in && !lex.fillers[w] {
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
