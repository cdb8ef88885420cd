package console

import (
	"slices"
	"strconv"

	"assent/inbox/cases"
	"assent/templates"
)

// actsFor returns the forms that fit a case as it is: what cannot happen now is not offered.
func (s *console) actsFor(k cases.Case) []templates.CaseAct {
	out := acting(k)
	switch {
	case k.State == cases.Closed:
		out = append(out, reopening())
	case k.State == cases.Decided:
		if k.NeedsProof() {
			out = append(out, proving(k)...)
		}
		out = append(out, s.deciding(k)...)
		out = append(out, ending(k)...)
	default:
		out = append(out, s.working(k)...)
		out = append(out, s.deciding(k)...)
		if k.Kind == cases.Correspondence {
			out = append(out, closing())
		}
	}
	for i, p := range k.Facts.Promises {
		if p.KeptOn.IsZero() {
			out = append(out, templates.CaseAct{
				Kind: string(cases.Kept), Title: promiseTitle(p), Hint: plain(p.Words), Button: "It was kept", Date: "When", Note: "How", ChooseName: "promise",
				Choose: "Promise", Choices: []templates.CaseChoice{{Value: strconv.Itoa(i + 1), Label: p.Due.Long(), Chosen: true}},
			})
		}
	}
	if k.Alarm != "" {
		out = append(out, templates.CaseAct{Kind: string(cases.AlarmSeen), Title: "See to the alarm", Hint: k.Alarm, Button: "It is seen to", Note: "What was done instead", NoteNeeded: true})
	}
	out = append(out, onward(k)...)
	urgent := templates.CaseAct{Kind: string(cases.Prioritised), Title: "Mark as urgent", Button: "Mark", Choose: "Urgent", ChooseName: "urgent",
		Choices: []templates.CaseChoice{{Value: "yes", Label: "Yes", Chosen: !k.Urgent}, {Value: "no", Label: "No", Chosen: k.Urgent}}}
	return append(out, templates.CaseAct{Kind: string(cases.Noted), Title: "Write a note", Button: "Keep the note", Note: "Note", NoteNeeded: true}, urgent)
}

// working returns what is done before a decision.
func (s *console) working(k cases.Case) []templates.CaseAct {
	var out []templates.CaseAct
	if k.Facts.AcknowledgedOn.IsZero() {
		out = append(out, templates.CaseAct{Kind: string(cases.Acknowledged), Title: "Acknowledged in another way", Hint: "By telephone, or by post. A letter from here is on record by itself.", Button: "Record", Date: "When", Note: "How"})
	}
	if k.State == cases.New || k.State == cases.InTouch {
		out = append(out, templates.CaseAct{Kind: string(cases.Started), Title: "Begin", Button: "Begin the work"})
	}
	out = append(out, proving(k)...)
	out = append(out, asking(k)...)
	if k.Kind.Extends() && k.Facts.ExtendedOn.IsZero() {
		hint := "The person must have been told, with reasons, within the first month. A letter from here records it by itself."
		if last, late := k.TooLateToExtend(s.Casework.Reckoner.UKDate(s.Now())); late {
			hint = "The last day for telling was " + last.Long() + ". Record it only if they were told, with reasons, by then: later it gives no more time."
		}
		out = append(out, templates.CaseAct{
			Kind: string(cases.Extended), Title: "Two further months", Hint: hint,
			Button: "Record that they were told", Date: "When they were told", Reasons: reasonChoices(cases.ExtensionReasons()), Note: "What they were told",
		})
	}
	kinds := []templates.CaseChoice{}
	for _, kind := range cases.Kinds() {
		kinds = append(kinds, templates.CaseChoice{Value: string(kind), Label: caseKind(string(kind)), Chosen: kind == k.Kind})
	}
	return append(out,
		templates.CaseAct{Kind: string(cases.Renamed), Title: "It is something else", Hint: "The clocks are computed anew for what it is.", Button: "Take it as this", Choose: "It is", ChooseName: "kind", Choices: kinds, Note: "Why"},
		templates.CaseAct{Kind: string(cases.Corrected), Title: "It came on another day", Hint: "The clocks are computed anew from the day of receipt.", Button: "Correct", Date: "Received", Note: "Where the right date is from", NoteNeeded: true})
}

// asking returns what may be asked for, has come, or is needed no more.
func asking(k cases.Case) []templates.CaseAct {
	waits := map[cases.Awaited]bool{}
	for _, w := range k.Facts.WaitsFor() {
		waits[w] = true
	}
	var out []templates.CaseAct
	for _, a := range askable() {
		if waits[a.of] {
			came := templates.CaseAct{Kind: string(cases.Received), For: string(a.of), Title: a.came, Button: "Record", Date: "When it came", Note: "What came"}
			switch a.of {
			case cases.Identity:
				came = withEvidence(came)
			case cases.Authority:
				came.Choose, came.ChooseName, came.Choices = "What you saw", templates.FieldEvidence, actingChoices(false)
			}
			out = append(out, came,
				templates.CaseAct{Kind: string(cases.Dropped), For: string(a.of), Title: a.dropped, Hint: "The clocks run as if it had not been asked for.", Button: "Record", Note: "Why", NoteNeeded: true})
			continue
		}
		if !a.fits(k) {
			continue
		}
		act := templates.CaseAct{Kind: string(cases.Asked), For: string(a.of), Title: a.title, Hint: a.hint, Button: "Record that it was asked for", Date: "When it was asked for", Note: a.note, NoteNeeded: a.note != "What was asked"}
		if a.of == cases.Fee {
			act.Reasons, act.Fee = reasonChoices(cases.FeeReasons()), true
		}
		out = append(out, act)
	}
	return out
}

