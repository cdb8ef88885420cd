package sorting

import (
	"slices"
	"strings"
	"sync"
)

// rule gives a label to a sentence in which each of its concepts is found, all of them within
// a window of words and in any order, because languages order them differently.
type rule struct {
	label, name string
	concepts    string // one of each; "/" parts those of which any will do
	window      int    // words
	unless      string // concepts that spoil it
	how         how
}

// Rules whose words also look like something else.
const (
	deletesDetails    = "asks to delete their details"
	deletesEverything = "asks to delete everything about them"
	notForATime       = "asks not to use data for a time"
)

// how narrows a rule.
type how uint8

const (
	anywhere how = iota
	short        // only in a sentence of few words, as a subject is
	inOrder      // only with the first concept before the others
)

// readyRule is a rule with its concepts as sets. Its first concept must not be negated, unless negation is
// one of them.
type readyRule struct {
	rule
	sets     []conceptSet
	spoil    conceptSet
	negative bool
}

// ready looks the concepts up. "ask" is how a sentence shows that it asks for something, or speaks of the sender.
func (u rule) ready(l *lexicon) readyRule {
	out := readyRule{rule: u, spoil: l.set(strings.Fields(u.unless)...)}
	for group := range strings.FieldsSeq(strings.ReplaceAll(u.concepts, "ask", "mine/request")) {
		names := strings.Split(group, "/")
		out.sets = append(out.sets, l.set(names...))
		out.negative = out.negative || slices.Contains(names, "negation")
	}
	return out
}

// ruleBook holds the rules, which are the same for all languages; the lexicons fill the concepts.
type ruleBook struct {
	all      []readyRule // in the order in which they are tried
	lawAlone readyRule   // for a mail in which no other was found
}

// requestRules makes the rules ready once.
var requestRules = sync.OnceValue(func() ruleBook {
	l := lexicons()
	alone := rule{LabelOther, "asks for something under data-protection law", "law mine request", 30, "story aside notice threat foi", anywhere}
	book := ruleBook{lawAlone: alone.ready(l)}
	for _, list := range [][]rule{optOutRules(), erasureRules(), accessRules(), otherRightsRules()} {
		for _, u := range list {
			book.all = append(book.all, u.ready(l))
		}
	}
	return book
})

func optOutRules() []rule {
	const label = LabelUnsubscribe
	const footer = "footer"
	const lost = "footer put-back about-me account no-list"
	return []rule{
		{label, "asks to be taken off", "unsubscribe-me", 30, footer + " no-list", anywhere},
		{label, "asks to be taken off", "unsubscribe-me mine request", 20, "no-list", anywhere},
		{label, "unsubscribes", "unsubscribe ask", 14, footer + " no-list", anywhere},
		{label, "unsubscribes", "unsubscribe newsletter ask", 14, footer, anywhere},
		{label, "unsubscribes from the newsletter", "unsubscribe newsletter", 8, footer, short},
		{label, "unsubscribed and is still written to", "unsubscribe persist", 20, footer, anywhere},
		{label, "cancels the newsletter", "close/delete newsletter these/ask", 12, "footer data account no-list", anywhere},

		{label, "asks to stop what is sent", "stop send/newsletter", 6, footer, anywhere},
		{label, "asks to stop what is sent", "stop receive ask", 8, footer, anywhere},
		{label, "asks to be taken off the list", "take-off newsletter mine/request", 12, footer + " no-list data", anywhere},
		{label, "asks to be taken off", "take-off these request", 8, lost, short},
		{label, "asks to stop these", "stop these request/mine", 6, lost, short},
		{label, "wants no more of these", "any-more negation wish these", 8, lost, anywhere},
		{label, "wants no more of these", "no-more wish these", 6, lost, anywhere},

		{label, "wants nothing more to be sent", "send any-more negation", 10, lost, anywhere},
		{label, "wants nothing more to be sent", "no-more send", 8, lost, anywhere},
		{label, "wants no more mailings", "any-more negation wish receive/newsletter", 12, lost, anywhere},
		{label, "wants no more mailings", "no-more wish receive/newsletter", 12, lost, anywhere},
		{label, "wants no more mailings", "no-more receive newsletter request", 8, lost, anywhere},
		{label, "is not to get the mailings", "request negation receive newsletter", 12, lost, inOrder},
		{label, "has enough of the mailings", "fed-up newsletter", 9, lost, anywhere},
		{label, "does not want the mailings", "negation wish newsletter", 6, lost, short},
		{label, "does not want to be written to", "negation wish contacted", 7, lost + " data", anywhere},
		{label, "says that they never signed up", "never-joined", 20, lost + " obtained", anywhere},
		{label, "could not unsubscribe", "in-vain", 20, "put-back about-me story", anywhere},
		{label, "asks why they are written to", "why-me newsletter/these/receive", 10, lost + " obtained", anywhere},
		{label, "does not want the mailings", "wish negation receive newsletter", 10, lost, anywhere},
	}
}

func accessRules() []rule {
	const label, name = LabelAccess, "asks what is held about them"
	const deeds = "delete right-erasure rectify restrict object withdraw portable complaint wanted rights-contact"
	return []rule{
		{label, name, "access ask", 24, "complaint wanted keep-it", anywhere},
		{label, name, "held request/which/tell/copy", 24, deeds, anywhere},
		{label, name, "tell held", 7, "wanted", inOrder},
		{label, name, "which data about-me", 12, deeds + " wrong", inOrder},
		{label, name, "which/everything hold about-me", 10, deeds, inOrder},
		{label, name, "request/tell everything about-me", 14, deeds, anywhere},
		{label, "asks to see what is kept of their account", "copy hold account mine", 18, deeds + " no-field story", anywhere},
		{label, "asks for a copy of data about them", "copy about-me", 10, "portable", anywhere},
		{label, "asks where data about them came from", "obtained contact/about-me", 10, "wanted", anywhere},
		{label, "asks who was given data about them", "shared contact/about-me", 10, "", anywhere},
	}
}

