package site_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"assent/internal/pages/pagestest"
)

func TestAReaderJoinsConfirmsAndLeaves(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b browser) {
		const addr = "carys@reader.example"
		b.Visit("/")
		b.Arrive("Email lists you can join")
		b.Click(`//a[contains(., "Monthly update")]`)
		b.Arrive("Monthly update")
		b.Write("email", "carys@")
		b.Click(`//button[contains(., "Sign me up")]`)
		b.Do(chromedp.WaitVisible(chromedp.ID("email-mistake")))
		b.Do(chromedp.SetValue(chromedp.ID("email"), addr))
		b.Write("name", "Carys O'Neill")
		b.Click(`//button[contains(., "Sign me up")]`)
		b.Arrive("Check your email")

		b.Visit("/c/" + b.ConfirmToken(b.T, addr, b.News))
		b.Arrive("Do you want emails")
		if b.Mailable(b.T, addr, b.News) {
			b.T.Fatal("the page confirmed without its button")
		}
		b.Click(`//button[contains(., "Yes, confirm")]`)
		b.Arrive("You are on the list")
		if !b.Mailable(b.T, addr, b.News) {
			b.T.Fatal("the button did not confirm")
		}

		b.Visit(b.LeavePath(pagestest.Back(b.News, b.Find(b.T, addr), 3)))
		b.Arrive("Stop emails from")
		if !b.Mailable(b.T, addr, b.News) {
			b.T.Fatal("the page unsubscribed without its button")
		}
		b.Click(`//button[contains(., "Unsubscribe")]`)
		b.Arrive("You are unsubscribed")
		if b.Mailable(b.T, addr, b.News) {
			b.T.Error("the button did not unsubscribe")
		}
		b.Visit("/u/nothing")
		b.Arrive("This link does not work")
		b.Visit("/notices/harbour/1?lang=cy")
		b.Arrive("Hysbysiad preifatrwydd")
		b.Done(0)
	})
}
