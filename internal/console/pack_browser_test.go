package console_test

import (
	"fmt"
	"testing"

	"assent/internal/auth"
)

// The steps of a pack are worked, and the pack is fetched, on a telephone as well as at a desk.
func TestAPackIsWorkedAndFetchedInABrowser(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b browser) {
		dpo := b.operator(b.T, auth.DPO)
		k := b.openCase(b.T, mailWithOthers)
		b.Visit(fmt.Sprintf("/console/cases/%d", k.ID))
		b.Arrive("Log in")
		b.Write("email", "dpo@harbour.example")
		b.Write("password", password)
		b.Click(`//main//button[contains(., "Log in")]`)
		b.Arrive(k.Reference)
		b.Click(`//a[contains(., "Search what is held")]`)
		b.Arrive("Access to personal data")
		b.Click(`//main//details//button[text()="Search"]`)
		b.Arrive("Access to personal data")
		b.Click(`//a[contains(., "Mail from you")]`)
		b.Arrive("Mail from you and about you")
		b.Click(`//button[contains(., "Decide, and go on")]`)
		b.Arrive("Your requests and complaints")
		b.Visit(fmt.Sprintf("/console/cases/%d/pack", k.ID))
		b.Arrive("Access to personal data")
		b.Done(1)
		link, code := b.delivered(b.T, dpo, k)
		b.Visit(link)
		b.Arrive("The data that you asked for")
		b.Write("code", code)
		b.Click(`//button[text()="Open"]`)
		b.Arrive("Your personal data")
	})
}
