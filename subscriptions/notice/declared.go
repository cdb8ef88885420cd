package notice

// Declared is what an organisation declared about one programme: what a notice draws on, and what is kept with each
// version to tell later what changed. It holds no personal data but the names of officers that the notice publishes.
type Declared struct {
	Controller    string                `json:"controller"`
	PostalAddress string                `json:"postal_address"`
	Contact       Person                `json:"contact"`
	Officer       Person                `json:"officer"` // data protection officer; may be empty
	Purposes      []Purpose             `json:"purposes"`
	Categories    []string              `json:"categories"` // of personal data, such as "Region"
	Recipients    []Recipient           `json:"recipients"`
	RegionLock    bool                  `json:"region_lock"`
	EndsOn        string                `json:"ends_on,omitempty"`   // ISO date of the programme's end; "" without
	Retention     []string              `json:"retention,omitempty"` // sentences out of the rules in force
	Statements    map[string]Statements `json:"statements,omitempty"`
}

// Person is somebody to write to.
type Person struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Purpose is one purpose that the notice tells of.
type Purpose struct {
	Slug      string `json:"slug"`
	Name      string `json:"name"`
	Basis     string `json:"basis"`               // as package subscriptions names it
	Interest  string `json:"interest,omitempty"`  // the legitimate interest (Article 13(1)(d))
	Reference string `json:"reference,omitempty"` // the function, contract or obligation
	TermDays  int    `json:"term_days,omitempty"` // 0 without end
}

// Recipient is somebody to whom data is given.
type Recipient struct {
	Name      string `json:"name"`
	Category  string `json:"category"`
	Purpose   string `json:"purpose"`
	Country   string `json:"country"`
	Safeguard string `json:"safeguard,omitempty"`
}

// Statements is what a notice must say and nothing else declares, in one language.
type Statements struct {
	Source      string `json:"source,omitempty"`      // where the data comes from
	Requirement string `json:"requirement,omitempty"` // whether people must give it, by statute or contract
	Automated   string `json:"automated,omitempty"`   // automated decisions, or that there are none
	Retention   string `json:"retention,omitempty"`   // how long data is kept, where no rule says so
}

const (
	consent             = "consent"
	explicitConsent     = "explicit-consent"
	legitimateInterests = "legitimate-interests"
)

func (d Declared) anyPurpose(is func(Purpose) bool) bool {
	for _, p := range d.Purposes {
		if is(p) {
			return true
		}
	}
	return false
}

func (d Declared) anyAbroad() bool {
	for _, r := range d.Recipients {
		if r.Country != "GB" {
			return true
		}
	}
	return false
}
