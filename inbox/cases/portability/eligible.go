package portability

import (
	"slices"

	"assent/inbox/cases/access"
	"assent/subscriptions"
)

// Why is the reason for which data is not portable, as a code; "" for what is.
type Why string

// The reasons, in the order in which they are looked for: the first that holds is told.
const (
	Portable    Why = ""
	OnPaper     Why = "on-paper"      // not processed by automated means (Article 20(1)(b))
	NotProvided Why = "not-provided"  // it was not provided by the person (Article 20(1))
	OtherBasis  Why = "another-basis" // no purpose that it serves rests on consent or a contract (Article 20(1)(a))
)

// Reasons returns every reason, in the order in which they are looked for.
func Reasons() []Why { return []Why{OnPaper, NotProvided, OtherBasis} }

// Words says a reason in a language.
func (w Why) Words(language string) string {
	words := map[Why][2]string{
		OnPaper:     {"it is not processed by automated means: it came on paper or by word of mouth", "nid yw'n cael ei brosesu drwy ddulliau awtomatig: daeth ar bapur neu ar lafar"},
		NotProvided: {"you did not provide it: others, or we, made it", "nid chi a'i rhoddodd: eraill, neu ni, a'i gwnaeth"},
		OtherBasis:  {"we process it neither on your consent nor for a contract with you", "nid ydym yn ei brosesu ar sail eich cydsyniad nac ar gyfer contract gyda chi"},
	}[w]
	if language == "cy" {
		return words[1]
	}
	return words[0]
}

// OfItem says whether anything of an item is portable, or why not.
func OfItem(c access.Content) Why {
	switch {
	case c.Paper:
		return OnPaper
	case !slices.ContainsFunc(c.Fields, func(f access.Field) bool { return f.Given }):
		return NotProvided
	case !slices.ContainsFunc(c.Bases, carries):
		return OtherBasis
	}
	return Portable
}

// OfField says whether one value of an item is portable, or why not.
func OfField(c access.Content, f access.Field) Why {
	if why := OfItem(c); why != Portable {
		return why
	}
	if !f.Given {
		return NotProvided
	}
	return Portable
}

// carries reports whether a basis gives the right: consent, explicit or not, or a contract (Articles 6(1)(a) and (b), 9(2)(a)). Soft opt-in is no consent.
func carries(b access.Basis) bool {
	switch subscriptions.Basis(b.Basis) {
	case subscriptions.Consent, subscriptions.ExplicitConsent, subscriptions.Contract:
		return true
	}
	return false
}
