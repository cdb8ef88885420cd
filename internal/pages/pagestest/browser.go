package pagestest

import (
	"context"
	"fmt"
	"net"
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

	"assent/internal/store/storetest"
)

// Browser is a real one, of one size, on the pages of a rig that listens on the loopback address.
type Browser struct {
	T    *testing.T
	Ctx  context.Context
	Size string // "phone" or "desktop"
	base string

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

// EachSize runs a test in a browser of every size, on a rig of its own.
func EachSize(t *testing.T, test func(r *Rig, b *Browser)) {
	t.Helper()
	chromium := os.Getenv("ASSENT_TEST_CHROMIUM")
	if chromium == "" {
		t.Skip("set ASSENT_TEST_CHROMIUM to run this")
	}
	for size, viewport := range sizes() {
		t.Run(size, func(t *testing.T) { r, b := browse(t, chromium, size, viewport); test(r, b) })
	}
}

func browse(t *testing.T, chromium, size string, viewport chromedp.Action[chromedp.Void]) (*Rig, *Browser) {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	b := &Browser{T: t, Size: size, base: "http://" + listener.Addr().String()}
	r := New(t, storetest.SQLiteURL(t), b.base)
	server := r.Engine.Server()
	go server.Serve(listener) // ends with Close
	t.Cleanup(func() { server.Close() })

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Headless,
		chromedp.Flag("disable-background-networking", true), chromedp.WSURLReadTimeout(time.Minute), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	b.Ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Listen(b.Ctx, b.watch); err != nil {
		t.Fatal(err)
	}
	b.Do(viewport)
	return r, b
}

// watch collects what must not happen on any page.
func (b *Browser) watch(event any) {
	fault := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "status of 4") {
			fault = e.Entry.Text + " " + e.Entry.URL
		}
	case *runtime.EventExceptionThrown:
		fault = e.ExceptionDetails.Text
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && !strings.HasPrefix(e.Request.URL, b.base) {
			fault = "a request to " + e.Request.URL
		}
	}
	if fault != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.faults = append(b.faults, fault)
	}
}

// Do acts in the browser.
func (b *Browser) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.T.Helper()
	if err := chromedp.Do(b.Ctx, actions...); err != nil {
		b.T.Fatalf("%s: %v", b.Size, err)
	}
}

// Arrive waits for a new page by its heading, keeps a picture of it, and checks that it fits the window. The page that is being left may have the same
// heading: those where one has arrived are marked.
func (b *Browser) Arrive(heading string) {
	b.T.Helper()
	b.Do(chromedp.WaitVisible(fmt.Sprintf(`//html[not(@data-arrived)]//h1[contains(., %q)]`, heading)))
	wide := must(chromedp.Run(b.Ctx, chromedp.Evaluate[int](`document.documentElement.dataset.arrived = "yes", document.documentElement.scrollWidth - window.innerWidth`)))(b.T)
	if wide > 0 {
		b.T.Errorf("%s: %q is %d too wide for the window", b.Size, heading, wide)
	}
	b.Picture(heading)
}

// Picture keeps a picture of the page.
func (b *Browser) Picture(heading string) {
	b.T.Helper()
	picture := must(chromedp.Run(b.Ctx, chromedp.FullScreenshot(100)))(b.T)
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, heading)
	if err := os.WriteFile(filepath.Join(b.T.ArtifactDir(), b.Size+"-"+name+".png"), picture, 0o600); err != nil {
		b.T.Error(err)
	}
}

// Visit opens a path.
func (b *Browser) Visit(path string) {
	b.T.Helper()
	b.Do(chromedp.Navigate(b.base + path))
}

// Click clicks what an XPath finds first.
func (b *Browser) Click(xpath string) {
	b.T.Helper()
	b.Do(chromedp.Click(xpath))
}

// Write types into the field of an ID.
func (b *Browser) Write(id, text string) {
	b.T.Helper()
	b.Do(chromedp.SendKeys(chromedp.ID(id), text))
}

// Done checks what must hold after any visit.
func (b *Browser) Done(cookies int) {
	b.T.Helper()
	kept := must(chromedp.Call(b.Ctx, storage.GetCookies, storage.GetCookiesParams{}))(b.T).Cookies
	if len(kept) != cookies {
		b.T.Errorf("%d cookies, want %d", len(kept), cookies)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.T.Error(f)
	}
}
