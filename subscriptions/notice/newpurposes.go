package notice

import "slices"

// NewPurposes says what a version uses data for and the one before did not, each with its lawful basis, to people who are told of it (E0-07): they
// agreed to none of it yet.
func NewPurposes(was, is Declared, code string) []string {
	words := inLanguage(code)
	var out []string
	for _, p := range is.Purposes {
		if slices.ContainsFunc(was.Purposes, func(x Purpose) bool { return x.Slug == p.Slug }) {
			continue
		}
		basis := words.bases[p.Basis]
		if asked, agrees := words.ifYouAgree[p.Basis]; agrees {
			basis = asked
		}
		if about := p.Reference + p.Interest; about != "" { // one of them, as the basis needs
			basis += " (" + about + ")"
		}
		out = append(out, p.Name+": "+basis)
	}
	return out
}
