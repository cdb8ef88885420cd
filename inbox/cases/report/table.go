package report

import (
	"fmt"
	"slices"
	"strconv"

	"assent/subscriptions"
)

// Header names the columns of Table.
func Header() []string {
	return []string{
		"part", "key", "received", "open", "overdue", "late_law", "late_house", "acknowledged", "ack_median_days", "ack_p95_days", "ack_max_days",
		"answered", "answer_median_days", "answer_p95_days", "answer_max_days",
	}
}

// Table lays the figures of a report out for a CSV file: all, each kind, programme and month. programme gives the name of one by its number.
func (r Report) Table(programme func(key string) string) [][]string {
	out := [][]string{r.All.cells("all", "")}
	for _, l := range r.Kinds {
		out = append(out, l.Figures.cells("kind", l.Key))
	}
	for _, l := range r.Programmes {
		out = append(out, l.Figures.cells("programme", programme(l.Key)))
	}
	for _, l := range r.Months {
		out = append(out, l.Figures.cells("month", l.Key))
	}
	return out
}

func (f Figures) cells(part, key string) []string {
	out := []string{part, key}
	for _, n := range []int{
		f.Received, f.Open, f.Overdue, f.LateLaw, f.LateHouse, f.Acknowledged.N, f.Acknowledged.Median, f.Acknowledged.P95, f.Acknowledged.Max,
		f.Answered.N, f.Answered.Median, f.Answered.P95, f.Answered.Max,
	} {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

// ComplaintsHeader names the columns of ComplaintsTable.
func ComplaintsHeader() []string {
	return append([]string{"month", "received", "acknowledged_in_30_days", "acknowledged_late", "reviewed", "commissioner"}, outcomes()...)
}

func outcomes() []string {
	return []string{"open", "upheld", "partly-upheld", "not-upheld", "withdrawn"}
}

// ComplaintsTable lays the counts of complaints out for a CSV file, a month a line, and all at the end (s.164B).
func (r Report) ComplaintsTable() [][]string {
	var out [][]string
	all := r.Complaints
	all.Key = "all"
	for _, c := range append(slices.Clone(r.ByMonth), all) {
		row := []string{c.Key}
		for _, n := range []int{c.Received, c.Acknowledged, c.Late, c.Reviewed, c.Commissioner} {
			row = append(row, strconv.Itoa(n))
		}
		for _, o := range outcomes() {
			row = append(row, fmt.Sprint(c.Outcomes[o]))
		}
		out = append(out, row)
	}
	return out
}

// ProgrammeNames returns what names a programme by its number in Table: its name, else the number, and "none" for cases of none.
func ProgrammeNames(all []subscriptions.Programme) func(key string) string {
	names := map[string]string{"0": "none"}
	for _, p := range all {
		names[programmeKey(p.ID)] = p.Name
	}
	return func(key string) string {
		if name, ok := names[key]; ok {
			return name
		}
		return key
	}
}
