package console

import (
	"strconv"
	"strings"

	"assent/inbox/cases"
)

// pence reads an amount in pounds, such as "12.50" or "£12"; 0 for what is none.
func pence(text string) int64 {
	text = strings.TrimPrefix(strings.TrimSpace(text), "£")
	pounds, rest, _ := strings.Cut(text, ".")
	if len(rest) > 2 || len(pounds) > 6 {
		return 0
	}
	n, err := strconv.ParseInt(pounds+(rest + "00")[:2], 10, 64)
	if err != nil {
		return 0
	}
	return max(0, n)
}

// putReasons puts the reasons, with their law, the words of note and the amount where the text of a letter that asks for a fee or tells of two further months names them: a
// reason that nobody chose or wrote leaves its field standing, and the letter does not go out (Articles 12(5) and 12A(4)).
func putReasons(l cases.Letter, note string) string {
	if l.Asks != cases.Fee && !l.Extends {
		return l.Body
	}
	values := []string{"{{grounds}}", cases.Grounds(l.Reasons, cases.ExtensionReasons(), l.Language), "{{why}}", strings.TrimSpace(note), "{{fee}}", ""}
	if l.Pence > 0 {
		values[5] = cases.Pounds(l.Pence)
	}
	var filled []string
	for i := 0; i < len(values); i += 2 {
		if values[i+1] != "" {
			filled = append(filled, values[i], values[i+1])
		}
	}
	return strings.NewReplacer(filled...).Replace(l.Body)
}
