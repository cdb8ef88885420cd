package importing

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// Mapping says how the columns of a file are to be understood.
type Mapping struct {
	Format Format
	Map    map[string]string // column to one of our names, or to a declared attribute
	Ignore []string          // columns, and attributes within a column of attributes, that are left out
	Dates  DateOrder
}

// column is what a column of a file holds.
type column uint8

const (
	addressColumn column = iota
	nameColumn
	firstNameColumn
	lastNameColumn
	languageColumn
	actColumn         // what the person did to agree
	actedAtColumn     // when: a date or RFC 3339
	confirmedAtColumn // when their mailbox confirmed it
	sourceColumn      // where their data came from
	wordingColumn     // what they were shown
	statementColumn   // what they said, of explicit consent
	ipColumn          // from which they acted
	statusColumn      // how they stand where the file comes from
	outAtColumn       // when they opted out, or were found dead, there
	bagColumn         // attributes as a JSON object
	columns           // how many there are
)

// ownNames are the names under which a column is understood in any format.
var ownNames = []string{
	addressColumn: "address", nameColumn: "name", firstNameColumn: "first_name", lastNameColumn: "last_name", languageColumn: "language",
	actColumn: "act", actedAtColumn: "acted_at", confirmedAtColumn: "confirmed_at", sourceColumn: "source", wordingColumn: "wording",
	statementColumn: "statement", ipColumn: "ip", statusColumn: "status", outAtColumn: "out_at", bagColumn: "attributes",
}

// usualNames are those that the columns of other tools' files and of hand-kept sheets have as a rule. An attribute that was declared under one of them is meant by it, but for the address.
var usualNames = map[string]column{
	"email": addressColumn, "e_mail": addressColumn, "email_address": addressColumn, "e_mail_address": addressColumn,
	"full_name": nameColumn, "fullname": nameColumn,
	"firstname": firstNameColumn, "forename": firstNameColumn, "given_name": firstNameColumn,
	"lastname": lastNameColumn, "surname": lastNameColumn, "family_name": lastNameColumn,
	"lang": languageColumn, "preferred_language": languageColumn,
}

const (
	maxNameLength = 200  // characters
	maxEvidence   = 1000 // characters
	maxWording    = 20_000
)

// Columns says which column of a file holds what.
type Columns struct {
	in         subscriptions.Intake
	at         [columns]int // -1 for none
	attributes []attributeColumn
	ignored    []string
	rules      formatRules
}

type attributeColumn struct {
	at        int
	attribute subscriptions.Attribute
}

// ColumnError is the cause of an error about one column that could be taken for something else, or left out. How that is said differs: a page has a choice for
// each column, and the command line its flags.
type ColumnError struct{ Column string }

// Error implements error.
func (e ColumnError) Error() string { return "the column " + strconv.Quote(e.Column) }

// ParseHeader reads the first row of a file: the names of its columns, in any order and case. Attributes stand under
// the names they were declared with. Kind Invalid for a column that is unknown, doubled or missing,
// with a ColumnError where another mapping helps.
func ParseHeader(header []string, in subscriptions.Intake, m Mapping) (Columns, error) {
	const op = "importing: header"
	rules, err := m.Format.rules(header)
	if err != nil {
		return Columns{}, err
	}
	rules.dates, rules.zone = m.Dates, in.Programme().Zone()
	c := Columns{in: in, rules: rules}
	for i := range c.at {
		c.at[i] = -1
	}
	for _, name := range m.Ignore {
		c.ignored = append(c.ignored, plainName(name))
	}
	seen := map[string]bool{}
	for i, field := range header {
		name := c.nameOf(field, m)
		if name == "" {
			continue
		}
		if seen[name] {
			return c, errs.E(op, errs.Invalid, fmt.Sprintf("The header has two columns for %q. Remove one, or leave one out.", name), ColumnError{field})
		}
		seen[name] = true
		if err := c.place(i, field, name); err != nil {
			return c, err
		}
	}
	if c.at[addressColumn] < 0 {
		return c, errs.E(op, errs.Invalid, "The header needs a column named address (or email). The first row of the file must name its columns.", nil)
	}
	return c, c.checkMapped(header, m)
}

// nameOf returns the name under which a column is understood; "" for one that is left out.
func (c *Columns) nameOf(field string, m Mapping) string {
	name := plainName(field)
	if slices.Contains(c.ignored, name) {
		return ""
	}
	for from, to := range m.Map {
		if plainName(from) == name {
			return plainName(to)
		}
	}
	if to, known := c.rules.names[name]; known {
		return to
	}
	_, declared := c.declared(name)
	if k, usual := usualNames[name]; usual && (k == addressColumn || !declared) {
		return ownNames[k]
	}
	return name
}

func plainName(field string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(field)))
}

func (c *Columns) place(i int, field, name string) error {
	if k := slices.Index(ownNames, name); k >= 0 {
		c.at[k] = i
		return nil
	}
	if a, ok := c.declared(name); ok {
		if a.Ended() {
			return errs.E("importing: header", errs.Invalid, fmt.Sprintf("The column %.60q is of an attribute that has ended: no new values of it are taken. Leave it out.", field), ColumnError{field})
		}
		c.attributes = append(c.attributes, attributeColumn{i, a})
		return nil
	}
	return errs.E("importing: header", errs.Invalid, fmt.Sprintf(
		"The column %.60q is not known. Columns are %s, and the attributes declared for the programme%s. Rename it, take it for one of these, leave it out, or declare the attribute first.",
		field, strings.Join(ownNames, ", "), named(c.in.Declared())), ColumnError{field})
}

