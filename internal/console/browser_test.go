package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/mailer"
)

func TestAnOperatorLooksAround(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b browser) {
		for i := range 4 {
			b.Member(b.T, fmt.Sprintf("member%d@reader.example", i), b.News)
		}
		b.Request(b.T, "waiting@reader.example", b.News)
		c := b.SendCampaign(b.T, b.News)
		gone := b.Find(b.T, "member3@reader.example")
		pagestest.WantStatus(b.T, b.OneClick(b.LeavePath(mailer.Back{ListID: b.News.ID, SubscriberID: gone.ID, CampaignID: c.ID}), "", ""), http.StatusOK)
		k := b.openCase(b.T, htmlMail)
		b.operator(b.T, auth.DPO)

		b.Visit("/console/cases")
		b.Arrive("Log in")
		b.Write("email", "dpo@harbour.example")
		b.Write("password", password)
		b.Click(`//main//button[contains(., "Log in")]`)
		b.Arrive("Cases")
		b.Click(fmt.Sprintf(`//a[contains(., %q)]`, k.Reference))
		b.Arrive(k.Reference)
		b.Click(`//nav//a[contains(., "Overview")]`)
		b.Arrive("Overview")
		b.Click(`//nav//a[contains(., "Campaigns")]`)
		b.Arrive("Campaigns")
		b.Click(`//a[contains(., "November update")]`)
		b.Arrive("November update")
		b.Click(`//nav//a[contains(., "People")]`)
		b.Arrive("People")
		b.Write("q", "member3@reader.example\r")
		b.Do(chromedp.WaitVisible(`//p[contains(., "1 to 1 of 1")]`))
		if address := must(chromedp.Run(b.Ctx, chromedp.Location()))(b.T); strings.Contains(address, "reader") {
			b.T.Errorf("an address is in the URL: %s", address)
		}
		b.Click(`//main//table//a`)
		b.Arrive("member3@reader.example")
		b.Done(1)
		b.Click(`//button[contains(., "Log out")]`)
		b.Arrive("Log in")
		b.Done(0)
	})
}
