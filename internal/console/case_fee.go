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

// putFee puts the amount and the reasons where the text of a letter that asks for a fee names them.
func putFee(l cases.Letter) string {
	if l.Asks != cases.Fee {
		return l.Body
	}
	body := l.Body
	if l.Pence > 0 {
		body = strings.ReplaceAll(body, "{{fee}}", cases.Pounds(l.Pence))
	}
	if grounds := cases.Grounds(l.Reasons, nil, l.Language); grounds != "" {
		body = strings.ReplaceAll(body, "{{grounds}}", grounds)
	}
	return body
}
