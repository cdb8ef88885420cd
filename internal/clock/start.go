package clock

import "fmt"

// start is when a one-month clock begins, with its working.
type start struct {
	day     Date
	waiting string // "identity" or "fee" while the clock has not begun; day means nothing then
	early   Date   // an earlier day on which it may have begun, in doubt; else zero
	steps   []Step
}

// start finds the relevant time of Art 12A(2): the latest of receipt, requested proof of
// identity, and a charged fee.
func (r *Reckoner) start(in Input, rule monthRule, received Date) start {
	s := start{day: received, steps: []Step{opening(in.Kind), r.receivedStep("request", in), versionStep(received)}}
	identity := in.Identity
	late := identity.Requested && identity.RequestedOn.After(received.AddDays(r.settings.IdentityPromptDays))
	if late && r.settings.LateIdentity == LateIsIgnored {
		s.steps = append(s.steps, Step{fmt.Sprintf("Proof of identity was asked for on %s, %s after receipt. The house's setting says that asking "+
			"so late does not move the start.", identity.RequestedOn.Long(), days(received.DaysUntil(identity.RequestedOn))), srcIdentity})
		identity = Condition{}
	}
	s.meet("fee", "A fee", in.Fee, rule)
	withoutIdentity := s
	s.meet("identity", "Proof of identity", identity, rule)
	s.conclude(in, rule, received)
	switch {
	case s.waiting == "" && s.day == received:
	case rule.rule == RuleArt12:
		s.early = received
		s.steps = append(s.steps, Step{"But before 5 February 2026 the law itself named receipt alone; that proof of identity or a fee starts the time rested on guidance.", rule.period})
	case late && identity.Requested && withoutIdentity.waiting == "" && (s.waiting != "" || withoutIdentity.day.Before(s.day)):
		s.early = withoutIdentity.day
		s.steps = append(s.steps, Step{fmt.Sprintf("But proof of identity was asked for only %s after receipt, and asking late may not move the start.",
			days(received.DaysUntil(identity.RequestedOn))), srcIdentity})
	}
	return s
}

// meet moves the start to the day on which a condition was met.
func (s *start) meet(name, title string, c Condition, rule monthRule) {
	asked := "was asked for"
	if !c.RequestedOn.IsZero() {
		asked += " on " + c.RequestedOn.Long()
	}
	switch {
	case !c.Requested && !c.Received.IsZero():
		s.steps = append(s.steps, Step{fmt.Sprintf("%s came on %s without having been asked for; that does not move the start.", title, c.Received.Long()), rule.start})
	case c.waiting():
		s.waiting = name
		s.steps = append(s.steps, Step{fmt.Sprintf("%s %s and has not come yet.", title, asked), rule.start})
	case c.Requested:
		s.steps = append(s.steps, Step{fmt.Sprintf("%s %s and came on %s.", title, asked, c.Received.Long()), rule.start})
		if c.Received.After(s.day) {
			s.day = c.Received
		}
	}
}

// conclude says when the clock starts.
func (s *start) conclude(in Input, rule monthRule, received Date) {
	switch {
	case s.waiting != "" && in.Kind == WithdrawConsent:
		s.steps = append(s.steps, Step{"So the time for a full answer has not started. The withdrawal itself waits for nothing.", rule.start})
	case s.waiting != "":
		s.steps = append(s.steps, Step{"So the clock has not started and there is no due date. It starts on the day on which all that was asked for has come.", rule.start})
	case s.day != received:
		s.steps = append(s.steps, Step{fmt.Sprintf("The clock starts on the latest of these days, %s.", s.day.Long()), rule.start})
	case in.Identity.Requested || in.Fee.Requested:
		s.steps = append(s.steps, Step{"The clock starts on the day of receipt.", rule.start})
	default:
		s.steps = append(s.steps, Step{"Neither proof of identity nor a fee was asked for, so the clock starts on the day of receipt, working day or not.", rule.start})
	}
}

// versionStep tells which version of the one-month rule applies.
func versionStep(received Date) Step {
	switch {
	case received.Before(gdprBegins()):
		return Step{"That is before the GDPR applied, from 25 May 2018. Assent knows no older rule and counts by the first that it knows.", srcDoubt}
	case received.Before(art12ABegins()):
		return Step{"That is before 5 February 2026, so Article 12(3) as it stood before Article 12A applies.", srcArt12A}
	}
	return Step{"That is on or after 5 February 2026, so Article 12A applies.", srcArt12A}
}

// days returns a number of days in words: "1 day", "3 days".
func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