type awaitedWords struct {
	of                               cases.Awaited
	title, hint, note, came, dropped string
	fits                             func(cases.Case) bool
}

func askable() []awaitedWords {
	asked := func(n cases.Need) bool { return !n.AskedOn.IsZero() && !n.Dropped }
	letter := " A letter from here records it by itself."
	return []awaitedWords{
		{cases.Identity, "Ask for proof of identity", "Only in reasonable doubt (Article 12(6)), and never before an opt-out." + letter, "What the doubt rests on", "Proof of identity came", "Identity is not in doubt",
			func(k cases.Case) bool {
				return k.Kind != cases.WithdrawConsent && k.Kind != cases.Breach && !asked(k.Facts.Identity)
			}},
		{cases.Authority, "Ask for authority to act", "Where somebody asks for somebody else." + letter, "What was asked", "Authority came", "Authority is not needed",
			func(k cases.Case) bool { return k.Kind != cases.Breach && !asked(k.Facts.Authority) }},
		{cases.Clarification, "Ask what is wanted", "For an access request the days until the answer do not count (Article 12A(5)). For anything else the clock goes on." + letter, "What was asked", "The person clarified", "Clarification is not needed",
			func(k cases.Case) bool { return k.Kind != cases.Breach }},
		{cases.Fee, "Ask for a fee", "Only where the request is manifestly unfounded, excessive or repeated. This is a decision: a person takes it." + letter, "What makes it so", "The fee was paid", "The fee is waived",
			func(k cases.Case) bool { return k.Kind.Extends() && !asked(k.Facts.Fee) }},
	}
}

// deciding returns the form for a decision: a person takes it (E0-10).
func (s *console) deciding(k cases.Case) []templates.CaseAct {
	outcomes := s.Casework.Outcomes(k)
	if len(outcomes) == 0 || !k.Facts.AnsweredOn.IsZero() {
		return nil
	}
	act := templates.CaseAct{
		Kind: string(cases.DecisionMade), Title: "Decide", Hint: "You decide, and your name stands beside it. A refusal, also of a part, needs a reason and words for the person.", Button: "Decide",
		Choose: "Outcome", ChooseName: "outcome", Words: "Words for the person", Note: "Note for the file",
	}
	if cases.NeedsReason(outcomes) {
		act.Reasons, act.Consulted = reasonChoices(s.allReasons(k, outcomes)), true
	} else {
		act.Hint = "You decide, and your name stands beside it."
	}
	if k.Kind == cases.Disclosure {
		act.Hint = "You decide, and your name stands beside it. To give anything needs the law that lets you, to refuse it a reason and words for whoever asks."
	}
	for _, o := range outcomes {
		act.Choices = append(act.Choices, templates.CaseChoice{Value: string(o), Label: outcomeWords(o), Chosen: k.Decision != nil && k.Decision.Outcome == o})
	}
	return []templates.CaseAct{act}
}

// allReasons returns what any of some outcomes of a case may rest on: its kind's own reasons, then those of all kinds.
func (s *console) allReasons(k cases.Case, outcomes []cases.Outcome) []cases.Reason {
	var own []cases.Reason
	for _, o := range outcomes {
		of := s.Casework.Reasons(k, o)
		for _, r := range of[:len(of)-len(cases.Reasons())] {
			if !slices.ContainsFunc(own, func(x cases.Reason) bool { return x.Code == r.Code }) {
				own = append(own, r)
			}
		}
	}
	return append(own, cases.Reasons()...)
}

// ending returns what follows a decision.
func ending(k cases.Case) []templates.CaseAct {
	var out []templates.CaseAct
	if k.Facts.AnsweredOn.IsZero() {
		out = append(out, tellingByPost(k))
	}
	return append(out, closing(), reopening())
}

func closing() templates.CaseAct {
	return templates.CaseAct{Kind: string(cases.ClosedCase), Title: "Close", Button: "Close the case", Note: "Note"}
}

func reopening() templates.CaseAct {
	return templates.CaseAct{Kind: string(cases.Reopened), Title: "Reopen", Hint: "The decision is taken anew. What was decided before stays on the timeline.", Button: "Reopen", Note: "Why", NoteNeeded: true}
}

func reasonChoices(all []cases.Reason) []templates.CaseChoice {
	out := make([]templates.CaseChoice, len(all))
	for i, r := range all {
		out[i] = templates.CaseChoice{Value: r.Code, Label: r.Words + " (" + r.Rule + ")"}
	}
	return out
}

func promiseTitle(p cases.Promise) string {
	if p.Action {
		return "Record what was promised for " + p.Due.Long() + " as done"
	}
	return "We wrote again, as promised for " + p.Due.Long()
}
