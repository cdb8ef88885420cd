package sorting

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed wording/sign-offs.txt
var signOffsFile string

// The end of a letter: a greeting, a name, what the writer is, where.
const (
	closingSentences = 4 // at most
	closingWords     = 4 // at most in each, beside the greeting
)

// signOffs are the greetings of the embedded file, as words, by their first word.
var signOffs = sync.OnceValue(func() map[string][][]string {
	out := map[string][][]string{}
	for line := range strings.Lines(signOffsFile) {
		if words := foldWords(line); len(words) > 0 && line[0] != '#' {
			out[words[0]] = append(out[words[0]], words)
		}
	}
	return out
})

// body returns what is said before the greeting and the name at the end of the text. A mail of nothing but these has none.
func (r *reading) body() []said {
	from := len(r.all)
	for i := len(r.all) - 1; i >= 0 && i >= len(r.all)-closingSentences && r.all[i].where == "text"; i-- {
		words := r.all[i].words
		n := signedOff(words)
		if len(words)-n > closingWords {
			break
		}
		if n > 0 {
			from = i
		}
	}
	return r.all[:from]
}

// saysSomething reports whether there is text beside the end of the letter.
func (r *reading) saysSomething() bool {
	return slices.ContainsFunc(r.body(), func(s said) bool { return s.where == "text" })
}

// signedOff returns how many words of a sentence are the greeting that it starts with, 0 for none.
func signedOff(words []string) int {
	if len(words) == 0 {
		return 0
	}
	n := 0
	for _, phrase := range signOffs()[words[0]] {
		if len(phrase) <= len(words) && slices.Equal(phrase, words[:len(phrase)]) {
			n = max(n, len(phrase))
		}
	}
	return n
}
