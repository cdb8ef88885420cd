package console

import (
	"strings"

	"assent/inbox/cases"
	"assent/inbox/sorting"
	"assent/internal/pages"
	"assent/templates"
)

func channelOfCase(c cases.Channel) string {
	switch c {
	case cases.ByMail:
		return "Mail"
	case cases.ByForm:
		return "Web form"
	case cases.ByPost:
		return "Post"
	case cases.ByPhone:
		return "Telephone"
	case cases.InPerson:
		return "A visit"
	}
	return string(c)
}

func outcomeWords(o cases.Outcome) string {
	switch o {
	case cases.Granted:
		return "Granted"
	case cases.Partly:
		return "Granted in part"
	case cases.Refused:
		return "Refused"
	case cases.NoData:
		return "No data held"
	case cases.Withdrawn:
		return "Withdrawn by the person"
	case cases.Upheld:
		return "Upheld"
	case cases.PartlyUp:
		return "Upheld in part"
	case cases.NotUpheld:
		return "Not upheld"
	case cases.NotRequired:
		return "No action needed"
	case cases.NotOurs:
		return "Not ours: passed on"
	}
	return pages.Sentence(strings.ReplaceAll(string(o), "-", " "))
}

// outcomeLetter says an outcome to the person, in the language of the letter.
func outcomeLetter(o cases.Outcome, language string) string {
	if language != templates.Welsh {
		return strings.ToLower(outcomeWords(o))
	}
	switch o {
	case cases.Granted:
		return "caniatawyd"
	case cases.Partly:
		return "caniatawyd yn rhannol"
	case cases.Refused:
		return "gwrthodwyd"
	case cases.NoData:
		return "nid oes data"
	case cases.Upheld:
		return "cadarnhawyd"
	case cases.PartlyUp:
		return "cadarnhawyd yn rhannol"
	case cases.NotUpheld:
		return "ni chadarnhawyd"
	case cases.NotOurs:
		return "nid ein lle ni"
	}
	return ""
}

// reasonIn says the code of one of some reasons in words, with its law. One that is not among them stands as it is.
func reasonIn(all []cases.Reason, code string) string {
	for _, r := range all {
		if r.Code == code {
			return r.Words + " (" + r.Rule + ")"
		}
	}
	return pages.Sentence(strings.ReplaceAll(code, "-", " "))
}

func relationWords(l cases.Link, here int64) string {
	switch {
	case l.Relation == cases.Duplicate && here == l.LaterID:
		return "Asked before, and still open"
	case l.Relation == cases.Duplicate:
		return "Asked again while this one was open"
	case l.Relation == cases.Repeat && here == l.LaterID:
		return "Asked before, and closed"
	case l.Relation == cases.Repeat:
		return "Asked again after this one was closed"
	}
	return "Related"
}

func flagWords(f string) string {
	switch f {
	case sorting.FlagCompensation:
		return "Compensation is asked for: this goes to the Senior Information Risk Officer"
	case sorting.FlagBreach:
		return "A leak or loss of data is reported"
	case sorting.FlagFOI:
		return "May be a request under the Freedom of Information Act"
	case sorting.FlagThirdParty:
		return "May ask for the data of somebody else: nothing is disclosed by default"
	case sorting.FlagChild:
		return "A child may have written, or be written about: a child has the same rights. Answer in words that a child understands, and see who may act"
	case sorting.FlagAgent:
		return "Somebody may act for somebody else: ask for authority"
	case sorting.FlagUrgent:
		return "Haste, harm, danger or a court is mentioned"
	case sorting.FlagForwarded:
		return "It was passed on: who asked is in the enclosed message"
	case sorting.FlagAnother:
		return "Somebody else than the sender is to be taken off, who left: see whose mail is meant"
	case sorting.FlagUnsure:
		return "The sorting was not sure"
	case sorting.FlagLikeness:
		return "No rule knows it: its words are like those of such requests. See what is meant"
	case sorting.FlagTruncated:
		return "A limit cut the message when it was sorted"
	}
	return ""
}

func eventTone(k cases.EventKind) templates.Tone {
	switch k {
	case cases.DecisionMade, cases.Answered, cases.ClosedCase, cases.Received, cases.Kept, cases.Done, cases.Acknowledged:
		return templates.Good
	case cases.Asked, cases.LetterOut, cases.Promised, cases.Started:
		return templates.Wait
	case cases.MessageIn, cases.Recomputed, cases.Extended, cases.Reopened, cases.Linked, cases.SubOpened:
		return templates.Alert
	case cases.LetterFailed:
		return templates.Bad
	}
	return templates.Calm
}

// partyLetter says how a letter addresses somebody.
func partyLetter(name, language string) string {
	if name != "" {
		return name
	}
	if language == templates.Welsh {
		return "Syr neu Fadam"
	}
	return "Sir or Madam"
}

// partyRole says what somebody is to a case; whom it is about is called so by the page's forms too.
func partyRole(k cases.Kind, r cases.Role) string {
	switch {
	case r == cases.Subject:
		return "Is about"
	case k == cases.Complaint:
		return "Complains"
	case k == cases.Breach:
		return "Told us"
	}
	return "Asks"
}
