package console

import (
	"cmp"
	"context"
	"slices"

	"assent/inbox/cases"
	"assent/inbox/cases/amending"
	"assent/subscriptions"
	"assent/templates"
)

// recordForms offers what may be done now.
func (s *console) recordForms(ctx context.Context, k cases.Case, data *templates.RecordSection) error {
	decided := k.Decision != nil && (k.Decision.Outcome == cases.Granted || k.Decision.Outcome == cases.Partly)
	var err error
	switch k.Kind {
	case cases.Rectification:
		data.Forms, err = s.rectifyForms(ctx, k, decided)
	case cases.Erasure:
		data.Forms, err = s.eraseForms(ctx, k, decided)
	case cases.Restriction:
		data.Forms, err = s.restrictForms(ctx, k, decided)
	case cases.Objection:
		data.Forms, err = s.objectForms(ctx, k, decided)
	case cases.AutomatedDecision:
		data.Forms = lookForms(k, decided)
	case cases.WithdrawConsent:
		var scopes []templates.CaseChoice
		scopes, err = s.scopeChoices(ctx, k)
		data.Forms = []templates.RecordForm{{Act: "withdraw", Title: "End what the consent permitted", Hint: "At once: nobody's identity is checked, and nothing is decided before (Article 7(3)).", Ticks: scopes, TicksLabel: "What ends", Button: "End it"}}
	}
	return err
}

// lookForms let a person look at an automated decision, and put another in its place.
func lookForms(k cases.Case, decided bool) []templates.RecordForm {
	if !k.Open() {
		return nil
	}
	var out []templates.RecordForm
	if k.Decision == nil {
		out = append(out, templates.RecordForm{Act: "look-anew", Title: "Look at the decision anew", Hint: "Whoever looks must be able to decide otherwise (Article 22C). Hear the person first; then decide below. Your name stands with it.", Text: "What the person says of it, or that they were asked and said nothing", Words: "What you found, and why", Button: "Record my look"})
	}
	if decided {
		out = append(out, templates.RecordForm{Act: "replace-decision", Title: "Put the new decision into effect", Hint: "Where the old one was taken: Assent takes none itself.", Words: "Where and how", Button: "Record"})
	}
	return out
}

// fieldChoices offers the fields of a record, with what is on record of the person of a case.
func (s *console) fieldChoices(ctx context.Context, k cases.Case) ([]templates.CaseChoice, error) {
	p, err := s.personOf(ctx, k)
	if err != nil {
		return nil, err
	}
	out := []templates.CaseChoice{held("name", "Name", p.Name), held("language", "Language", p.Language), held("address", "Email address (agreed to by mail)", p.Address.String())}
	err = s.eachAttribute(ctx, func(of subscriptions.Programme, a subscriptions.Attribute) {
		out = append(out, heldAttribute(p, of, a))
	})
	return out, err
}

// heldChoices offers what is on record of the person of a case and can be taken away alone.
func (s *console) heldChoices(ctx context.Context, k cases.Case) (out []templates.CaseChoice, err error) {
	p, err := s.personOf(ctx, k)
	if err != nil {
		return nil, err
	}
	if p.Name != "" {
		out = append(out, held("name", "Name", p.Name))
	}
	err = s.eachAttribute(ctx, func(of subscriptions.Programme, a subscriptions.Attribute) {
		if p.Attributes.Text(of.Slug, a.Name) != "" {
			out = append(out, heldAttribute(p, of, a))
		}
	})
	return out, err
}

// personOf returns who is on record of whom a case is about; nobody where nobody is.
func (s *console) personOf(ctx context.Context, k cases.Case) (subscriptions.Subscriber, error) {
	if k.SubjectID == 0 {
		return subscriptions.Subscriber{}, nil
	}
	return s.Amending.Store.Subscriber(ctx, k.SubjectID)
}

// held is a field with what is on record in it.
func held(field, label, value string) templates.CaseChoice {
	if value != "" {
		label += ": " + value
	}
	return templates.CaseChoice{Value: field, Label: plain(label)}
}

func heldAttribute(p subscriptions.Subscriber, of subscriptions.Programme, a subscriptions.Attribute) templates.CaseChoice {
	return held("attribute:"+of.Slug+":"+a.Name, of.Name+": "+cmp.Or(a.Label, a.Name), p.Attributes.Text(of.Slug, a.Name))
}

// eachAttribute shows every attribute that is declared, programme by programme.
func (s *console) eachAttribute(ctx context.Context, show func(subscriptions.Programme, subscriptions.Attribute)) error {
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return err
	}
	for _, p := range programmes {
		declared, err := s.People.Store.AttributesOf(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, a := range declared {
			show(p, a)
		}
	}
	return nil
}

func (s *console) rectifyForms(ctx context.Context, k cases.Case, decided bool) ([]templates.RecordForm, error) {
	fields, err := s.fieldChoices(ctx, k)
	if err != nil || !k.Open() {
		return nil, err
	}
	out := []templates.RecordForm{{Act: "claim", Title: "Write down what is wrong", Hint: "One item at a time. What is on record now is kept with it.", Choices: fields, ChoiceLabel: "What", Text: "What it should be; empty takes it away", Button: "Write it down"}}
	items, err := s.Amending.Store.Corrections(ctx, k.ID)
	if err != nil {
		return nil, err
	}
	if decided && slices.ContainsFunc(items, amending.Item.Left) {
		out = append(out, templates.RecordForm{Act: "rectify", Title: "Correct the record", Hint: "All that you decided to correct is written at once, and whoever was given the data is told.", Button: "Correct it"})
	}
	return append(out, templates.RecordForm{Act: "statement", Title: "Put the person's statement beside the data", Hint: "Where something is not corrected, they may add their own words (Article 16). Leave it empty to record that they want none.", Words: "Their statement", Button: "Keep it"}), nil
}

