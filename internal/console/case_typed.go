package console

import (
	"net/url"
	"slices"
	"time"

	"assent/templates"
)

// keepTyped puts what was typed back into the form that it was typed into, open: what was not taken is mended there, and not typed anew. Without a form nothing
// is changed.
func keepTyped(acts []templates.CaseAct, typed url.Values) {
	for i, a := range acts {
		if a.Kind != typed.Get(templates.FieldEvent) || a.For != typed.Get(templates.FieldFor) || a.Choose != "" && !hasChoice(a.Choices, typed.Get(a.ChooseName)) {
			continue
		}
		acts[i].Typed = typed
		acts[i].Reasons = withChosen(a.Reasons, typed[templates.FieldReason])
		if a.Choose != "" {
			acts[i].Choices = withChosen(a.Choices, typed[a.ChooseName])
		}
		return
	}
}

// keepBelongingsTyped does the same for the forms that name people and link cases.
func keepBelongingsTyped(page *templates.CasePage, typed url.Values) {
	page.TypedLink = typed.Get(templates.FieldReference)
	if !typed.Has(templates.FieldRole) {
		return
	}
	if i := slices.IndexFunc(page.Parties, func(p templates.CaseParty) bool { return itoa(p.ID) == typed.Get(templates.FieldParty) }); i >= 0 {
		page.Parties[i].Typed = typed
		return
	}
	page.NewParty.Typed = typed
}

// keepRecordTyped does the same for the forms of a record.
func keepRecordTyped(forms []templates.RecordForm, typed url.Values) {
	for i, f := range forms {
		if f.Act != typed.Get(templates.FieldDo) {
			continue
		}
		forms[i].Typed = typed
		forms[i].Choices, forms[i].Ticks = withChosen(f.Choices, typed[templates.FieldAbout]), withChosen(f.Ticks, typed[templates.FieldAbout])
		return
	}
}

// withChosen marks the choices with these values, and no other.
func withChosen(all []templates.CaseChoice, values []string) []templates.CaseChoice {
	out := slices.Clone(all)
	for i := range out {
		out[i].Chosen = slices.Contains(values, out[i].Value)
	}
	return out
}

// typedOver puts what was typed into the fields of a record; open where anything was.
func typedOver(fields []templates.RegisterField, typed url.Values) (out []templates.RegisterField, open bool) {
	for i, f := range fields {
		values, ok := typed[templates.RecordPrefix+f.Name]
		if !ok {
			continue
		}
		open = true
		fields[i].Value, fields[i].Choices = values[0], withChosen(f.Choices, values)
	}
	return fields, open
}

// onRecord says the fields of a record that are filled, in their order.
func onRecord(fields []templates.RegisterField) []templates.Fact {
	var out []templates.Fact
	for _, f := range fields {
		value := plain(f.Value)
		if t, err := time.Parse(formMoment, f.Value); err == nil && f.Type == "datetime-local" {
			value = t.Format("2 January 2006, 15:04")
		}
		if t, err := time.Parse(time.DateOnly, f.Value); err == nil && f.Type == "date" {
			value = t.Format("2 January 2006")
		}
		for _, c := range f.Choices {
			if c.Value == f.Value && f.Value != "" {
				value = plain(c.Label)
			}
		}
		if value != "" {
			out = append(out, templates.Fact{Name: f.Label, Value: value})
		}
	}
	return out
}
