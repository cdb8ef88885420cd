package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"assent/internal/pages/pagestest"
	"assent/internal/token"
	"assent/subscriptions"
)

// Two clicks from a mail to anything: the link, and one button.
func TestAReaderChangesEverythingOnTheirOwnPage(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b browser) {
		const addr = "carys@reader.example"
		b.Member(b.T, addr, b.News)
		must(b.People.CreateAttribute(b.T.Context(), subscriptions.Attribute{ProgrammeID: b.Programme.ID, Name: "town", Label: "Town", Type: subscriptions.TextAttribute, SelfService: true}))(b.T)
		must(b.People.CreateAttribute(b.T.Context(), subscriptions.Attribute{ProgrammeID: b.Programme.ID, Name: "topics", Label: "Topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}, SelfService: true}))(b.T)
		b.SendCampaign(b.T, b.News)
		p := b.Find(b.T, addr)
		about := func(l subscriptions.List) string { return fmt.Sprintf(`//form[input[@value="list:%d"]]`, l.ID) }

		b.Visit(b.ownPath(p))
		b.Arrive("Your email preferences")
		b.Click(`(//summary[contains(., "Pause")])[1]`)
		b.Click(`(//button[contains(., "3 months")])[1]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "Paused until")]`))
		if b.Mailable(b.T, addr, b.News) {
			b.T.Error("not paused")
		}
		b.Arrive("Your email preferences")
		b.Click(about(b.News) + `//button[contains(., "End the pause")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "The pause has ended")]`))
		b.Click(about(b.Express) + `//input[@type="checkbox"]`)
		b.Click(about(b.Express) + `//button[contains(., "Join")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "You joined")]`))
		b.Click(about(b.News) + `//button[contains(., "Leave")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "You left")]`))
		if b.Mailable(b.T, addr, b.News) || !b.Mailable(b.T, addr, b.Express) {
			b.T.Error("the buttons did something else")
		}
		b.Click(`//summary[contains(., "why")]`)
		b.Picture("left")
		b.Click(`//label[contains(., "Too many")]`)
		b.Click(`//button[contains(., "Send")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "Thank you")]`))
		b.Click(`//button[contains(., "Cymraeg")]`)
		b.Arrive("Eich dewisiadau e-bost")
		b.Click(`//button[contains(., "E-bostiwch y ddolen ataf")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "Edrychwch yn eich blwch post")]`))

		b.Visit("/v/" + b.Composer.Keys.Sign(token.Visit, 1))
		b.Arrive("Gweld yr hyn sydd gennym")
		b.Click(`//button[contains(., "Agor fy nghofnod")]`)
		b.Arrive("Yr hyn sydd gennym amdanoch")
		b.Write("name", "Carys O'Neill")
		b.Click(`//button[contains(., "Cadw")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "gadw")]`))
		b.Write("email", "carys@new.example")
		b.Click(`//button[contains(., "Newid fy nghyfeiriad")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "Edrychwch yn y ddau flwch post")]`))
		side := func(s subscriptions.Side) string { return "/x/" + b.Composer.Keys.Sign(token.Move, 1, int64(s)) }
		b.Visit(side(subscriptions.OldMailbox) + "?lang=en")
		b.Arrive("Send your emails to another address?")
		b.Click(`//button[contains(., "Yes, change it")]`)
		b.Arrive("One of two: thank you")
		b.Visit(side(subscriptions.NewMailbox) + "?lang=en")
		b.Arrive("Get the emails at this address?")
		b.Click(`//button[contains(., "Yes, this is my address")]`)
		b.Arrive("Your address is changed")
		if !b.Mailable(b.T, "carys@new.example", b.Express) || b.Mailable(b.T, addr, b.Express) {
			b.T.Error("the address has not changed")
		}
		b.Visit(b.ownPath(p) + "?lang=en")
		b.Do(chromedp.WaitVisible(`//p[contains(., "You changed this address")]`))
		b.Done(0)
	})
}

func TestTheUnsubscribePageSaysHowFarItGoes(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b browser) {
		const addr = "carys@reader.example"
		p := b.Member(b.T, addr, b.News)
		b.DeclareProgramme(b.T, "town", "Town Council")
		b.Visit(b.LeavePath(pagestest.Back(b.News, p, 3)))
		b.Arrive("Stop emails from")
		b.Click(`//a[contains(., "take a pause")]`)
		b.Arrive("Your email preferences")
		pagestest.WantStatus(b.T, b.Post(b.LeavePath(pagestest.Back(b.News, p, 3)), url.Values{"scope": {"list"}}), http.StatusOK)
		b.Visit(b.LeavePath(pagestest.Back(b.News, p, 3)))
		b.Click(`//button[contains(., "Stop everything from everyone")]`)
		b.Arrive("You are unsubscribed")
		b.Click(`//a[contains(., "See all your lists")]`)
		b.Do(chromedp.WaitVisible(`//p[contains(., "You get no list emails")]`))
		b.Done(0)
	})
}
