package access

import "slices"

// Reason is why an item or a passage is left out, or why somebody else's data is given, with the law that it rests on.
type Reason struct {
	Code, Words, Law string
	Keeps            bool   // it is a reason for giving what names somebody else
	English, Welsh   string // as a letter to the person says it; "" for those that keep
}

// Reasons returns every reason, those for leaving out first. A refusal of a part needs one (Article 12(4)).
func Reasons() []Reason {
	const dpa = "DPA 2018 Sch 2 "
	return []Reason{
		{"other-person", "It is about somebody else, who has not agreed, and giving it without their agreement would not be reasonable", "Art 15(4) UK GDPR; " + dpa + "para 16(1)", false,
			"it is about somebody else, who has not agreed, and giving it without their agreement would not be reasonable", "mae’n ymwneud â rhywun arall, nad yw wedi cytuno, ac ni fyddai’n rhesymol ei roi heb eu cytundeb"},
		{"not-theirs", "It is not personal data of the person who asks", "Art 15(1) UK GDPR", false,
			"it is not personal data about you", "nid yw’n ddata personol amdanoch chi"},
		{"privilege", "Legal advice, or made for a court case", dpa + "para 19", false,
			"it is legal advice, or was made for a court case", "cyngor cyfreithiol ydyw, neu fe’i gwnaed ar gyfer achos llys"},
		{"crime", "Giving it would prejudice the prevention or detection of crime", dpa + "para 2", false,
			"giving it would prejudice the prevention or detection of crime", "byddai ei roi’n niweidio’r gwaith o atal neu ganfod trosedd"},
		{"court", "Giving it would prejudice judicial proceedings", dpa + "para 14", false,
			"giving it would prejudice judicial proceedings", "byddai ei roi’n niweidio achosion barnwrol"},
		{"negotiations", "It records our intentions in negotiations with the person", dpa + "para 23", false,
			"it records our intentions in negotiations with you", "mae’n cofnodi ein bwriadau mewn trafodaethau â chi"},
		{"planning", "Giving it would prejudice management forecasts or planning", dpa + "para 22", false,
			"giving it would prejudice management forecasts or planning", "byddai ei roi’n niweidio rhagolygon neu gynlluniau rheoli"},
		{"reference", "A reference given in confidence", dpa + "para 24", false,
			"it is a reference given in confidence", "geirda a roddwyd yn gyfrinachol ydyw"},
		{"secret", "It would give away a trade secret or the security of a system", "Art 15(4) UK GDPR", false,
			"it would give away a trade secret or the security of a system", "byddai’n datgelu cyfrinach fasnachol neu ddiogelwch system"},
		{"agreed", "The other person agreed that it is given", dpa + "para 16(2)(a)", true, "", ""},
		{"reasonable", "Giving it without the other person's agreement is reasonable in all the circumstances", dpa + "para 16(2)(b)", true, "", ""},
		{"known", "The person who asks wrote it or knows it already", dpa + "para 16(3)", true, "", ""},
		{"nobody-else", "What was pointed at is not about somebody else", "Art 15(1) UK GDPR", true, "", ""},
	}
}

// ReasonOf returns the reason with a code; the zero Reason for none.
func ReasonOf(code string) Reason {
	all := Reasons()
	if i := slices.IndexFunc(all, func(r Reason) bool { return r.Code == code }); i >= 0 {
		return all[i]
	}
	return Reason{}
}
