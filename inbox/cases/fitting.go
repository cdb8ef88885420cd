package cases

import "slices"

// Fits reports whether a letter about a case as it is may well begin from a text that comes with Assent; what a programme wrote itself always may. It only orders what
// is offered: nothing is refused by it.
func (t Text) Fits(c Case) bool {
	f, known := fitting()[t.Name]
	if !known {
		return true
	}
	if t.Answers && !c.Facts.AnsweredOn.IsZero() {
		return false // the person was told already
	}
	return (len(f.kinds) == 0 || slices.Contains(f.kinds, c.Kind)) && (len(f.outcomes) == 0 || c.Decision != nil && c.State == Decided && slices.Contains(f.outcomes, c.Decision.Outcome)) &&
		(f.when == nil || f.when(c))
}

// fits says when a text is meant for a case: of one of the kinds, decided with one of the outcomes, and when what a letter with it does can still be done. What is left out
// is no bar.
type fits struct {
	kinds    []Kind
	outcomes []Outcome
	when     func(Case) bool
}

func fitting() map[string]fits {
	rights := []Kind{Access, Portability, Rectification, Erasure, Restriction, Objection, WithdrawConsent, AutomatedDecision, Other}
	given, complaint := []Outcome{Granted, Partly}, []Kind{Complaint}
	never := func(Case) bool { return false } // its own page fills it
	unmet := func(a Awaited) func(Case) bool {
		return func(c Case) bool { return c.State.working() && !c.Facts.need(a).counts() }
	}
	return map[string]fits{
		"acknowledge":           {kinds: rights, when: func(c Case) bool { return c.Facts.AcknowledgedOn.IsZero() }},
		"acknowledge-complaint": {kinds: complaint, when: func(c Case) bool { return c.Facts.AcknowledgedOn.IsZero() }},
		"ask-identity":          {kinds: without(rights, WithdrawConsent), when: func(c Case) bool { return unmet(Identity)(c) && c.Facts.Proof.By == "" }},
		"ask-authority":         {kinds: rights, when: unmet(Authority)},
		"ask-clarification":     {kinds: without(rights, WithdrawConsent), when: func(c Case) bool { return c.State.working() && !c.Facts.unclear() }},
		"ask-fee":               {when: func(c Case) bool { return c.Kind.Extends() && unmet(Fee)(c) }},
		"extension":             {when: func(c Case) bool { return c.Kind.Extends() && c.State.working() && c.Facts.ExtendedOn.IsZero() }},
		"holding":               {kinds: append(without(rights, WithdrawConsent), Complaint), when: func(c Case) bool { return c.State.working() }},
		"granted":               {kinds: without(rights, Rectification), outcomes: given},
		"refused":               {kinds: rights, outcomes: []Outcome{Refused, Partly}},
		"no-data":               {kinds: rights, outcomes: []Outcome{NoData}},
		"complaint-outcome":     {kinds: complaint, outcomes: []Outcome{Upheld, PartlyUp, NotUpheld}, when: func(c Case) bool { return c.Facts.Level == First }},
		"complaint-progress":    {kinds: complaint, when: func(c Case) bool { return c.State.working() }},
		"complaint-review":      {kinds: complaint, when: func(c Case) bool { return c.Facts.Level == Review && c.State.working() }},
		"complaint-final":       {kinds: complaint, outcomes: []Outcome{Upheld, PartlyUp, NotUpheld}, when: func(c Case) bool { return c.Facts.Level == Review }},
		"breach-people":         {kinds: []Kind{Breach}},
		"disclosure-answer":     {kinds: []Kind{Disclosure}, outcomes: given},
		"disclosure-refused":    {kinds: []Kind{Disclosure}, outcomes: []Outcome{Refused, NoData}},
		"freedom-of-information": {when: func(c Case) bool {
			return c.Has(FlagFreedomOfInformation) || !c.Facts.DoneOn(referredTo(ToFreedomOfInformation)).IsZero()
		}},
		"not-ours":            {outcomes: []Outcome{NotOurs}},
		"pack":                {when: never},
		"pack-part":           {when: never},
		"passed-on":           {when: never},
		"passed-on-told":      {when: never},
		"not-passed-on":       {kinds: []Kind{Portability}, when: func(c Case) bool { return c.State == Decided }},
		"restriction-lifting": {kinds: []Kind{Restriction, Objection, Rectification}, when: func(c Case) bool { return c.State == Decided }},
		"erasure-partly":      {kinds: []Kind{Erasure}, outcomes: []Outcome{Partly}},
		"rectified":           {kinds: []Kind{Rectification}, outcomes: given, when: func(c Case) bool { return c.Decision.Outcome == Partly || !c.Facts.DoneOn(RecordCorrected).IsZero() }},
		"restricted":          {kinds: []Kind{Restriction}, outcomes: given},
		"objection-upheld":    {kinds: []Kind{Objection}, outcomes: given},
		"withdrawn":           {kinds: []Kind{WithdrawConsent}, outcomes: given},
		"decision-anew":       {kinds: []Kind{AutomatedDecision}, outcomes: given},
	}
}

func without(kinds []Kind, k Kind) []Kind {
	return slices.DeleteFunc(slices.Clone(kinds), func(x Kind) bool { return x == k })
}

// Suggest returns the name of the text among all that a letter about a case would begin from next: the one that tells what was decided where the person was not told, the most
// particular to its kind; else the first that fits.
func Suggest(c Case, all []Text) string {
	best, own := "", fitting()
	if c.WantsActing() && c.Facts.Acting.Evidence == "" && own["ask-authority"].when(c) && !c.Facts.AcknowledgedOn.IsZero() {
		return "ask-authority"
	}
	for _, t := range all {
		f, built := own[t.Name]
		if !built || !t.Fits(c) {
			continue
		}
		tells := t.Answers && c.State == Decided && c.Facts.AnsweredOn.IsZero()
		if best == "" || tells && (len(f.kinds) == 1 || !answers(all, best)) {
			best = t.Name
		}
	}
	return best
}

func answers(all []Text, name string) bool {
	return slices.ContainsFunc(all, func(t Text) bool { return t.Name == name && t.Answers })
}
