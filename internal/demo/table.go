package demo

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"assent/internal/clock"
)

// table tells what happened in words and columns.
func (r Result) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\n%d people asked to subscribe, %d of them confirmed; %d stakeholders were enrolled.\n", r.Asked, r.Confirmed, r.Enrolled)
	fmt.Fprintf(w, "\nWHO WAS MAILED\nCampaign\tSubject\tSent\tBounced\tLeft out, and why\n")
	for _, c := range r.Campaigns {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", c.Programme, c.Subject, c.Counts.Sent, c.Counts.Bounced, reasons(c.LeftOut))
	}
	fmt.Fprintf(w, "\nWHO IS NOT MAILED ANY MORE, OR YET\nReason\tPeople\tFor example\n")
	byReason := map[string][]string{}
	for _, p := range r.NotMailed {
		byReason[p.Reason] = append(byReason[p.Reason], p.Address)
	}
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		fmt.Fprintf(w, "%s\t%d\t%s\n", reason, len(byReason[reason]), byReason[reason][0])
	}
	fmt.Fprintf(w, "\nHOW LONG EACH OPT-OUT TOOK, from its arrival until the gate refused\nPerson\tProgramme\tWay\tTime\n")
	slices.SortFunc(r.OptOuts, func(a, b OptOutResult) int { return strings.Compare(a.Programme+a.Way, b.Programme+b.Way) })
	for _, o := range r.OptOuts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.0f ms\n", o.Address, o.Programme, o.Way, o.RefusedMS)
	}
	fmt.Fprintf(w, "\nTHE CASE\n%s\tkind: %s\treceived: %s\tdue: %s\n", r.Case.Reference, r.Case.Kind, r.Case.ReceivedAt.Format("2 January 2006 15:04"), long(r.Case.DueOn))
	if err := w.Flush(); err != nil {
		return err
	}
	for i, step := range r.Case.Working {
		fmt.Fprintf(out, "  %d. %s\n", i+1, step)
	}
	fmt.Fprintf(out, "\nWHAT SHOULD BE SO\n")
	for _, e := range r.Expectations {
		mark := "yes"
		if !e.Held {
			mark = "NO: " + e.Was
		}
		fmt.Fprintf(out, "  %-4s %s\n", mark, e.What)
	}
	_, err := fmt.Fprintf(out, "\nThe ledger has %d events and its chain holds; %d messages were held against it. The story took %.1f s.\n", r.Ledger, r.Deliveries, r.Seconds)
	return err
}

func reasons(left map[string]int64) string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(left)) {
		parts = append(parts, fmt.Sprintf("%d %s", left[reason], reason))
	}
	if len(parts) == 0 {
		return "nobody"
	}
	return strings.Join(parts, ", ")
}

func long(iso string) string {
	d, err := clock.ParseDate(iso)
	if err != nil {
		return iso
	}
	return d.Long()
}

// progress shows how far something is: on a terminal in one line, elsewhere at its end.
func (s *stage) progress(what string, done, of int) {
	switch {
	case s.Show == nil || of == 0:
	case s.Live:
		fmt.Fprintf(s.Show, "\r\033[K%s: %d of %d", what, done, of)
	case done == of && s.shown != what:
		s.shown = what
		fmt.Fprintf(s.Show, "%s: %d of %d\n", what, done, of)
	}
}

func (s *stage) progressDone() {
	if s.Show != nil && s.Live {
		fmt.Fprint(s.Show, "\r\033[K")
	}
}

// invite tells where everything stands for a look round.
func (s *stage) invite(r Result) {
	if !r.OK {
		fmt.Fprint(s.Show, "\nNot every line of the story held: they are marked above. On a machine that is busy with something else an opt-out may take longer than it should.\n")
	}
	host := func(hostport string) string { return strings.Replace(hostport, "127.0.0.1", "localhost", 1) }
	fmt.Fprintf(s.Show, `
Everything is still running. Look round, and press Ctrl-C to end it:

  Public pages        %[1]s/
  Overview            %[1]s/console   sign in as %[2]s with the password %[3]s
  The API's document  %[1]s/openapi.json   to read: %[1]s/api/docs
                      curl -H 'Authorization: Bearer %[4]s' %[1]s/api/v1/campaigns
  Mail, over IMAP     %[5]s, no encryption; any address of the story, password %[6]q
  Mail, over SMTP     %[7]s; write 'Unsubscribe me' to %[8]s

`, s.baseURL, s.operator, s.password, s.key, host(s.world.IMAPAddr()), mailPassword, host(s.world.SMTPAddr()), s.programmes[newsletter].mailbox)
}
