package sorting

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The weights say how much a word, or two words that stand together, make an English mail like those of each class. They were learnt
// from the mails in testdata, which we wrote: likeness_test.go learns them anew and compares. Each line is a feature and, for each class that it
// weighs for or against, the class and a hundred times the weight.
//
//go:embed likeness/en.txt
var weightsFile string

// How likely a mail must be of a class before its likeness to others is taken for a request; a long one has many words that may be so by chance.
const (
	likely     = 0.6
	likelyLong = 0.8
	long       = 100 // words
)

// weights are what was learnt: by class, the weight of each feature. The feature "" is how likely the class is without any words.
type weights map[string]map[string]float64

// learnt returns the weights of English.
var learnt = sync.OnceValue(func() weights {
	w, err := readWeights(weightsFile)
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	return w
})

func readWeights(file string) (weights, error) {
	w := weights{}
	for line := range strings.Lines(file) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		feature, rest, _ := strings.Cut(line, "\t")
		for one := range strings.FieldsSeq(rest) {
			class, n, _ := strings.Cut(one, "=")
			hundred, err := strconv.Atoi(n)
			if err != nil {
				return nil, fmt.Errorf("the weights of %q: %w", feature, err)
			}
			if w[class] == nil {
				w[class] = map[string]float64{}
			}
			w[class][feature] = float64(hundred) / 100
		}
	}
	return w, nil
}

// features returns what is weighed of a mail, each once: its words of more than three letters, their beginnings, two words that stand together or with one between them, and that it is
// an answer, whose subject is left out: somebody else wrote it.
func (r *reading) features() map[string]bool {
	out := map[string]bool{}
	if r.reply {
		out["re:"] = true
	}
	for i := range r.all {
		s := &r.all[i]
		if s.where == "subject" {
			for _, w := range s.words {
				if !r.reply {
					out["subject "+w] = true
				}
			}
			continue
		}
		words := slices.Concat([]string{"^"}, s.words, []string{"$"})
		if s.asked {
			words[len(words)-1] = "?"
		}
		for at, w := range words {
			if len(w) > 3 {
				out[w] = true
			}
			if len(w) > 4 {
				out[w[:4]+"*"] = true
			}
			if at+1 < len(words) {
				out[w+" "+words[at+1]] = true
			}
			if at+2 < len(words) {
				out[w+" _ "+words[at+2]] = true
			}
		}
	}
	return out
}

// likeness returns how likely a mail with these features is of a class, from 0 to 1 (logistic regression).
func (w weights) likeness(class string, features map[string]bool) float64 {
	of, sum := w[class], 0.0
	for f := range features {
		sum += of[f]
	}
	return 1 / (1 + math.Exp(-(of[""] + sum/math.Sqrt(float64(len(features)+1)))))
}

// telling returns the features that speak most for a class, the strongest first.
func (w weights) telling(class string, features map[string]bool) []string {
	of := w[class]
	var out []string
	for f := range features {
		if of[f] > 0 && !strings.ContainsAny(f, "^$?*") {
			out = append(out, strings.ReplaceAll(f, " _ ", " … "))
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		of := func(f string) float64 { return of[strings.ReplaceAll(f, " … ", " _ ")] }
		if of(a) != of(b) {
			return int(math.Copysign(1, of(b)-of(a)))
		}
		return strings.Compare(a, b)
	})
	return out[:min(len(out), 5)]
}

// resembles looks, where no rule found a request in an English mail, whether its words are like those of requests. What it finds is a guess: it is
// flagged as unsure, and nothing that the rules know to be a story, a notice or another law's is taken for one.
func (r *reading) resembles(w weights) request {
	q := request{kind: KindNone}
	if r.language != "en" && r.language != "" || r.words == 0 || r.tellsAStory() || r.givesNotice() || r.speaks("foi") || r.speaks("put-back") {
		return q
	}
	features, enough := r.features(), likely
	if r.words > long {
		enough = likelyLong
	}
	optOut, right := w.likeness(string(KindUnsubscribe), features), w.likeness(string(KindRights), features)
	switch {
	case optOut >= enough && optOut > right && r.speaksOf(ofOptOuts()):
		q.kind, q.labels = KindUnsubscribe, []string{LabelUnsubscribe}
	case right >= enough && r.speaksOf(ofRights()):
		q.kind, q.labels = KindRights, w.rights(features)
	default:
		return q
	}
	q.confidence = 0.59 * max(optOut, right) // a guess: flagged as unsure
	q.grounds = []Ground{{Where: "text", Words: strings.Join(w.telling(string(q.kind), features), ", "), Rule: "its words are like those of such requests"}}
	return q
}

// ofOptOuts and ofRights are concepts of which one must be in a mail that is taken for an opt-out, or for the use of a right: small words that
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
		if w[label] == nil {
			continue
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
