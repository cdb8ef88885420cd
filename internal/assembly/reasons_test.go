package assembly

import (
	"regexp"
	"strings"
	"testing"

	"assent/inbox/cases"
)

// A letter gives its reasons in the language that the person reads, to the person and not about them, and by the law and not by a number of ours (Article 12(1) and (4)).
func TestEveryReasonIsSaidToThePersonInTheirLanguage(t *testing.T) {
	t.Parallel()
	ours := regexp.MustCompile(`\bE\d-\d+|\bArt \d|\bpara \d|\bSch \d`)
	for kind, practice := range (&House{}).practices() {
		for _, outcome := range []cases.Outcome{cases.Granted, cases.Partly, cases.Refused} {
			for _, r := range practice.Reasons(cases.Case{Kind: kind}, outcome) {
				for language, words := range map[string]string{"en": r.English, "cy": r.Welsh} {
					said := cases.Grounds([]string{r.Code}, []cases.Reason{r}, language)
					if words == "" || !strings.Contains(said, words) || !strings.HasSuffix(said, ")") || ours.MatchString(said) {
						t.Errorf("%s, %s, in %s: %q", kind, r.Code, language, said)
					}
				}
			}
		}
	}
}
