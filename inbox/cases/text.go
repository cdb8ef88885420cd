package cases

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"assent/templates"
)

// Fields are the values that a text for letters may name, by field: {{reference}} stands for Fields["reference"].
type Fields map[string]string

// FieldNames returns every field with what it stands for, in the order in which operators see them.
func FieldNames() [][2]string {
	return [][2]string{
		{"reference", "the case's reference"}, {"name", "the name of who asks"}, {"received", "the day on which we received it"},
		{"due", "the day by which we answer"}, {"promised", "the date that this letter promises"}, {"programme", "the programme's name"},
		{"controller", "who is responsible for the data"}, {"officer", "the data protection officer's name"}, {"officer-address", "their address"},
		{"contact", "the Point of Contact's name"}, {"contact-address", "their address"}, {"outcome", "what was decided, in words"}, {"reasons", "the words of the decision"},
		{"grounds", "the reasons of the decision, each with its law"}, {"actions", "what we promise to do, with the dates"}, {"rights", "the ways to complain: to us, to the Commissioner, to a court"},
		{"fee", "how much the fee is"}, {"passed-to", "who deals with it now"}, {"why", "why it is done: you write it yourself"}, {"your-words", "what only you can say: you write it yourself"},
		{"changes", "of a correction: what stood on record, what stands there now, and the statement beside it"},
		{"link", "the link to what is handed over"}, {"link-until", "the day until which the link is good"},
		{"receiver", "the organisation to which the data goes straight"},
	}
}

var fieldForm = regexp.MustCompile(`\{\{\s*([a-z-]+)\s*\}\}`)

// Fill puts values into a text. A field that has no value yet stays as it is, so that whoever writes sees what is missing. A name that is no field gives an error of
// kind Invalid.
func Fill(text string, values Fields) (string, error) {
	var unknown string
	out := fieldForm.ReplaceAllStringFunc(text, func(hole string) string {
		name := fieldForm.FindStringSubmatch(hole)[1]
		if !isField(name) {
			unknown = name
		}
		if v := values[name]; v != "" {
			return v
		}
		return hole
	})
	if unknown != "" {
		return "", invalid("There is no field {{%s}}. Fields are: %s.", unknown, fieldList())
	}
	return out, nil
}

// FillBody is Fill for the body of a letter, which is Markdown. What a field has from other people, such as the name in the header of their mail, is shown as it is.
func FillBody(text string, values Fields) (string, error) {
	values = maps.Clone(values)
	for _, name := range []string{"name", "programme", "controller", "officer", "contact", "receiver"} {
		if v, ok := values[name]; ok {
			values[name] = templates.Literal(v)
		}
	}
	return Fill(text, values)
}

// Unfilled returns the first field that a text still names, "" for none.
func Unfilled(text string) string {
	if m := fieldForm.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

func isField(name string) bool {
	return slices.ContainsFunc(FieldNames(), func(f [2]string) bool { return f[0] == name })
}

func fieldList() string {
	var names []string
	for _, f := range FieldNames() {
		names = append(names, f[0])
	}
	return strings.Join(names, ", ")
}

// Limits of what a person writes, in octets.
const (
	maxSubject = 300
	maxBody    = 60 << 10
	maxTexts   = 500 // of one programme
)

var textName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,59}$`)

// Check refuses a text that cannot be used. Kind of error: Invalid.
func (t Text) Check() error {
	switch {
	case !textName.MatchString(t.Name):
		return invalid("A text's name has small letters, digits and hyphens, such as ask-identity.")
	case t.Language != "en" && t.Language != "cy":
		return invalid("The language must be en or cy.")
	case strings.TrimSpace(t.Title) == "" || len(t.Title) > maxSubject:
		return invalid("Give the text a title that operators know it by.")
	}
	if err := checkLetterText(t.Subject, t.Body); err != nil {
		return err
	}
	if _, err := Fill(t.Subject, nil); err != nil {
		return err
	}
	_, err := Fill(t.Body, nil)
	return err
}

// For returns a text as a letter about a case begins from it. What refuses, also in part, needs a place for its reasons with their law, and has one put in before the
// ways to complain where the text has none (Article 12(4)). A paragraph for what the decision does not say is left out.
func (t Text) For(c Case) Text {
	if t.Answers && c.Decision != nil {
		t.Body = withoutUnsaid(t.Body, t.Language, *c.Decision)
	}
	if !t.Answers || !c.WantsWriting() || len(c.Decision.Reasons) == 0 || strings.Contains(t.Body, "{{grounds}}") {
		return t
	}
	reasons := reasonsLead(t.Language) + "\n\n{{grounds}}"
	before, after, found := strings.Cut(t.Body, "{{rights}}")
	if !found {
		before, after = t.Body+"\n\n", ""
	}
	t.Body = before + reasons + "\n\n{{rights}}" + after
	return t
}

// reasonsLead is the sentence before the reasons.
func reasonsLead(language string) string {
	if language == "cy" {
		return "Ein rhesymau, a’r gyfraith y mae pob un yn seiliedig arni:"
	}
	return "Our reasons, and the law that each rests on:"
}

// withoutUnsaid leaves out the paragraph of reasons that a decision does not give, with the sentence before it, and that of words where it has none and no sentence leads up
// to them: who writes need not take them out by hand.
func withoutUnsaid(body, language string, d Decision) string {
	if len(d.Reasons) == 0 {
		body = strings.Replace(body, reasonsLead(language)+"\n\n{{grounds}}\n\n", "", 1)
	}
	before, after, found := strings.Cut(body, "\n\n{{reasons}}\n\n")
	if !found || strings.TrimSpace(d.Words) != "" || strings.HasSuffix(before, ":") {
		return body
	}
	return before + "\n\n" + after
}

func checkLetterText(subject, body string) error {
	switch {
	case strings.TrimSpace(subject) == "" || len(subject) > maxSubject || strings.ContainsAny(subject, "\r\n"):
		return invalid("Give a subject of one line, at most %d characters.", maxSubject)
	case strings.TrimSpace(body) == "" || len(body) > maxBody:
		return invalid("Write the letter; at most %d characters.", maxBody)
	case !utf8.ValidString(subject) || !utf8.ValidString(body):
		return invalid("The letter is not valid text.")
	}
	return nil
}

// Choose returns the texts that an operator may start from: those that come with Assent, with the house's and then the programme's own in their place.
func Choose(built, own []Text) []Text {
	out := slices.Clone(built)
	for _, mine := range own {
		i := slices.IndexFunc(out, func(t Text) bool { return t.Name == mine.Name && t.Language == mine.Language })
		switch {
		case i < 0:
			out = append(out, mine)
		case mine.ProgrammeID != 0 || out[i].ProgrammeID == 0:
			mine.Asks, mine.Answers, mine.Extends, mine.Does = out[i].Asks, out[i].Answers, out[i].Extends, out[i].Does
			out[i] = mine
		}
	}
	return out
}
