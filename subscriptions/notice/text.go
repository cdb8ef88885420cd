package notice

import "strings"

// words is a notice's text, read for what it says.
type words struct {
	flat     string // in small letters, white space and marks of Markdown made single spaces
	sections []section
}

type section struct {
	heading string
	empty   bool
}

func read(text string) words {
	w := words{flat: flat(text)}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if heading, ok := headingOf(line); ok {
			w.sections = append(w.sections, section{heading: heading, empty: true})
		} else if line != "" && len(w.sections) > 0 {
			w.sections[len(w.sections)-1].empty = false
		}
	}
	return w
}

// headingOf returns the words of a heading: "## Your rights", or a line that is bold as a whole.
func headingOf(line string) (string, bool) {
	if bare := strings.TrimLeft(line, "#"); bare != line && len(line)-len(bare) <= 6 && strings.HasPrefix(bare, " ") {
		return strings.TrimSpace(strings.Trim(bare, "# ")), true
	}
	if bold := strings.TrimSuffix(strings.TrimPrefix(line, "**"), "**"); len(bold) == len(line)-4 && !strings.Contains(bold, "**") && bold != "" {
		return bold, true
	}
	return "", false
}

// section returns the first heading with one of the marks and something below it.
func (w words) section(marks []string) (heading string, ok bool) {
	for _, s := range w.sections {
		if s.empty {
			continue
		}
		small := strings.ReplaceAll(strings.ToLower(s.heading), "’", "'")
		for _, m := range marks {
			if strings.Contains(small, m) {
				return s.heading, true
			}
		}
	}
	return "", false
}

func (w words) holds(fact string) bool {
	fact = flat(fact)
	return fact != "" && strings.Contains(w.flat, fact)
}

func (w words) holdsAll(facts []string) bool {
	for _, f := range facts {
		if !w.holds(f) {
			return false
		}
	}
	return true
}

// flat makes texts comparable: what differs in case, white space and marks of Markdown is the same. An address loses its marks
// too, on both sides.
func flat(s string) string {
	plain := strings.NewReplacer("*", " ", "_", " ", "`", " ", "<", " ", ">", " ", "\\", "", "’", "'").Replace(strings.ToLower(s))
	return strings.Join(strings.Fields(plain), " ")
}
