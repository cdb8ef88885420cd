package message

import (
	"slices"
	"strings"
)

// NewText returns what the person wrote in a reply: the text without the message that is
// quoted below it, without signature, disclaimer and lines that a program added ("Sent from my ...").
// Quoted lines that the person answers one by one stay, each with its ">", and so does a text
// that stands below a quote. Of a mail that holds nothing but a forwarded message, that message is what is new.
func NewText(text string) string {
	lines := splitLines(text)
	lines = cutQuoted(lines)
	lines = cutSignature(lines)
	lines = trimEnd(lines, func(l string) bool {
		return isBlank(l) || isQuoted(l) || isRule(l) || addedByProgram(l)
	})
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// Unquoted returns text without the lines that a mail program marks as quoted with ">".
func Unquoted(text string) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), isQuoted)
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// maxReplyLines bounds the lines of a text that NewText looks at.
const maxReplyLines = 2000

// unseen takes out what no reader sees.
var unseen = strings.NewReplacer("\u200b", "", "\u200e", "", "\u200f", "", "\ufeff", "", "\u1427", "")

func splitLines(text string) []string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if !isASCII(text) {
		text = unseen.Replace(text)
	}
	atMost := min(strings.Count(text, "\n"), maxReplyLines) + 1 // SplitN makes room for as many as it is told
	lines := strings.SplitN(text, "\n", atMost)
	if len(lines) > maxReplyLines {
		lines = lines[:maxReplyLines]
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\u00a0")
	}
	return lines
}

// cutQuoted handles the lines with which mail programs introduce a quoted message.
func cutQuoted(lines []string) []string {
	for i := 0; i < len(lines); i++ {
		n, whole := quoteIntro(lines[i:])
		if n == 0 {
			continue
		}
		before := trimEnd(lines[:i], func(l string) bool { return isBlank(l) || isRule(l) })
		above := slices.ContainsFunc(before, func(l string) bool { return !isBlank(l) && !isQuoted(l) && !addedByProgram(l) })
		after := lines[i+n:]
		switch {
		case above && (whole || !answeredBelow(after)):
			return before
		case above || len(before) > 0 && !answeredBelow(after):
			// Answered between or below the quoted lines: only the introduction goes.
			lines = slices.Concat(before, after)
			i = len(before) - 1
		default: // a reply below the quote, or a message that was only forwarded
			lines = after
			i = -1
		}
	}
	return lines
}

// answeredBelow reports whether the lines are a quote marked with ">" and then text of the person.
func answeredBelow(lines []string) bool {
	quoted := false
	for _, l := range lines {
		switch {
		case isQuoted(l):
			quoted = true
		case isBlank(l):
		case !quoted:
			return false
		case signatureRule(l) || addedByProgram(l):
			return false
		default:
			return true
		}
	}
	return false
}

// quoteIntro reports how many lines at the start of lines introduce a quoted message; 0 for
// none. whole means that a quoted message follows to the end, without ">" marks.
func quoteIntro(lines []string) (n int, whole bool) {
	first := strings.TrimLeft(lines[0], "> \t*")
	if first == "" || len(first) > 500 {
		return 0, false
	}
	switch {
	case strings.ContainsRune("-_=#bB", rune(first[0])) && originalMessage.MatchString(first):
		skip := 1
		for skip < len(lines) && isBlank(lines[skip]) {
			skip++
		}
		return skip + headerBlock(lines[skip:]), true
	case first[0] == '-' && zohoQuote.MatchString(first) && wrote.MatchString(first) || isDigit(first[0]) && datedQuote.MatchString(first):
		return 1, false
	}
	if h := headerBlock(lines); h > 0 {
		return h, true
	}
	if runOn(first) {
		return 1, true
	}
	return attribution(lines), false
}

// runOn knows an introduction with the quoted text on the same line, as Yahoo's program for phones writes it.
func runOn(l string) bool {
	if !startsWithDate(l) || !strings.Contains(l, "@") {
		return false
	}
	verb := wrote.FindStringIndex(l)
	return verb != nil && strings.Contains(l[:verb[0]+1], "@") && strings.HasPrefix(strings.TrimLeft(l[verb[1]-1:], " "), ":") && verb[1] < len(l)
}

// attribution reports how many lines "On ... wrote:" takes at the start of lines; mail programs fold it.
func attribution(lines []string) int {
	joined := ""
	for n := 1; n <= min(4, len(lines)); n++ {
		l := strings.TrimLeft(lines[n-1], "> \t")
		if isBlank(l) || n > 1 && isQuoted(lines[n-1]) && !isQuoted(lines[0]) {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + l)
		if len(joined) > 400 {
			return 0
		}
		if n == 1 && !introStart(joined) {
			return 0
		}
		if !strings.HasSuffix(joined, ":") && !strings.HasSuffix(joined, "\uff1a") && !strings.HasSuffix(joined, ":>") {
			if endsInWrote(joined) && startsWithDate(joined) && strings.ContainsAny(joined, "0123456789") {
				return n
			}
			continue
		}
		if introduces(joined, lines[n:]) {
			return n
		}
		return 0
	}
	return 0
}

