package cases

import (
	"slices"
	"strings"
	"time"
)

// Outcome is what a person decided.
type Outcome string

const (
	Granted     Outcome = "granted"
	Partly      Outcome = "partly"
	Refused     Outcome = "refused"
	NoData      Outcome = "no-data"   // nothing is held about the person
	Withdrawn   Outcome = "withdrawn" // the person took it back
	Upheld      Outcome = "upheld"    // of a complaint (E1-33)
	PartlyUp    Outcome = "partly-upheld"
	NotUpheld   Outcome = "not-upheld"
	NotRequired Outcome = "no-action"  // nothing had to be done, such as a breach without risk
	DealtWith   Outcome = "dealt-with" // a breach: what had to be done was done
	NotOurs     Outcome = "not-ours"   // it belongs to somebody else, who has it now (E4-02)
)

// Decision is what a person decided of a case (E0-10).
type Decision struct {
	Outcome Outcome  `json:"outcome"`
	Reasons []string `json:"reasons"` // codes of Reason
	Words   string   `json:"words"`   // disclosable
	Actor   string   `json:"actor"`   // "user:3"
	Person  string   `json:"person"`  // who decided, where a program records it for them
	// Consulted says who was asked about an exemption and what they said, or that nobody had to be (E0-20). Disclosable.
	Consulted string    `json:"consulted,omitempty"`
	At        time.Time `json:"at"`
}

// Reason is a code with what it means to operators, and the law that it rests on, such as "Art 17(1)(a) UK GDPR".
type Reason struct {
	Code, Words, Rule string
	English, Welsh    string // as a letter to the person says it; "" for those that all kinds share, whose words letters have themselves
}

// law cites the law of a reason as a letter in a language does.
func (r Reason) law(language string) string {
	if language == "cy" {
		return strings.NewReplacer("Art ", "Erthygl ", " UK GDPR", " o GDPR y DU", "DPA 2018 Sch ", "Deddf Diogelu Data 2018, Atodlen ", "DPA 2018 s.", "Deddf Diogelu Data 2018, adran ", " para ", ", paragraff ", " and (", " a (").Replace(r.Rule)
	}
	return strings.NewReplacer("Art ", "Article ", " UK GDPR", " of the UK GDPR", "DPA 2018 Sch ", "Data Protection Act 2018, Schedule ", "DPA 2018 s.", "Data Protection Act 2018, section ", " para ", ", paragraph ").Replace(r.Rule)
}

// said says a reason as a letter in a language does.
func (r Reason) said(language string) string {
	switch {
	case language == "cy" && r.Welsh != "":
		return r.Welsh
	case r.English != "":
		return r.English
	}
	return r.Words
}

// Outcomes returns what may be decided of a kind where its Practice says nothing else.
func Outcomes(k Kind) []Outcome {
	switch k {
	case Complaint:
		return []Outcome{Upheld, PartlyUp, NotUpheld, Withdrawn}
	case Breach:
		return []Outcome{DealtWith, NotRequired}
	case WithdrawConsent:
		return []Outcome{Granted, NoData, Withdrawn} // nobody can refuse it (Article 7(3))
	case Correspondence:
		return nil
	case Other:
		return []Outcome{Granted, Partly, Refused, NoData, NotOurs, Withdrawn}
	}
	return []Outcome{Granted, Partly, Refused, NoData, Withdrawn}
}

// Reasons returns why a case of any kind may be refused, in whole or in part, or charged for. A kind's own grounds come from its Practice.
func Reasons() []Reason {
	return []Reason{
		{Code: "unfounded", Words: "The request is manifestly unfounded", Rule: "Art 12(5) UK GDPR"},
		{Code: "excessive", Words: "The request is excessive", Rule: "Art 12(5) UK GDPR"},
		{Code: "repeat", Words: "The same was asked before, and no reasonable interval has passed", Rule: "Art 12(5) UK GDPR"},
		{Code: "identity", Words: "Who asks could not be established", Rule: "Art 12(6) UK GDPR"},
		{Code: "authority", Words: "Authority to act for the person was not shown", Rule: "Art 12(6) UK GDPR"},
		{Code: "fee-unpaid", Words: "The fee was not paid", Rule: "Art 12(5) UK GDPR"},
		{Code: "unclear", Words: "What was asked for could not be established", Rule: "Art 12A(5) UK GDPR"},
		{Code: "others", Words: "It would harm the rights of others", Rule: "Art 15(4) UK GDPR"},
		{Code: "exempt", Words: "An exemption of the Data Protection Act 2018 applies", Rule: "DPA 2018 schedules 2 to 4"},
	}
}

// FeeReasons returns why a fee may be asked for (Article 12(5)). The burden of showing it is ours.
func FeeReasons() []Reason {
	return slices.DeleteFunc(Reasons(), func(r Reason) bool { return r.Code != "unfounded" && r.Code != "excessive" && r.Code != "repeat" })
}

// ExtensionReasons returns why the time may be extended (Article 12A(3)). That something must be clarified is none.
func ExtensionReasons() []Reason {
	return []Reason{
		{Code: "complex", Words: "The request is complex", Rule: "Art 12A(3) UK GDPR", English: "your request is complex", Welsh: "mae eich cais yn gymhleth"},
		{Code: "number", Words: "The person has made a number of requests", Rule: "Art 12A(3) UK GDPR", English: "you have made a number of requests", Welsh: "rydych wedi gwneud nifer o geisiadau"},
	}
}

// needsWords reports whether an outcome must be said in words of its own: a complaint's (E1-33).
func (o Outcome) needsWords() bool { return o == Upheld || o == PartlyUp || o == NotUpheld }

// NeedsReason reports whether anything that may be decided of a case must give a reason of Reasons (Article 12(4)). A complaint and a breach give words alone.
func NeedsReason(outcomes []Outcome) bool {
	return slices.ContainsFunc(outcomes, Outcome.needsReason)
}

// needsReason reports whether an outcome must give a reason (Article 12(4)).
func (o Outcome) needsReason() bool { return o == Refused || o == Partly }

// needsAnswer reports whether the person must be told.
func (o Outcome) needsAnswer() bool { return o != Withdrawn }

func known(reasons []Reason, codes []string) bool {
	for _, code := range codes {
		if !slices.ContainsFunc(reasons, func(r Reason) bool { return r.Code == code }) {
			return false
		}
	}
	return true
}
