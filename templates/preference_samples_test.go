package templates

import "time"

func leftList() Done {
	return Done{
		Title: "You left “Monthly update”", Text: "In effect now.", Left: true, Action: "/p/k3mv6qzt", About: "list:1",
		Words: []string{"Without these emails we cannot tell you when your permit must be renewed."}, GoesOn: []string{"Replies to requests you have made"},
		Reasons: []ReasonChoice{{"too-many", "Too many emails"}, {"other", "Something else"}},
	}
}

// onPage is a page for a reader who has one of their own.
func onPage() Public {
	p := face()
	p.PreferencesURL = "/p/k3mv6qzt"
	return p
}

func preferences() PreferencesPage {
	monthly := PreferenceList{
		About: "list:1", Name: "Monthly update", Description: "What changed in public services this month, and what we learnt.", State: State{"On the list", Good}, On: true,
		Agreed: uk(time.March, 3, 10, 0), ByThem: true, Wording: wording, NoticeURL: "/notices/better-services/2", Until: uk(time.December, 31, 0, 0),
	}
	extra := PreferenceList{About: "list:2", Name: "Extra updates", State: State{"Paused", Alert}, On: true, Paused: uk(time.December, 24, 0, 0), Agreed: uk(time.March, 3, 10, 0)}
	left := PreferenceList{About: "list:3", Name: "Alerts", State: State{"Left", Bad}, Left: uk(time.June, 2, 0, 0), Joinable: true, Offered: "Send me alerts.", Mark: "ab12"}
	health := PreferenceList{About: "list:4", Name: "Health notes", Joinable: true, Box: true, TickID: "agree-4", Offered: "I agree that you use what I tell you about my health.", Mark: "cd34"}
	return PreferencesPage{
		Public: face(), Action: "/p/k3mv6qzt", MaskedAddress: "a***@e***.org", MailLanguage: English, Profiling: true,
		Tomorrow: uk(time.November, 26, 0, 0), InAYear: time.Date(2027, time.November, 25, 0, 0, 0, 0, time.UTC),
		Owners: []PreferenceOwner{
			{Name: "Department for Examples", About: "owner:1", On: true, Paused: true, Marketing: true, Programmes: []PreferenceProgramme{
				{Name: "Better Services Programme", Lists: []PreferenceList{monthly, extra}, Purposes: []PreferencePurpose{{"News of public services", "purpose:1"}}},
			}},
			{Name: "Town Alerts", About: "owner:2", Programmes: []PreferenceProgramme{{Name: "Town Alerts", Lists: []PreferenceList{left, health}}}},
		},
	}
}

func preferenceSamples() []sample {
	after, stopped, wrong := preferences(), preferences(), preferences()
	after.Done = leftList()
	stopped.Stopped, stopped.Owners = true, stopped.Owners[1:]
	wrong.Problem = "Choose a day that is still to come."
	moved := PreferencesPage{Public: face(), Action: "/p/k3mv6qzt", MaskedAddress: "a***@e***.org", Moved: true, MailLanguage: Welsh}
	return []sample{
		{"preferences", "", preferences()},
		{"preferences", "left", after},
		{"preferences", "stopped", stopped},
		{"preferences", "mistake", wrong},
		{"preferences", "moved", moved},
		{"visit", "", VisitPage{Public: face(), Action: "/v/hx5k3mv6", MaskedAddress: "a***@e***.org"}},
		{"own-record", "", ownRecord()},
		{"identity", "", identityPage(false, false)},
		{"identity", "yes", identityPage(true, false)},
		{"identity", "no", identityPage(true, true)},
		{"move", "old", MovePage{Public: face(), Action: "/x/qzt7", Old: true, Masked: "a***@n***.org"}},
		{"move", "new", MovePage{Public: face(), Action: "/x/qzt7", Masked: "a***@n***.org"}},
		{"move", "old-alone", MovePage{Public: face(), Action: "/x/qzt7", Old: true, Alone: true, Masked: "a***@n***.org"}},
		{"move", "new-alone", MovePage{Public: face(), Action: "/x/qzt7", Alone: true, Masked: "a***@n***.org"}},
		{"move", "done-alone", MovePage{Public: face(), Old: true, Alone: true, Done: true}},
		{"move", "agreed", MovePage{Public: face(), Agreed: true, Until: uk(time.December, 2, 9, 5)}},
		{"move", "done", MovePage{Public: face(), Done: true, PreferencesURL: "/p/qzt8"}},
		{"recipient-answer", "", answered("erasure")},
		{"recipient-answer", "problem", RecipientAnswerPage{Public: face(), Action: "/a/qzt7", Recipient: "Porthaven Printers", Change: "rectification", People: []string{"a***@r***.example", "b***@r***.example"}, Chosen: "impossible", Problem: true}},
		{"recipient-answer", "done", RecipientAnswerPage{Public: face(), Recipient: "Porthaven Printers", Change: "erasure", Answered: "disproportionate"}},
		{"recipient-answer", "void", RecipientAnswerPage{Public: face(), Recipient: "Porthaven Printers", Change: "rectification", Void: true}},
		{"move", "refused", MovePage{Public: face(), Refused: true}},
	}
}

