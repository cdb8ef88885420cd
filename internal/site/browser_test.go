package site_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"assent/internal/auth"
	"assent/internal/store/storetest"
	"assent/mailer"
)

// browser is a real one, of one size, on the pages of a rig that listens on the loopback address.
type browser struct {
	*rig
	t    *testing.T
	ctx  context.Context
	size string

	mu     sync.Mutex
	faults []string // what the browser complained of: refused styles, missing files, foreign addresses
}

// sizes are a small phone and a desk.
func sizes() map[string]chromedp.Action[chromedp.Void] {
	return map[string]chromedp.Action[chromedp.Void]{
		"phone":   chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch),
		"desktop": chromedp.EmulateViewport(1280, 900),
	}
}

func eachSize(t *testing.T, test func(b *browser)) {
	t.Helper()
	chromium := os.Getenv("ASSENT_TEST_CHROMIUM")
	if chromium == "" {
		t.Skip("set ASSENT_TEST_CHROMIUM to run this")
	}
	for size, viewport := range sizes() {
		t.Run(size, func(t *testing.T) { test(open(t, chromium, size, viewport)) })
	}
}

func open(t *testing.T, chromium, size string, viewport chromedp.Action[chromedp.Void]) *browser {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	b := &browser{t: t, size: size}
	b.rig = newRig(t, storetest.Open(t, storetest.SQLiteURL(t), time.Now), "http://"+listener.Addr().String())
	server := b.engine.Server()
	go server.Serve(listener) // ends with Close
	t.Cleanup(func() { server.Close() })

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Headless,
		chromedp.Flag("disable-background-networking", true), chromedp.WSURLReadTimeout(time.Minute), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Listen(b.ctx, b.watch); err != nil {
		t.Fatal(err)
	}
	b.do(viewport)
	return b
}

// watch collects what must not happen on any page.
func (b *browser) watch(event any) {
	fault := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "status of 4") {
			fault = e.Entry.Text + " " + e.Entry.URL
		}
	case *runtime.EventExceptionThrown:
		fault = e.ExceptionDetails.Text
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && !strings.HasPrefix(e.Request.URL, b.composer.Ways.BaseURL) {
			fault = "a request to " + e.Request.URL
		}
	}
	if fault != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.faults = append(b.faults, fault)
	}
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v", b.size, err)
	}
}

// arrive waits for a page by its heading, keeps a picture of it, and checks that it fits the window.
func (b *browser) arrive(heading string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(fmt.Sprintf(`//h1[contains(., %q)]`, heading)))
	wide := must(chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - window.innerWidth`)))(b.t)
	if wide > 0 {
		b.t.Errorf("%s: %q is %d too wide for the window", b.size, heading, wide)
	}
	b.picture(heading)
}

// picture keeps a picture of the page.
func (b *browser) picture(heading string) {
	b.t.Helper()
	picture := must(chromedp.Run(b.ctx, chromedp.FullScreenshot(100)))(b.t)
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, heading)
	if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), b.size+"-"+name+".png"), picture, 0o600); err != nil {
		b.t.Error(err)
	}
}

func (b *browser) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.composer.Ways.BaseURL + path))
}
func (b *browser) click(xpath string) {
	b.t.Helper()
	b.do(chromedp.Click(xpath))
}
func (b *browser) write(id, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.ID(id), text))
}

// done checks what must hold after any visit.
func (b *browser) done(cookies int) {
	b.t.Helper()
	kept := must(chromedp.Call(b.ctx, storage.GetCookies, storage.GetCookiesParams{}))(b.t).Cookies
	if len(kept) != cookies {
		b.t.Errorf("%d cookies, want %d", len(kept), cookies)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.t.Error(f)
	}
}

func TestAReaderJoinsConfirmsAndLeaves(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b *browser) {
		const addr = "carys@reader.example"
		b.visit("/")
		b.arrive("Email lists you can join")
		b.click(`//a[contains(., "Monthly update")]`)
		b.arrive("Monthly update")
		b.write("email", "carys@")
		b.click(`//button[contains(., "Sign me up")]`)
		b.do(chromedp.WaitVisible(chromedp.ID("email-mistake")))
		b.do(chromedp.SetValue(chromedp.ID("email"), addr))
		b.write("name", "Carys O'Neill")
		b.click(`//button[contains(., "Sign me up")]`)
		b.arrive("Check your email")

		b.visit("/c/" + b.confirmToken(b.t, addr, b.news))
		b.arrive("Do you want emails")
		if b.mailable(b.t, addr, b.news) {
			b.t.Fatal("the page confirmed without its button")
		}
		b.click(`//button[contains(., "Yes, confirm")]`)
		b.arrive("You are on the list")
		if !b.mailable(b.t, addr, b.news) {
			b.t.Fatal("the button did not confirm")
		}

		b.visit(b.leavePath(back(b.news, b.find(b.t, addr), 3)))
		b.arrive("Stop emails from")
		if !b.mailable(b.t, addr, b.news) {
			b.t.Fatal("the page unsubscribed without its button")
		}
		b.click(`//button[contains(., "Unsubscribe")]`)
		b.arrive("You are unsubscribed")
		if b.mailable(b.t, addr, b.news) {
			b.t.Error("the button did not unsubscribe")
		}
		b.visit("/u/nothing")
		b.arrive("This link does not work")
		b.visit("/notices/harbour/1?lang=cy")
		b.arrive("Hysbysiad preifatrwydd")
		b.done(0)
	})
}

func TestAnOperatorLooksAround(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b *browser) {
		for i := range 4 {
			b.member(b.t, fmt.Sprintf("member%d@reader.example", i), b.news)
		}
		b.request(b.t, "waiting@reader.example", b.news)
		c := b.sendCampaign(b.t, b.news)
		gone := b.find(b.t, "member3@reader.example")
		wantStatus(b.t, oneClick(b.rig, b.leavePath(mailer.Back{ListID: b.news.ID, SubscriberID: gone.ID, CampaignID: c.ID}), "", ""), http.StatusOK)
		k := b.openCase(b.t, htmlMail)
		b.operator(b.t, auth.DPO)

		b.visit("/console/cases")
		b.arrive("Log in")
		b.write("email", "dpo@harbour.example")
		b.write("password", password)
		b.click(`//main//button[contains(., "Log in")]`)
		b.arrive("Cases")
		b.click(fmt.Sprintf(`//a[contains(., %q)]`, k.Reference))
		b.arrive(k.Reference)
		b.click(`//nav//a[contains(., "Overview")]`)
		b.arrive("Overview")
		b.click(`//nav//a[contains(., "Campaigns")]`)
		b.arrive("Campaigns")
		b.click(`//a[contains(., "November update")]`)
		b.arrive("November update")
		b.click(`//nav//a[contains(., "People")]`)
		b.arrive("People")
		b.write("q", "member3@reader.example\r")
		b.do(chromedp.WaitVisible(`//p[contains(., "1 to 1 of 1")]`))
		if address := must(chromedp.Run(b.ctx, chromedp.Location()))(b.t); strings.Contains(address, "reader") {
			b.t.Errorf("an address is in the URL: %s", address)
		}
		b.click(`//main//table//a`)
		b.arrive("member3@reader.example")
		b.done(1)
		b.click(`//button[contains(., "Log out")]`)
		b.arrive("Log in")
		b.done(0)
	})
}
