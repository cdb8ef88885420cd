package sorting

import (
	"cmp"
	"embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"assent/internal/message"
)

// The weights say how much what is in a mail makes it like those of each class: concepts, for all languages, and words, for each language in a file of its own. They
// were learnt from the mails in testdata, which we wrote: likeness_test.go learns them anew and compares. Each line is a feature and, for each class that it
// weighs for or against, the class and a hundred times the weight.
//
//go:embed likeness/*.txt
var weightsFiles embed.FS

// How likely a mail must be of a class before its likeness to others is taken for a request; a long one has many words that may be so by chance.
const (
	likely     = 0.6
	likelyLong = 0.8
	long       = 100 // words
)

// weights are what was learnt, for mail in one language.
type weights struct {
	concepts, words lines
}

// lines are the lines of a file, which stay text, for little memory: by feature, the classes with a hundred times the weight for each, whole numbers that make the same sum in any
// order. The feature "" is how likely a class is without any.
type lines map[string]string

const conceptWeights = "concepts" // the file that is for all languages

// learnt is what was learnt, by file, each read when the first mail that needs it is weighed.
var learnt = sync.OnceValue(func() map[string]func() lines {
	out := map[string]func() lines{}
	for _, name := range append(lexicons().languageNames(), conceptWeights) {
		out[name] = sync.OnceValue(func() lines {
			l, err := readLines(name)
			if err != nil {
				panic(err) // the files are part of the program, and a test reads them
			}
			return l
		})
	}
	return out
})

// ofLanguage returns the weights for mail in a language. Where the language cannot be told the words of English are weighed.
func ofLanguage(language string) weights {
	if language == "" {
		language = "en"
	}
	return weights{concepts: learnt()[conceptWeights](), words: learnt()[language]()}
}

