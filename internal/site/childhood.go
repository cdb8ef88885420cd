package site

import (
	"net/url"
	"strconv"
	"strings"

	"assent/internal/address"
	"assent/subscriptions"
	"assent/templates"
)

// childhood is what a list's form says of the reader's age and, below the programme's age, of a parent or guardian (E1-22; Article 8).
type childhood struct {
	age                     string
	guardian, relation, box string // box is the guardian's mail address
}

func readChildhood(form url.Values) childhood {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	return childhood{
		age: get(templates.FieldAge), guardian: get(templates.FieldGuardianName),
		relation: get(templates.FieldGuardianRelation), box: get(templates.FieldGuardianAddress),
	}
}

// check reads the age, where the list asks for it, and the guardian, where the reader is too young, and names what to mend. The question is neutral: it does not say from
// which age on one may agree by oneself.
func (f childhood) check(o offer, own address.Address, w words, mistake func(field, message string)) (age int, g subscriptions.Guardian) {
	if !o.List.AskAge {
		return 0, g
	}
	age, err := strconv.Atoi(f.age)
	if err != nil || age < 1 || age > maxYears {
		mistake(templates.FieldAge, w.needAge)
		return 0, g
	}
	if age >= o.Programme.GuardianAge {
		return age, g
	}
	g = subscriptions.Guardian{Name: f.guardian, Relation: f.relation}
	g.Address, err = address.Parse(f.box)
	for _, need := range []struct {
		field   string
		missing bool
	}{
		{templates.FieldGuardianName, g.Name == ""},
		{templates.FieldGuardianRelation, g.Relation == ""},
		{templates.FieldGuardianAddress, err != nil || g.Address.Normal() == own.Normal()},
	} {
		if need.missing {
			mistake(need.field, w.needGuardian[need.field])
		}
	}
	return age, g
}

// maxYears bounds what is taken for somebody's age.
const maxYears = 130

// again puts what was typed back into the form.
func (f childhood) again(page *templates.SubscribePage, age int) {
	page.Age, page.GuardianName, page.GuardianRelation, page.GuardianAddress = f.age, f.guardian, f.relation, f.box
	page.AskGuardian = page.AskAge && age > 0 && age < page.GuardianAge
}
