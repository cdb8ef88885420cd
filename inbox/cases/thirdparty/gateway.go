package thirdparty

import (
	"slices"
	"strings"

	"assent/inbox/cases"
	"assent/internal/errs"
)

// Gateway is the law that a disclosure may rest on.
type Gateway struct {
	Code, Words, Rule string
	English, Welsh    string // as a letter says it
}

// Gateways returns what a request may rest on.
func Gateways() []Gateway {
	return []Gateway{
		{"court-order", "A court, or another law, orders it", "DPA 2018 Sch 2 para 5(1) and (2)",
			"a court, or another law, orders it", "mae llys, neu gyfraith arall, yn ei orchymyn"},
		{"legal-claims", "It is needed for legal proceedings, legal advice or legal rights", "DPA 2018 Sch 2 para 5(3)",
			"it is needed for legal proceedings, legal advice or legal rights", "mae ei angen ar gyfer achos cyfreithiol, cyngor cyfreithiol neu hawliau cyfreithiol"},
		{"crime", "To prevent or detect crime, to catch or prosecute offenders, or for tax", "DPA 2018 Sch 2 para 2",
			"it is needed to prevent or detect crime, to catch or prosecute offenders, or for tax", "mae ei angen i atal neu ganfod troseddau, i ddal neu erlyn troseddwyr, neu ar gyfer treth"},
		{"public-protection", "A function to protect the public asks for it", "DPA 2018 Sch 2 para 7",
			"it is needed for a function that protects the public", "mae ei angen ar gyfer swyddogaeth sy’n amddiffyn y cyhoedd"},
		{"national-security", "National security or defence needs it", "DPA 2018 s.26",
			"national security or defence needs it", "mae ei angen ar gyfer diogelwch gwladol neu amddiffyn"},
		{"vital-interests", "Somebody’s life or safety is in danger", "Art 6(1)(d) UK GDPR",
			"somebody’s life or safety is in danger", "mae bywyd neu ddiogelwch rhywun mewn perygl"},
		{"consent", "The person agreed", "Art 6(1)(a) UK GDPR",
			"the person concerned agreed", "cytunodd y person dan sylw"},
	}
}

func isGateway(code string) bool {
	return slices.ContainsFunc(Gateways(), func(g Gateway) bool { return g.Code == code })
}

// Reasons implements cases.Practice: what is given rests on a law, and without a formal written request nothing could be shown of it (E1-11).
func (Practice) Reasons(_ cases.Case, o cases.Outcome) (out []cases.Reason) {
	if gives(o) {
		for _, g := range Gateways() {
			out = append(out, cases.Reason{Code: g.Code, Words: "To give it: " + strings.ToLower(g.Words[:1]) + g.Words[1:], Rule: g.Rule, English: g.English, Welsh: g.Welsh})
		}
	}
	if o == cases.Granted {
		return out
	}
	return append(out,
		cases.Reason{Code: "no-gateway", Words: "Not to give it: no law was named that allows it", Rule: "Art 6 UK GDPR",
			English: "you have named no law that allows it", Welsh: "nid ydych wedi enwi unrhyw gyfraith sy’n ei ganiatáu"},
		cases.Reason{Code: "no-form", Words: "Not to give it: no formal written request came", Rule: "Art 5(2) UK GDPR",
			English: "no formal written request came", Welsh: "ni ddaeth cais ysgrifenedig ffurfiol"},
		cases.Reason{Code: "not-necessary", Words: "Not to give it, or not all: it is not shown to be necessary and proportionate", Rule: "Art 5(1)(c) UK GDPR",
			English: "what we do not give you is not shown to be necessary and proportionate", Welsh: "ni ddangoswyd bod yr hyn nad ydym yn ei roi i chi yn angenrheidiol ac yn gymesur"})
}

// MayDecide implements cases.Deciding: nothing is given without a law that allows it (E1-11).
func (Practice) MayDecide(_ cases.Case, d cases.Decision) error {
	if gives(d.Outcome) && !slices.ContainsFunc(d.Reasons, isGateway) {
		return errs.E("thirdparty: decide", errs.Invalid, "Say which law lets you give it: without one nothing is disclosed.", nil)
	}
	return nil
}

// gives reports whether an outcome lets something be disclosed.
func gives(o cases.Outcome) bool { return o == cases.Granted || o == cases.Partly }
