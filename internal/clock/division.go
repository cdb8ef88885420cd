package clock

import "assent/internal/errs"

// Division is a part of the United Kingdom with its own bank holidays, under the name
// that GOV.UK gives it. Which one applies to an organisation is the organisation's setting.
type Division string

const (
	EnglandAndWales Division = "england-and-wales"
	Scotland        Division = "scotland"
	NorthernIreland Division = "northern-ireland"
)

// Divisions returns the three divisions, in the order in which GOV.UK lists them.
func Divisions() []Division { return []Division{EnglandAndWales, Scotland, NorthernIreland} }

// ParseDivision reads a division's name; another text gives an error of kind Invalid.
func ParseDivision(s string) (Division, error) {
	for _, d := range Divisions() {
		if s == string(d) {
			return d, nil
		}
	}
	return "", errs.E("clock: parse division", errs.Invalid,
		"The division must be england-and-wales, scotland or northern-ireland.", nil)
}

// Title returns the division's name as people write it, as "England and Wales".
func (d Division) Title() string {
	switch d {
	case EnglandAndWales:
		return "England and Wales"
	case Scotland:
		return "Scotland"
	case NorthernIreland:
		return "Northern Ireland"
	}
	return string(d)
}

// letter stands for the division in the table's text form.
func (d Division) letter() string { return d.Title()[:1] }
