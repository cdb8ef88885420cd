package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"assent/internal/token"
	"assent/subscriptions"
)

// Two clicks from a mail to anything: the link, and one button.
func TestAReaderChangesEverythingOnTheirOwnPage(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b *browser) {
		const addr = "carys@reader.example"
		b.member(b.t, addr, b.news)
		must(b.people.CreateAttribute(b.t.Context(), subscriptions.Attribute{ProgrammeID: b.programme.ID, Name: "town", Label: "Town", Type: subscriptions.TextAttribute, SelfService: true}))(b.t)
		must(b.people.CreateAttribute(b.t.Context(), subscriptions.Attribute{ProgrammeID: b.programme.ID, Name: "topics", Label: "Topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}, SelfService: true}))(b.t)
		b.sendCampaign(b.t, b.news)
		p := b.find(b.t, addr)
		about := func(l subscriptions.List) string { return fmt.Sprintf(`//form[input[@value="list:%d"]]`, l.ID) }

		b.visit(b.ownPath(p))
		b.arrive("Your email preferences")
		b.click(`(//summary[contains(., "Pause")])[1]`)
		b.click(`(//button[contains(., "3 months")])[1]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "Paused until")]`))
		if b.mailable(b.t, addr, b.news) {
			b.t.Error("not paused")
		}
		b.arrive("Your email preferences")
		b.click(about(b.news) + `//button[contains(., "End the pause")]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "The pause has ended")]`))
		b.click(about(b.express) + `//input[@type="checkbox"]`)
		b.click(about(b.express) + `//button[contains(., "Join")]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "You joined")]`))
		b.click(about(b.news) + `//button[contains(., "Leave")]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "You left")]`))
		if b.mailable(b.t, addr, b.news) || !b.mailable(b.t, addr, b.express) {
			b.t.Error("the buttons did something else")
		}
		b.click(`//summary[contains(., "why")]`)
		b.picture("left")
		b.click(`//label[contains(., "Too many")]`)
		b.click(`//button[contains(., "Send")]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "Thank you")]`))
		b.click(`//button[contains(., "Cymraeg")]`)
		b.arrive("Eich dewisiadau e-bost")
		b.click(`//button[contains(., "E-bostiwch y ddolen ataf")]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "Edrychwch yn eich blwch post")]`))

		b.visit("/v/" + b.composer.Keys.Sign(token.Visit, 1))
		b.arrive("Gweld yr hyn sydd gennym")
		b.click(`//button[contains(., "Agor fy nghofnod")]`)
		b.arrive("Yr hyn sydd gennym amdanoch")
		b.write("name", "Carys O'Neill")
		b.click(`//button[contains(., "Cadw")]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "gadw")]`))
		b.write("email", "carys@new.example")
		b.click(`//button[contains(., "Newid fy nghyfeiriad")]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "Edrychwch yn y ddau flwch post")]`))
		side := func(s subscriptions.Side) string { return "/x/" + b.composer.Keys.Sign(token.Move, 1, int64(s)) }
		b.visit(side(subscriptions.OldMailbox) + "?lang=en")
		b.arrive("Send your emails to another address?")
		b.click(`//button[contains(., "Yes, change it")]`)
		b.arrive("One of two: thank you")
		b.visit(side(subscriptions.NewMailbox) + "?lang=en")
		b.arrive("Get the emails at this address?")
		b.click(`//button[contains(., "Yes, this is my address")]`)
		b.arrive("Your address is changed")
		if !b.mailable(b.t, "carys@new.example", b.express) || b.mailable(b.t, addr, b.express) {
			b.t.Error("the address has not changed")
		}
		b.visit(b.ownPath(p) + "?lang=en")
		b.do(chromedp.WaitVisible(`//p[contains(., "You changed this address")]`))
		b.done(0)
	})
}

func TestTheUnsubscribePageSaysHowFarItGoes(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b *browser) {
		const addr = "carys@reader.example"
		p := b.member(b.t, addr, b.news)
		b.declareProgramme(b.t, "town", "Town Council")
		b.visit(b.leavePath(back(b.news, p, 3)))
		b.arrive("Stop emails from")
		b.click(`//a[contains(., "take a pause")]`)
		b.arrive("Your email preferences")
		wantStatus(b.t, b.post(b.leavePath(back(b.news, p, 3)), url.Values{"scope": {"list"}}), http.StatusOK)
		b.visit(b.leavePath(back(b.news, p, 3)))
		b.click(`//button[contains(., "Stop everything from everyone")]`)
		b.arrive("You are unsubscribed")
		b.click(`//a[contains(., "See all your lists")]`)
		b.do(chromedp.WaitVisible(`//p[contains(., "You get no list emails")]`))
		b.done(0)
	})
}
