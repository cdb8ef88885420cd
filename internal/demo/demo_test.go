package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/internal/demo"
)

func TestTheStoryGoesAsItShouldAndIsToldAsJSON(t *testing.T) {
	t.Parallel()
	var out, progress bytes.Buffer
	// The race detector and the tests beside this one take their time: how long opt-outs take is measured elsewhere.
	err := demo.Run(t.Context(), demo.Options{Within: time.Minute, Out: &out, Show: &progress, Log: t.Output(), JSON: true, Once: true, Listen: "127.0.0.1:0", Now: time.Now})
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	var told demo.Result
	d := json.NewDecoder(&out)
	if err := d.Decode(&told); err != nil || d.More() {
		t.Fatalf("what was told is not one JSON object: %v", err)
	}
	if !told.OK || len(told.Campaigns) != 6 || len(told.OptOuts) < 15 || told.Case.DueOn == "" || len(told.Expectations) < 8 {
		t.Errorf("the story: %+v", told)
	}
	for _, line := range []string{"asking to subscribe: 200 of 200", "opting out: "} {
		if !strings.Contains(progress.String(), line) {
			t.Errorf("progress does not show %q:\n%s", line, progress.String())
		}
	}
}

// invitation ends the demo once it invites people to look round.
type invitation struct {
	bytes.Buffer
	end context.CancelFunc
}

func (i *invitation) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("Everything is still running")) {
		defer i.end()
	}
	return i.Buffer.Write(p)
}

func TestAStoryOfWhichALineDidNotHoldStaysToBeLookedAt(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	show := &invitation{end: end}
	err := demo.Run(ctx, demo.Options{Within: time.Nanosecond, Out: &bytes.Buffer{}, Show: show, Log: t.Output(), Listen: "127.0.0.1:0", Now: time.Now})
	if !errors.Is(err, demo.ErrStory) || !strings.Contains(show.String(), "Not every line of the story held") || !strings.Contains(show.String(), "/console") {
		t.Errorf("%v\n%s", err, show.String())
	}
}

func TestWhoLooksRoundMayBringInAFile(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	invited, wait := context.WithCancel(t.Context())
	show, ended := &invitation{end: wait}, make(chan error, 1)
	go func() {
		ended <- demo.Run(ctx, demo.Options{Within: time.Minute, Out: &bytes.Buffer{}, Show: show, Log: t.Output(), Listen: "127.0.0.1:0", Now: time.Now})
	}()
	select {
	case <-invited.Done():
	case err := <-ended:
		t.Fatal(err)
	}
	said := regexp.MustCompile(`Authorization: (Bearer \S+)' (http://\S+)/api/v1/`).FindStringSubmatch(show.String())
	if said == nil {
		t.Fatalf("no key in:\n%s", show.String())
	}
	file := strings.NewReader("address,act,acted_at,source\nann@example.org,Ticked the box,2026-05-01,old website\n")
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, said[2]+"/api/v1/uploads?list=open-service-monthly&file_name=people.csv", file)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", said[1])
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode/100 != 2 {
		t.Errorf("%s %v\n%s", answer.Status, err, body)
	}
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAStoryThatIsCutOffLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- demo.Run(ctx, demo.Options{Out: &bytes.Buffer{}, Log: t.Output(), Once: true, Listen: "127.0.0.1:0", Now: time.Now})
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it told of no trouble")
		}
	case <-time.After(time.Minute):
		t.Fatal("a minute after it was cut off it still runs")
	}
}
