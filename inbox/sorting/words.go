package sorting

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What is looked at of a text: its first octets, its first words, and sentences of no more than so many
// words, so that no mail costs more than a known time. A request stands at the start.
const (
	maxSortedText    = 64 << 10
	maxWords         = 1500
	maxSentenceWords = 120
)

// sentence is a run of words that belong together. Words are folded: lower case, no accents.
type sentence struct {
	where string // "subject" or "text"
	text  string // as written
	words []string
	parts []int // where its clauses start: after a comma, a colon or a dash
	asked bool  // ends in a question mark
}

// clauseAt reports whether a clause starts, or the sentence ends, at a word.
func (s *sentence) clauseAt(word int) bool {
	return word == 0 || word == len(s.words) || slices.Contains(s.parts, word)
}

// parted reports whether a clause ends between two words.
func (s *sentence) parted(from, to int) bool {
	from, to = min(from, to), max(from, to)
	return slices.ContainsFunc(s.parts, func(p int) bool { return p >= from && p <= to })
}

// sentences cuts a text into sentences: at ends of sentences, at empty lines and at list items.
func sentences(where, text string) []sentence {
	var out []sentence
	total := 0
	if len(text) > maxSortedText {
		text = strings.ToValidUTF8(text[:maxSortedText], "")
	}
	for _, block := range blocks(text) {
		for block != "" && total < maxWords {
			n := sentenceEnd(block)
			one := strings.TrimSpace(block[:n])
			block = block[n:]
			words, parts := clauses(one)
			if len(words) == 0 {
				continue
			}
			words = words[:min(len(words), maxWords-total)]
			for i, w := range words {
				words[i] = respell(w)
			}
			total += len(words)
			asked := strings.ContainsAny(lastRune(one), "?？")
			for part := range slices.Chunk(words, maxSentenceWords) {
				out = append(out, sentence{where: where, text: one, words: part, parts: parts, asked: asked})
			}
		}
	}
	return out
}

// clauses returns the words of a sentence and where its clauses start.
func clauses(one string) (words []string, parts []int) {
	for part := range strings.FieldsFuncSeq(strings.ReplaceAll(one, ". ", ", "), func(r rune) bool { return strings.ContainsRune(",;:()–—", r) }) {
		n := len(words)
		words = append(words, foldWords(part)...)
		if n > 0 && n <= maxSentenceWords && n < len(words) && !slices.Contains(thatWords(), words[n]) {
			parts = append(parts, n)
		}
	}
	return words, parts
}

// thatWords start a clause that belongs to the verb before the comma: "ich möchte nicht, dass ...".
func thatWords() []string {
	return []string{"dass", "das", "ze", "zeby", "aby", "hogy", "oti", "ότι", "οτι", "να", "que", "che", "что", "чтобы", "що", "щоб", "че", "да", "da", "ka", "kad", "et", "att", "at", "etta", "dat"}
}

func lastRune(s string) string {
	_, n := utf8.DecodeLastRuneInString(s)
	return s[len(s)-n:]
}

// blocks joins the lines that a program folded and parts those that a person did.
func blocks(text string) []string {
	var out []string
	var open strings.Builder
	flush := func() {
		if open.Len() > 0 {
			out = append(out, open.String())
		}
		open.Reset()
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			flush()
			continue
		}
		first, _ := utf8.DecodeRuneInString(line)
		// A short line before one that starts with a capital was ended by a person.
		if startsItem(line) || open.Len() > 0 && open.Len() < 50 && unicode.IsUpper(first) {
			flush()
		}
		if open.Len() > 0 {
			open.WriteByte(' ')
		}
		open.WriteString(line)
	}
	flush()
	return out
}

// startsItem reports whether a line starts as the items of lists do: "- ", "3.", "(b)", "iv)".
func startsItem(line string) bool {
	first, _ := utf8.DecodeRuneInString(line)
	if strings.ContainsRune("-*•–—·>", first) {
		return true
	}
	if unicode.IsDigit(first) {
		return len(line) > 1 && strings.ContainsAny(line[:min(4, len(line))], ".)")
	}
	mark, _, ok := strings.Cut(strings.TrimPrefix(line[:min(6, len(line))], "("), ")")
	return ok && mark != "" && (len(mark) == 1 || strings.Trim(mark, "ivx") == "" || strings.Trim(mark, "0123456789") == "")
}

// sentenceEnd returns the length of the first sentence of s.
func sentenceEnd(s string) int {
	for i, r := range s {
		if !strings.ContainsRune(".!?;…。！？", r) {
			continue
		}
		end := i + utf8.RuneLen(r)
		rest := s[end:]
		if r > unicode.MaxASCII {
			return end
		}
		if rest == "" || rest[0] != ' ' {
			continue
		}
		next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
		if r == '.' && (!unicode.IsUpper(next) && next < unicode.MaxASCII || shortBefore(s[:i])) {
			continue // "Art. 15", "z. B. die"
		}
		return end
	}
	return len(s)
}

// shortBefore reports whether the dot after s ends an abbreviation rather than a sentence.
func shortBefore(s string) bool {
	word := s[strings.LastIndexAny(s, " (,.")+1:]
	switch strings.ToLower(word) {
	case "art", "abs", "nr", "no", "lit", "bzw", "gem", "par", "al", "ust", "st", "str", "dr", "mr", "mrs", "ms", "prof", "e.g", "i.e", "ca", "vs", "sec", "čl", "cl", "чл", "ст":
		return true
	}
	return utf8.RuneCountInString(word) == 1 && word != "I"
}

// foldWords returns the words of s in lower case and without accents, so that "désinscrire" and
// "desinscrire" are one. "don't" is one word, "l'accès" are two. Addresses and links are left out.
func foldWords(s string) []string {
	var out []string
	for field := range strings.FieldsFuncSeq(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:()[]{}<>\"“”„«»|/\\*=…!?¿¡", r)
	}) {
		if strings.ContainsRune(field, '@') || strings.HasPrefix(field, "http") || strings.HasPrefix(field, "www.") {
			continue
		}
		for part := range strings.FieldsFuncSeq(fold(field), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '§'
		}) {
			out = appendWord(out, strings.Trim(part, "'"))
		}
	}
	return out
}

func appendWord(out []string, w string) []string {
	before, after, ok := strings.Cut(w, "'")
	switch {
	case w == "":
		return out
	case !ok:
		return append(out, w)
	case utf8.RuneCountInString(after) >= 3 && before != "":
		return append(out, before, strings.ReplaceAll(after, "'", ""))
	}
	return append(out, strings.ReplaceAll(w, "'", ""))
}

// fold takes s to lower case without accents, with one kind of apostrophe.
func fold(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(s)
	}
	var room [64]byte // for most words
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range string(norm.NFKD.AppendString(room[:0], strings.ToLower(s))) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == '’' || r == '‘' || r == '`' || r == '´' || r == 'ʼ':
			b.WriteByte('\'')
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ł':
			b.WriteByte('l')
		case r == 'ø':
			b.WriteByte('o')
		case r == 'đ':
			b.WriteByte('d')
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ı':
			b.WriteByte('i')
		case r == 'ħ':
			b.WriteByte('h')
		case r == 'ς':
			b.WriteRune('σ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
