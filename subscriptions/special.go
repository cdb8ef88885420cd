package subscriptions

import (
	"slices"
	"strings"
	"unicode"

	"assent/internal/errs"
)

// A word that ends in a hyphen stands for every word that begins with it; any other for itself alone, for "race" must not find "trace".
var (
	// aboutSpecial are words for special-category data (Article 9(1) UK GDPR), in English and Welsh, in the name or label of an attribute.
	aboutSpecial = []string{
		"health-", "medic-", "disab-", "diagnos-", "illness-", "disease-", "pregnan-", "allerg-", "wheelchair-", "nhs",
		"iechyd-", "meddyg-", "anabl-", "salwch", "clefyd-", "beichiog-", "alerged-",
		"relig-", "faith-", "belief-", "crefydd-", "ffydd",
		"ethnic-", "race", "races", "racial-", "ethnig-", "hil", "hiliol",
		"politic-", "gwleidydd-", "gwleidyddol-",
		"union", "unions", "unionist-", "undeb", "undebau",
		"sexual-", "lgbt-", "rhywiol-", "rhywioldeb-",
		"biometr-", "fingerprint-", "genetic-", "genom-", "dna", "genetig-", "geneteg-",
	}
	// peopleSpecial are words for people in a choice. A committee on health is nothing special; somebody's being pregnant is.
	peopleSpecial = []string{
		"disabled", "pregnant", "anabl-", "beichiog", "christian-", "muslim-", "jewish", "hindu", "sikh", "catholic-", "atheist-",
		"mwslim-", "cristion-", "iddewig", "gay", "lesbian-", "bisexual-", "heterosexual", "hoyw", "lesbiaidd",
	}
)

// SpecialCategoryWord returns the word of a declaration that points to special-category data, "" for none.
func (a Attribute) SpecialCategoryWord() string {
	if word := foundWord(aboutSpecial, a.Name, a.Label); word != "" {
		return word
	}
	return foundWord(peopleSpecial, a.Choices...)
}

// foundWord returns the first word of texts that is one of those listed.
func foundWord(listed []string, texts ...string) string {
	for _, text := range texts {
		for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if slices.ContainsFunc(listed, func(s string) bool {
				stem, begins := strings.CutSuffix(s, "-")
				return word == stem || begins && strings.HasPrefix(word, stem)
			}) {
				return word
			}
		}
	}
	return ""
}

// checkSpecial refuses special-category data that is not declared as such, or that nothing allows: of the conditions of Article 9(2) a
// programme here can rest on explicit consent alone (E1-02, E4-07).
func (a Attribute) checkSpecial(purposes []Purpose) error {
	const op = "subscriptions: check special category"
	word := a.SpecialCategoryWord()
	if word == "" && !a.SpecialCategory {
		return nil
	}
	if !a.SpecialCategory {
		return errs.E(op, errs.Refused, "The word “"+word+"” points to special-category data (Article 9 UK GDPR), which needs explicit consent. "+
			"If it is such data, declare it as that (special_category), and a purpose on explicit consent first. If not, choose another word.", nil)
	}
	if !slices.ContainsFunc(purposes, func(p Purpose) bool { return p.Basis == ExplicitConsent }) {
		return errs.E(op, errs.Refused, "Special-category data needs explicit consent (Article 9(2)(a) UK GDPR), and the programme has no purpose on that basis. "+
			"Declare one first.", nil)
	}
	return nil
}
