package notice

import (
	"fmt"
	"slices"
	"strings"
)

// Welsh is the language that notices have besides English.
const Welsh = "cy"

// Draft writes a first text of a notice in Markdown out of what is declared (E1-44), in English or Welsh. What nothing declares it leaves
// out; Complete then says what is missing. People should read it before they publish it.
func Draft(d Declared, language string) string {
	in := inLanguage(language)
	if language != Welsh {
		language = "en"
	}
	said := d.Statements[language]
	w := &writer{}
	w.section(in.controller, fmt.Sprintf(in.controllerIs, d.Controller, oneLine(d.PostalAddress)), fmt.Sprintf(in.contactIs, person(d.Contact)))
	if d.Officer.Address != "" {
		w.section(in.officer, fmt.Sprintf(in.officerIs, person(d.Officer)))
	}
	w.section(in.purposes, in.purposeLines(d.Purposes)...)
	w.section(in.interests, interestLines(d.Purposes)...)
	w.section(in.categories, fmt.Sprintf(in.categoriesAre, strings.Join(append([]string{in.nameAndAddress}, d.Categories...), "; ")))
	w.section(in.recipients, in.recipientLines(d.Recipients)...)
	w.section(in.transfers, in.transferLines(d)...)
	w.section(in.retention, in.retentionLines(d, said)...)
	w.section(in.rights, in.rightsAre, in.objection)
	if needless(Withdrawal, d) == "" {
		w.section(in.withdrawal, fmt.Sprintf(in.withdrawalIs, d.Contact.Address))
	}
	w.section(in.complaint, fmt.Sprintf(in.complaintIs, d.Contact.Address))
	w.section(in.source, said.Source)
	w.section(in.requirement, said.Requirement)
	w.section(in.automated, said.Automated)
	return w.String()
}

// writer puts sections one below the other; one without lines is left out.
type writer struct{ strings.Builder }

func (w *writer) section(heading string, lines ...string) {
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.TrimSpace(l) == "" })
	if len(lines) == 0 {
		return
	}
	if w.Len() > 0 {
		w.WriteString("\n")
	}
	w.WriteString("## " + heading + "\n\n")
	for i, l := range lines {
		if i > 0 && !(strings.HasPrefix(l, "- ") && strings.HasPrefix(lines[i-1], "- ")) {
			w.WriteString("\n")
		}
		w.WriteString(l + "\n")
	}
}

func (in language) purposeLines(purposes []Purpose) []string {
	var lines []string
	for _, p := range purposes {
		line := "- **" + p.Name + "**: " + in.bases[p.Basis]
		if p.Reference != "" {
			line += " (" + p.Reference + ")"
		}
		lines = append(lines, line+".")
	}
	return lines
}

func interestLines(purposes []Purpose) []string {
	var lines []string
	for _, p := range purposes {
		if p.Basis == legitimateInterests && p.Interest != "" {
			lines = append(lines, "- "+p.Name+": "+p.Interest)
		}
	}
	return lines
}

func (in language) recipientLines(all []Recipient) []string {
	if len(all) == 0 {
		return []string{in.nobody}
	}
	var lines []string
	for _, r := range all {
		lines = append(lines, fmt.Sprintf("- %s (%s): %s.", r.Name, r.Category, strings.TrimRight(r.Purpose, ".")))
	}
	return lines
}

func (in language) transferLines(d Declared) []string {
	var lines []string
	for _, r := range d.Recipients {
		if r.Country != "GB" {
			lines = append(lines, fmt.Sprintf("- %s, %s: %s.", r.Name, r.Country, strings.TrimRight(r.Safeguard, ".")))
		}
	}
	if len(lines) == 0 {
		return []string{in.staysHere}
	}
	return append([]string{in.goesAbroad}, lines...)
}

func (in language) retentionLines(d Declared, said Statements) []string {
	lines := []string{in.untilYouLeave}
	for _, p := range d.Purposes {
		if p.TermDays > 0 {
			lines = append(lines, "- "+fmt.Sprintf(in.endsAfter, p.Name, p.TermDays))
		}
	}
	if d.EndsOn != "" {
		lines = append(lines, fmt.Sprintf(in.endsOn, d.EndsOn))
	}
	for _, r := range d.Retention {
		lines = append(lines, "- "+r)
	}
	return append(lines, said.Retention)
}

func person(p Person) string {
	if p.Name == "" {
		return p.Address
	}
	return p.Name + ", " + p.Address
}

func oneLine(s string) string { return strings.Join(strings.Split(strings.TrimSpace(s), "\n"), ", ") }
