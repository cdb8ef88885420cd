package templates

import "time"

// Console is what every operators' page shows around its content.
type Console struct {
	Root string    // path prefix of the operators' pages, as "/console"; the menu leads to Root+"/campaigns" and so on
	User string    // who is logged in; "" shows neither menu nor name
	Role string    // as "Comms"
	CSRF string    // goes with the log-out button as FieldCSRF
	AsOf time.Time // when the figures were read
}

// Tone colours a state. It never stands alone: the state's words are beside it.
type Tone string

const (
	Calm  Tone = ""      // nothing to say
	Good  Tone = "good"  // as it should be
	Wait  Tone = "wait"  // under way
	Alert Tone = "alert" // look at this
	Bad   Tone = "bad"   // something is wrong, or refused
)

// State is a state in words, with its tone.
type State struct {
	Label string
	Tone  Tone
}

// LoginPage fills the page "login".
type LoginPage struct {
	Console
	Action  string // where the form goes (POST)
	Email   string // what was typed before
	Problem string // one sentence that does not say which of the two was wrong; may be empty
}

// Count is a number with its name.
type Count struct {
	Label string
	N     int
	URL   string // may be empty
}

// Health is the state of one part of the installation.
type Health struct {
	Name   string // as "Database"
	State  State
	Detail string // may be empty
}

// OverviewPage fills the page "overview".
type OverviewPage struct {
	Console
	Totals     []Count
	Health     []Health
	Clashes    []Clash // what contradicts what, in the programmes' declarations
	Programmes []Programme
	Campaigns  []CampaignRow // the latest few
	Cases      []CaseRow     // those due first

	NewProgrammeURL string // where a programme is declared; "" where the reader may not
}

// Programme is an organisation's programme with its lists.
type Programme struct {
	Name         string
	URL          string // its page "programme"; may be empty
	Organisation string
	Lists        []ListRow
	Ending       State  // when it ends or ended; no label without end
	EndURL       string // the page "end-programme"; may be empty
}

// ListRow is one list in figures.
type ListRow struct {
	Name       string
	URL        string // its page "subscribe"; may be empty
	Purpose    string
	Basis      string // the lawful basis, as "Consent"
	Notice     string // the privacy notice's version
	Mailable   int    // people the gate would allow
	Waiting    int    // asked, not confirmed
	Left       int    // withdrew
	Suppressed int    // stopped for bounces, complaints or by request
}

// FunnelLine is one reason for leaving people out of a campaign, and how many.
type FunnelLine struct {
	Label string // as "Opted out"
	Count int
}

// CampaignRow is one campaign in figures. People in the lists are eligible or excluded;
// each eligible person ends as sent, failed, uncertain or refused at send.
type CampaignRow struct {
	Name      string
	URL       string // its page "campaign"
	Lists     string // as "Monthly update, Events"
	State     State
	Started   time.Time // zero before it starts
	InLists   int
	Eligible  int
	Excluded  []FunnelLine
	Sent      int
	Failed    int
	Uncertain int // in flight at a crash: never sent again by itself
	Refused   int // the gate said no at the moment of sending
	Bounced   int // of those sent
	OptedOut  int // of those sent
}

// Done returns how many eligible people have an outcome.
func (c CampaignRow) Done() int { return c.Sent + c.Failed + c.Uncertain + c.Refused }

// LeftOut returns how many people were excluded, whatever the reason.
func (c CampaignRow) LeftOut() int {
	n := 0
	for _, l := range c.Excluded {
		n += l.Count
	}
	return n
}

// CampaignsPage fills the page "campaigns".
type CampaignsPage struct {
	Console
	Rows  []CampaignRow
	Pager Pager
	New   []Link // where a campaign is written, by programme; none where the reader may not
}

// CampaignPage fills the page "campaign".
type CampaignPage struct {
	Console
	Row      CampaignRow
	Subject  string
	Facts    []Fact // as {"Approved by", "Ann Lee, 25 November 2026"}
	Text     string // the plain text part, for reading; may be empty
	Timeline []Event

	Note        string        // about the funnel, as that it is of now; may be empty
	Segment     []SegmentLine // who of the lists is meant; none for everybody
	SegmentText string        // the same as it is written

	Acts      CampaignActs
	Trouble   string // why it paused itself; may be empty
	TrialSent bool   // a trial has just been sent to the reader
}

// Fact is a name and a value, both as they are to be read.
type Fact struct{ Name, Value string }

// Pager says which rows of how many a page shows.
type Pager struct {
	From, To, Total int    // counted from 1; Total 0 shows nothing
	Prev, Next      string // links; "" at either end
}

// PeoplePage fills the page "people".
type PeoplePage struct {
	Console
	Query      string // the address that was searched for
	Masked     bool   // addresses are masked in the rows
	ExportsURL string // "" for whoever may make none
	Rows       []PersonRow
	Pager      Pager
}

// PersonRow is one subscriber.
type PersonRow struct {
	Address string // masked where PeoplePage.Masked
	Name    string // may be empty
	URL     string // the page "person"
	Lists   []Standing
	Last    string // the last event in words, as "Confirmed Monthly update"
	LastAt  time.Time
}

// Standing is how a person stands with one list, and why.
type Standing struct {
	List     string
	State    State // as {"Confirmed", Good}
	Mailable bool  // what the gate would say now
	Why      string
	Since    time.Time
	Event    string // the ledger event that decides, as "1042"; may be empty
}

// PersonPage fills the page "person".
type PersonPage struct {
	Console
	Address    string
	Name       string
	Stopped    string // why nothing at all may be sent, as "Suppressed: complaint"; may be empty
	PackURL    string // makes a show-me pack (POST); empty for those who may not
	Attributes []Fact
	Standings  []Standing
	Timeline   []Event

	CorrectURL   string // where staff correct what is on record; may be empty
	ObjectionURL string // where an objection to marketing is recorded; may be empty
	EraseURL     string // the page "erase"; empty for those who may not

	Statements []StatementRow // that stand beside the data
	Given      []GivenRow     // the newest of who was given the data
	GivenURL   string         // the page "given" of this person; empty once they are erased
}

// Event is one line of a timeline: of the ledger, of a campaign, or of a case.
type Event struct {
	At       time.Time
	What     string // as "Consent confirmed"
	Where    string // the list; may be empty
	How      string // as "Link in a mail"; may be empty
	By       string // who; may be empty
	Wording  string // the exact words that were shown; may be empty
	Notice   string // the privacy notice's version; may be empty
	Evidence string // may be empty
	Number   string // its number in the ledger; may be empty
	Tone     Tone
}
