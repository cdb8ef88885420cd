package clock

import (
	"os"
	"strings"
	"testing"
)

// TestDocumentShowsWhatTheProgramDoes keeps the examples of docs/clocks.md true.
func TestDocumentShowsWhatTheProgramDoes(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/clocks.md")
	if err != nil {
		t.Fatal(err)
	}
	r := newReckoner(t)

	answer := find(t, reckon(t, r, Request{Kind: "access", Received: "2026-11-25T09:00:00Z"}), Answer)
	var working strings.Builder
	explainClock(&working, answer)
	if !strings.Contains(string(document), working.String()) {
		t.Errorf("the document does not show this working:\n%s", working.String())
	}

	_, rest, _ := strings.Cut(string(document), "```json\n")
	line, rest, _ := strings.Cut(rest, "```")
	_, rest, _ = strings.Cut(rest, "```json\n")
	want, _, _ := strings.Cut(rest, "```")
	if got, _ := batch(t, line); got != want || got == "" {
		t.Errorf("the batch example gives\n%s\nand the document has\n%s", got, want)
	}
}
