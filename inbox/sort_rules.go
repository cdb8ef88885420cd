package inbox

// rule gives a label to a sentence in which each of its concepts is found, all of them within
// a window of words and in any order, because languages order them differently.
type rule struct {
	label, name string
	all         [][]string // one of each; the first must not be negated, unless negation is one of them
	window      int
	unless      []string // concepts that spoil it
	how         how
}

// Rules whose words also look like something else.
const (
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

// requestRules are the same for all languages; the lexicons fill the concepts.
func requestRules() []rule {
	rules := optOutRules()
	rules = append(rules, erasureRules()...)
	rules = append(rules, accessRules()...)
	return append(rules, otherRightsRules()...)
}

// ask is how a sentence shows that it asks for something, or speaks of the sender.
func ask() []string { return []string{"mine", "request"} }

func optOutRules() []rule {
	const label = LabelUnsubscribe
	footer := []string{"footer"}
	lost := []string{"footer", "put-back", "about-me", "account"}
	return []rule{
		{label, "asks to be taken off", [][]string{{"unsubscribe-me"}}, 30, footer, anywhere},
		{label, "asks to be taken off", [][]string{{"unsubscribe-me"}, {"mine"}, {"request"}}, 20, nil, anywhere},
		{label, "unsubscribes", [][]string{{"unsubscribe"}, ask()}, 14, footer, anywhere},
		{label, "unsubscribes from the newsletter", [][]string{{"unsubscribe"}, {"newsletter"}}, 8, footer, short},
		{label, "unsubscribed and is still written to", [][]string{{"unsubscribe"}, {"persist"}}, 20, footer, anywhere},
		{label, "cancels the newsletter", [][]string{{"close", "delete"}, {"newsletter"}, ask()}, 12, []string{"footer", "data", "account"}, anywhere},

		{label, "asks to stop what is sent", [][]string{{"stop"}, {"send", "newsletter"}}, 6, footer, anywhere},
		{label, "asks to stop what is sent", [][]string{{"stop"}, {"receive"}, ask()}, 8, footer, anywhere},
		{label, "wants nothing more to be sent", [][]string{{"any-more"}, {"negation"}, {"send"}}, 10, lost, anywhere},
		{label, "wants nothing more to be sent", [][]string{{"no-more"}, {"send"}}, 8, lost, anywhere},
		{label, "wants no more mailings", [][]string{{"any-more"}, {"negation"}, {"wish"}, {"receive", "newsletter"}}, 12, lost, anywhere},
		{label, "wants no more mailings", [][]string{{"no-more"}, {"wish"}, {"receive", "newsletter"}}, 12, lost, anywhere},
		{label, "does not want the mailings", [][]string{{"wish"}, {"negation"}, {"receive"}, {"newsletter"}}, 10, lost, anywhere},
	}
}

func accessRules() []rule {
	const label, name = LabelAccess, "asks what is held about them"
	deeds := []string{"delete", "right-erasure", "rectify", "restrict", "object", "withdraw", "portable", "complaint"}
	return []rule{
		{label, name, [][]string{{"access"}, ask()}, 24, []string{"complaint"}, anywhere},
		{label, name, [][]string{{"held"}, ask()}, 24, deeds, anywhere},
		{label, name, [][]string{{"tell"}, {"held"}}, 7, nil, inOrder},
		{label, name, [][]string{{"which"}, {"data"}, {"about-me"}}, 12, deeds, inOrder},
		{label, name, [][]string{{"which"}, {"hold"}, {"about-me"}}, 10, deeds, inOrder},
		{label, "asks for a copy of data about them", [][]string{{"copy"}, {"about-me"}}, 10, []string{"portable"}, anywhere},
		{label, "asks where data about them came from", [][]string{{"obtained"}, {"contact", "about-me"}}, 8, nil, anywhere},
		{label, "asks who was given data about them", [][]string{{"shared"}, {"contact", "about-me"}}, 10, nil, anywhere},
	}
}

func erasureRules() []rule {
	const label = LabelErasure
	return []rule{
		{label, "asks to delete data about them", [][]string{{"delete"}, {"data"}, {"mine"}}, 14, nil, anywhere},
		{label, deletesEverything, [][]string{{"delete"}, {"everything"}, {"about-me"}}, 12, nil, anywhere},
		{label, "asks to delete personal data", [][]string{{"delete"}, {"personal-data"}, {"request"}}, 14, nil, anywhere},
		{label, "asks to delete their details", [][]string{{"delete"}, {"contact"}, ask()}, 12, []string{"newsletter", "unsubscribe-me"}, anywhere},
		{label, "asks to delete an account", [][]string{{"delete", "close"}, {"account"}, ask()}, 12, nil, anywhere},
		{label, "names the right to erasure", [][]string{{"right-erasure"}, ask()}, 20, nil, anywhere},
	}
}

func otherRightsRules() []rule {
	deleted := []string{"no-field", "delete"}
	return []rule{
		{LabelRectification, "asks to correct data about them", [][]string{{"rectify"}, {"field", "data"}, {"mine"}}, 12, []string{"no-field", "newsletter", "account", "restrict"}, anywhere},
		{LabelRectification, "says that data about them is wrong", [][]string{{"wrong"}, {"field", "data"}, {"mine"}}, 12, deleted, anywhere},
		{LabelRectification, "says that data is wrong and asks to correct it", [][]string{{"wrong"}, {"rectify"}, {"field", "data"}}, 14, deleted, anywhere},
		{LabelRectification, "names the right to rectification", [][]string{{"right-rectification"}, ask()}, 20, nil, anywhere},

		{LabelRestriction, "asks to restrict processing", [][]string{{"restrict"}, {"processing"}, {"mine", "request", "data"}}, 30, nil, anywhere},
		{LabelRestriction, "asks to hold data back", [][]string{{"restrict"}, {"about-me"}, {"until"}}, 20, nil, anywhere},
		{LabelRestriction, notForATime, [][]string{{"until"}, {"negation"}, {"processing"}, {"about-me"}}, 24, nil, anywhere},
		{LabelRestriction, "names the right to restriction", [][]string{{"right-restriction"}, ask()}, 20, nil, anywhere},

		{LabelPortability, "asks for data in a portable form", [][]string{{"portable"}, {"data", "mine"}, ask()}, 30, nil, anywhere},
		{LabelPortability, "names the right to portability", [][]string{{"right-portability"}, ask()}, 20, nil, anywhere},

		{LabelObjection, "objects to processing", [][]string{{"object"}, {"processing", "marketing", "data"}}, 24, nil, anywhere},
		{LabelObjection, "does not want data used", [][]string{{"processing"}, {"negation"}, {"about-me"}, {"marketing"}}, 14, []string{"until"}, anywhere},
		{LabelObjection, "names the right to object", [][]string{{"right-objection"}, ask()}, 20, nil, anywhere},

		{LabelWithdrawConsent, "withdraws consent", [][]string{{"withdraw"}, {"consent"}, ask()}, 45, nil, anywhere},

		{LabelComplaint, "complains about the handling of data", [][]string{{"complaint"}, {"complaint-about", "law"}, ask()}, 24, []string{"threat"}, anywhere},

		{LabelAutomatedDecision, "questions an automated decision", [][]string{{"human-review"}, ask()}, 24, nil, anywhere},
		{LabelAutomatedDecision, "speaks of automated decisions", [][]string{{"automated"}, ask()}, 24, nil, anywhere},
	}
}
