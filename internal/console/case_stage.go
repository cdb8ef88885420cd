package console

import (
	"assent/inbox/cases"
	"assent/templates"
)

// stageFacts says at which stage a complaint is, and how each earlier one ended (E1-33 to E1-35).
func (s *console) stageFacts(k cases.Case) []templates.Fact {
	if k.Kind != cases.Complaint {
		return nil
	}
	out := []templates.Fact{{Name: "Stage", Value: map[cases.Level]string{
		cases.First: "First", cases.Review: "Second: a review, which somebody else decides and which is final with us", cases.Commissioner: "With the Information Commissioner",
	}[k.Facts.Level]}}
	if on := k.Facts.CommissionerOn; !on.IsZero() {
		out = append(out, templates.Fact{Name: "Commissioner", Value: "Has it since " + on.Long()})
	}
	for _, stage := range k.Facts.Stages {
		name := map[cases.Level]string{cases.First: "First stage", cases.Review: "Review"}[stage.Level]
		out = append(out, templates.Fact{Name: name, Value: outcomeWords(stage.Decision.Outcome) + ", decided on " + stage.DecidedOn.Long() + ", told on " + stage.AnsweredOn.Long()})
	}
	return out
}