// checkMapped refuses a mapping that names no column of the file: it was meant for something.
func (c *Columns) checkMapped(header []string, m Mapping) error {
	var have []string
	for _, field := range header {
		have = append(have, plainName(field))
	}
	for from := range m.Map {
		if !slices.Contains(have, plainName(from)) {
			return errs.E("importing: header", errs.Invalid, fmt.Sprintf("The file has no column %q, which is to be taken for %q.", from, m.Map[from]), nil)
		}
	}
	for _, name := range c.ignored {
		if !slices.Contains(have, name) && c.at[bagColumn] < 0 {
			return errs.E("importing: header", errs.Invalid, fmt.Sprintf("The file has no column %q, which is to be left out.", name), nil)
		}
	}
	return nil
}

func (c *Columns) declared(name string) (subscriptions.Attribute, bool) {
	all := c.in.Declared()
	k := slices.IndexFunc(all, func(a subscriptions.Attribute) bool { return a.Name == name })
	if k < 0 {
		return subscriptions.Attribute{}, false
	}
	return all[k], true
}

func named(declared []subscriptions.Attribute) string {
	if len(declared) == 0 {
		return " (there are none)"
	}
	var names []string
	for _, a := range declared {
		names = append(names, a.Name)
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// Parsed is what a row says.
type Parsed struct {
	Act     subscriptions.Act
	IP      netip.Addr
	Bar     *subscriptions.ForeignBar // of a person who opted out or is suppressed where the file comes from
	Lacking string                    // which evidence is missing, as a sentence; "" when all is there
}

// Row reads one row of a file. Kind Invalid, with a sentence, for a row with a mistake in it, and Refused for one that the other system does
// not mail either; what is returned has the address then, if that could be read. A row that only lacks its evidence is no mistake: it says what is lacking.
func (c *Columns) Row(fields []string, line int64, now time.Time) (p Parsed, err error) {
	get := func(k column) string {
		if i := c.at[k]; i >= 0 {
			return strings.TrimSpace(fields[i])
		}
		return ""
	}
	a := subscriptions.Act{
		Channel: subscriptions.ByImport, Name: fullName(get), Language: get(languageColumn),
		Source: get(sourceColumn), Wording: get(wordingColumn), Evidence: make(subscriptions.Evidence, 6),
	}
	if a.Address, err = address.Parse(get(addressColumn)); err != nil {
		return p, err
	}
	p.Act.Address = a.Address
	if p.Bar, err = c.rules.stands(c, get, now); err != nil || p.Bar != nil {
		p.Act = a
		return p, err
	}
	if a.Source == "" {
		a.Source = c.rules.source
	}
	act := get(actColumn)
	if act == "" && get(actedAtColumn) != "" {
		act = c.rules.act
	}
	if err := checkTexts(a, act, get(statementColumn)); err != nil {
		return p, err
	}
	if a.Attributes, err = c.values(fields); err != nil {
		return p, err
	}
	if err := c.setTimes(&a, get(actedAtColumn), get(confirmedAtColumn), now); err != nil {
		return p, err
	}
	if p.IP, err = parseIP(get(ipColumn)); err != nil {
		return p, err
	}
	a.Evidence["line"] = strconv.FormatInt(line, 10)
	for _, e := range [...]struct{ name, value string }{{"act", act}, {"source", a.Source}, {"statement", get(statementColumn)}} {
		if e.value != "" {
			a.Evidence[e.name] = e.value
		}
	}
	p.Act, p.Lacking = a, c.in.Lacking(a)
	if p.Lacking == "" {
		err = c.in.Check(a, now)
	}
	return p, err
}

func fullName(get func(column) string) string {
	if name := get(nameColumn); name != "" {
		return name
	}
	return strings.TrimSpace(get(firstNameColumn) + " " + get(lastNameColumn))
}

func parseIP(text string) (netip.Addr, error) {
	if text == "" {
		return netip.Addr{}, nil
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return ip, mistake("The ip is no IP address.")
	}
	return ip.WithZone("").Unmap(), nil
}

func checkTexts(a subscriptions.Act, act, statement string) error {
	for _, f := range [...]struct {
		name, value string
		limit       int
	}{
		{"name", a.Name, maxNameLength}, {"act", act, maxEvidence}, {"source", a.Source, maxEvidence}, {"wording", a.Wording, maxWording}, {"statement", statement, maxEvidence},
	} {
		if len(f.value) > f.limit && utf8.RuneCountInString(f.value) > f.limit {
			return mistake(fmt.Sprintf("The %s is longer than %d characters.", f.name, f.limit))
		}
	}
	// A name goes into a header; a line break there would begin another one.
	// An override of the direction shows what follows as something else (Unicode Technical Report 36, section 2.3).
	if strings.ContainsFunc(a.Name, func(r rune) bool { return unicode.IsControl(r) || r == '\u202d' || r == '\u202e' }) {
		return mistake("The name has a line break or another control character in it.")
	}
	if a.Language != "" && !languageForm.MatchString(a.Language) {
		return mistake("The language must be a code such as en or cy.")
	}
	return nil
}

// values reads the attributes of a row; an empty field is no value.
func (c *Columns) values(fields []string) (map[string]any, error) {
	var out map[string]any
	for _, col := range c.attributes {
		text := strings.TrimSpace(fields[col.at])
		if text == "" {
			continue
		}
		value := fromText(col.attribute, c.rules.value(col.attribute, text))
		if err := col.attribute.Check(value); err != nil {
			return nil, err
		}
		if out == nil {
			out = map[string]any{}
		}
		out[col.attribute.Name] = value
	}
	if i := c.at[bagColumn]; i >= 0 {
		return c.fromBag(strings.TrimSpace(fields[i]), out)
	}
	return out, nil
}

func mistake(says string) error { return errs.E("importing: row", errs.Invalid, says, nil) }
