package subscriptions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/internal/errs"
)

// Clash is a contradiction between what a programme declares and what it, or the law, says elsewhere. None blocks anything; people must
// decide. The stricter rule holds meanwhile.
type Clash struct {
	ProgrammeID int64
	Rule        string // short name, such as "review overdue": stable, for programs
	Says        string // a sentence for people
}

// Clashes finds the contradictions in a programme's declarations.
func (s *Service) Clashes(ctx context.Context, programmeID int64) ([]Clash, error) {
	const op = "subscriptions: clashes"
	p, err := s.Store.Programme(ctx, programmeID)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	in := declared{programme: p, now: s.Now()}
	if in.purposes, err = s.Store.Purposes(ctx, programmeID); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if in.notices, err = s.Store.Notices(ctx, programmeID); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if in.recipients, err = s.Store.Recipients(ctx, programmeID); err != nil {
		return nil, errs.Wrap(op, err)
	}
	all, err := s.Store.Lists(ctx)
	for _, l := range all {
		if l.ProgrammeID == programmeID {
			in.lists = append(in.lists, l)
		}
	}
	return findClashes(in), errs.Wrap(op, err)
}

type declared struct {
	programme  Programme
	purposes   []Purpose
	notices    []Notice
	recipients []Recipient
	lists      []List
	now        time.Time
}

func findClashes(in declared) []Clash {
	var out []Clash
	add := func(rule, format string, a ...any) {
		out = append(out, Clash{ProgrammeID: in.programme.ID, Rule: rule, Says: fmt.Sprintf(format, a...)})
	}
	in.ofProgramme(add)
	in.ofPurposes(add)
	in.ofNotice(add)
	return out
}

type adder func(rule, format string, a ...any)

func (in declared) ofProgramme(add adder) {
	p := in.programme
	if p.Ended(in.now) {
		add("programme ended", "%s ended on %s, and its data is still kept. Let retention take it away.", p.Name, p.EndsAt.In(zoneOf(p)).Format("2 January 2006"))
	}
	if p.GuardianAge < DefaultGuardianAge {
		add("age of consent", "A guardian is asked below the age of %d. Online, a child's own consent counts only from %d (Article 8); below it a guardian's is needed whatever the policy says.", p.GuardianAge, DefaultGuardianAge)
	}
	for _, r := range in.recipients {
		if p.RegionLock && r.EndedAt.IsZero() && r.Abroad() {
			add("data abroad", "No data is to leave the United Kingdom, and %s in %s gets it.", r.Name, r.Country)
		}
	}
	if p.DPOAddress.IsZero() {
		add("no data protection officer", "No data protection officer is named. Where the law asks for one, their details must be published (Article 37(7)).")
	}
}

func (in declared) ofPurposes(add adder) {
	bases := map[Class]map[Basis]bool{}
	for _, u := range in.purposes {
		if u.Class == Newsletter || u.Class == Marketing || u.Class == Targeted {
			if bases[u.Class] == nil {
				bases[u.Class] = map[Basis]bool{}
			}
			bases[u.Class][u.Basis] = true
		}
		if u.ReviewOverdue(in.now) {
			add("review overdue", "The assessment %s behind “%s” was to be reviewed by %s. Review it and set the next date.", u.Conditions.Assessment, u.Name, u.Conditions.ReviewOn.Format("2 January 2006"))
		}
		if u.Class == Newsletter && u.Basis == LegitimateInterests {
			add("newsletter on legitimate interests", "“%s” goes out on legitimate interests. That carries information and no promotion: marketing by email needs consent or the soft opt-in (PECR regulation 22), and whoever objects must be let go at once.", u.Name)
		}
		if u.Class != ServiceClass && u.Class != CaseClass && !slices.ContainsFunc(in.lists, func(l List) bool { return l.PurposeID == u.ID }) {
			add("purpose without list", "Nobody can join “%s”: no list serves it.", u.Name)
		}
	}
	for class, of := range bases {
		if len(of) > 1 && class != Targeted {
			add("two bases for one class", "Mail of class %s rests on %s. People cannot tell which rule holds for a message; the stricter is meant.", class, basesInWords(of))
		}
	}
}

func basesInWords(of map[Basis]bool) string {
	var all []string
	for b := range of {
		all = append(all, string(b))
	}
	slices.Sort(all)
	return strings.Join(all, " and on ")
}

// tracking holds words of notices that speak of open tracking, in small letters.
var tracking = []string{"whether emails are opened", "whether you open", "opens and clicks", "opened and links clicked", "open rate", "tracking pixel", "links clicked", "if you open"}

func (in declared) ofNotice(add adder) {
	if len(in.notices) == 0 {
		add("no notice", "The programme has no privacy notice, so no list of it can be opened.")
		return
	}
	n := in.notices[len(in.notices)-1]
	if n.Overridden != "" {
		add("incomplete notice", "Version %d of the notice was published although incomplete: %s", n.Version, n.Overridden)
	}
	for _, u := range in.purposes {
		if !n.Covers(u.ID) {
			add("purpose not in the notice", "The notice in force does not tell of “%s”, so it cannot be mailed for.", u.Name)
		}
	}
	text := strings.ToLower(n.Document())
	for _, words := range tracking {
		if strings.Contains(text, words) {
			add("open tracking", "The notice speaks of measuring who opens mail (“%s”). That needs consent of its own (PECR regulation 6), whatever basis the mail has; Assent does not track opens.", words)
			break
		}
	}
}
