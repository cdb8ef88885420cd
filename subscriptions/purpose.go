package subscriptions

import "time"

// Basis is the lawful basis of a purpose (Article 6 UK GDPR; soft opt-in: PECR regulation 22(3) and (3A)).
type Basis string

const (
	Consent             Basis = "consent"
	ExplicitConsent     Basis = "explicit-consent"
	SoftOptIn           Basis = "soft-opt-in"
	CharitySoftOptIn    Basis = "charity-soft-opt-in"
	LegitimateInterests Basis = "legitimate-interests"
	PublicTask          Basis = "public-task"
	Contract            Basis = "contract"
	LegalObligation     Basis = "legal-obligation"
)

// Bases holds every basis.
var Bases = []Basis{Consent, ExplicitConsent, SoftOptIn, CharitySoftOptIn, LegitimateInterests, PublicTask, Contract, LegalObligation}

// NeedsAct reports whether the basis is consent, which only an affirmative act by the person gives (Article 4(11)).
func (b Basis) NeedsAct() bool { return b == Consent || b == ExplicitConsent }

// IsSoftOptIn reports whether the basis is one of the two exceptions to consent that PECR has for marketing.
func (b Basis) IsSoftOptIn() bool { return b == SoftOptIn || b == CharitySoftOptIn }

// Class is what sort of message serves a purpose.
type Class string

const (
	Newsletter Class = "newsletter"
	Targeted   Class = "targeted"
	Marketing  Class = "marketing"
	// ServiceClass covers confirmations and notices that a person's own act calls for.
	ServiceClass Class = "service"
	// CaseClass covers letters about a person's rights, which no opt-out stops.
	CaseClass Class = "case"
)

// Classes holds every class that a message may have.
var Classes = []Class{Newsletter, Targeted, Marketing, ServiceClass, CaseClass}

// Purpose is one thing that personal data is used for, with its one lawful basis.
type Purpose struct {
	ID             int64
	ProgrammeID    int64
	Slug           string
	Name           string // in the words of the notice
	Basis          Basis
	Conditions     Conditions // of the basis
	Class          Class
	Term           time.Duration // how long a permission lasts; 0 without end
	DPIA           string        // reference of the data protection impact assessment (E1-42); "" for none
	ConfirmEvery   time.Duration // how often people are asked whether they still want it (E3-10); 0 for never
	ConfirmOutcome NoAnswer      // what no answer means
	RenewDays      []int         // how many days before the end of a term renewal is asked for, descending
	KeepIPDays     int           // how long an IP address is kept as evidence; 0 keeps none
	CreatedAt      time.Time
	ChangedAt      time.Time // zero while nothing was changed
}

// NoAnswer is what it means when a person who is asked to confirm says nothing.
type NoAnswer string

const (
	NoAnswerLapses NoAnswer = "lapse"
	NoAnswerKeeps  NoAnswer = "keep"
)

// Conditions holds what a basis rests on. Which of the fields a basis needs, and that it has no others, CheckBasis says.
type Conditions struct {
	// Soft opt-in (PECR regulation 22(3)): the three facts of it, each true or the basis does not hold.
	FromSale          bool `json:"from_sale,omitempty"`           // (a) details were got in a sale, or the negotiation of one
	OwnSimilar        bool `json:"own_similar,omitempty"`         // (b) only for the sender's own similar products and services
	OptOutAtStart     bool `json:"opt_out_at_start,omitempty"`    // (c) a refusal was offered when the details were got
	OptOutEachTime    bool `json:"opt_out_each_time,omitempty"`   // (c) and is in every message
	CharitysPurposes  bool `json:"charitys_purposes,omitempty"`   // regulation 22(3A): only to further the charity's purposes
	InterestOrSupport bool `json:"interest_or_support,omitempty"` // regulation 22(3A): got when the person showed interest or gave support

	// Legitimate interests (E2-06, E2-07).
	Interest   string    `json:"interest,omitempty"`   // which interest it is (Article 13(1)(d))
	Assessment string    `json:"assessment,omitempty"` // reference of the assessment
	ReviewOn   time.Time `json:"review_on,omitzero"`   // when it is to be looked at again; midnight UTC of that day

	Reference string `json:"reference,omitempty"` // public task: the function; contract or legal obligation: which
}

// CharityFrom is when regulation 22(3A) came into force (Data (Use and Access) Act 2025 s.114; SI 2026/82). Details that
// were got before do not fall under it.
func CharityFrom() time.Time { return time.Date(2026, time.February, 5, 0, 0, 0, 0, time.UTC) }

// Expiry returns when a permission given at t ends, or the zero time. Where no answer to a regular question ends it, that is its term too.
func (p Purpose) Expiry(t time.Time) time.Time {
	if p.Lasts() == 0 {
		return time.Time{}
	}
	return t.Add(p.Lasts())
}

// Lasts is how long a permission lasts from the act on; 0 without end.
func (p Purpose) Lasts() time.Duration {
	if p.LapsesUnlessConfirmed() && (p.Term == 0 || p.ConfirmEvery < p.Term) {
		return p.ConfirmEvery
	}
	return p.Term
}

// LapsesUnlessConfirmed reports whether people must say again and again that they still want it (E3-10).
func (p Purpose) LapsesUnlessConfirmed() bool {
	return p.ConfirmEvery > 0 && p.ConfirmOutcome == NoAnswerLapses
}

// ReviewOverdue reports whether the assessment behind the purpose should have been looked at again by now (E2-06).
func (p Purpose) ReviewOverdue(now time.Time) bool {
	return p.Basis == LegitimateInterests && !p.Conditions.ReviewOn.IsZero() && !now.Before(p.Conditions.ReviewOn)
}
