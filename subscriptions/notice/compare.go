package notice

import "fmt"

// Difference is what a new version of a notice changes for people, in the names that the notice uses.
type Difference struct {
	NewPurposes        []string `json:"new_purposes,omitempty"`
	EndedPurposes      []string `json:"ended_purposes,omitempty"`
	ChangedPurposes    []string `json:"changed_purposes,omitempty"` // such as "Monthly news: basis was consent, is contract"
	NewRecipients      []string `json:"new_recipients,omitempty"`
	EndedRecipients    []string `json:"ended_recipients,omitempty"`
	ChangedRecipients  []string `json:"changed_recipients,omitempty"`
	NewRetention       []string `json:"new_retention,omitempty"`
	EndedRetention     []string `json:"ended_retention,omitempty"`
	NewCategories      []string `json:"new_categories,omitempty"`
	EndedCategories    []string `json:"ended_categories,omitempty"`
	ChangedController  string   `json:"changed_controller,omitempty"`
	ChangedRegionLock  string   `json:"changed_region_lock,omitempty"`
	ChangedWordingOnly bool     `json:"changed_wording_only"`
}

// Substantial reports whether people must be told before they are mailed for it (E0-07), or should be (E0-33).
func (d Difference) Substantial() bool { return !d.ChangedWordingOnly }

// Compare tells what changed from one version's declarations to the next.
func Compare(was, is Declared) Difference {
	d := Difference{}
	purpose := func(p Purpose) string { return p.Slug }
	d.NewPurposes, d.EndedPurposes, d.ChangedPurposes = changes(was.Purposes, is.Purposes, purpose, func(p Purpose) string { return p.Name }, purposeChange)
	recipient := func(r Recipient) string { return r.Name }
	d.NewRecipients, d.EndedRecipients, d.ChangedRecipients = changes(was.Recipients, is.Recipients, recipient, recipient, recipientChange)
	same := func(s string) string { return s }
	none := func(string, string) string { return "" }
	d.NewRetention, d.EndedRetention, _ = changes(was.Retention, is.Retention, same, same, none)
	d.NewCategories, d.EndedCategories, _ = changes(was.Categories, is.Categories, same, same, none)
	first := was.Controller == ""
	if first && is.Controller != "" {
		d.ChangedController = fmt.Sprintf("The controller is %s.", is.Controller)
	} else if was.Controller != is.Controller {
		d.ChangedController = fmt.Sprintf("The controller was %s, and is %s.", was.Controller, is.Controller)
	}
	switch {
	case was.RegionLock == is.RegionLock:
	case first:
		d.ChangedRegionLock = "Data does not leave the United Kingdom."
	case is.RegionLock:
		d.ChangedRegionLock = "Data no longer leaves the United Kingdom."
	default:
		d.ChangedRegionLock = "Data may now leave the United Kingdom."
	}
	some := len(d.NewPurposes) + len(d.EndedPurposes) + len(d.ChangedPurposes) + len(d.NewRecipients) + len(d.EndedRecipients) + len(d.ChangedRecipients) +
		len(d.NewRetention) + len(d.EndedRetention) + len(d.NewCategories) + len(d.EndedCategories) + len(d.ChangedController) + len(d.ChangedRegionLock)
	d.ChangedWordingOnly = some == 0
	return d
}

// changes matches two lists by key and names what is new, what has ended and, as change puts it, what is different.
func changes[T any](was, is []T, key, name func(T) string, change func(a, b T) string) (added, ended, changed []string) {
	before, after := map[string]T{}, map[string]bool{}
	for _, x := range was {
		before[key(x)] = x
	}
	for _, x := range is {
		after[key(x)] = true
		old, known := before[key(x)]
		if !known {
			added = append(added, name(x))
		} else if c := change(old, x); c != "" {
			changed = append(changed, name(x)+": "+c)
		}
	}
	for _, x := range was {
		if !after[key(x)] {
			ended = append(ended, name(x))
		}
	}
	return added, ended, changed
}

func purposeChange(a, b Purpose) string {
	switch {
	case a.Basis != b.Basis:
		return fmt.Sprintf("the basis was %s, and is %s", a.Basis, b.Basis)
	case a.TermDays != b.TermDays:
		return fmt.Sprintf("a permission lasted %s, and lasts %s", term(a.TermDays), term(b.TermDays))
	case a.Name != b.Name:
		return fmt.Sprintf("was called %s", a.Name)
	case a.Interest != b.Interest:
		return "the legitimate interest is another"
	}
	return ""
}

func term(days int) string {
	if days == 0 {
		return "without end"
	}
	return fmt.Sprintf("%d days", days)
}

func recipientChange(a, b Recipient) string {
	switch {
	case a.Country != b.Country:
		return fmt.Sprintf("was in %s, and is in %s", a.Country, b.Country)
	case a.Purpose != b.Purpose:
		return "gets data for another purpose: " + b.Purpose
	case a.Safeguard != b.Safeguard:
		return "has another safeguard: " + b.Safeguard
	}
	return ""
}
