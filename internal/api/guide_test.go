package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"assent/internal/web"
)

// command is a line of the guide: api POST /lists '{…}' # 409
var command = regexp.MustCompile(`(?m)^api ([A-Z]+) '?(/[^ '\n]*)'?(?: '([^']*)')?(?: # ([0-9]+))?$`)

// The guide's commands are run in their order, and the parts of answers that it shows must be in the answers.
func TestTheGuideWorks(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	h := small(t, nil)
	var last answer
	run, shown := 0, 0
	for _, block := range regexp.MustCompile("(?s)```(sh|json)\n(.*?)```").FindAllStringSubmatch(string(guide), -1) {
		if block[1] == "json" {
			var want any
			if err := json.Unmarshal([]byte(block[2]), &want); err != nil {
				t.Fatalf("%v in %s", err, block[2])
			}
			if missing := lacks(last.object, want, ""); missing != "" {
				t.Errorf("the guide shows %s, and %s, in %s", block[2], missing, last.Body)
			}
			shown++
			continue
		}
		commands := command.FindAllStringSubmatch(block[2], -1)
		if got := strings.Count(block[2], "\napi ") + 1; got != len(commands) {
			t.Fatalf("%d of %d commands can be read in %s", len(commands), got, block[2])
		}
		for _, c := range commands {
			last = h.ask(t, c[1], "/api/v1"+c[2], c[3])
			want, _ := strconv.Atoi(c[4])
			if last.Code != want && (want != 0 || last.Code >= 300) {
				t.Errorf("%s: %d %s", c[0], last.Code, last.Body)
			}
			run++
		}
	}
	if run < 15 || shown < 10 {
		t.Errorf("only %d commands and %d answers were found", run, shown)
	}
}

// lacks says what of want is not in got.
func lacks(got, want any, at string) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return at + " is no object"
		}
		for k, v := range w {
			if s := lacks(g[k], v, at+"."+k); s != "" {
				return s
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) < len(w) {
			return at + " is shorter"
		}
		for i, v := range w {
			if s := lacks(g[i], v, fmt.Sprintf("%s[%d]", at, i)); s != "" {
				return s
			}
		}
		return ""
	}
	if got != want {
		return fmt.Sprintf("%s is %v", at, got)
	}
	return ""
}

func TestTheGuideNamesEveryProblem(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range web.Sorts() {
		if !strings.Contains(string(guide), fmt.Sprintf("| %d | `%s` |", s.Status, s.Name)) {
			t.Errorf("the guide lacks %d %s (%s)", s.Status, s.Name, http.StatusText(s.Status))
		}
	}
}