func erasureRules() []rule {
	const label = LabelErasure
	return []rule{
		{label, "asks to delete data about them", "delete data mine", 14, "keep-it usage", anywhere},
		{label, "asks to delete data about them", "delete about-me", 12, "newsletter unsubscribe-me consent keep-it", anywhere},
		{label, deletesEverything, "negation wish hold about-me", 12, "complaint", inOrder},
		{label, deletesEverything, "delete everything about-me", 12, "", anywhere},
		{label, "asks to delete personal data", "delete personal-data request", 14, "keep-it usage", anywhere},
		{label, deletesDetails, "delete contact ask", 12, "newsletter unsubscribe-me", anywhere},
		{label, "asks to delete what is published about them", "delete contact their-records", 14, "newsletter", anywhere},
		{label, "asks to delete an account", "delete/close account ask", 12, "keep-it automated", anywhere},
		{label, "asks to delete what is held", "delete held", 6, "keep-it newsletter", inOrder},
		{label, "wants no data kept", "negation wish about-me their-records", 12, "complaint newsletter keep-it", anywhere},
		{label, "wants no account any more", "any-more negation wish account", 8, "newsletter keep-it", anywhere},
		{label, "wants no account any more", "no-more wish account", 8, "newsletter keep-it", anywhere},
		{label, "wants no account any more", "negation wish account", 5, "newsletter keep-it", short},
		{label, "asks to delete an account", "take-off account mine", 6, "newsletter keep-it these", anywhere},
		{label, "names the right to erasure", "right-erasure ask", 20, "", anywhere},
	}
}

func otherRightsRules() []rule {
	const deleted = "no-field delete"
	return []rule{
		{LabelRectification, "asks to correct data about them", "rectify field/data/contact mine", 12, "no-field newsletter account restrict", anywhere},
		{LabelRectification, "says that data about them is wrong", "wrong field/data mine", 12, deleted, anywhere},
		{LabelRectification, "says that their name or address is wrong", "wrong contact", 8, "delete newsletter restrict stop send", short},
		{LabelRectification, "says that data is wrong and asks to correct it", "wrong rectify field/data", 14, deleted + " until", anywhere},
		{LabelRectification, "says that a record about them is wrong", "wrong their-records ask", 16, deleted, anywhere},
		{LabelRectification, "asks to correct a record about them", "rectify their-records mine", 14, "no-field newsletter account restrict delete", anywhere},
		{LabelRectification, "names the right to rectification", "right-rectification ask", 20, "", anywhere},

		{LabelRestriction, "asks to restrict processing", "restrict processing mine/request/data", 30, "", anywhere},
		{LabelRestriction, "asks to hold data back", "restrict about-me until", 20, "", anywhere},
		{LabelRestriction, "asks to hold data back and keep it", "keep-it restrict", 24, "", anywhere},
		{LabelRestriction, "asks to hold data back", "restrict processing until", 14, "", anywhere},
		{LabelRestriction, "asks to hold data back", "restrict about-me", 6, "newsletter account no-field", short},
		{LabelRestriction, "asks to mark a record", "restrict about-me request", 8, "newsletter", anywhere},
		{LabelRestriction, notForATime, "until negation processing about-me", 24, "", anywhere},
		{LabelRestriction, notForATime, "processing negation until about-me", 24, "", anywhere},
		{LabelRestriction, notForATime, "object until keep-it", 30, "", anywhere},
		{LabelRestriction, notForATime, "stop processing until about-me", 20, "", anywhere},
		{LabelRestriction, "names the right to restriction", "right-restriction ask", 20, "", anywhere},

		{LabelPortability, "asks for data in a portable form", "portable data/mine ask", 30, "", anywhere},
		{LabelPortability, "names the right to portability", "right-portability ask", 20, "", anywhere},

		{LabelObjection, "objects to processing", "object processing/marketing/data/pass-on/contact", 24, "", anywhere},
		{LabelObjection, "does not want data used", "processing negation about-me marketing", 14, "until", anywhere},
		{LabelObjection, "does not want data used", "processing negation marketing request", 10, "until notice", anywhere},
		{LabelObjection, "does not want data used", "processing negation about-me wish/request", 12, "until keep-it delete consent complaint complaint-about access held misdeed", anywhere},
		{LabelObjection, "does not want data passed on", "pass-on negation about-me/contact", 10, "complaint accuse obtained shared portable", anywhere},
		{LabelObjection, "names the right to object", "right-objection ask", 20, "", anywhere},

		{LabelWithdrawConsent, "withdraws consent", "withdraw consent ask", 45, "", anywhere},
		{LabelWithdrawConsent, "withdraws consent", "withdraw consent", 8, "notice", short},

		{LabelComplaint, "complains about the handling of data", "complaint complaint-about/law ask", 24, "threat", anywhere},
		{LabelComplaint, "complains about the handling of data", "complaint complaint-about", 8, "threat notice", short},

		{LabelComplaint, "says that they had no right to data", "accuse pass-on/processing/hold about-me/contact", 16, "threat notice delete-it", anywhere},
		{LabelComplaint, "says that they had no right to data", "accuse misdeed", 12, "threat notice", anywhere},

		{LabelAutomatedDecision, "questions an automated decision", "human-review ask", 24, "", anywhere},
		{LabelAutomatedDecision, "questions an automated decision", "automated review/object/complaint", 8, "notice", short},
		{LabelAutomatedDecision, "speaks of automated decisions", "automated ask", 24, "", anywhere},
	}
}
