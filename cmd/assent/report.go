package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assent/inbox/cases"
	"assent/inbox/cases/registers"
	"assent/inbox/cases/report"
	"assent/internal/assembly"
	"assent/internal/audit"
	"assent/internal/clock"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/store"
)

// reportFlags narrow a report.
type reportFlags struct {
	table, from, to, programme, kind string
	asJSON                           bool
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use: "report", Short: "Count cases: by due date, late, how long people waited, complaints",
		Long: `Counts the cases that were received in a period: in all, by kind, by programme and by month. The figures are those of
Cases → Reports in the console and of /api/v1/reports/cases. With --csv it writes one table for a spreadsheet:

  cases             the figures
  complaint-counts  complaints by month (DPA 2018 s.164B)
  complaints        the register of complaints
  breaches          the register of breaches
  third-parties     the register of requests of third parties

The registers name people: what is taken out is yours to answer for. Each report is on the audit trail.`,
		Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			if f.asJSON && f.table != "" {
				return usagef("Choose one of --json and --csv.")
			}
			return a.report(c.Context(), f)
		},
	}
	c.Flags().StringVar(&f.table, "csv", "", "write one table as CSV: cases, complaint-counts, complaints, breaches or third-parties")
	c.Flags().BoolVar(&f.asJSON, "json", false, "write the figures as JSON, as the API does")
	c.Flags().StringVar(&f.from, "from", "", "only cases received on this UK date or later, such as 2026-11-01")
	c.Flags().StringVar(&f.to, "to", "", "only cases received on this UK date or earlier")
	c.Flags().StringVar(&f.programme, "programme", "", "only cases of the programme with this name in addresses")
	c.Flags().StringVar(&f.kind, "kind", "", "only cases of this kind, such as access")
	return c
}

func (a *app) report(ctx context.Context, f reportFlags) error {
	c, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	filter, err := f.filter(ctx, db)
	if err != nil {
		return err
	}
	calendar, err := assembly.Calendar(c.BankHolidays)
	if err != nil {
		return err
	}
	reckoner, err := clock.New(calendar, clock.DefaultSettings())
	if err != nil {
		return err
	}
	if err := db.Record(ctx, audit.Note{Action: audit.ListCases}); err != nil {
		return err
	}
	out := bufio.NewWriter(a.stdout)
	day := reckoner.UKDate
	if isRegister(f.table) {
		err = (&registers.Service{Store: db, Day: day}).CSV(ctx, out, f.table, filter)
	} else {
		err = writeReport(ctx, out, db, &report.Service{Source: db, Day: day, Now: a.now}, f, filter)
	}
	return errors.Join(err, out.Flush())
}

func isRegister(table string) bool {
	return table == registers.OfComplaints || table == registers.OfBreaches || table == registers.OfThirdParties
}

// filter reads the flags. What cannot be is a mistake in the command.
func (f reportFlags) filter(ctx context.Context, db *store.DB) (out report.Filter, err error) {
	for _, d := range []struct {
		text string
		into *clock.Date
	}{{f.from, &out.From}, {f.to, &out.To}} {
		if d.text == "" {
			continue
		}
		if *d.into, err = clock.ParseDate(d.text); err != nil {
			return out, usagef("%s", errs.Message(err))
		}
	}
	if f.kind != "" {
		if out.Kind, err = cases.ParseKind(f.kind); err != nil {
			return out, usagef("%s", errs.Message(err))
		}
	}
	switch f.table {
	case "", "cases", "complaint-counts", registers.OfComplaints, registers.OfBreaches, registers.OfThirdParties:
	default:
		return out, usagef("There is no table %.40q: cases, complaint-counts, complaints, breaches or third-parties.", f.table)
	}
	if f.programme != "" {
		p, err := programmeBySlug(ctx, db, f.programme)
		if err != nil {
			return out, err
		}
		out.ProgrammeID = p.ID
	}
	return out, nil
}

func writeReport(ctx context.Context, w io.Writer, db *store.DB, s *report.Service, f reportFlags, filter report.Filter) error {
	r, err := s.Make(ctx, filter)
	if err != nil {
		return err
	}
	if f.asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	programmes, err := db.Programmes(ctx)
	if err != nil {
		return err
	}
	names := report.ProgrammeNames(programmes)
	switch f.table {
	case "cases":
		return csvfile.Write(w, report.Header(), r.Table(names))
	case "complaint-counts":
		return csvfile.Write(w, report.ComplaintsHeader(), r.ComplaintsTable())
	}
	return tellReport(w, r, names)
}

// tellReport writes the figures for reading in a terminal.
func tellReport(w io.Writer, r report.Report, programme func(string) string) error {
	fmt.Fprintf(w, "Open cases: %d overdue, %d due today, %d within 7 days, %d within 30 days, %d later, %d without a date.\n", r.Due.Overdue, r.Due.Today, r.Due.Week, r.Due.Month, r.Due.Later, r.Due.WithoutIt)
	same := func(key string) string { return key }
	for _, t := range []struct {
		title string
		lines []report.KeyedFigures
		name  func(string) string
	}{{"All", []report.KeyedFigures{{Key: "all", Figures: r.All}}, same}, {"By kind", r.Kinds, same}, {"By programme", r.Programmes, programme}, {"By month of receipt", r.Months, same}} {
		fmt.Fprintf(w, "\n%s\n", t.title)
		tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tab, "\treceived\topen\toverdue\tlate by law\tlate by promise\tdays to acknowledge\tdays to answer")
		for _, l := range t.lines {
			x := l.Figures
			fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", t.name(l.Key), x.Received, x.Open, x.Overdue, x.LateLaw, x.LateHouse, waited(x.Acknowledged), waited(x.Answered))
		}
		if err := tab.Flush(); err != nil {
			return err
		}
	}
	c := r.Complaints
	_, err := fmt.Fprintf(w, "\nComplaints (s.164B): %d received, %d acknowledged in 30 days, %d late, %d reviewed, %d with the Commissioner; %d upheld, %d in part, %d not upheld.\n",
		c.Received, c.Acknowledged, c.Late, c.Reviewed, c.Commissioner, c.Outcomes["upheld"], c.Outcomes["partly-upheld"], c.Outcomes["not-upheld"])
	return err
}

// waited says median, 95th of a hundred and the longest, in days.
func waited(t report.Times) string {
	if t.N == 0 {
		return "-"
	}
	return fmt.Sprintf("median %d, p95 %d, longest %d", t.Median, t.P95, t.Max)
}
