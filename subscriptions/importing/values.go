package importing

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/subscriptions"
)

var languageForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`) // the shapes of BCP 47 that people use

// setTimes reads when the person acted and confirmed. A date stays a date in the evidence: nobody knows its hour.
func (c *Columns) setTimes(a *subscriptions.Act, acted, confirmed string, now time.Time) (err error) {
	if acted != "" {
		if a.ActedAt, a.Evidence["acted_at"], err = c.rules.time("acted_at", acted, now); err != nil {
			return err
		}
	}
	if confirmed != "" {
		_, a.Evidence["confirmed_at"], err = c.rules.time("confirmed_at", confirmed, now)
	}
	return err
}

// time reads a moment: a date, RFC 3339, or as the format writes it. It returns the text that evidence keeps.
func (f formatRules) time(name, text string, now time.Time) (time.Time, string, error) {
	if at, kept, ok := f.dates.read(text, f.zone); ok {
		return plausible(name, kept, at, now)
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil && f.clock != "" {
		at, err = time.Parse(f.clock, text)
	}
	if err == nil {
		if !isUTC(text) {
			text = at.UTC().Format(time.RFC3339)
		}
	} else if at, err = time.Parse(time.DateOnly, text); err != nil {
		return at, "", mistake("The " + name + " must be " + f.datesWanted(text) + ".")
	}
	return plausible(name, text, at, now)
}

// datesWanted says what dates are understood, and how another one could be.
func (f formatRules) datesWanted(text string) string {
	const iso = "a date such as 2026-03-31, or a moment such as 2026-03-31T14:05:00Z"
	switch {
	case f.dates == DayFirst:
		return "a date such as 31/03/2026 or 2026-03-31"
	case f.dates == MonthFirst:
		return "a date such as 03/31/2026 or 2026-03-31"
	case sheetDate.MatchString(text):
		return iso + ". Say that the dates of the file stand day first, or month first, where they do"
	}
	return iso
}

func plausible(name, text string, at, now time.Time) (time.Time, string, error) {
	if at.After(now.Add(time.Minute)) {
		return at, "", mistake("The " + name + " lies in the future.")
	}
	if at.Year() < 1990 {
		return at, "", mistake("The " + name + " lies before there was mail to agree to.")
	}
	return at, text, nil
}

// isUTC reports whether a moment that could be read stands as evidence writes it: 2026-03-31T14:05:00Z.
func isUTC(text string) bool {
	return len(text) == len("2006-01-02T15:04:05Z") && text[10] == 'T' && text[13] == ':' && text[19] == 'Z'
}

// fromText takes a field of a file to the attribute's type. What does not fit stays text, which Check refuses.
func fromText(a subscriptions.Attribute, text string) any {
	switch a.Type {
	case subscriptions.NumberAttribute:
		if n, err := strconv.ParseFloat(text, 64); err == nil && n-n == 0 { // neither NaN nor infinite, which JSON has not
			return n
		}
	case subscriptions.BoolAttribute:
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			return true
		case "false", "no", "0":
			return false
		}
	case subscriptions.ManyAttribute:
		var many []any
		for one := range strings.SplitSeq(text, "|") {
			many = append(many, strings.TrimSpace(one))
		}
		return many
	}
	return text
}

// fromBag reads attributes out of a JSON object, as listmonk keeps them. An attribute that is neither declared nor left out by name is a mistake: nothing is
// dropped in silence.
func (c *Columns) fromBag(text string, out map[string]any) (map[string]any, error) {
	if text == "" || text == "{}" || text == "null" {
		return out, nil
	}
	var bag map[string]any
	if err := json.Unmarshal([]byte(text), &bag); err != nil {
		return nil, mistake("The attributes are no JSON object.")
	}
	for name, value := range bag {
		plain := plainName(name)
		if value == nil || slices.Contains(c.ignored, plain) {
			continue
		}
		a, ok := c.declared(plain)
		if !ok {
			return nil, mistake(fmt.Sprintf("The attribute %.60q is not declared for the programme. Declare it first, or leave it or its column out.", name))
		}
		if a.Ended() {
			return nil, mistake(fmt.Sprintf("The attribute %.60q has ended: no new values of it are taken. Leave it or its column out.", name))
		}
		if text, isText := value.(string); isText {
			value = fromText(a, text)
		} else if a.Type == subscriptions.TextAttribute {
			value = strings.Trim(fmt.Sprint(value), "[]")
		}
		if err := a.Check(value); err != nil {
			return nil, err
		}
		if out == nil {
			out = map[string]any{}
		}
		out[a.Name] = value
	}
	return out, nil
}
