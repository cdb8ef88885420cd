//go:build corpus

package sorting

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/message"
)

// labelled is a line of labels.jsonl.
type labelled struct {
	File       string   `json:"file"`
	Kind       Kind     `json:"kind"`
	Labels     []string `json:"labels"`
	Optional   []string `json:"optional"`
	Lang       string   `json:"lang"`
	Recipient  string   `json:"recipient"`
	Recipients []string `json:"recipients"`
	Original   []string `json:"original_recipients"`
	Status     string   `json:"status"`
	Hard       bool     `json:"hard"`
	Dead       *bool    `json:"hardbounce"`

	folder  string
	verdict Verdict
}

// sortedCorpus sorts all labelled mail in the folder that ASSENT_TEST_CORPUS names.
func sortedCorpus(t *testing.T) []*labelled {
	t.Helper()
	dir := os.Getenv("ASSENT_TEST_CORPUS")
	if dir == "" {
		t.Skip("set ASSENT_TEST_CORPUS to run this")
	}
	var all []*labelled
	var spent time.Duration
	for _, folder := range []string{"bounces", "arf", "autoreplies", "unsubscribe", "rights"} {
		lines, err := os.ReadFile(filepath.Join(dir, folder, "labels.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(lines)) {
			l := &labelled{folder: folder}
			if err := json.Unmarshal([]byte(line), l); err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(filepath.Join(dir, folder, l.File))
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			m, err := message.Parse(bytes.NewReader(raw), message.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			l.verdict = Sort(m)
			spent += time.Since(start)
			all = append(all, l)
		}
	}
	t.Logf("%d mails, %v each", len(all), spent/time.Duration(len(all)))
	return all
}

func TestKindsOfTheCorpus(t *testing.T) {
	all := sortedCorpus(t)
	by := map[Kind]*score{}
	for _, k := range []Kind{KindBounce, KindARF, KindAutoReply, KindUnsubscribe, KindRights, KindNone} {
		by[k] = &score{}
	}
	for _, l := range all {
		if l.Kind == l.verdict.Kind {
			by[l.Kind].hit++
			continue
		}
		by[l.Kind].missed++
		by[l.verdict.Kind].false_++
		t.Logf("%s/%s (%s) is %s %v, sorted as %s %v %+v", l.folder, l.File, l.Lang, l.Kind, l.Labels, l.verdict.Kind, l.verdict.Labels, l.verdict.Grounds)
	}
	macro := 0.0
	for k, s := range by {
		macro += s.f1() / float64(len(by))
		t.Logf("%-12s precision %.3f recall %.3f F1 %.3f", k, s.precision(), s.recall(), s.f1())
	}
	t.Logf("kinds macro-F1 %.4f", macro)
	atLeast(t, "kinds macro-F1", macro, 0.99)
	atLeast(t, "opt-out recall", by[KindUnsubscribe].recall(), 0.99)
	atLeast(t, "opt-out precision", by[KindUnsubscribe].precision(), 0.99)
	atLeast(t, "any-rights recall", by[KindRights].recall(), 0.99)
}

func TestRightsOfTheCorpus(t *testing.T) {
	by := map[string]*score{}
	for _, l := range sortedCorpus(t) {
		if l.Kind != KindRights {
			continue
		}
		var got []string
		if l.verdict.Kind == KindRights {
			got = l.verdict.Labels
		}
		for _, label := range rightsLabels() {
			want, is := slices.Contains(l.Labels, label), slices.Contains(got, label)
			if slices.Contains(l.Optional, label) || !want && !is {
				continue
			}
			if by[label] == nil {
				by[label] = &score{}
			}
			switch {
			case want && is:
				by[label].hit++
			case want:
				by[label].missed++
				t.Logf("%s (%s): %s missed, got %v", l.File, l.Lang, label, got)
			default:
				by[label].false_++
				t.Logf("%s (%s): %s is not asked: %+v", l.File, l.Lang, label, groundWords(l.verdict))
			}
		}
	}
	macro, n := 0.0, 0
	for label, s := range by {
		t.Logf("%-20s precision %.3f recall %.3f F1 %.3f", label, s.precision(), s.recall(), s.f1())
		macro += s.f1()
		n++
	}
	t.Logf("rights macro-F1 %.4f", macro/float64(n))
	atLeast(t, "rights macro-F1", macro/float64(n), 0.97)
}

func TestBouncesOfTheCorpus(t *testing.T) {
	recipients, outcomes, statuses, dead := score{}, score{}, score{}, score{}
	for _, l := range sortedCorpus(t) {
		if l.Kind != KindBounce || l.verdict.Kind != KindBounce {
			continue
		}
		got := ""
		if len(l.verdict.Recipients) > 0 {
			got = l.verdict.Recipients[0].Address.String()
		}
		if strings.EqualFold(got, l.Recipient) || slices.ContainsFunc(l.Original, func(o string) bool { return strings.EqualFold(o, got) }) {
			recipients.hit++
		} else {
			recipients.missed++
			t.Logf("%s: recipient %q, want %q", l.File, got, l.Recipient)
		}
		if len(l.Labels) > 0 {
			if slices.Equal(l.Labels, l.verdict.Labels) {
				outcomes.hit++
			} else {
				outcomes.missed++
				t.Logf("%s: %v, want %v (status %q, want %q)", l.File, l.verdict.Labels, l.Labels, l.verdict.Status, l.Status)
			}
		}
		if l.Status != "" {
			if l.Status == l.verdict.Status {
				statuses.hit++
			} else {
				statuses.missed++
				t.Logf("%s: status %q, want %q", l.File, l.verdict.Status, l.Status)
			}
		}
		if l.Dead != nil {
			switch is := l.verdict.Flagged(FlagDeadAddress); {
			case is && *l.Dead:
				dead.hit++
			case is:
				dead.false_++
				t.Logf("%s: called dead (status %s)", l.File, l.Status)
			case *l.Dead:
				dead.missed++
				t.Logf("%s: not called dead (status %s)", l.File, l.Status)
			}
		}
	}
	t.Logf("recipient %.4f, outcome %.4f, status %.4f, dead precision %.4f recall %.4f", recipients.recall(), outcomes.recall(), statuses.recall(), dead.precision(), dead.recall())
	atLeast(t, "bounce recipient", recipients.recall(), 0.99)
	atLeast(t, "bounce outcome", outcomes.recall(), 0.99)
}

func TestAutoRepliesOfTheCorpus(t *testing.T) {
	good, n := 0, 0
	for _, l := range sortedCorpus(t) {
		if l.Kind != KindAutoReply && l.Kind != KindARF || l.verdict.Kind != l.Kind {
			continue
		}
		n++
		if slices.Equal(l.Labels, l.verdict.Labels) {
			good++
		} else {
			t.Logf("%s: %v, want %v %v", l.File, l.verdict.Labels, l.Labels, groundWords(l.verdict))
		}
	}
	t.Logf("%d of %d", good, n)
	atLeast(t, "labels of automatic replies and complaints", ratio(good, n), 0.95)
}
