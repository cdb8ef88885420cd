package cases

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/templates"
)

// maxFee bounds a fee, in pence: what answering costs, and no more (Article 12(5)(a)).
const maxFee = 1_000_00

// Pounds writes an amount of pence as letters have it, such as "£12.50".
func Pounds(pence int64) string { return fmt.Sprintf("£%d.%02d", pence/100, pence%100) }

// What a letter that refuses, in whole or in part, or asks for a fee, has to say (Article 12(4); DPA 2018 ss.164A, 165 and 167).
const (
	SaysWhy          = "why"           // the reasons with their law
	SaysUs           = "complain-here" // that the person may complain to us
	SaysCommissioner = "commissioner"  // that they may complain to the Information Commissioner
	SaysCourt        = "court"         // that they may go to court
)

// InWriting returns the codes of all that a refusal says. Whoever records that it went by post confirms each.
func InWriting() []string { return []string{SaysWhy, SaysUs, SaysCommissioner, SaysCourt} }

// InWritingWords says a code of InWriting to an operator.
func InWritingWords(code string) string {
	return map[string]string{
		SaysWhy: "It gives our reasons, and the law that each rests on", SaysUs: "It says how to complain to us",
		SaysCommissioner: "It says how to complain to the Information Commissioner", SaysCourt: "It says that the person may go to court",
	}[code]
}

// WantsWriting reports whether the person must be told what was decided in a letter that says all of InWriting. Whoever asks for somebody else's data has no such right.
func (c Case) WantsWriting() bool {
	if c.Decision == nil || c.Kind == Disclosure {
		return false
	}
	o := c.Decision.Outcome
	return o.needsReason() || o == NotUpheld || o == PartlyUp
}

// toldInWriting refuses that a refusal was told by word of mouth: it comes in writing, with the reasons and the ways to complain (Article 12(4); E2-31).
func toldInWriting(c Case, e Event) error {
	if !c.WantsWriting() {
		return nil
	}
	for _, code := range InWriting() {
		if !slices.Contains(e.Detail.Reasons, code) {
			return invalid("A refusal, also of a part, is told in writing, with what the law wants in it (Article 12(4)). Write a letter from here; or, where one went by post, confirm what it says. Not confirmed: %s.",
				strings.ToLower(InWritingWords(code)))
		}
	}
	return nil
}

// tells refuses a letter that tells a refusal or asks for a fee, and lacks something that the law wants in it. reasons are those that the case's kind knows. Kind of
// error: Invalid.
func (l Letter) tells(c Case, reasons []Reason) error {
	var codes []string
	switch {
	case l.Answers && c.WantsWriting():
		codes = c.Decision.Reasons
	case l.Asks == Fee:
		codes = l.Reasons
		if amount := Pounds(l.Pence); l.Pence > 0 && !strings.Contains(l.Body, amount) {
			return lacking("the amount, " + amount)
		}
	default:
		return nil
	}
	body := strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(l.Body, "'", "’")), " "))
	for _, code := range codes {
		if law := lawOf(code, reasons, l.Language); !strings.Contains(body, strings.ToLower(law)) {
			return lacking("the reason “" + strings.ReplaceAll(code, "-", " ") + "” with its law, " + law)
		}
	}
	for _, must := range c.waysToComplain(l.Language) {
		if !slices.ContainsFunc(must.marks, func(w string) bool { return strings.Contains(body, w) }) {
			return lacking(must.what)
		}
	}
	return nil
}

func lacking(what string) error {
	return errs.E("cases: letter", errs.Invalid, "The letter lacks what the law wants in it (Article 12(4)): "+what+". The fields {{grounds}}, {{fee}} and {{rights}} put it in.", nil)
}

// way is a way to complain, and the words by which a letter shows that it names it.
type way struct {
	what  string
	marks []string
}

// waysToComplain returns what a letter has to name. After a review there is no further way with us (E1-34).
func (c Case) waysToComplain(language string) []way {
	us := way{"how to complain to us", []string{"complain to us", "complaint to us"}}
	if c.Kind == Complaint {
		us = way{"how to have the outcome reviewed", []string{"review"}}
	}
	commissioner, court := way{"how to complain to the Information Commissioner", []string{"information commissioner"}}, way{"that the person may go to court", []string{"court"}}
	if language == "cy" {
		us.marks, commissioner.marks, court.marks = []string{"gwyno wrthym", "cwyno wrthym"}, []string{"comisiynydd gwybodaeth"}, []string{"llys"}
		if c.Kind == Complaint {
			us.marks = []string{"adolyg"}
		}
	}
	if c.Facts.Level != First {
		return []way{commissioner, court}
	}
	return []way{us, commissioner, court}
}

// ground is a reason as letters give it.
type ground struct {
	code, english, welsh string
	lawEnglish, lawWelsh string
}

func (g ground) law(language string) string {
	if language == "cy" {
		return g.lawWelsh
	}
	return g.lawEnglish
}

func (g ground) words(language string) string {
	if language == "cy" {
		return g.welsh
	}
	return g.english
}

