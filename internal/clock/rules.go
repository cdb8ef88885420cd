package clock

import "time"

// Rule names the rule version that a clock was computed under. It is stored with the case: a
// request keeps the rule that was in force on the UK date of its receipt (SI 2026/82 regs 4 and 7).
type Rule string

const (
	RuleArt12  Rule = "uk-gdpr-art-12/2018-05-25"  // one month, requests before 5 February 2026
	RuleArt12A Rule = "uk-gdpr-art-12a/2026-02-05" // one month, with Article 12A (DUAA s.76)
	Rule164A   Rule = "dpa-2018-s-164a/2026-06-19" // acknowledge a complaint in 30 days (DUAA s.103)
	RuleArt33  Rule = "uk-gdpr-art-33/2018-05-25"  // 72 hours
	RuleHouse  Rule = "house"                      // the organisation's own promise
)

// The days on which rules came into force.
func art12ABegins() Date { return Date{2026, time.February, 5} } // SI 2026/82 reg 2
func s164ABegins() Date  { return Date{2026, time.June, 19} }    // SI 2026/82 reg 3
func gdprBegins() Date   { return Date{2018, time.May, 25} }

const (
	complaintDays = 30             // DPA 2018 s.164A(3)
	breachTime    = 72 * time.Hour // Art 33(1)
	firstMonth    = 1              // Art 12A(1), Art 12(3)
	extendedTotal = 3              // one month and two further months, from the original start
)

// Sources that steps quote, apart from those of a monthRule.
const (
	srcArt12A    = "SI 2026/82 regs 2 and 4"
	src164A      = "SI 2026/82 regs 3 and 7"
	srcRoll      = "Reg 1182/71 art 3(4); ICO guidance on time limits"
	srcMonth     = "ICO guidance on time limits"
	srcDoubt     = "assumption: the earlier date"
	srcCalendar  = "bank-holiday table (GOV.UK)"
	srcIdentity  = "Art 12(6) UK GDPR; ICO guidance on asking for ID"
	srcComplaint = "DPA 2018 s.164A(3)"
	srcOutcome   = "DPA 2018 s.164A(4) and (5)"
	srcBreach    = "Art 33(1) UK GDPR"
	srcHours     = "Reg 1182/71 art 3"
	srcHouse     = "house policy"
	srcLetter    = "Our own promise"
	srcMarketing = "Art 21(2) and (3) UK GDPR"
	srcWithdraw  = "Art 7(3) UK GDPR"
)

// monthRule is the version of the one-month rule with the paragraphs that its steps quote.
type monthRule struct {
	rule                                     Rule
	period, start, extension, notice, pauses string
	pausesCount                              bool // statute lets a clarification pause count
}

func monthRuleOn(received Date) monthRule {
	if received.Before(art12ABegins()) {
		return monthRule{
			rule:      RuleArt12,
			period:    "Art 12(3) UK GDPR (before 5 February 2026)",
			start:     "Art 12(3) UK GDPR (before 5 February 2026); ICO guidance on time limits",
			extension: "Art 12(3) UK GDPR (before 5 February 2026)",
			notice:    "Art 12(3) UK GDPR (before 5 February 2026)",
			pauses:    "ICO guidance before 5 February 2026",
		}
	}
	return monthRule{
		rule:        RuleArt12A,
		period:      "Art 12A(1) UK GDPR",
		start:       "Art 12A(2) UK GDPR",
		extension:   "Art 12A(3) UK GDPR",
		notice:      "Art 12A(4) UK GDPR",
		pauses:      "Art 12A(5) UK GDPR",
		pausesCount: true,
	}
}

// opening is the first step of a one-month clock: what was asked, and by which right.
func opening(kind Kind) Step {
	switch kind {
	case Access:
		return Step{"This is a request for a copy of one's personal data.", "Art 15 UK GDPR"}
	case Erasure:
		return Step{"This is a request to erase personal data.", "Art 17 UK GDPR"}
	case Rectification:
		return Step{"This is a request to correct personal data.", "Art 16 UK GDPR"}
	case Restriction:
		return Step{"This is a request to restrict the use of personal data.", "Art 18 UK GDPR"}
	case Objection:
		return Step{"This is an objection. If it is against direct marketing, stop at once: no identity check, no weighing " +
			"of interests, no month. What follows is the last day for telling the person what was done.", srcMarketing}
	case Portability:
		return Step{"This is a request for personal data in a form that can be taken elsewhere.", "Art 20 UK GDPR"}
	case AutomatedDecision:
		return Step{"This is about a decision taken by automated means.", "Arts 22A to 22D UK GDPR"}
	case WithdrawConsent:
		return Step{"This withdraws consent, which has effect at once: nothing may be sent on that consent any more, and no " +
			"identity check may stand in the way. The law sets no time for an answer; Assent shows the month that the other " +
			"rights have as the outer limit for telling the person what was done.", srcWithdraw}
	}
	return Step{"Nobody has named the right yet; until then this counts as a rights request, so that no time is lost.", srcDoubt}
}
