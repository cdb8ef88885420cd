package notice

import "strings"

// Verdict is what Complete found of one item.
type Verdict string

const (
	Found     Verdict = "found"
	Missing   Verdict = "missing"
	NotNeeded Verdict = "not needed"
)

// Finding is one item judged, with the ground of it in a sentence.
type Finding struct {
	Item    Item    `json:"item"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why"`
}

// Complete holds a notice's text (Markdown) to the list of Articles 13 and 14: every item is found, missing, or not called for by
// what is declared. An item is found where a heading marks it and something stands below, or where the facts of it
// stand in the text. Purposes are held to more: each must be there by its name, for a purpose that is not named is not told of.
func Complete(text string, d Declared) []Finding {
	t := read(text)
	out := make([]Finding, 0, len(Items))
	for _, item := range Items {
		out = append(out, judge(item, t, d))
	}
	return out
}

// Gaps returns the findings that are missing.
func Gaps(all []Finding) []Finding {
	var out []Finding
	for _, f := range all {
		if f.Verdict == Missing {
			out = append(out, f)
		}
	}
	return out
}

func judge(item Item, t words, d Declared) Finding {
	if why := needless(item, d); why != "" {
		return Finding{item, NotNeeded, why}
	}
	if item == Purposes {
		return purposes(t, d)
	}
	if heading, ok := t.section(item.headings()); ok {
		return Finding{item, Found, "Under the heading “" + heading + "”."}
	}
	if facts := factsOf(item, d); len(facts) > 0 && t.holdsAll(facts) {
		return Finding{item, Found, "Said in the text."}
	}
	return Finding{item, Missing, item.Title() + ": no heading says so, and the text does not either."}
}

// needless says why an item is not called for, "" when it is.
func needless(item Item, d Declared) string {
	switch {
	case item == Officer && d.Officer.Address == "":
		return "No data protection officer is declared."
	case item == Interests && !d.anyPurpose(func(p Purpose) bool { return p.Basis == legitimateInterests }):
		return "No purpose rests on legitimate interests."
	case item == Transfers && !d.anyAbroad():
		return "No recipient abroad is declared."
	case item == Withdrawal && !d.anyPurpose(func(p Purpose) bool { return p.Basis == consent || p.Basis == explicitConsent }):
		return "No purpose rests on consent."
	}
	return ""
}

// purposes demands the name of every purpose.
func purposes(t words, d Declared) Finding {
	if len(d.Purposes) == 0 {
		return Finding{Purposes, Missing, "No purpose is declared."}
	}
	var absent []string
	for _, p := range d.Purposes {
		if !t.holds(p.Name) {
			absent = append(absent, "“"+p.Name+"”")
		}
	}
	if len(absent) > 0 {
		return Finding{Purposes, Missing, "The text does not name " + strings.Join(absent, ", ") + "."}
	}
	return Finding{Purposes, Found, "Each purpose stands in the text by its name."}
}

// factsOf returns what must stand in the text for an item to be said without a heading; none where only a heading can tell.
func factsOf(item Item, d Declared) []string {
	switch item {
	case Controller:
		return []string{d.Controller, d.Contact.Address}
	case Officer:
		return []string{d.Officer.Address}
	case Interests:
		var facts []string
		for _, p := range d.Purposes {
			if p.Basis == legitimateInterests && p.Interest != "" {
				facts = append(facts, p.Interest)
			}
		}
		return facts
	case Recipients:
		var facts []string
		for _, r := range d.Recipients {
			facts = append(facts, r.Name)
		}
		return facts
	case Categories:
		return d.Categories
	}
	return nil
}
