package clock

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"assent/internal/errs"
)

func batch(t testing.TB, input string) (string, BatchCount) {
	t.Helper()
	var out strings.Builder
	count, err := newReckoner(t).Batch(strings.NewReader(input), &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), count
}

func TestBatchLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxLine)
	tests := []struct{ name, line, want string }{
		{"a request for a copy", `{"id":"a1","kind":"access","received":"2026-11-25T09:00:00Z","division":"england-and-wales"}`,
			`{"id":"a1","clocks":[{"name":"answer","starts":"2026-11-25","due":"2026-12-29"},{"name":"extension-notice","starts":"2026-11-25","due":"2026-12-29"}]}`},
		{"everything that a line can have",
			`{"id":7,"kind":"access","received":"2026-09-03T09:00:00Z","division":"scotland","identity_requested":"2026-09-04T10:00:00Z","identity_received":"2026-09-09",` +
				`"pauses":[["2026-09-10","2026-09-14"]],"extended":true,"house":{"acknowledge_working_days":5,"answer_working_days":20}}`,
			`{"id":7,"clocks":[{"name":"house-acknowledge","starts":"2026-09-03","due":"2026-09-10"},{"name":"house-answer","starts":"2026-09-03","due":"2026-10-01"},` +
				`{"name":"extension-notice","starts":"2026-09-09","due":"2026-10-14"},{"name":"answer","starts":"2026-09-09","due":"2026-12-14"}]}`},
		{"members that are null", `{"id":1,"kind":"complaint","received":"2026-09-03T09:00:00Z","division":"scotland","identity_requested":null,"identity_received":null,"pauses":null,"extended":null,"house":null}`,
			`{"id":1,"clocks":[{"name":"acknowledge","starts":"2026-09-03","due":"2026-10-05"}]}`},
		{"a complaint without a statutory clock", `{"id":1,"kind":"complaint","received":"2026-06-01T09:00:00Z","division":"scotland"}`, `{"id":1,"clocks":[]}`},
		{"a breach", `{"id":1,"kind":"breach","received":"2026-11-25T09:00:00Z","division":"scotland"}`,
			`{"id":1,"clocks":[{"name":"breach-notice","starts":"2026-11-25T09:00:00Z","due":"2026-11-28T09:00:00Z"}]}`},
		{"a clock that has not started", `{"id":1,"kind":"erasure","received":"2026-11-25T09:00:00Z","division":"scotland","identity_requested":true}`,
			`{"id":1,"clocks":[{"name":"answer","starts":null,"due":null,"waiting_for":"identity"},{"name":"extension-notice","starts":null,"due":null,"waiting_for":"identity"}]}`},
		{"an open pause", `{"id":1,"kind":"access","received":"2026-11-25T09:00:00Z","division":"scotland","pauses":[["2026-11-26",null]]}`,
			`{"id":1,"clocks":[{"name":"answer","starts":"2026-11-25","due":null,"waiting_for":"clarification"},{"name":"extension-notice","starts":"2026-11-25","due":null,"waiting_for":"clarification"}]}`},
		{"a misspelt member is named", `{"id":1,"kind":"breach","received":"2026-11-25T09:00:00Z","division":"scotland","extendd":true}`,
			`{"id":1,"clocks":[{"name":"breach-notice","starts":"2026-11-25T09:00:00Z","due":"2026-11-28T09:00:00Z"}],"ignored":["extendd"]}`},
		{"no JSON", `kind=access`, `{"id":null,"line":1,"error":"The line is not a JSON object."}`},
		{"a JSON null", `null`, `{"id":null,"line":1,"error":"The line is not a JSON object."}`},
		{"no id", `{"kind":"access"}`, `{"id":null,"line":1,"error":"The id must be a text or a number."}`},
		{"an id that is an object", `{"id":{"a":1},"kind":"access"}`, `{"id":null,"line":1,"error":"The id must be a text or a number."}`},
		{"a member of the wrong type", `{"id":"x","kind":"access","extended":"perhaps"}`, `{"id":"x","line":1,"error":"The member extended cannot be read: a string does not fit."}`},
		{"an unknown division", `{"id":"x","kind":"access","received":"2026-11-25T09:00:00Z","division":"wales"}`,
			`{"id":"x","line":1,"error":"The division must be england-and-wales, scotland or northern-ireland."}`},
		{"a time without a zone", `{"id":"x","kind":"access","received":"2026-11-25T09:00:00","division":"scotland"}`,
			`{"id":"x","line":1,"error":"received must be a time such as 2026-11-25T09:00:00Z or a UK date such as 2026-11-25."}`},
		{"a pause of three dates", `{"id":"x","kind":"access","received":"2026-11-25","division":"scotland","pauses":[["2026-11-25","2026-11-26","2026-11-27"]]}`,
			`{"id":"x","line":1,"error":"pauses must be pairs of dates such as [\"2026-11-25\",\"2026-11-27\"]."}`},
		{"identity received, but not when", `{"id":"x","kind":"access","received":"2026-11-25","division":"scotland","identity_requested":true,"identity_received":true}`,
			`{"id":"x","line":1,"error":"identity_received must be the day on which it came, as the clock starts with it."}`},
		{"a line that is too long", `{"id":"` + long + `"}`, `{"id":null,"line":1,"error":"The line is longer than 64 KiB."}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// A good line follows, to see that nothing of the first one is left over.
			const next = `{"id":"next","kind":"breach","received":"2026-11-25T09:00:00Z","division":"scotland"}`
			out, count := batch(t, tt.line+"\n"+next)
			first, second, _ := strings.Cut(out, "\n")
			if first != tt.want {
				t.Errorf("answer:\n%s\nwant:\n%s", first, tt.want)
			}
			if !strings.HasPrefix(second, `{"id":"next","clocks":[{`) {
				t.Errorf("the next line is answered by %s", second)
			}
			if failed := strings.Contains(tt.want, `"error"`); count.Lines != 2 || (count.Failed == 1) != failed {
				t.Errorf("counted %+v", count)
			}
		})
	}
}

func TestBatchSkipsBlankLinesAndAByteOrderMark(t *testing.T) {
	t.Parallel()
	out, count := batch(t, "\ufeff"+`{"id":1,"kind":"breach","received":"2026-11-25T09:00:00Z","division":"scotland"}`+"\r\n\r\n  \nx")
	if count != (BatchCount{Lines: 2, Failed: 1}) || !strings.Contains(out, `"line":4`) {
		t.Errorf("counted %+v in\n%s", count, out)
	}
}

func TestBatchAnswersWhoeverTypesLineByLine(t *testing.T) {
	t.Parallel()
	in, typed := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error, 1)
	r := newReckoner(t)
	go func() {
		_, err := r.Batch(in, out)
		done <- err
	}()
	decoder := json.NewDecoder(answers)
	for range 3 {
		if _, err := io.WriteString(typed, `{"id":1,"kind":"breach","received":"2026-11-25T09:00:00Z","division":"scotland"}`+"\n"); err != nil {
			t.Fatal(err)
		}
		var answer map[string]any
		if err := decoder.Decode(&answer); err != nil || answer["clocks"] == nil {
			t.Fatalf("answer %v, %v", answer, err)
		}
	}
	if err := typed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestBatchTellsWhenItCannotReadOrWrite(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	line := `{"id":1,"kind":"breach","received":"2026-11-25T09:00:00Z","division":"scotland"}` + "\n"
	var out strings.Builder
	count, err := r.Batch(io.MultiReader(strings.NewReader(line), iotest.ErrReader(errBroken)), &out)
	if errs.KindOf(err) != errs.Unavailable || !errors.Is(err, errBroken) || count.Lines != 1 || !strings.Contains(out.String(), "breach-notice") {
		t.Errorf("reading: %v after %+v, wrote %q", err, count, out.String())
	}
	if _, err := r.Batch(strings.NewReader(line), brokenWriter{}); errs.KindOf(err) != errs.Unavailable || !errors.Is(err, errBroken) {
		t.Errorf("writing: %v", err)
	}
	if err := Explain(brokenWriter{}, Reckoning{}); errs.KindOf(err) != errs.Unavailable || !errors.Is(err, errBroken) {
		t.Errorf("explaining: %v", err)
	}
}

func TestPauseOnACommandLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-11-25..2026-11-27": "2026-11-25 2026-11-27",
		"2026-11-25..":           "2026-11-25 ",
	} {
		if pair, err := ParsePause(in); err != nil || strings.Join(pair, " ") != want {
			t.Errorf("%q gave %q, %v", in, pair, err)
		}
	}
	for _, in := range []string{"", "..", "..2026-11-27", "2026-11-25"} {
		if pair, err := ParsePause(in); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q gave %q, %v", in, pair, err)
		}
	}
}

func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"id":"a","kind":"access","received":"2026-11-25T09:00:00Z","division":"scotland","pauses":[["2026-11-26","2026-11-27"]],"extended":true,"house":{"answer_working_days":20}}`))
	f.Add([]byte("{\"id\":1,\"kind\":\"breach\",\"received\":\"2026-11-25\",\"division\":\"scotland\"}\n\n[1]\nnull\n"))
	f.Add([]byte(`{"id":1,"kind":"access","received":"2999-12-31","division":"scotland","identity_requested":true,"identity_received":"2999-12-31","pauses":[["1990-01-01",null]]}`))
	r := newReckoner(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		count, err := r.Batch(bytes.NewReader(data), &out)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(out.Bytes(), []byte("\n"))
		if lines != count.Lines {
			t.Errorf("%d lines in, %d out", count.Lines, lines)
		}
		for line := range bytes.Lines(out.Bytes()) {
			if !json.Valid(line) {
				t.Errorf("no JSON: %s", line)
			}
		}
	})
}
