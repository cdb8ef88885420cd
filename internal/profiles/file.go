package profiles

import "assent/subscriptions"

// file is a profile as its TOML has it. Its names are those of the API.
type file struct {
	About      string          `toml:"about"`
	Programme  programmeFile   `toml:"programme"`
	Attributes []attributeFile `toml:"attributes"`
	Recipients []recipientFile `toml:"recipients"`
	Purposes   []purposeFile   `toml:"purposes"`
	Lists      []listFile      `toml:"lists"`
	Retention  []ruleFile      `toml:"retention"`
}

type programmeFile struct {
	Slug          string                              `toml:"slug"`
	Name          string                              `toml:"name"`
	Owner         string                              `toml:"owner"`
	Controller    string                              `toml:"controller"`
	PostalAddress string                              `toml:"postal_address"`
	DPO           contactFile                         `toml:"dpo"`
	Contact       contactFile                         `toml:"contact"`
	From          contactFile                         `toml:"from"`
	TimeZone      string                              `toml:"time_zone"`
	Division      string                              `toml:"division"`
	EndsOn        string                              `toml:"ends_on"` // its last day
	GuardianAge   int                                 `toml:"guardian_age"`
	RegionLock    bool                                `toml:"region_lock"`
	AsksByLink    bool                                `toml:"asks_by_link"`
	HouseClocks   []subscriptions.HouseClock          `toml:"house_clocks"`
	Mailboxes     []subscriptions.MailboxUse          `toml:"mailboxes"`
	Statements    map[string]subscriptions.Statements `toml:"statements"`
}

type contactFile struct {
	Name    string `toml:"name"`
	Address string `toml:"address"`
}

type attributeFile struct {
	Name        string   `toml:"name"`
	Label       string   `toml:"label"`
	Type        string   `toml:"type"`
	Choices     []string `toml:"choices"`
	SelfService bool     `toml:"self_service"`
}

type recipientFile struct {
	Name      string `toml:"name"`
	Category  string `toml:"category"`
	Purpose   string `toml:"purpose"`
	Country   string `toml:"country"`
	Safeguard string `toml:"safeguard"`
	Agreement string `toml:"agreement"`
}

type purposeFile struct {
	Slug             string         `toml:"slug"`
	Name             string         `toml:"name"`
	Basis            string         `toml:"basis"`
	Conditions       conditionsFile `toml:"conditions"`
	Class            string         `toml:"class"`
	TermDays         int            `toml:"term_days"`
	DPIA             string         `toml:"dpia"`
	ConfirmEveryDays int            `toml:"confirm_every_days"`
	ConfirmOutcome   string         `toml:"confirm_outcome"`
	RenewDays        []int          `toml:"renew_days"`
}

type conditionsFile struct {
	FromSale       bool   `toml:"from_sale"`
	OwnSimilar     bool   `toml:"own_similar"`
	OptOutAtStart  bool   `toml:"opt_out_at_start"`
	OptOutEachTime bool   `toml:"opt_out_each_time"`
	Interest       string `toml:"interest"`
	Assessment     string `toml:"assessment"`
	ReviewOn       string `toml:"review_on"`
	Reference      string `toml:"reference"`
}

type listFile struct {
	Slug        string `toml:"slug"`
	Purpose     string `toml:"purpose"` // slug
	Name        string `toml:"name"`
	Description string `toml:"description"`
	Wording     string `toml:"wording"`
	DoubleOptIn bool   `toml:"double_opt_in"`
	Public      bool   `toml:"public"`
}

type ruleFile struct {
	Name       string   `toml:"name"`
	What       string   `toml:"what"`
	Since      string   `toml:"since"`
	Length     int      `toml:"length"`
	Unit       string   `toml:"unit"`
	LongerFor  string   `toml:"longer_for"` // the slug of the purpose whose permission keeps people longer
	Longer     int      `toml:"longer_length"`
	LongerUnit string   `toml:"longer_unit"`
	Action     string   `toml:"action"`
	Categories []string `toml:"categories"`
	Review     bool     `toml:"review"`
	Reason     string   `toml:"reason"`
}
