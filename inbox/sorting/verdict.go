package sorting

import (
	"slices"

	"assent/internal/address"
)

// Kind is what a message in a watched mailbox is for.
type Kind string

// The kinds of messages, by what is done with them.
const (
	KindBounce      Kind = "bounce"      // a delivery report, also of success or delay
	KindARF         Kind = "arf"         // a complaint from a feedback loop (RFC 5965)
	KindAutoReply   Kind = "autoreply"   // a machine's answer: absence, receipt, challenge
	KindUnsubscribe Kind = "unsubscribe" // a person asks that the mailings stop
	KindRights      Kind = "rights"      // a person uses a right over their data
	KindNone        Kind = "none"        // nothing of these: for a person to read
)

// Labels of a verdict. A bounce has one of the first three or none, an automatic reply one of the
// next four, a rights request one or more of the rest. A complaint report has its feedback type.
const (
	LabelPermanent = "permanent"
	LabelTemporary = "temporary"
	LabelDelivered = "delivered"

	LabelVacation    = "vacation"
	LabelAck         = "ack"
	LabelChallenge   = "challenge"
	LabelLeftCompany = "left-company"

	LabelUnsubscribe = "unsubscribe"

	LabelAccess            = "access"
	LabelErasure           = "erasure"
	LabelRectification     = "rectification"
	LabelRestriction       = "restriction"
	LabelPortability       = "portability"
	LabelObjection         = "objection"
	LabelWithdrawConsent   = "withdraw-consent"
	LabelComplaint         = "complaint"
	LabelAutomatedDecision = "automated-decision"
	LabelOther             = "other"
)

// Flags of a verdict, for a person and for what acts on it.
const (
	FlagUnsubscribe  = "unsubscribe"   // a rights request that also asks that mailings stop: stop them now
	FlagDeadAddress  = "dead-address"  // a permanent failure because the (first) address does not exist
	FlagAutoHeader   = "auto-header"   // a request by a person under headers of an automatic mail
	FlagBulk         = "bulk"          // sent to many: a newsletter or list post
	FlagCompensation = "compensation"  // money is asked for
	FlagBreach       = "breach-report" // a leak or loss of data is reported
	FlagFOI          = "freedom-of-information"
	FlagThirdParty   = "third-party-request" // an authority or somebody else asks for a person's data
	FlagChild        = "child"               // a child writes or is written about
	FlagAgent        = "agent"               // somebody acts for somebody else: authority is needed
	FlagUrgent       = "urgent"              // harm, danger or a court is mentioned
	FlagForwarded    = "forwarded"           // the request stands in a message that somebody passed on: it is not the sender's
	FlagAnother      = "about-another"       // somebody else is to be taken off, who left: it is not the sender's opt-out
	FlagUnsure       = "unsure"              // a person should look first
	FlagLikeness     = "likeness"            // no rule knows it: it is a guess from words that are like those of requests
	FlagTruncated    = "truncated"           // a limit cut the message
)

// Ground is one reason for a verdict, as it is shown to a person.
type Ground struct {
	Where string `json:"where"`          // "subject", "text", "header Auto-Submitted", "part message/delivery-status"
	Words string `json:"words"`          // what stands there, shortened
	Rule  string `json:"rule"`           // the rule that took it as a sign
	Flag  string `json:"flag,omitempty"` // of which flag it is a sign; "" for one of the kind
}

// Recipient is one recipient of a bounce.
type Recipient struct {
	Address address.Address `json:"address"`
	Status  string          `json:"status"` // RFC 3463, "" when not told
	Action  string          `json:"action"` // RFC 3464, as "failed"
	Dead    bool            `json:"dead"`   // the address does not exist
}

// Verdict is how a message was sorted and why.
type Verdict struct {
	Kind       Kind        `json:"kind"`
	Labels     []string    `json:"labels"`
	Recipients []Recipient `json:"recipients"`
	Status     string      `json:"status"`   // of the first recipient
	Language   string      `json:"language"` // BCP 47, "" when the text is too short to tell
	ReplyText  string      `json:"reply_text"`
	Confidence float64     `json:"confidence"` // 0 to 1
	Grounds    []Ground    `json:"grounds"`
	Flags      []string    `json:"flags"`
}

// Has reports whether the verdict has the label.
func (v Verdict) Has(label string) bool { return slices.Contains(v.Labels, label) }

// Flagged reports whether the verdict has the flag.
func (v Verdict) Flagged(flag string) bool { return slices.Contains(v.Flags, flag) }
