package console

import (
	"assent/inbox/cases"
	"assent/templates"
)

// tellingByPost records that the person was told in another way than by a letter from here. Of a refusal what the letter says is confirmed.
func tellingByPost(k cases.Case) templates.CaseAct {
	act := templates.CaseAct{Kind: string(cases.Answered), Title: "Told in another way", Hint: "By telephone, or by post. A letter from here records it by itself.", Button: "Record", Date: "When", Note: "How"}
	if !k.WantsWriting() {
		return act
	}
	act.Hint = "A refusal, also of a part, is told in writing (Article 12(4)). Where a letter went by post, confirm what it says. A letter from here records it by itself."
	for _, code := range cases.InWriting() {
		act.Reasons = append(act.Reasons, templates.CaseChoice{Value: code, Label: cases.InWritingWords(code)})
	}
	return act
}

// onward takes a case, or a part of it, on to somebody else.
func onward(k cases.Case) []templates.CaseAct {
	refer := templates.CaseAct{
		Kind: string(cases.Referred), Title: "Somebody else deals with it, or with a part", Hint: "Pass it on first, with the day on which it reached us; then record it here, and tell the person by letter.", Button: "Record", Date: "When",
		Choose: "Who", ChooseName: templates.FieldTo, Note: "Their name, or why nobody has to deal with it", NoteNeeded: true,
		Choices: []templates.CaseChoice{
			{Value: cases.ToSomebodyElse, Label: "Whoever it was meant for"}, {Value: cases.ToFreedomOfInformation, Label: "Who answers under the Freedom of Information Act", Chosen: k.Has(cases.FlagFreedomOfInformation)},
			{Value: cases.ToRiskOfficer, Label: "The Senior Information Risk Officer, with compensation", Chosen: k.Has(cases.FlagCompensation)},
		},
	}
	out := []templates.CaseAct{refer}
	if k.Kind == cases.Complaint {
		out = append(out, templates.CaseAct{Kind: string(cases.Summarised), Title: "Summarise for the register", Hint: k.Facts.Brief, Button: "Keep", Note: "What it is about, in a line", NoteNeeded: true})
		out = append(out, templates.CaseAct{Kind: string(cases.Promised), Title: "Promise an action", Hint: "What we will do to put things right, and by when: it becomes a clock, and stands in the letter and on the register.", Button: "Promise", Date: "By when", Note: "What we will do", NoteNeeded: true})
	}
	if k.Kind != cases.Complaint || k.Facts.Reached() == 3 {
		return out
	}
	next := templates.CaseAct{
		Kind: string(cases.Escalated), Title: "The person is not content", Hint: "A review is decided by somebody else than decided before, and is final. In the letter that tells them so, say by when they hear: that becomes a clock.", Button: "Record", Date: "When they said so",
		Choose: "It goes to", ChooseName: templates.FieldTo, Note: "What they are not content with", NoteNeeded: true,
	}
	if k.Facts.Reached() == 1 && !k.Facts.AnsweredOn.IsZero() {
		next.Choices = append(next.Choices, templates.CaseChoice{Value: string(cases.Review), Label: "A review by a senior officer", Chosen: true})
	}
	next.Choices = append(next.Choices, templates.CaseChoice{Value: string(cases.Commissioner), Label: "The Information Commissioner"})
	return append(out, next)
}
