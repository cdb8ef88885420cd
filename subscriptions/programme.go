package subscriptions

import (
	"time"

	"assent/internal/address"
)

// Programme is an organisation's stream of communication: it says in whose name mail is
// sent, who answers for it, and where people write to.
type Programme struct {
	ID            int64
	Slug          string // short name in URLs and settings, such as "harbour-news"; never changes
	Name          string // "Harbour News"
	Owner         string // the organisation or unit that decides what is sent
	Controller    string // the data controller, as named in the notice
	PostalAddress string
	DPOName       string // data protection officer (E1-03: published in every footer)
	DPOAddress    address.Address
	Contact       Contact // Point of Contact: mail to it unsubscribes (E0-17)
	FromName      string
	FromAddress   address.Address
	TimeZone      string // IANA name, such as "Europe/London"
	Division      string // whose bank holidays count: "england-and-wales", "scotland" or "northern-ireland"
	CreatedAt     time.Time
}

// Contact is a named person or desk that people can write to.
type Contact struct {
	Name    string
	Address address.Address
}

// Basis is the lawful basis of a purpose (Article 6 UK GDPR; soft opt-in: PECR regulation 22(3)).
type Basis string

const (
	Consent             Basis = "consent"
	ExplicitConsent     Basis = "explicit-consent"
	SoftOptIn           Basis = "soft-opt-in"
	LegitimateInterests Basis = "legitimate-interests"
	PublicTask          Basis = "public-task"
	Contract            Basis = "contract"
	LegalObligation     Basis = "legal-obligation"
)

// Bases holds every basis.
var Bases = []Basis{Consent, ExplicitConsent, SoftOptIn, LegitimateInterests, PublicTask, Contract, LegalObligation}

// NeedsAct reports whether the basis is consent, which only an affirmative act by the person gives (Article 4(11)).
func (b Basis) NeedsAct() bool { return b == Consent || b == ExplicitConsent }

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

// Classes holds every class that a purpose may have.
var Classes = []Class{Newsletter, Targeted, Marketing, ServiceClass, CaseClass}

// Purpose is one thing that personal data is used for, with its one lawful basis.
type Purpose struct {
	ID          int64
	ProgrammeID int64
	Slug        string
	Name        string // in the words of the notice
	Basis       Basis
	Class       Class
	Term        time.Duration // how long a permission lasts; 0 without end
	CreatedAt   time.Time
}

// Notice is one published version of a programme's privacy notice. It never changes after.
type Notice struct {
	ID          int64
	ProgrammeID int64
	Version     int // from 1
	Text        string
	Digest      string // SHA-256 of Text, in hex: what the ledger refers to
	PublishedAt time.Time
}

// List is what people subscribe to. It serves one purpose under one notice version.
type List struct {
	ID          int64
	ProgrammeID int64
	PurposeID   int64
	NoticeID    int64
	Slug        string // also the label of its List-Id (RFC 2919): stable for life
	Name        string
	Description string // what will come and how often
	Wording     string // exactly what a person agrees to, shown beside the act
	Contact     Contact
	DoubleOptIn bool // an act counts only after the mailbox confirmed it
	Public      bool // has a page where anybody may subscribe
	CreatedAt   time.Time
}

// Expiry returns when a permission given at t ends, or the zero time.
func (p Purpose) Expiry(t time.Time) time.Time {
	if p.Term == 0 {
		return time.Time{}
	}
	return t.Add(p.Term)
}
