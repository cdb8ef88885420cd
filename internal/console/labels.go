package console

import (
	"strings"

	"assent/inbox/cases"
	"assent/inbox/sorting"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

func roleWords(r auth.Role) string {
	switch r {
	case auth.Admin:
		return "Administrator"
	case auth.Comms:
		return "Communications"
	case auth.DPO:
		return "Data protection"
	}
	return string(r)
}

func basisWords(b subscriptions.Basis) string {
	return pages.Sentence(strings.ReplaceAll(string(b), "-", " "))
}

// eventWords says what an event is, and colours it.
func eventWords(k subscriptions.EventKind) (string, templates.Tone) {
	switch k {
	case subscriptions.Requested:
		return "Asked to join", templates.Wait
	case subscriptions.Confirmed:
		return "Consent confirmed", templates.Good
	case subscriptions.Granted:
		return "Consent given", templates.Good
	case subscriptions.Enrolled:
		return "Put on the list", templates.Good
	case subscriptions.Withdrawn:
		return "Opted out", templates.Bad
	case subscriptions.Suppressed:
		return "Suppressed", templates.Bad
	case subscriptions.Lapsed:
		return "Permission ended with its term", templates.Alert
	case subscriptions.Restricted:
		return "Processing restricted", templates.Alert
	case subscriptions.Released:
		return "Restriction lifted", templates.Calm
	case subscriptions.Erased:
		return "Erased", templates.Bad
	case subscriptions.Informed:
		return "Told of a new notice", templates.Calm
	case subscriptions.Paused:
		return "Asked for a pause", templates.Alert
	case subscriptions.ObjectedToMarketing:
		return "Objected to direct marketing", templates.Bad
	case subscriptions.ProfilingRefused:
		return "Refused profiling", templates.Alert
	case subscriptions.ProfilingAllowed:
		return "Allowed profiling", templates.Calm
	}
	return pages.Sentence(string(k)), templates.Calm
}

func channelWords(c subscriptions.Channel) string {
	switch c {
	case subscriptions.ByForm:
		return "Form on the website"
	case subscriptions.ByLink:
		return "Link in a mail"
	case subscriptions.ByOneClick:
		return "One-click in the mail program"
	case subscriptions.ByMail:
		return "Mail from the person"
	case subscriptions.ByStaff:
		return "Entered by staff"
	case subscriptions.ByAPI:
		return "API"
	case subscriptions.ByImport:
		return "Import"
	case subscriptions.ByReport:
		return "Delivery or complaint report"
	case subscriptions.ByScheduler:
		return "The passing of time"
	}
	return string(c)
}

// actorWords says who acted: "subscriber", "system", "user:3" and "key:5" are what is kept.
func actorWords(actor string) string {
	kind, id, _ := strings.Cut(actor, ":")
	switch kind {
	case "subscriber":
		return "the person"
	case "system":
		return "Assent"
	case "guardian":
		return "the guardian"
	case string(auth.UserActor):
		return "operator " + id
	case string(auth.KeyActor):
		return "API key " + id
	case "cli":
		return "the command line"
	}
	return actor
}

func statusState(s subscriptions.Status) templates.State {
	switch s {
	case subscriptions.StatusActive:
		return templates.State{Label: "On the list", Tone: templates.Good}
	case subscriptions.StatusPending:
		return templates.State{Label: "Not yet confirmed", Tone: templates.Wait}
	case subscriptions.StatusWithdrawn:
		return templates.State{Label: "Left", Tone: templates.Bad}
	case subscriptions.StatusLapsed:
		return templates.State{Label: "Term ended", Tone: templates.Alert}
	}
	return templates.State{Label: "Not on the list"}
}

// reasonWords says why the gate refuses.
func reasonWords(r subscriptions.Reason) string {
	switch r {
	case subscriptions.Allowed:
		return "May be mailed"
	case subscriptions.ReasonErased:
		return "Erased"
	case subscriptions.ReasonRestricted:
		return "Processing is restricted"
	case subscriptions.ReasonWithdrawn:
		return "Opted out or suppressed"
	case subscriptions.ReasonExpired:
		return "The permission's term has ended"
	case subscriptions.ReasonUnconfirmed:
		return "Not yet confirmed"
	case subscriptions.ReasonNotMember:
		return "Not on the list"
	case subscriptions.ReasonPurpose:
		return "A purpose is not permitted"
	case subscriptions.ReasonNotInformed:
		return "Not yet told of the purpose"
	case subscriptions.ReasonPaused:
		return "Asked for a pause"
	case subscriptions.ReasonEnded:
		return "The programme has ended"
	case subscriptions.ReasonNotInSegment:
		return "Not in the segment"
	case subscriptions.ReasonExcluded:
		return "On a list that is left out"
	}
	return pages.Sentence(string(r))
}

func campaignState(c mailer.Campaign) templates.State {
	if c.Paused {
		return templates.State{Label: "Paused", Tone: templates.Alert}
	}
	switch c.State {
	case mailer.Draft:
		return templates.State{Label: "Draft"}
	case mailer.Finished:
		return templates.State{Label: "Finished", Tone: templates.Good}
	case mailer.Cancelled:
		return templates.State{Label: "Cancelled", Tone: templates.Bad}
	}
	return templates.State{Label: pages.Sentence(string(c.State)), Tone: templates.Wait}
}

func deliveryWords(d mailer.Delivery) (string, templates.Tone) {
	switch d.State {
	case mailer.Sent:
		if d.Report != "" {
			return "Sent, later reported as " + d.Report, templates.Alert
		}
		return "Sent", templates.Good
	case mailer.Failed:
		return "Not delivered", templates.Bad
	case mailer.Refused:
		return "Not sent: the gate refused", templates.Bad
	case mailer.Uncertain:
		return "Uncertain: it may have gone out, and is not sent again", templates.Alert
	}
	return pages.Sentence(string(d.State)), templates.Calm
}

func letterWords(k mailer.LetterKind) string {
	switch k {
	case mailer.ConfirmationLetter:
		return "Request to confirm"
	case mailer.RenewalLetter:
		return "Question before the end of a term"
	case mailer.AnnualLetter:
		return "Regular question whether a list is still wanted"
	case mailer.UnsubscribedLetter:
		return "Answer to an opt-out by mail"
	case mailer.WhichAddressLetter:
		return "Answer to an opt-out from an unknown address"
	case mailer.CaseReceivedLetter:
		return "Acknowledgement of a case"
	}
	return pages.Sentence(string(k))
}

func caseKind(kind string) string {
	switch kind {
	case sorting.LabelAccess:
		return "Access to personal data"
	case sorting.LabelErasure:
		return "Erasure of personal data"
	case sorting.LabelRectification:
		return "Correction of personal data"
	case sorting.LabelRestriction:
		return "Restriction of processing"
	case sorting.LabelPortability:
		return "Personal data in a portable form"
	case sorting.LabelObjection:
		return "Objection to processing"
	case sorting.LabelWithdrawConsent:
		return "Withdrawal of consent"
	case sorting.LabelComplaint:
		return "Complaint"
	case sorting.LabelAutomatedDecision:
		return "Automated decision"
	case string(cases.Correspondence):
		return "A message for a person to read"
	}
	return pages.Sentence(strings.ReplaceAll(kind, "-", " "))
}

func caseState(s cases.State) templates.State {
	switch s {
	case cases.New:
		return templates.State{Label: "New", Tone: templates.Alert}
	case cases.InTouch:
		return templates.State{Label: "Acknowledged", Tone: templates.Wait}
	case cases.Waiting:
		return templates.State{Label: "Waiting", Tone: templates.Wait}
	case cases.InProgress:
		return templates.State{Label: "In progress", Tone: templates.Wait}
	case cases.Decided:
		return templates.State{Label: "Decided", Tone: templates.Wait}
	case cases.Closed:
		return templates.State{Label: "Closed", Tone: templates.Good}
	}
	return templates.State{Label: pages.Sentence(string(s))}
}

// clockWords says what must be done by a clock's due date.
func clockWords(name string) string {
	switch clock.Name(name) {
	case clock.BreachNotice:
		return "Tell the Commissioner of the breach"
	case clock.Acknowledge:
		return "Acknowledge the complaint"
	case clock.HouseAcknowledge:
		return "Acknowledge (our own promise)"
	case clock.HouseAnswer:
		return "Answer in full (our own promise)"
	case clock.Answer:
		return "Answer the person"
	case clock.ExtensionNotice:
		return "Last day to tell of two further months"
	case clock.Promise:
		return "Keep what was promised"
	}
	return pages.Sentence(strings.ReplaceAll(name, "-", " "))
}

// ruleWords names the law that a clock follows.
func ruleWords(rule string) string {
	switch clock.Rule(rule) {
	case clock.RuleArt12:
		return "UK GDPR Article 12"
	case clock.RuleArt12A:
		return "UK GDPR Articles 12 and 12A"
	case clock.Rule164A:
		return "Data Protection Act 2018 section 164A"
	case clock.RuleArt33:
		return "UK GDPR Article 33"
	case clock.RuleHouse:
		return "Our own promise"
	}
	return rule
}
