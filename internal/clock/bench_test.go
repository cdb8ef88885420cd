package clock

import (
	"io"
	"strings"
	"testing"
)

func BenchmarkReckon(b *testing.B) {
	r := newReckoner(b)
	for name, q := range map[string]Request{
		"pauses=0": {Kind: "access", Received: "2026-11-25T09:00:00Z", Division: "scotland"},
		"pauses=3": {Kind: "access", Received: "2026-11-25T09:00:00Z", Division: "scotland", Extended: true,
			Pauses: [][]string{{"2026-11-26", "2026-11-27"}, {"2026-12-02", "2026-12-09"}, {"2027-01-02", "2027-01-09"}}},
	} {
		b.Run(name, func(b *testing.B) {
			in, err := r.ParseInput(q)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Reckon(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBatch(b *testing.B) {
	const lines = 1000
	r := newReckoner(b)
	input := strings.Repeat(`{"id":"a","kind":"access","received":"2026-11-25T09:00:00Z","division":"scotland","pauses":[["2026-11-26","2026-11-27"]],"extended":true,"house":{"answer_working_days":20}}`+"\n", lines)
	b.ReportAllocs()
	for b.Loop() {
		if count, err := r.Batch(strings.NewReader(input), io.Discard); err != nil || count.Failed > 0 {
			b.Fatal(count, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/lines, "ns/line")
}
