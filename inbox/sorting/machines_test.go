package sorting

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// machineMail is one message of testdata/machines and what it is.
type machineMail struct {
	want []string // kind, labels, first recipient, status, "dead", in any order
	raw  string
}

// readMachines reads one file: a line such as "-- bounce ann@example.org permanent --" starts each message.
func readMachines(tb testing.TB, file string) []machineMail {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var out []machineMail
	for line := range strings.Lines(string(data)) {
		if want, ok := strings.CutPrefix(strings.TrimSpace(line), "-- "); ok && strings.HasSuffix(want, " --") {
			out = append(out, machineMail{want: strings.Fields(strings.TrimSuffix(want, " --"))})
		} else if len(out) > 0 {
			out[len(out)-1].raw += line
		}
	}
	return out
}

// seen returns what a verdict says, as machineMail has it.
func (m machineMail) seen(v Verdict) []string {
	got := append([]string{string(v.Kind)}, v.Labels...)
	for _, r := range v.Recipients[:min(1, len(v.Recipients))] {
		got = append(got, r.Address.String())
	}
	if v.Status != "" {
		got = append(got, v.Status)
	}
	if v.Flagged(FlagDeadAddress) {
		got = append(got, "dead")
	}
	return got
}

// wrong says what is wrong with a verdict, or "". A status is looked at only where one is expected; so is the recipient of
// a complaint.
func (m machineMail) wrong(v Verdict) string {
	got := slices.DeleteFunc(m.seen(v), func(s string) bool {
		return s == v.Status && !slices.Contains(m.want, s) || v.Kind == KindARF && strings.Contains(s, "@") && !slices.Contains(m.want, s)
	})
	if slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(m.want))) {
		return ""
	}
	return fmt.Sprintf("got %v, want %v", got, m.want)
}

func TestMailOfMachinesIsSorted(t *testing.T) {
	t.Parallel()
	files := globbed(t, "testdata/machines/*.txt")
	n, bad := 0, 0
	for _, f := range files {
		for _, m := range readMachines(t, f) {
			n++
			v := Sort(parsed(t, m.raw))
			if s := m.wrong(v); s != "" {
				bad++
				subject, _, _ := strings.Cut(m.raw[strings.Index(m.raw, "Subject:"):], "\n")
				t.Errorf("%s: %s %q", subject, s, groundWords(v))
			}
		}
	}
	t.Logf("%d of %d are right", n-bad, n)
}
