package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/csvfile"
	"assent/internal/scratch"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// noRejects forgets the rows that an import did not take.
type noRejects struct{}

func (noRejects) Rewind(int64) error { return nil }

func (noRejects) Write(importing.Tx, int64, []importing.Reject) (int64, error) { return 0, nil }

// bring has the importer bring a file in, as the command does.
func (s *scene) bring(list subscriptions.List, rows ...string) (importing.Report, error) {
	ctx := s.t.Context()
	text := "address,name,act,acted_at,source,status\n" + strings.Join(rows, "\n") + "\n"
	survey, err := csvfile.Examine(strings.NewReader(text), csvfile.UTF8)
	if err != nil {
		return importing.Report{}, err
	}
	seen, err := scratch.Open(survey.Lines)
	if err != nil {
		return importing.Report{}, err
	}
	defer seen.Close()
	im := &importing.Importer{Store: s.house.DB, Keys: s.house.Keys, Now: s.house.Now, Batch: 4}
	return im.Run(ctx, importing.Job{
		List: list, FileName: "people.csv", Survey: survey, Rows: csvfile.NewReader(strings.NewReader(text), survey), Actor: "user:1", Rejects: noRejects{}, Seen: seen,
	})
}

// row is a row about somebody. The name makes the file one that was never brought in before.
func (p *play) row(r *rand.Rand, a address.Address, status string) string {
	if status != "active" {
		return fmt.Sprintf("%s,Name %d,,,,%s", a, r.Uint64(), status)
	}
	acted := time.Now().AddDate(0, 0, -1-r.IntN(20)).UTC().Format(time.DateOnly)
	return fmt.Sprintf("%s,Name %d,ticked the box for this list,%s,Fair,active", a, r.Uint64(), acted)
}

// importFile brings in a file in which the person stands among others, some of whom left or lack their evidence.
func importFile(p *play, r *rand.Rand, a address.Address) error {
	rows := []string{p.row(r, a, "active")}
	for range r.IntN(8) {
		status := "active"
		switch r.IntN(8) {
		case 0:
			status = "unsubscribed"
		case 1:
			status = "suppressed"
		case 2:
			status = "" // without evidence
		}
		rows = append(rows, p.row(r, p.address(r, r.IntN(p.people)), status))
	}
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	_, err := p.bring(p.any(r), rows...)
	return err
}

// takeBack brings a file in and takes it back.
func takeBack(p *play, r *rand.Rand, a address.Address) error {
	report, err := p.bring(p.any(r), p.row(r, a, "active"))
	if err != nil {
		return err
	}
	_, err = (&importing.Undoing{Store: p.house.DB, Now: p.house.Now}).Undo(p.t.Context(), report.ID, "user:1", false)
	return err
}
