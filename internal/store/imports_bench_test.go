package store_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"assent/internal/csvfile"
	"assent/internal/scratch"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// benchSizes are the sizes to measure: 10,000, or what ASSENT_BENCH_PEOPLE lists, such as "10000,100000,1000000".
func benchSizes(b *testing.B) (sizes []int) {
	b.Helper()
	list := os.Getenv("ASSENT_BENCH_PEOPLE")
	if list == "" {
		list = "10000"
	}
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			b.Fatal(err)
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// durable takes back what makes databases of tests faster than those of installations.
func durable(url string) string {
	return strings.Replace(strings.TrimSuffix(url, "?synchronous=normal"), "synchronous_commit=off", "synchronous_commit=on", 1)
}

// crowdFile writes a file of people with their evidence.
func crowdFile(b *testing.B, people int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "people.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprint(w, "address,name,language,act,acted_at,source,wording\n")
	for n := range people {
		fmt.Fprintf(w, "person.%d@mail%d.example.org,Person Number %d,en,Ticked the box on the stand's form,2026-03-%02dT14:05:%02dZ,Spring fair,Send me the news.\n", n, n%97, n, 1+n%28, n%60)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkImport is what bringing a file in costs, from its first look to its last commit, with evidence, ledger, seal and the gate's tables, on databases
// that are as durable as an installation's.
func BenchmarkImport(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		for _, people := range benchSizes(b) {
			b.Run(fmt.Sprintf("%s/people=%d", name, people), func(b *testing.B) {
				path := crowdFile(b, people)
				spent := meter(b)
				for b.Loop() {
					b.StopTimer()
					h := furnish(b, storetest.Open(b, durable(url(b)), time.Now), time.Now)
					spent.start()
					b.StartTimer()
					bringFile(b, h, path, people)
					spent.stop()
				}
				spent.report(people)
			})
		}
	}
}

func bringFile(b *testing.B, h house, path string, people int) {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	survey, err := csvfile.Examine(f, csvfile.UTF8)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		b.Fatal(err)
	}
	seen, err := scratch.Open(survey.Lines)
	if err != nil {
		b.Fatal(err)
	}
	defer seen.Close()
	im := &importing.Importer{Store: h.db, Keys: storetest.Keys(b), Now: time.Now}
	report, err := im.Run(b.Context(), importing.Job{
		List: h.lists[0], FileName: "people.csv", Survey: survey, Rows: csvfile.NewReader(f, survey), Actor: "system", Rejects: &rejectLog{}, Seen: seen,
	})
	if err != nil || report.Granted != int64(people) {
		b.Fatalf("%+v, %v", report, err)
	}
}

// BenchmarkOptOutDuringImport is how long an opt-out takes that comes in the midst of an import, of which ten come in a second: it may have to wait for the
// batch that holds the ledger's end.
func BenchmarkOptOutDuringImport(b *testing.B) {
	const leavers = 500
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		for _, people := range benchSizes(b) {
			b.Run(fmt.Sprintf("%s/people=%d", name, people), func(b *testing.B) {
				path := crowdFile(b, people)
				var waits []time.Duration
				for b.Loop() {
					h := furnish(b, storetest.Open(b, durable(url(b)), time.Now), time.Now)
					ids := h.crowd(b, 10*people, leavers, h.lists[1])
					ended, waited := make(chan struct{}), make(chan []time.Duration)
					go func() { waited <- h.leaveUntil(b, ids, ended) }()
					bringFile(b, h, path, people)
					close(ended)
					waits = append(waits, <-waited...)
				}
				slices.Sort(waits)
				if len(waits) == 0 {
					b.Fatal("the import was over before anybody left")
				}
				b.ReportMetric(float64(waits[len(waits)/2].Milliseconds()), "ms-median")
				b.ReportMetric(float64(waits[len(waits)*95/100].Milliseconds()), "ms-p95")
				b.ReportMetric(float64(waits[len(waits)-1].Milliseconds()), "ms-longest")
			})
		}
	}
}

// leaveUntil has one after the other opt out, and tells how long each took.
func (h house) leaveUntil(b *testing.B, ids []int64, ended <-chan struct{}) (waits []time.Duration) {
	b.Helper()
	next := time.NewTicker(100 * time.Millisecond)
	defer next.Stop()
	for _, id := range ids {
		select {
		case <-ended:
			return waits
		case <-next.C:
		}
		begun := time.Now()
		if _, err := h.svc.Withdraw(b.Context(), subscriptions.Withdrawal{SubscriberID: id, Scope: subscriptions.Everything(), Channel: subscriptions.ByLink, Actor: "subscriber"}); err != nil {
			b.Error(err)
		}
		waits = append(waits, time.Since(begun))
	}
	return waits
}

// BenchmarkPlanAll is what planning a whole audience through the gate costs.
func BenchmarkPlanAll(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		for _, people := range benchSizes(b) {
			b.Run(fmt.Sprintf("%s/people=%d", name, people), func(b *testing.B) {
				h := furnish(b, storetest.Open(b, durable(url(b)), time.Now), time.Now)
				bringFile(b, h, crowdFile(b, people), people)
				spent := meter(b)
				b.ResetTimer()
				for b.Loop() {
					c := h.campaign(b, h.lists[0])
					spent.start()
					for more := true; more; {
						var err error
						if more, err = h.db.PlanPage(b.Context(), c.ID, audience(h.lists[0]), time.Now()); err != nil {
							b.Fatal(err)
						}
					}
					spent.stop()
				}
				spent.report(people)
			})
		}
	}
}

// costs gathers what a benchmark spends besides time: processor time of this process, and the most memory that it held.
type costs struct {
	b     *testing.B
	begun time.Duration
	cpu   time.Duration
	runs  int
	peak  int64 // kB
}

func meter(b *testing.B) *costs { return &costs{b: b} }

func (c *costs) start() {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // where there is one: the peak counts from here
	c.begun = processorTime()
}

func (c *costs) stop() {
	c.cpu += processorTime() - c.begun
	c.runs++
	c.peak = max(c.peak, peakMemory())
}

// report tells a figure for each of a run's units.
func (c *costs) report(units int) {
	n := float64(c.runs * units)
	c.b.ReportMetric(n/c.b.Elapsed().Seconds(), "rows/s")
	c.b.ReportMetric(float64(c.cpu.Microseconds())/n, "cpu-µs/row")
	c.b.ReportMetric(float64(c.peak)/1024, "peak-MiB")
}

func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func peakMemory() (kB int64) {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			_, _ = fmt.Sscan(rest, &kB)
		}
	}
	return kB
}
