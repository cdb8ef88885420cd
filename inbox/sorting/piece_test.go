package sorting

import (
	"slices"
	"strings"
	"testing"
)

// rarest returns the length of the shortest piece of the list that is rarest in other texts.
func (e expression) rarest() int {
	best := 0
	for _, any := range e.needs {
		var texts []string
		for _, p := range any {
			texts = append(texts, p.text)
		}
		best = max(best, worth(texts))
	}
	return best
}

func TestPiecesHideNothingThatAnExpressionMatches(t *testing.T) {
	t.Parallel()
	words := reportWords()
	all := slices.Concat(words.subject, words.text, words.delayed, words.unknownUser, words.stillAlive, words.listRefusal, words.delivered)
	for i, m := range readMachines(t, "testdata/machines/fifteenth.txt") {
		if i%4 > 0 {
			continue
		}
		text := flat(m.raw)
		of := trigramsOf(text)
		for _, e := range all {
			if got, want := e.find(text, of), e.re.FindString(text); got != want {
				t.Errorf("%s: found %q, and %q without looking for pieces", e.re, got, want)
			}
		}
	}
}

func TestPiecesAreFoundWhereverTheyStand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, piece string
		want        bool
	}{
		{"user unknown", "user unknown", true}, {"user unknown", "unknown", true}, {"user unknown", "user", true},
		{"user unknown", "unknown user", false}, {"", "user", false}, {"us", "us", true}, {"用户不存在", "不存在", true},
	} {
		if got := newPiece(c.piece).in(c.text, trigramsOf(c.text)); got != c.want || got != strings.Contains(c.text, c.piece) {
			t.Errorf("%q in %q: %v", c.piece, c.text, got)
		}
	}
}
