package subscriptions

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"assent/internal/address"
	"assent/internal/errs"
)

// ImportColumns says which column of a file holds what.
type ImportColumns struct {
	at         map[string]int // by one of the names below
	attributes map[int]Attribute
}

const (
	columnAddress  = "address"
	columnName     = "name"
	columnLanguage = "language"
	columnAct      = "act"      // what the person did to agree
	columnActedAt  = "acted_at" // when: a date or RFC 3339
	columnSource   = "source"   // where their data came from
	columnWording  = "wording"  // what they were shown
)

var (
	importColumns = []string{columnAddress, columnName, columnLanguage, columnAct, columnActedAt, columnSource, columnWording}
	languageForm  = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`) // the shapes of BCP 47 that people use
)

const (
	maxImportName = 200  // characters
	maxEvidence   = 1000 // characters
)

// ParseImportHeader reads the first row of a file: the names of its columns, in any order and case. Attributes stand under
// the names they were declared with. Kind Invalid for a column that is unknown, doubled or missing.
func ParseImportHeader(header []string, declared []Attribute) (ImportColumns, error) {
	const op = "subscriptions: import header"
	c := ImportColumns{at: map[string]int{}, attributes: map[int]Attribute{}}
	seen := map[string]bool{}
	for i, field := range header {
		name := columnOf(field)
		if seen[name] {
			return c, errs.E(op, errs.Invalid, fmt.Sprintf("The header has two columns for %q. Remove one.", name), nil)
		}
		seen[name] = true
		if slices.Contains(importColumns, name) {
			c.at[name] = i
			continue
		}
		k := slices.IndexFunc(declared, func(a Attribute) bool { return a.Name == name })
		if k < 0 {
			return c, errs.E(op, errs.Invalid, fmt.Sprintf("The column %.60q is not known. Columns are %s, and the attributes declared for the programme%s. Rename it, remove it, or declare the attribute first.",
				field, strings.Join(importColumns, ", "), named(declared)), nil)
		}
		c.attributes[i] = declared[k]
	}
	if _, ok := c.at[columnAddress]; !ok {
		return c, errs.E(op, errs.Invalid, "The header needs a column named address (or email). The first row of the file must name its columns.", nil)
	}
	return c, nil
}

func columnOf(field string) string {
	name := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(field)))
	switch name {
	case "email", "e_mail", "email_address", "e_mail_address":
		return columnAddress
	}
	return name
}

func named(declared []Attribute) string {
	if len(declared) == 0 {
		return " (there are none)"
	}
	var names []string
	for _, a := range declared {
		names = append(names, a.Name)
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// ImportRow is what a row says.
type ImportRow struct {
	Act     Act
	Lacking string // which evidence is missing, as a sentence; "" when all is there
}

// Row reads one row of a file for a list whose purpose rests on basis. Kind Invalid, with a sentence, for a row with a
// mistake in it. A row that only lacks its evidence is no mistake: it says what is lacking.
func (c ImportColumns) Row(fields []string, basis Basis, now time.Time) (ImportRow, error) {
	get := func(column string) string {
		i, ok := c.at[column]
		if !ok {
			return ""
		}
		return strings.TrimSpace(fields[i])
	}
	a := Act{
		Channel: ByImport, Name: get(columnName), Language: get(columnLanguage),
		Source: get(columnSource), Wording: get(columnWording), Evidence: Evidence{},
	}
	var err error
	if a.Address, err = address.Parse(get(columnAddress)); err != nil {
		return ImportRow{}, err
	}
	if err := checkImported(a, get(columnAct)); err != nil {
		return ImportRow{}, err
	}
	if a.Attributes, err = c.values(fields); err != nil {
		return ImportRow{}, err
	}
	if err := setActedAt(&a, get(columnActedAt), now); err != nil {
		return ImportRow{}, err
	}
	for name, value := range map[string]string{"act": get(columnAct), "source": a.Source} {
		if value != "" {
			a.Evidence[name] = value
		}
	}
	return ImportRow{Act: a, Lacking: lacking(a, basis)}, nil
}

// lacking says what an act needs to count (Article 7(1): be able to show consent; E0-05: where data came from). It goes with CheckAct, which
// refuses what is lacking here.
func lacking(a Act, basis Basis) string {
	var what []string
	if a.Evidence["act"] == "" && basis.NeedsAct() {
		what = append(what, "what the person did to agree (act)")
	}
	if a.ActedAt.IsZero() && basis.NeedsAct() {
		what = append(what, "when they did it (acted_at)")
	}
	if a.Source == "" {
		what = append(what, "where their data came from (source)")
	}
	if len(what) == 0 {
		return ""
	}
	return "It does not say " + strings.Join(what, ", nor ") + "."
}

func checkImported(a Act, act string) error {
	for _, f := range []struct {
		name, value string
		limit       int
	}{
		{columnName, a.Name, maxImportName}, {columnAct, act, maxEvidence}, {columnSource, a.Source, maxEvidence}, {columnWording, a.Wording, maxWords},
	} {
		if err := short(f.value, f.name, f.limit); err != nil {
			return err
		}
	}
	// A name goes into a header; a line break there would begin another one.
	if strings.ContainsFunc(a.Name, unicode.IsControl) {
		return invalid("The name has a line break or another control character in it.")
	}
	if a.Language != "" && !languageForm.MatchString(a.Language) {
		return invalid("The language must be a code such as en or cy.")
	}
	return nil
}

// setActedAt reads when the person acted. A date stays a date in the evidence: nobody knows its hour.
func setActedAt(a *Act, text string, now time.Time) error {
	if text == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err == nil {
		text = at.UTC().Format(time.RFC3339)
	} else if at, err = time.Parse(time.DateOnly, text); err != nil {
		return invalid("The acted_at must be a date such as 2026-03-31, or a moment such as 2026-03-31T14:05:00Z.")
	}
	if at.After(now.Add(time.Minute)) {
		return invalid("The acted_at lies in the future.")
	}
	if at.Year() < 1990 {
		return invalid("The acted_at lies before there was mail to agree to.")
	}
	a.ActedAt = at
	a.Evidence["acted_at"] = text
	return nil
}

// values reads the attributes of a row; an empty field is no value.
func (c ImportColumns) values(fields []string) (map[string]any, error) {
	var out map[string]any
	for i, a := range c.attributes {
		text := strings.TrimSpace(fields[i])
		if text == "" {
			continue
		}
		value := a.fromText(text)
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

// fromText takes a field of a file to the attribute's type. What does not fit stays text, which Check refuses.
func (a Attribute) fromText(text string) any {
	switch a.Type {
	case NumberAttribute:
		if n, err := strconv.ParseFloat(text, 64); err == nil && n-n == 0 { // neither NaN nor infinite, which JSON has not
			return n
		}
	case BoolAttribute:
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			return true
		case "false", "no", "0":
			return false
		}
	case ManyAttribute:
		var many []any
		for one := range strings.SplitSeq(text, "|") {
			many = append(many, strings.TrimSpace(one))
		}
		return many
	}
	return text
}
