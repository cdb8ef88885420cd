package console

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"assent/inbox/cases"
	"assent/inbox/cases/amending"
	"assent/internal/auth"
	"assent/subscriptions"
	"assent/templates"
)

// recordSection shows what changes a record, item by item, what may be done about it now, and who was told.
func (s *console) recordSection(ctx context.Context, by auth.Actor, k cases.Case, typed url.Values) (string, any, error) {
	data := templates.RecordSection{Action: caseURL(k.ID) + "/record", MayWrite: by.May(auth.CasesWrite)}
	if k.SubjectID == 0 && k.Kind != cases.AutomatedDecision { // which may have been taken of somebody who is not on record here
		data.Stands = append(data.Stands, "Nobody is on record under the address of whom this is about. Name the person below with the address under which they are, or decide that nothing is held.")
	}
	for _, part := range []func(context.Context, cases.Case, *templates.RecordSection) error{s.recordStands, s.recordItems, s.recordForms, s.recordNotices} {
		if err := part(ctx, k, &data); err != nil {
			return "", nil, err
		}
	}
	if len(data.Forms) == 0 && k.Open() && k.Decision == nil && data.MayWrite && k.SubjectID != 0 {
		data.Stands = append(data.Stands, "Decide first, below: what you decide is then carried out here.")
	}
	keepRecordTyped(data.Forms, typed)
	return "section-record", data, nil
}

// recordStands says how the person stands, and what keeps the data as it is.
func (s *console) recordStands(ctx context.Context, k cases.Case, data *templates.RecordSection) error {
	e, begun, err := s.Amending.Store.ErasureOfCase(ctx, k.ID)
	if err != nil {
		return err
	}
	if begun {
		data.Stands = append(data.Stands, map[subscriptions.ErasureState]string{
			subscriptions.ErasureTelling: "The person is being told by a letter. They are erased when it has left.",
			subscriptions.ErasureDone:    fmt.Sprintf("Erased on %s. A keyed hash keeps the address away; of this case there stays what names nobody.", s.local(e.DoneAt).Format("2 January 2006")),
			subscriptions.ErasureRefused: "The erasure was not carried out. " + e.Trouble,
		}[e.State])
	}
	st, err := s.stateOf(ctx, k)
	if err != nil || k.SubjectID == 0 {
		return err
	}
	if st.RestrictedBy != 0 {
		data.Stands = append(data.Stands, "Processing is restricted to storage. Before it is lifted, the person is told (Article 18(3)).")
	}
	holds, err := s.Amending.Store.Holds(ctx, k.SubjectID)
	for _, h := range holds {
		data.Stands = append(data.Stands, "The data is held as it is, because "+h.Because()+".")
	}
	return err
}

// stateOf folds the ledger of the person of a case.
func (s *console) stateOf(ctx context.Context, k cases.Case) (subscriptions.State, error) {
	if k.SubjectID == 0 {
		return subscriptions.Fold(nil), nil
	}
	p, err := s.Amending.Store.Subscriber(ctx, k.SubjectID)
	if err != nil {
		return subscriptions.State{}, err
	}
	events, err := s.Amending.Store.EventsByKey(ctx, p.Key)
	return subscriptions.Fold(events), err
}

// recordItems shows before and after of each item, and the statements.
func (s *console) recordItems(ctx context.Context, k cases.Case, data *templates.RecordSection) error {
	if k.Kind != cases.Rectification {
		return nil
	}
	items, err := s.Amending.Store.Corrections(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, x := range items {
		at, err := s.Amending.Standing(ctx, x)
		if err != nil {
			return err
		}
		data.Items = append(data.Items, templates.RecordItem{
			ID: x.ID, Field: plain(x.Name()), Before: plain(recordText(x.Before)), After: plain(recordText(x.After)), State: itemState(x, at), Words: plain(x.Words),
			Open: (at == amending.Unmade || at == amending.NotAgreed) && k.Open(), Corrected: at == amending.Corrected, Stays: x.Decision == amending.Refuse || x.Decision == amending.Disputed,
		})
	}
	statements, err := s.Amending.Store.Statements(ctx, k.SubjectID)
	for _, x := range statements {
		data.Statements = append(data.Statements, plain(x.Words))
	}
	return err
}

func recordText(v any) string {
	return subscriptions.Attributes{"": {"": v}}.Text("", "")
}

func itemState(x amending.Item, at amending.Standing) templates.State {
	switch {
	case at == amending.Corrected:
		return templates.State{Label: "Corrected", Tone: templates.Good}
	case x.Decision == "":
		return templates.State{Label: "To decide", Tone: templates.Wait}
	case x.Decision == amending.Refuse:
		return templates.State{Label: "Not corrected", Tone: templates.Bad}
	case x.Decision == amending.Disputed:
		return templates.State{Label: "Disputed", Tone: templates.Alert}
	case x.DoneAt.IsZero():
		return templates.State{Label: "To be corrected", Tone: templates.Wait}
	}
	if at == amending.NotAgreed {
		return templates.State{Label: "Not agreed to by mail: decide again", Tone: templates.Alert}
	}
	return templates.State{Label: "Asked by mail", Tone: templates.Calm}
}

// programmeChoices offers the programmes, that of the case first ticked by nobody.
func (s *console) programmeChoices(ctx context.Context) ([]templates.CaseChoice, error) {
	all, err := s.People.Store.Programmes(ctx)
	var out []templates.CaseChoice
	for _, p := range all {
		out = append(out, templates.CaseChoice{Value: strconv.FormatInt(p.ID, 10), Label: "All marketing of " + p.Name})
	}
	return out, err
}

// scopeChoices offers what a person may be sent now, list by list, and everything of each programme.
func (s *console) scopeChoices(ctx context.Context, k cases.Case) ([]templates.CaseChoice, error) {
	st, err := s.stateOf(ctx, k)
	if err != nil {
		return nil, err
	}
	lists, err := s.People.Store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	var out []templates.CaseChoice
	for _, l := range lists {
		if st.Lists[l.ID].Status == subscriptions.StatusActive {
			out = append(out, templates.CaseChoice{Value: "list:" + strconv.FormatInt(l.ID, 10), Label: "The list " + l.Name})
		}
	}
	programmes, err := s.People.Store.Programmes(ctx)
	for _, p := range programmes {
		out = append(out, templates.CaseChoice{Value: "programme:" + strconv.FormatInt(p.ID, 10), Label: "Everything from " + p.Name})
	}
	return append(out, templates.CaseChoice{Value: "all", Label: "Everything from everybody here"}), err
}