func identityPage(done, denied bool) IdentityPage {
	return IdentityPage{Public: face(), Action: "/d/hx5k3mv6", Reference: "R-2026-000123", MaskedAddress: "a***@e***.org", Asked: "for a copy of your personal data",
		Received: uk(time.November, 25, 9, 0), Done: done, Denied: denied}
}

// answered is the page on which a recipient of data answers.
func answered(change string) RecipientAnswerPage {
	return RecipientAnswerPage{Public: face(), Action: "/a/qzt7", Recipient: "Porthaven Printers", Change: change, People: []string{"a***@r***.example"}}
}

// objection is the operators' form, with what is to be mended or what was done.
func objection(problem, done string) ObjectionPage {
	return ObjectionPage{
		Console: desk(), Action: "/console/people/7/objection", PersonURL: "/console/people/7", Address: "ann@reader.example",
		Owners: []ReasonChoice{{"owner:1", "Department for Examples"}, {"owner:2", "Town Alerts"}}, Problem: problem, Done: done,
	}
}

func ownRecord() OwnRecordPage {
	return OwnRecordPage{
		Public: face(), Action: "/record", Key: "w7k2", PreferencesURL: "/p/k3mv6qzt", Address: "ann@reader.example", Name: "Ann Lee",
		Facts: []Fact{{"Where it came from", "web form"}, {"On record since", "3 March 2026"}},
		Fields: []OwnField{
			{ID: "f1", Field: "attribute.harbour.town", Label: "Town", Kind: "text", Value: "Porthaven"},
			{ID: "f2", Field: "attribute.harbour.region", Label: "Region", Kind: "choice", Choices: []OwnChoice{{"f2-0", "north", false}, {"f2-1", "south", true}}},
			{ID: "f3", Field: "attribute.harbour.topics", Label: "Topics", Kind: "many", Choices: []OwnChoice{{"f3-0", "tides", true}}},
			{ID: "f4", Field: "attribute.harbour.boat", Label: "Has a boat", Kind: "boolean", Choices: []OwnChoice{{"f4-0", "true", false}, {"f4-1", "false", false}}},
			{ID: "f5", Field: "attribute.harbour.since", Label: "Since", Kind: "date", Value: "soon", Problem: "Enter a date, like 2026-11-25"},
		},
		Lists: []OwnList{{"Monthly update", "Department for Examples", State{"On the list", Good}, uk(time.December, 31, 0, 0)}},
		Acts:  []OwnAct{{uk(time.March, 3, 10, 0), "You agreed", "Monthly update", "Link in an email", wording, "2"}},
		Mails: []OwnMail{{uk(time.November, 1, 8, 0), "What changed in October", "Sent"}},
		More:  true,
	}
}
