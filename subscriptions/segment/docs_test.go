package segment_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"assent/subscriptions/segment"
)

// The page for people shows one segment in all its forms, and phrases that can all be read.
func TestThePageOnSegmentsIsTrue(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/segments.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile(`(?m)(?:^    .*\n)+`).FindAllString(string(raw), 3) {
		blocks = append(blocks, regexp.MustCompile(`(?m)^    `).ReplaceAllString(m, ""))
	}
	fromText, fromJSON := must(segment.Parse(blocks[0]))(t), must(segment.Decode([]byte(blocks[1])))(t)
	if !reflect.DeepEqual(fromText, fromJSON) {
		t.Errorf("%s is not %s", fromText, fromJSON)
	}
	if got := must(segment.Bind(fromText, harbour(), at()))(t).Explain(); got != blocks[2] {
		t.Errorf("the page says\n%sand the rule\n%s", blocks[2], got)
	}
	for _, phrase := range []string{
		`company is "Anchor"`, `berths at least 4`, `pilot is yes`, `renewal before 2026-12-01`, `company is not set`, `on list monthly`, `permitted for news`,
		`joined monthly in the last 30 days`, `on record since 2026-01-01`, `source starts with "import"`, `sent any campaign in the last 30 days`,
	} {
		if !strings.Contains(string(raw), "`"+phrase+"`") {
			t.Errorf("the page lacks %s", phrase)
		}
		must(segment.Parse(phrase))(t)
	}
}