func (s *console) eraseForms(ctx context.Context, k cases.Case, decided bool) ([]templates.RecordForm, error) {
	var out []templates.RecordForm
	_, begun, err := s.Amending.Store.ErasureOfCase(ctx, k.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case !decided || !k.Open():
	case k.Decision.Outcome == cases.Partly:
		held, err := s.heldChoices(ctx, k)
		if err != nil {
			return nil, err
		}
		out = append(out, templates.RecordForm{Act: "erase-part", Title: "Take away a part", Hint: "What is on record here goes alone, and whoever was given it is told. What lies elsewhere, such as in a paper file, is erased there.", Ticks: held, TicksLabel: "What is erased here", Words: "What was erased elsewhere, and where", Button: "Take it away"})
	case !begun:
		out = append(out, templates.RecordForm{Act: "erase", Title: "Erase the person", Hint: "Everything about the person goes, in every table, and everybody who was given the data is told. Who was not told the outcome yet is told by a letter first; it is done when that has left. It cannot be taken back.", Button: "Erase the person"})
	}
	return append(out, templates.RecordForm{Act: "made-public", Title: "See to copies that are public", Hint: "Where the data was made public, reasonable steps are taken to inform those who copy it (Article 17(2)).", Words: "Whether it was made public, and what was done", Button: "Record"}), nil
}

func (s *console) restrictForms(ctx context.Context, k cases.Case, decided bool) ([]templates.RecordForm, error) {
	st, err := s.stateOf(ctx, k)
	var out []templates.RecordForm
	if decided && k.Open() && st.RestrictedBy == 0 {
		out = append(out, templates.RecordForm{Act: "restrict", Title: "Restrict processing to storage", Choices: []templates.CaseChoice{
			{Value: "accuracy", Label: "The person contests that the data is accurate"}, {Value: "unlawful", Label: "Processing is unlawful, and the person does not want erasure"},
			{Value: "needed-for-claims", Label: "The person needs the data for legal claims"}, {Value: "weighing", Label: "The person objected, and it is being weighed"},
		}, ChoiceLabel: "Why (Article 18(1))", Button: "Restrict it"})
	}
	return append(out, liftingForms(k, st)...), err
}

// liftingForms end a restriction, in their order: the person is told first.
func liftingForms(k cases.Case, st subscriptions.State) []templates.RecordForm {
	if st.RestrictedBy == 0 {
		return nil
	}
	return []templates.RecordForm{
		{Act: "told-of-lifting", Title: "The person was told in another way that it will be lifted", Hint: "A letter from the text “Tell before a restriction is lifted” records it by itself.", Words: "How and when", Button: "Record"},
		{Act: "lift", Title: "Lift the restriction", Hint: "Only once the person was told (Article 18(3)).", Button: "Lift it"},
	}
}

func (s *console) objectForms(ctx context.Context, k cases.Case, decided bool) ([]templates.RecordForm, error) {
	programmes, err := s.programmeChoices(ctx)
	if err != nil {
		return nil, err
	}
	st, err := s.stateOf(ctx, k)
	if err != nil {
		return nil, err
	}
	out := []templates.RecordForm{{Act: "stop-marketing", Title: "It is to direct marketing: stop it", Hint: "At once, whatever is declared later included. Nobody's identity is checked, and it cannot be refused (Article 21(3)).", Ticks: programmes, TicksLabel: "Whose", Button: "Stop all marketing"}}
	if k.Decision == nil && k.Facts.DoneOn(amending.ToResearch).IsZero() {
		out = append(out, templates.RecordForm{Act: "to-research", Title: "It is to research or statistics", Hint: "It is upheld unless the research is necessary for a task in the public interest (Article 21(6)). Nothing is restricted meanwhile.", Button: "Record it"})
	}
	switch {
	case k.Decision != nil || !k.Facts.DoneOn(amending.ToProcessing).IsZero():
	case k.SubjectID == 0:
		out = append(out, templates.RecordForm{Act: amending.ToProcessing, Title: "It is to other processing: weigh it", Hint: "On legitimate interests or a public task, profiling included. Nobody is on record here whose data could be restricted: restrict it wherever else you hold it while you weigh. Then decide: uphold it, or name the compelling grounds.", Button: "Record it"})
	default:
		out = append(out, templates.RecordForm{Act: "restrict-while-weighed", Title: "It is to other processing: restrict it while it is weighed", Hint: "On legitimate interests or a public task, profiling included. Then decide: uphold it, or name the compelling grounds.", Button: "Restrict and weigh"})
	}
	if decided && !(k.Facts.DoneOn(amending.ToProcessing).IsZero() && k.Facts.DoneOn(amending.ToResearch).IsZero()) {
		scopes, err := s.scopeChoices(ctx, k)
		if err != nil {
			return nil, err
		}
		out = append(out, templates.RecordForm{Act: "end-processing", Title: "End what the person objected to", Ticks: scopes, TicksLabel: "What ends", Button: "End it"})
	}
	return append(out, liftingForms(k, st)...), nil
}
