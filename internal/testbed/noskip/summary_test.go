package main

import (
	"strings"
	"testing"
)

func TestSummary(t *testing.T) {
	t.Parallel()
	const passed = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}
`
	tests := []struct {
		name   string
		events string
		ok     bool
		want   []string
		not    string
	}{
		{
			name:   "a test that passed is counted and its output dropped",
			events: passed + `{"Action":"pass","Package":"p","Elapsed":0.2}`,
			ok:     true,
			want:   []string{"ok    p", "1 tests", "\n1 passed, 0 failed, 0 skipped\n"},
			not:    "noise",
		},
		{
			name: "a test that failed is shown with its output",
			events: passed + `{"Action":"output","Package":"p","Test":"TestB","Output":"    want 2\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p"}`,
			want: []string{"--- FAIL p TestB\n    want 2\n", "FAIL  p", "\n1 passed, 1 failed, 0 skipped\n"},
		},
		{
			name: "a skipped test fails the run and is named with its reason",
			events: passed + `{"Action":"output","Package":"p","Test":"TestB","Output":"    set ASSENT_TEST_X to run this\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p"}`,
			want: []string{"--- SKIP p TestB\n    set ASSENT_TEST_X", "\n1 passed, 0 failed, 1 skipped\n"},
		},
		{
			name: "a package that does not compile is a failure",
			events: passed + `{"ImportPath":"q [q.test]","Action":"build-output","Output":"undefined: x\n"}
{"ImportPath":"q [q.test]","Action":"build-fail"}
{"Action":"fail","Package":"q","FailedBuild":"q [q.test]"}`,
			want: []string{"undefined: x\nFAIL  q", "\n1 passed, 1 failed, 0 skipped\n"},
		},
		{
			name: "a panic shows the output of the test that never ended",
			events: `{"Action":"output","Package":"p","Test":"TestB","Output":"panic: boom\n"}
{"Action":"fail","Package":"p"}`,
			want: []string{"panic: boom\nFAIL  p", "0 passed, 1 failed, 0 skipped\n"},
		},
		{
			name: "a race is shown although the test that ran into it passed",
			events: `{"Action":"output","Package":"p","Test":"TestA","Output":"WARNING: DATA RACE\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"  a_test.go:7\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"==================\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}`,
			want: []string{"WARNING: DATA RACE\n  a_test.go:7\n==================\nFAIL  p"},
			not:  "noise",
		},
		{
			name: "a race found after the last test is a failure",
			events: passed + `{"Action":"output","Package":"p","Output":"WARNING: DATA RACE\n"}
{"Action":"fail","Package":"p"}`,
			want: []string{"WARNING: DATA RACE\nFAIL  p", "\n1 passed, 1 failed, 0 skipped\n"},
		},
		{
			name:   "a package without tests is neither passed nor skipped",
			events: passed + `{"Action":"skip","Package":"q"}`,
			ok:     true,
			want:   []string{"1 passed, 0 failed, 0 skipped\n"},
		},
		{
			name:   "no test at all is a failure",
			events: `{"Action":"skip","Package":"q"}`,
			want:   []string{"0 passed, 0 failed, 0 skipped\n"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			s := newSummary(&out)
			if err := s.read(strings.NewReader(tt.events)); err != nil {
				t.Fatal(err)
			}
			if ok := s.close(); ok != tt.ok {
				t.Errorf("ok = %v, want %v", ok, tt.ok)
			}
			for _, want := range tt.want {
				if !strings.Contains("\n"+out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
			if tt.not != "" && strings.Contains(out.String(), tt.not) {
				t.Errorf("%q in\n%s", tt.not, out.String())
			}
		})
	}
}