// introduces tells "On 2 May, Ann <ann@example.org> wrote:" from "On 2 May I wrote to you and asked:", by
// the address, by the verb at the end, or by the quote that follows.
func introduces(s string, after []string) bool {
	if !strings.ContainsAny(s, "0123456789") {
		return false
	}
	addressed, quoted := strings.Contains(s, "@"), nextIsQuoted(after)
	if addressed && quoted {
		return true // in any language
	}
	verb := wrote.FindStringIndex(s)
	switch {
	case verb == nil:
		return false
	case quoted:
		return true
	case firstPerson.MatchString(s):
		return false
	}
	return addressed || verb[1] >= len(strings.TrimRight(s, ": \uff1a"))
}

// introStart tells the first line of an introduction from a sentence of a person.
func introStart(l string) bool {
	if !strings.ContainsAny(l, "0123456789@") {
		return false
	}
	return startsWithDate(l) && strings.ContainsAny(l, "0123456789") ||
		hasClock(l) || hasYear(l) ||
		strings.Contains(l, "@") && (strings.Contains(l, "<") || wrote.MatchString(l))
}

func nextIsQuoted(lines []string) bool {
	for _, l := range lines {
		if !isBlank(l) {
			return isQuoted(l)
		}
	}
	return false
}

// headerBlock reports how many lines a block such as Outlook's "From: Sent: To: Subject:" takes
// at the start of lines.
func headerBlock(lines []string) int {
	if len(lines) == 0 {
		return 0
	}
	switch fieldOf(lines[0]) {
	case "from", "subject":
	case "date": // GMX puts it first
		if len(lines) < 2 || fieldOf(lines[1]) != "from" {
			return 0
		}
	default:
		return 0
	}
	seen := map[string]bool{}
	last := 0
	for i := 0; i < min(14, len(lines)); i++ {
		l := lines[i]
		if f := fieldOf(l); f != "" {
			seen[f] = true
			last = i + 1
			continue
		}
		if isBlank(l) && len(seen) >= 3 {
			break
		}
	}
	if len(seen) < 3 || !seen["from"] {
		return 0
	}
	for last < len(lines) && !isBlank(lines[last]) && len(seen) < 4 && last < 14 {
		last++ // a folded subject or list of addresses
	}
	return last
}

// cutSignature drops what follows a signature line, and disclaimers.
func cutSignature(lines []string) []string {
	for i, l := range lines {
		if isQuoted(l) {
			continue
		}
		if i > 0 && disclaims(l) && !hasText(lines[:i], 0) {
			continue
		}
		switch {
		case l == "--" || l == "-- " || l == "—" || l == "__":
			if hasText(lines[:i], 0) {
				return lines[:i]
			}
		case signatureRule(l) && hasText(lines[:i], 0) && countText(lines[i+1:]) <= 6:
			return lines[:i]
		case disclaims(l) && hasText(lines[:i], 0):
			return lines[:i]
		}
	}
	return lines
}

func hasText(lines []string, more int) bool { return countText(lines) > more }

// countText counts the lines that hold words of a person.
func countText(lines []string) int {
	n := 0
	for _, l := range lines {
		if !isBlank(l) && !isQuoted(l) && !isRule(l) {
			n++
		}
	}
	return n
}

func trimEnd(lines []string, drop func(string) bool) []string {
	for len(lines) > 0 && drop(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func isBlank(l string) bool { return strings.TrimSpace(l) == "" }

// isQuoted knows "> text", "| text" and "AB> text".
func isQuoted(l string) bool {
	l = strings.TrimLeft(l, " \t")
	if strings.HasPrefix(l, ">") || strings.HasPrefix(l, "| ") || l == "|" {
		return true
	}
	i := strings.IndexByte(l, '>')
	return i > 0 && i <= 3 && !strings.ContainsFunc(l[:i], func(r rune) bool { return r < 'A' || r > 'Z' })
}

// isRule reports whether a line is drawn from punctuation.
func isRule(l string) bool {
	l = strings.TrimSpace(l)
	return len(l) >= 2 && strings.Trim(l, "-_=*#~+ \u2014\u2013\u2500.") == ""
}

func signatureRule(l string) bool {
	t := strings.TrimSpace(l)
	return l == "--" || len(t) >= 5 && strings.Trim(t, "_") == ""
}
