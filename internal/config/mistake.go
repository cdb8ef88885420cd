package config

import (
	"errors"
	"fmt"
	"strings"

	"assent/internal/errs"
)

// Mistake is one setting that cannot be used.
type Mistake struct {
	Setting string // "ASSENT_LISTEN"; "" for a mistake in the file itself
	Where   string // "smtp_url in assent.toml"; "" for the environment
	Says    string // what is wrong and what to do, without the value of a secret
}

// String returns one line that names the setting.
func (m Mistake) String() string {
	switch {
	case m.Setting == "":
		return m.Where + ": " + m.Says
	case m.Where == "":
		return m.Setting + ": " + m.Says
	}
	return fmt.Sprintf("%s (%s): %s", m.Setting, m.Where, m.Says)
}

// Mistakes holds every mistake that was found.
type Mistakes []Mistake

// Error lists the mistakes, one in a line.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, one := range m {
		lines[i] = "  - " + one.String()
	}
	return strings.Join(lines, "\n")
}

// MistakesOf returns the mistakes in an error of Load.
func MistakesOf(err error) Mistakes {
	var m Mistakes
	errors.As(err, &m)
	return m
}

// add keeps a mistake. A sentence of another package may begin with the setting's name, which stands before it already.
func (m *Mistakes) add(setting, where, says string) {
	says = strings.TrimPrefix(strings.TrimPrefix(says, "The setting "), setting+" ")
	*m = append(*m, Mistake{Setting: setting, Where: where, Says: says})
}

// err returns the mistakes as an error of kind Invalid, nil when there is none.
func (m Mistakes) err() error {
	if len(m) == 0 {
		return nil
	}
	head := "One setting is not usable:\n"
	if len(m) > 1 {
		head = fmt.Sprintf("%d settings are not usable:\n", len(m))
	}
	return errs.E("config: load", errs.Invalid, head+m.Error(), m)
}

// nearest returns the known word that a mistyped one was probably meant to be, or "".
func nearest(word string, known []string) string {
	best, least := "", 1+len(word)/3
	for _, k := range known {
		if d := distance(word, k); d <= least && (best == "" || d < distance(word, best)) {
			best = k
		}
	}
	return best
}

// distance counts the insertions, deletions and replacements of bytes between two words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
