package identity

// Standing is what is known of who wrote a message.
type Standing string

const (
	// Unknown is the standing of a message at which nobody looked.
	Unknown Standing = ""
	// Proved means that the domain of the From address vouches for the message.
	Proved Standing = "proved"
	// Unproved means that nothing vouches for it, and nothing speaks against it.
	Unproved Standing = "unproved"
	// Contradicted means that our own server found that it is not from whom it says.
	Contradicted Standing = "contradicted"
	// Undecided means that DNS did not answer: looking again may tell.
	Undecided Standing = "undecided"
)

// Standings returns every standing of a message at which somebody looked.
func Standings() []Standing { return []Standing{Proved, Unproved, Contradicted, Undecided} }

// Method says by what a message was proved, or contradicted.
type Method string

const (
	ByServer    Method = "authentication-results" // a header of our own receiving server
	BySignature Method = "dkim"                   // a signature that we verified
)

// Result is what was found out about a message, with its grounds. It is kept with the message as JSON; the zero Result says that nobody looked.
type Result struct {
	Standing Standing `json:"standing,omitempty"`
	By       Method   `json:"by,omitempty"`
	Domain   string   `json:"domain,omitempty"` // that vouches
	Grounds  []string `json:"grounds,omitempty"`
}

// maxGrounds bounds the grounds that are kept: a sender may add as many fields as they like.
const maxGrounds = 12

func (r *Result) because(sentence string) {
	if len(r.Grounds) < maxGrounds {
		r.Grounds = append(r.Grounds, sentence)
	}
}
