package subscriptions

import (
	"fmt"
	"strconv"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

// OnlineAge is the age from which a child may consent to an online service in the United Kingdom (Article 8(1); DPA 2018 s.9), in years.
const OnlineAge = DefaultGuardianAge

// maxAge bounds what is taken for somebody's age, in years.
const maxAge = 130

// Guardian is who agrees for a child (E1-22; Article 8).
type Guardian struct {
	Name     string
	Relation string          // such as "mother"
	Address  address.Address // where the guardian is asked to confirm; zero where the act came in another way
	Evidence string          // what shows that it is the guardian who agreed, such as "signed form 12"
}

// Names of what evidence holds about a child and its guardian. They go with the evidence when the person is erased.
const (
	evidenceAge              = "age"
	evidenceGuardian         = "guardian_name"
	evidenceGuardianRelation = "guardian_relation"
	evidenceGuardianAddress  = "guardian_address"
	evidenceGuardianProof    = "guardian_evidence"
)

// checkGuardian refuses an act by a child without the guardian's (E1-22). An age that was not asked for is 0, and nothing is guessed.
func (p Programme) checkGuardian(a Act) error {
	const op = "subscriptions: check guardian"
	g := a.Guardian
	switch {
	case a.Age < 0 || a.Age > maxAge:
		return errs.E(op, errs.Invalid, fmt.Sprintf("The age must be between 1 and %d years.", maxAge), nil)
	case !p.isChild(a.Age):
		return nil
	case g.Name == "" || g.Relation == "" || g.Evidence == "" && g.Address.IsZero():
		return errs.E(op, errs.Invalid, fmt.Sprintf(
			"Below %d years a parent or guardian agrees: name them, say how they are related, and what shows that they agreed.", p.GuardianAge), nil)
	}
	return firstOf(oneLine(g.Name, "guardian's name", maxName), oneLine(g.Relation, "relation", maxName), plain(g.Evidence, "guardian's evidence", maxPostal))
}

// isChild reports whether a parent or guardian agrees for somebody of an age in years, which is 0 where it was not asked for.
func (p Programme) isChild(age int) bool { return age > 0 && age < p.GuardianAge }

// Warnings says what an operator should look at in an act that is lawful all the same. online is an act over the internet.
func (p Programme) Warnings(a Act) []string {
	online := a.Channel == ByForm || a.Channel == ByAPI
	if online && a.Age > 0 && a.Age < OnlineAge && !p.isChild(a.Age) {
		return []string{fmt.Sprintf("Online, only somebody of %d or over can consent (Article 8 of the UK GDPR), and this person is %d. Have a parent or guardian agree.", OnlineAge, a.Age)}
	}
	return nil
}

// tellAge puts an age and a guardian into the evidence. Of somebody old enough it keeps no more than that.
func (p Programme) tellAge(ev Evidence, a Act) {
	switch {
	case a.Age == 0:
		return
	case !p.isChild(a.Age):
		ev[evidenceAge] = strconv.Itoa(p.GuardianAge) + " or over"
		return
	}
	ev[evidenceAge] = strconv.Itoa(a.Age)
	ev[evidenceGuardian], ev[evidenceGuardianRelation] = a.Guardian.Name, a.Guardian.Relation
	if !a.Guardian.Address.IsZero() {
		ev[evidenceGuardianAddress] = a.Guardian.Address.String()
	}
	if a.Guardian.Evidence != "" {
		ev[evidenceGuardianProof] = a.Guardian.Evidence
	}
}

// ward is a child for whom a guardian agreed, as the evidence of an event has it.
type ward struct {
	age      int // in years, at the event
	at       time.Time
	guardian Guardian
}

// wardOf returns the child for whom a guardian agreed with an event, if it was so.
func wardOf(e Event) (ward, bool) {
	ev := e.evidence()
	if ev[evidenceGuardian] == "" {
		return ward{}, false
	}
	age, err := strconv.Atoi(ev[evidenceAge])
	if err != nil {
		return ward{}, false
	}
	w := ward{age: age, at: e.At, guardian: Guardian{Name: ev[evidenceGuardian], Relation: ev[evidenceGuardianRelation], Evidence: ev[evidenceGuardianProof]}}
	if mailbox, err := address.Parse(ev[evidenceGuardianAddress]); err == nil {
		w.guardian.Address = mailbox
	}
	return w, true
}

// ageAt returns how old the child is at least.
func (w ward) ageAt(t time.Time) int {
	years := 0
	for !w.at.AddDate(years+1, 0, 0).After(t) {
		years++
	}
	return w.age + years
}

// evidence of a ward that a guardian confirmed or renewed at t.
func (w ward) tell(ev Evidence, t time.Time) {
	ev[evidenceAge] = strconv.Itoa(w.ageAt(t))
	ev[evidenceGuardian], ev[evidenceGuardianRelation] = w.guardian.Name, w.guardian.Relation
	ev[evidenceGuardianAddress] = w.guardian.Address.String()
}

// Addressee returns the mailbox that a question about a request or permission goes to: the guardian's where one agreed for a child that is still
// too young, else the person's own. From the age on, the person is asked anew (E1-22): what a parent said lasts no longer than that.
func (p Programme) Addressee(person Subscriber, about Event, now time.Time) address.Address {
	if w, ok := wardOf(about); ok && p.isChild(w.ageAt(now)) && !w.guardian.Address.IsZero() {
		return w.guardian.Address
	}
	return person.Address
}

// Confirmer returns the mailbox that is asked to confirm a request: the guardian's where one was named for a child, else the person's own.
func Confirmer(person Subscriber, request Event) address.Address {
	if w, ok := wardOf(request); ok && !w.guardian.Address.IsZero() && !person.Address.IsZero() {
		return w.guardian.Address
	}
	return person.Address
}

// mailboxForChild refuses a request for a child that names no mailbox of the guardian: the child's own gets nothing before the guardian agreed.
func (w setting) mailboxForChild(a Act) error {
	if !w.programme.isChild(a.Age) || !a.Guardian.Address.IsZero() && a.Guardian.Address.Normal() != a.Address.Normal() {
		return nil
	}
	return errs.E("subscriptions: check guardian", errs.Invalid, fmt.Sprintf(
		"Below %d years a parent or guardian agrees: give their own mail address, where we ask them.", w.programme.GuardianAge), nil)
}
