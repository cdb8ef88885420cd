package sorting

import "strings"

// respell takes the commonest slips in the English words that opt-outs are made of to the word that
// was meant. People write these in haste and on phones, and in every language.
func respell(word string) string {
	if len(word) < 5 || len(word) > 15 {
		return word
	}
	for _, w := range [...]struct {
		start, stem, meant string
	}{
		{"u", "unsubscrib", "unsubscribe"}, {"u", "unsubscrib", "unsubscribed"}, {"u", "unsubscrib", "unsubscribing"},
		{"new", "newsletter", "newsletter"}, {"sub", "subscription", "subscription"},
	} {
		if strings.HasPrefix(word, w.start) && !strings.HasPrefix(word, w.stem) && abs(len(word)-len(w.meant)) <= maxSlips && slips(word, w.meant, maxSlips) <= maxSlips {
			return w.meant
		}
	}
	return word
}

const maxSlips = 2

// slips counts how many letters were left out, added, changed or swapped with their neighbour
// between a and b (optimal string alignment); more than limit counts as limit+1.
func slips(a, b string, limit int) int {
	var rows [3][20]int
	if len(b) >= len(rows[0]) {
		return limit + 1
	}
	prev2, prev, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		best := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
			best = min(best, row[j])
		}
		if best > limit {
			return limit + 1
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}

// slipsOf returns how a word comes out when one letter is left out or two neighbours change places, the first letter kept.
// A letter for another is left out of it: "remote" is no slip of "remove".
func slipsOf(word string) []string {
	var out []string
	for i := 1; i < len(word); i++ {
		out = append(out, word[:i]+word[i+1:])
		if i+1 < len(word) {
			out = append(out, word[:i]+word[i+1:i+2]+word[i:i+1]+word[i+2:])
		}
	}
	return out
}
