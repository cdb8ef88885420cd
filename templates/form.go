package templates

// FormPage fills the page "form": something that operators declare, with one field below another.
type FormPage struct {
	Console
	Over    Link   // the page that it belongs to
	Title   string // such as "A new purpose"
	Lead    string // what it is for; may be empty
	Action  string // where the form goes (POST)
	Lines   []FormLine
	Button  string // such as "Declare it"
	Problem string // why it was refused; may be empty
}

// Link is a place to go to and what it is called.
type Link struct{ URL, Label string }

// FormLine is one field of a form.
type FormLine struct {
	Name    string
	Label   string
	Hint    string // may be empty
	Type    string // of an input, such as "text"; or LineArea, LineOne, LineSome, LineTick
	Value   string
	Rows    int          // of a LineArea
	Options []FormOption // of a LineOne or a LineSome
}

// Types of a FormLine besides those of an input.
const (
	LineArea = "area" // of several lines
	LineOne  = "one"  // one of Options
	LineSome = "some" // any of Options, each a value of its own under the same name
	LineTick = "tick" // one box, with the value "yes"
)

// FormOption is one choice of a line. Which are chosen is what stands already, or was typed before: nothing that a person agrees to is chosen here.
type FormOption struct {
	Value, Label string
	On           bool
}

// CampaignEditPage fills the page "campaign-edit", where a draft is written and looked at.
type CampaignEditPage struct {
	Console
	Programme string
	Title     string // "A new campaign", or the draft's name
	Back      Link
	Action    string // where the form goes (POST)
	Seen      string // which draft the writer has before them; "" for a new one
	Lines     []FormLine
	Fields    []Fact // what stands for something of the person, as {"{{name|reader}}", "The name"}
	Problem   string
	Preview   *MailPreview  // nil while nothing was looked at
	Look      *AudienceLook // whom it would go to; nil while nothing was looked at
}

// MailPreview is a message as somebody would get it.
type MailPreview struct{ Subject, Text string }

// FieldSeen is CampaignEditPage.Seen.
const FieldSeen = "seen"

// CampaignActs is what an operator may do with a campaign now; "" for what they may not.
type CampaignActs struct {
	EditURL, ScheduleURL, PauseURL, ResumeURL, CancelURL, HTMLURL, TrialURL string
}
