package importing

import (
	"slices"

	"assent/subscriptions"
)

// Meaning is what a column of a file is taken for.
type Meaning struct {
	Column string // as the header has it
	Holds  string // one of Names or a declared attribute; "" for a column that is left out
	Known  bool   // false when it must be said what the column holds, or that it is left out
}

// Names returns the names under which columns are understood, besides those of attributes.
func Names() []string { return slices.Clone(ownNames) }

// Meanings tells what each column of a header would be taken for. Whether the file can be brought in so is for ParseHeader to say.
func Meanings(header []string, in subscriptions.Intake, m Mapping) ([]Meaning, error) {
	rules, err := m.Format.rules(header)
	if err != nil {
		return nil, err
	}
	c := Columns{in: in, rules: rules}
	for _, name := range m.Ignore {
		c.ignored = append(c.ignored, plainName(name))
	}
	out := make([]Meaning, len(header))
	for i, field := range header {
		out[i] = Meaning{Column: field, Holds: c.nameOf(field, m)}
		a, declared := c.declared(out[i].Holds)
		out[i].Known = out[i].Holds == "" || slices.Contains(ownNames, out[i].Holds) || declared && !a.Ended()
	}
	return out, nil
}

// Detect tells by its header which program wrote a file: Plain where neither of the others did.
func Detect(header []string) Format {
	for _, f := range []Format{Listmonk, Mailchimp} {
		if _, err := f.rules(header); err == nil && f.mark(header) {
			return f
		}
	}
	return Plain
}

// mark reports whether a header has what only that program writes: a file with an email and a status may be anybody's.
func (f Format) mark(header []string) bool {
	own := map[Format]string{Listmonk: "uuid", Mailchimp: "leid"}[f]
	return slices.ContainsFunc(header, func(field string) bool { return plainName(field) == own })
}
