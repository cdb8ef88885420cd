package templates

import "time"

// The fields of the public form for requests and complaints.
const (
	FieldWant  = "want" // a kind that is ticked
	FieldWhom  = "whom" // one of the Whom values
	FieldFiles = "files"

	FieldReceiverName  = "receiver-name" // an organisation to which the data is to go straight
	FieldReceiverEmail = "receiver-email"
)

// Values of FieldWhom.
const (
	WhomSelf  = "self"
	WhomOther = "other"
)

// RequestPage fills the page "request": asking about one's data, or complaining (E2-32; DPA 2018 s.164A(2)). No box is ticked beforehand.
type RequestPage struct {
	Public
	Action    string // where the form goes (POST)
	Key       string // of FieldKey: what is sent twice under it is taken once
	Complaint bool   // it is the complaint form
	OtherURL  string // the other of the two forms
	Name      string // of the programme
	Wants     []Want // on the form for requests
	Words     string // what was typed before, when the form comes back with Errors
	Person    string
	Email     string
	Reach     string // a postal address or telephone number
	Whom      string // one of the Whom values; "" before a choice
	AboutName string
	AboutAddr string
	Receiver  string // an organisation to which the data is to go straight
	RecvAddr  string
	MaxFiles  int
	MaxSize   string // of a file, as "5 MB"
	Errors    []FieldError
}

// Want is something that may be ticked on RequestPage.
type Want struct {
	Value  string // a kind of case
	Ticked bool   // by the reader, when the form comes back
}

// Error returns the message about a field, or "".
func (r RequestPage) Error(field string) string {
	return SubscribePage{Errors: r.Errors}.Error(field)
}

// RequestSentPage fills the page "request-sent": the same whoever the address belongs to (H10).
type RequestSentPage struct {
	Public
	Complaint  bool
	Reference  string
	ReceivedAt time.Time // printed as a date
	DueAt      time.Time // printed as a date; zero where none can be promised yet
	ByMail     bool      // an acknowledgement goes to the address that was given
	AgainURL   string
}
