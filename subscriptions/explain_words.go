package subscriptions

import (
	"strings"
	"time"
)

// Sentence says a reason in English, of one person.
func (r Reason) Sentence() string {
	switch r {
	case Allowed:
		return "This person may be mailed: the event says why."
	case ReasonErased:
		return "This person's data was erased."
	case ReasonRestricted:
		return "Processing is restricted: the data is kept, and nothing else is done with it."
	case ReasonWithdrawn:
		return "This person opted out, or the address is suppressed."
	case ReasonExpired:
		return "The permission's term has ended."
	case ReasonUnconfirmed:
		return "A subscription was asked for, and the holder of the mailbox has not confirmed it."
	case ReasonNotMember:
		return "This person never subscribed to the list."
	case ReasonPurpose:
		return "This person did not agree to every purpose that the message declares."
	case ReasonNotInformed:
		return "This person has not yet been told of the purpose: mail for it waits for the notice."
	case ReasonPaused:
		return "This person asked for a pause that has not ended."
	case ReasonEnded:
		return "The programme has ended, and with it every permission."
	case ReasonExcluded:
		return "This person is on a list whose people the message leaves out."
	case ReasonNotInSegment:
		return "This person is on a list of the message, and not in its segment."
	}
	return ""
}

// Sentence says an event in English: what happened, how, and where the data came from. It names nobody.
func (e Event) Sentence() string {
	how := ""
	switch e.Channel {
	case ByForm:
		how = " through a form on the web"
	case ByLink:
		how = " through the link in a mail"
	case ByOneClick:
		how = " with the unsubscribe button of a mail program"
	case ByMail:
		how = " by mail"
	case ByStaff:
		how = ", entered by staff"
	case ByAPI:
		how = " through the API"
	case ByImport:
		how = " in an import"
	}
	says := e.happened(how)
	if e.Kind != Withdrawn && e.Source != "" && e.Channel != ByScheduler {
		says += " (source: " + e.Source + ")"
	}
	if !e.ExpiresAt.IsZero() && e.Kind != Paused {
		says += ", until " + e.ExpiresAt.UTC().Format(time.RFC3339)
	}
	return says + "."
}

func (e Event) happened(how string) string {
	switch e.Kind {
	case Requested:
		return "Somebody asked for it" + how + "; the holder of the mailbox had still to confirm"
	case Confirmed:
		return "The holder of the mailbox confirmed it" + how
	case Granted:
		return "The person agreed" + how
	case Enrolled:
		return "The person was put on it on a basis other than consent" + how
	case Withdrawn:
		return "The person opted out" + how + ", from " + e.Scope.words()
	case Suppressed:
		return "The address was barred from " + e.Scope.words() + ": " + barReason(&e)
	case Lapsed:
		return "The permission's term ended"
	case Restricted:
		return "Processing was restricted" + how
	case Released:
		return "The restriction was lifted" + how
	case Erased:
		return "The person's data was erased"
	case Informed:
		return "The person was sent the privacy notice that covers it"
	case Paused:
		if e.ExpiresAt.IsZero() {
			return "The person wanted mail again" + how
		}
		return "The person asked for a pause" + how + " until " + e.ExpiresAt.UTC().Format(time.RFC3339)
	case ObjectedToMarketing:
		return "The person objected to direct marketing" + how + ", from " + e.Scope.words()
	case ProfilingRefused:
		return "The person refused profiling" + how
	case ProfilingAllowed:
		return "The person allowed profiling again" + how
	}
	return strings.ToUpper(string(e.Kind[:min(1, len(e.Kind))])) + string(e.Kind[min(1, len(e.Kind)):])
}

// words says how far a scope goes.
func (s Scope) words() string {
	switch s.Reach {
	case OneList:
		return "one list"
	case OnePurpose:
		return "one purpose"
	case WholeProgramme:
		return "everything of this programme"
	}
	return "everything"
}
