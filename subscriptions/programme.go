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
	TimeZone      string                // IANA name, such as "Europe/London"
	Division      string                // whose bank holidays count: "england-and-wales", "scotland" or "northern-ireland"
	EndsAt        time.Time             // from then on nobody is mailed (E3-09); zero without end
	GuardianAge   int                   // years; below it a parent or guardian agrees (E1-22; Article 8: 13 in the United Kingdom)
	RegionLock    bool                  // promises that no data leaves the United Kingdom (E4-16)
	AsksByLink    bool                  // asks by a link at the address on record, at once, who wrote a request that its mail does not prove
	HouseClocks   []HouseClock          // its own promises of when it answers
	Mailboxes     []MailboxUse          // which of the watched mailboxes are its own
	Statements    map[string]Statements // what its notice says beyond the declarations, by language
	CreatedAt     time.Time
	ChangedAt     time.Time // zero while nothing was changed
}

// Ended reports whether the programme's end has come (E3-09).
func (p Programme) Ended(now time.Time) bool { return !p.EndsAt.IsZero() && !now.Before(p.EndsAt) }

// Zone is the time zone in which the programme's readers read times. It was checked when the programme was declared.
func (p Programme) Zone() *time.Location {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// DefaultGuardianAge is the age of consent to online services in the United Kingdom (Article 8(1); DPA 2018 s.9), in years.
const DefaultGuardianAge = 13

// Contact is a named person or desk that people can write to.
type Contact struct {
	Name    string
	Address address.Address
}

// HouseClock is an organisation's own promise for one kind of case (E0-31, E1-33), beside what the law asks. 0 promises nothing.
type HouseClock struct {
	Kind                   string `json:"kind" toml:"kind"` // of cases, such as "complaint"; "" for all kinds without a line of their own
	AcknowledgeWorkingDays int    `json:"acknowledge_working_days" toml:"acknowledge_working_days"`
	AnswerWorkingDays      int    `json:"answer_working_days" toml:"answer_working_days"`
}

// MailboxUse says that a watched mailbox belongs to a programme, and what most of its mail is (E0-26, E0-30).
type MailboxUse struct {
	Name string `json:"name" toml:"name"` // as in the settings
	Kind string `json:"kind" toml:"kind"` // default kind of its mail, such as "rights"; "" to go by the mail alone
}

// Statements is what a notice must say and no declaration holds (Articles 13 and 14).
type Statements struct {
	Source      string `json:"source,omitempty"`      // where the data comes from
	Requirement string `json:"requirement,omitempty"` // whether people must give it, by statute or contract
	Automated   string `json:"automated,omitempty"`   // automated decisions, and that there are none
	Retention   string `json:"retention,omitempty"`   // how long data is kept, where no rule of retention says so
}

// Recipient is somebody to whom a programme's personal data is given (E0-12, E0-14, E1-12, E2-25, E3-14).
type Recipient struct {
	ID          int64
	ProgrammeID int64
	Name        string
	Category    string          // such as "mail service" or "printer"
	Purpose     string          // what for
	Country     string          // where it handles the data: ISO 3166-1 alpha-2, such as "GB"
	Safeguard   string          // what protects it there (Articles 45 and 46); needed outside the United Kingdom
	Agreement   string          // reference of the agreement with it; may be empty
	Address     address.Address // where it is told of corrections and erasures (Article 19); zero where it is told otherwise
	Language    string          // of those letters: "en" or "cy"
	KeepsNone   bool            // it keeps no copy, such as a relay that sends and forgets: there is nothing to tell it
	AddedAt     time.Time
	EndedAt     time.Time // zero while it gets data
}

// Abroad reports whether the recipient handles data outside the United Kingdom.
func (r Recipient) Abroad() bool { return r.Country != HomeCountry }

// HomeCountry is where a region lock keeps data.
const HomeCountry = "GB"
