package templates

import (
	"strings"

	"assent/internal/errs"
)

// Bounds on what Markdown and Prose read. The parser's time and memory grow with the square of
// some of these (measured: 9 s for 128 KB of "[a]("; 2 GB for one table), so they are counted before it begins (H8).
const (
	MaxMarkdown = 64 << 10 // octets; mailboxes clip a message near 100 KB

	maxNesting  = 24     // quotes and lists in one another
	maxBrackets = 1000   // links and pictures, or what might become one
	maxCells    = 20_000 // cells of tables
)

// within says in a sentence which bound src breaks, with kind Invalid, or returns nil.
func within(op, src string) error {
	refuse := func(sentence string) error { return errs.E(op, errs.Invalid, sentence, nil) }
	if len(src) > MaxMarkdown {
		return refuse("The text is too long. Shorten it to less than 64 KB.")
	}
	if strings.Count(src, "[") > maxBrackets {
		return refuse("The text has too many links. Use fewer square brackets.")
	}
	pipes, rows, cells := 0, 0, 0 // of the lines since the last empty one: they may be one table
	for line := range strings.Lines(src) {
		if marks(line) > maxNesting {
			return refuse(nestedTooDeep)
		}
		if strings.TrimSpace(line) == "" {
			cells += pipes * rows
			pipes, rows = 0, 0
			continue
		}
		rows++
		pipes = max(pipes, strings.Count(line, "|"))
		if cells+pipes*rows > maxCells {
			return refuse("A table is too large. Split it, or link to a page that shows it.")
		}
	}
	return nil
}

const nestedTooDeep = "The text has lists or quotes nested too deeply. Flatten them."

// marks counts the signs at the start of a line that may each open a quote or a list.
func marks(line string) int {
	line = strings.TrimSpace(line)
	if strings.Trim(line, "- ") == "" || strings.Trim(line, "* ") == "" {
		return 0 // a rule
	}
	n := 0
	for line != "" {
		sign := line[0]
		rest := strings.TrimLeft(line, "0123456789")
		switch {
		case strings.IndexByte(">-*+", sign) >= 0:
			rest = line[1:]
		case len(rest) < len(line) && rest != "" && (rest[0] == '.' || rest[0] == ')'):
			rest = rest[1:]
		default:
			return n
		}
		if sign != '>' && rest != "" && rest[0] != ' ' && rest[0] != '\t' {
			return n // a list's mark stands alone
		}
		n++
		line = strings.TrimLeft(rest, " \t")
	}
	return n
}