// grounds are the reasons of Reasons for letters. One that only its kind knows brings the words of its Practice.
func grounds() []ground {
	fee, feeCy := "Article 12(5) of the UK GDPR", "Erthygl 12(5) o GDPR y DU"
	who, whoCy := "Article 12(6) of the UK GDPR", "Erthygl 12(6) o GDPR y DU"
	return []ground{
		{"unfounded", "your request is manifestly unfounded", "mae eich cais yn amlwg yn ddi-sail", fee, feeCy},
		{"excessive", "your request is excessive", "mae eich cais yn ormodol", fee, feeCy},
		{"repeat", "you asked for the same before, and no reasonable time has passed since", "gofynasoch am yr un peth o’r blaen, ac nid oes amser rhesymol wedi mynd heibio ers hynny", fee, feeCy},
		{"identity", "we could not establish who is asking", "ni allem gadarnhau pwy sy’n gofyn", who, whoCy},
		{"authority", "we were not shown that you may act for the person concerned", "ni ddangoswyd i ni y cewch weithredu ar ran y person dan sylw", who, whoCy},
		{"fee-unpaid", "the fee that we asked for was not paid", "ni thalwyd y ffi y gofynnwyd amdani", fee, feeCy},
		{"unclear", "we could not establish what you are asking for", "ni allem ganfod beth yr ydych yn gofyn amdano", "Article 12A(5) of the UK GDPR", "Erthygl 12A(5) o GDPR y DU"},
		{"others", "it would harm the rights of other people", "byddai’n niweidio hawliau pobl eraill", "Article 15(4) of the UK GDPR", "Erthygl 15(4) o GDPR y DU"},
		{"exempt", "an exemption applies", "mae esemptiad yn berthnasol", "Schedules 2 to 4 to the Data Protection Act 2018", "Atodlenni 2 i 4 i Ddeddf Diogelu Data 2018"},
	}
}

func groundOf(code string) (ground, bool) {
	all := grounds()
	i := slices.IndexFunc(all, func(g ground) bool { return g.code == code })
	if i < 0 {
		return ground{}, false
	}
	return all[i], true
}

// lawOf returns the law of a reason as a letter in a language cites it, "" for a reason that nobody knows.
func lawOf(code string, own []Reason, language string) string {
	if g, ok := groundOf(code); ok {
		return g.law(language)
	}
	if i := slices.IndexFunc(own, func(r Reason) bool { return r.Code == code }); i >= 0 {
		return own[i].law(language)
	}
	return ""
}

// Grounds writes reasons as a letter in a language gives them, each with its law: a Markdown list. own are the reasons that only the case's kind knows.
func Grounds(codes []string, own []Reason, language string) string {
	var out []string
	for _, code := range codes {
		if g, ok := groundOf(code); ok {
			out = append(out, "- "+g.words(language)+" ("+g.law(language)+")")
			continue
		}
		if i := slices.IndexFunc(own, func(r Reason) bool { return r.Code == code }); i >= 0 {
			out = append(out, "- "+own[i].said(language)+" ("+own[i].law(language)+")")
		}
	}
	return strings.Join(out, "\n")
}

// rightsParagraph says the ways to complain, for letters (E0-32). form is the address of the public complaint form, "" for none.
func (c Case) rightsParagraph(language, form string) string {
	if form != "" {
		form = ", <" + form + ">"
	}
	if language == "cy" {
		us := "Os ydych yn meddwl ein bod yn anghywir, gallwch gwyno wrthym: atebwch y llythyr hwn, neu defnyddiwch ein ffurflen gwyno" + form + ". Bydd rhywun arall yn edrych arno eto.\n\n"
		if c.Kind == Complaint {
			us = "Os nad ydych yn fodlon ar y canlyniad hwn, atebwch y llythyr hwn a gofynnwch am adolygiad. Bydd uwch swyddog nad yw wedi delio â’ch cwyn hyd yn hyn yn ei phenderfynu o’r newydd.\n\n"
		}
		if c.Facts.Level != First {
			us = ""
		}
		return us + "Gallwch gwyno wrth Swyddfa’r Comisiynydd Gwybodaeth, Wycliffe House, Water Lane, Wilmslow, Cheshire SK9 5AF; ffôn 0330 414 6421; casework@ico.org.uk; <https://ico.org.uk/make-a-complaint/>. " +
			"Gallwch fynd i’r llys hefyd."
	}
	us := "If you think that we are wrong, you can complain to us: reply to this letter, or use our complaint form" + form + ". Somebody else will look at it again.\n\n"
	if c.Kind == Complaint {
		us = "If you are not content with this outcome, reply to this letter and ask for a review. A senior officer who has not dealt with your complaint so far will decide it anew.\n\n"
	}
	if c.Facts.Level != First {
		us = "" // a review is final (E1-34)
	}
	return us + "You can complain to the Information Commissioner’s Office, Wycliffe House, Water Lane, Wilmslow, Cheshire SK9 5AF; telephone 0303 123 1113; casework@ico.org.uk; <https://ico.org.uk/make-a-complaint/>. " +
		"You may go to court as well."
}

// DecisionFields returns what the fields of a text stand for that come from a case's decision, fee and promises. form is the address of the public
// complaint form, "" for none.
func (s *Service) DecisionFields(c Case, language, form string) Fields {
	v := Fields{"rights": c.rightsParagraph(language, form)}
	if c.Decision != nil {
		v["grounds"] = Grounds(c.Decision.Reasons, s.Reasons(c, c.Decision.Outcome), language)
	}
	if c.Facts.Fee.Pence > 0 {
		v["fee"] = Pounds(c.Facts.Fee.Pence)
	}
	var actions []string
	by := map[string]string{"en": "by", "cy": "erbyn"}[language]
	for _, p := range c.Facts.Actions() {
		if p.KeptOn.IsZero() {
			actions = append(actions, "- "+strings.TrimSuffix(p.Words, ".")+" ("+by+" "+templates.Day(time.Date(p.Due.Year, p.Due.Month, p.Due.Day, 0, 0, 0, 0, time.UTC), language)+")")
		}
	}
	v["actions"] = strings.Join(actions, "\n")
	if v["actions"] == "" {
		v["actions"] = map[string]string{"en": "Nothing more is needed, for the reasons above.", "cy": "Nid oes angen dim byd mwy, am y rhesymau uchod."}[language]
	}
	return v
}
