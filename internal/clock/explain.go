package clock

import (
	"fmt"
	"io"
	"strings"

	"assent/internal/errs"
)

// title returns the name of a rule version as people write it.
func (rule Rule) title() string {
	switch rule {
	case RuleArt12:
		return "Article 12 UK GDPR, for requests received before 5 February 2026"
	case RuleArt12A:
		return "Articles 12 and 12A UK GDPR, for requests received from 5 February 2026"
	case Rule164A:
		return "section 164A Data Protection Act 2018, for complaints received from 19 June 2026"
	case RuleArt33:
		return "Article 33 UK GDPR"
	case RuleHouse:
		return "the house's own promise"
	}
	return string(rule)
}

// Explain writes a reckoning as plain text, each clock with every step of its working. It fails
// only when writing does, with kind Unavailable.
func Explain(w io.Writer, reckoning Reckoning) error {
	var b strings.Builder
	for i, c := range reckoning.Clocks {
		if i > 0 {
			b.WriteString("\n")
		}
		explainClock(&b, c)
	}
	if len(reckoning.Clocks) == 0 {
		b.WriteString("No clock runs.\n")
	}
	if len(reckoning.Notes) > 0 {
		b.WriteString("\nWithout a date:\n")
		explainSteps(&b, reckoning.Notes)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return errs.E("clock: explain", errs.Unavailable, "The explanation could not be written.", err)
	}
	return nil
}

func explainClock(b *strings.Builder, c Clock) {
	state := "waits for " + c.WaitingFor
	if c.WaitingFor == "" {
		state = "due " + c.Due.Long()
	}
	fmt.Fprintf(b, "%s: %s\n", c.Name, state)
	if !c.Target.IsZero() {
		fmt.Fprintf(b, "  work to:  %s\n", c.Target.Long())
	}
	if !c.Starts.IsZero() {
		fmt.Fprintf(b, "  starts:   %s\n", c.Starts.Long())
	}
	fmt.Fprintf(b, "  rule:     %s (%s)\n", c.Rule.title(), c.Rule)
	if c.Calendar != "" {
		fmt.Fprintf(b, "  calendar: %s, table %.12s\n", c.Division.Title(), c.Calendar)
	}
	explainSteps(b, c.Steps)
}

func explainSteps(b *strings.Builder, steps []Step) {
	for i, s := range steps {
		fmt.Fprintf(b, "  %2d. %s [%s]\n", i+1, s.Text, s.Source)
	}
}