func readLines(name string) (lines, error) {
	text, err := weightsFiles.ReadFile("likeness/" + name + ".txt")
	if err != nil {
		return nil, err
	}
	l, err := parseLines(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

func parseLines(file string) (lines, error) {
	l := make(lines, strings.Count(file, "\n"))
	for line := range strings.Lines(file) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		feature, rest, _ := strings.Cut(line, "\t")
		for one := range strings.FieldsSeq(rest) {
			_, n, _ := strings.Cut(one, "=")
			if _, err := strconv.Atoi(n); err != nil {
				return nil, fmt.Errorf("the weights of %q: %w", feature, err)
			}
		}
		l[feature] = rest
	}
	return l, nil
}

// of returns a hundred times the weight of a feature for a class.
func (w weights) of(class, feature string) int {
	from := w.words
	if feature == "" || feature[0] == '=' {
		from = w.concepts
	}
	for one := range strings.FieldsSeq(from[feature]) {
		if name, n, _ := strings.Cut(one, "="); name == class {
			hundred, _ := strconv.Atoi(n) // a number: parseLines looked
			return hundred
		}
	}
	return 0
}

// likeness returns how likely a mail with these features is of a class, from 0 to 1 (logistic regression).
func (w weights) likeness(class string, features map[string]bool) float64 {
	sum := 0
	for f := range features {
		sum += w.of(class, f)
	}
	return 1 / (1 + math.Exp(-(float64(w.of(class, ""))+float64(sum)/math.Sqrt(float64(len(features)+1)))/100))
}

// telling returns the sentences of the text that speak most for a class, the strongest first.
func (w weights) telling(class, of string, r *reading) []Ground {
	type told struct {
		words string
		by    int
	}
	var all []told
	for _, s := range r.body() {
		if s.where != "text" {
			continue
		}
		one, features := told{words: s.text}, map[string]bool{}
		s.addFeatures(features)
		for f := range features {
			one.by += w.of(class, f)
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b told) int { return cmp.Compare(b.by, a.by) })
	var out []Ground
	for _, one := range all {
		if len(out) == 0 || one.by > 0 && len(out) < 3 {
			out = append(out, Ground{Where: "text", Words: one.words, Rule: "its words are like those of such " + of})
		}
	}
	return out
}

// resembles looks, where no rule found a request in a mail, whether its words are like those of requests. What it finds is a guess: it is
// flagged as unsure, and nothing that the rules know to be a story, a notice or another law's is taken for one.
func (r *reading) resembles(w weights) request {
	q := request{kind: KindNone}
	if !r.saysSomething() || r.tellsAStory() || r.givesNotice() || r.speaks("foi") || r.speaks("put-back") {
		return q
	}
	features := r.features()
	optOut, right := w.likeness(string(KindUnsubscribe), features), w.likeness(string(KindRights), features)
	switch {
	case optOut >= r.enough(ofOptOuts()) && optOut > right:
		q.kind, q.labels = KindUnsubscribe, []string{LabelUnsubscribe}
	case right >= r.enough(ofRights()):
		q.kind, q.labels = KindRights, w.rights(features)
	default:
		return q
	}
	q.flags = []string{FlagLikeness}
	q.confidence = 0.59 * max(optOut, right) // a guess: flagged as unsure
	q.grounds = w.telling(string(q.kind), "requests", r)
	return q
}

// How likely a report of a breach must be. It is little, for few mails are one, and the 72 hours of the law run (Article 33); of few words any one weighs too much.
const (
	likelyBreach      = 0.08
	likelyBreachShort = 0.3
	few               = 10 // words
)

// resemblesBreach looks, in a mail that asks for nothing or complains, whether it tells of a breach in words that no phrase has. It returns the sentences that tell it, nil for none.
func (r *reading) resemblesBreach(v *Verdict, m *message.Parsed) []Ground {
	asks := v.Kind == KindUnsubscribe || v.Kind == KindRights && !v.Has(LabelComplaint) && !v.Flagged(FlagLikeness)
	if asks || bulk(m) || r.speaks("in-theory") || !r.saysSomething() {
		return nil
	}
	w := ofLanguage(r.language)
	if !r.likeBreach(w) {
		return nil
	}
	why := w.telling(FlagBreach, "reports", r)[:1]
	why[0].Flag = FlagBreach
	return why
}

func (r *reading) likeBreach(w weights) bool {
	p := w.likeness(FlagBreach, r.features())
	return p >= likelyBreachShort || p >= likelyBreach && r.words >= few
}

// enough returns how likely a mail must be a request. In English, whose lexicon is the fullest, hardly a request has none of some concepts; in the other languages many do.
func (r *reading) enough(concepts []string) float64 {
	switch {
	case (r.language == "en" || r.language == "") && !r.speaksOf(concepts):
		return 2 // never
	case r.words > long:
		return likelyLong
	}
	return likely
}

// ofOptOuts and ofRights are concepts of which one must be in an English mail that is taken for an opt-out, or for the use of a right: small words that
// are more frequent in requests than elsewhere make none.
func ofOptOuts() []string {
	return []string{"stop", "unsubscribe", "unsubscribe-me", "take-off", "refusal", "any-more", "no-more", "negation", "delete", "close", "never-joined", "fed-up", "wrong-person", "why-me", "persist", "in-vain"}
}

func ofRights() []string {
	return []string{"data", "personal-data", "account", "their-records", "hold", "held", "about-me", "contact", "delete", "delete-it", "rectify", "restrict", "object", "consent", "withdraw", "copy",
		"shared", "pass-on", "obtained", "complaint", "breach", "law", "article", "misdeed", "automated", "decided", "human-review", "in-person", "access", "processing", "portable", "rights-contact"}
}

// speaksOf reports whether a sentence of the text has one of the concepts.
func (r *reading) speaksOf(concepts []string) bool {
	set := lexicons().set(concepts...)
	return slices.ContainsFunc(r.all, func(s said) bool { return s.where == "text" && s.concepts.meets(set) })
}

// rights returns the rights that a request resembles: all that are likelier than not, else the likeliest.
func (w weights) rights(features map[string]bool) []string {
	var out []string
	best, most := LabelOther, 0.0
	for _, label := range rightsLabels() {
		if label == LabelOther {
			continue // never learnt: it is what has no name
		}
		p := w.likeness(label, features)
		if p > 0.5 {
			out = append(out, label)
		}
		if p > most {
			best, most = label, p
		}
	}
	if len(out) == 0 {
		out = []string{best}
	}
	return out
}
