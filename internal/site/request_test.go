package site_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/internal/pages/pagestest"
	"assent/mailer"
)

// asked returns the newest case, with its sub-cases.
func (r rig) asked(t *testing.T) (cases.Case, []cases.Case) {
	t.Helper()
	all := must(r.DB.Cases(t.Context(), cases.Filter{}, 0, 100))(t)
	slices.SortFunc(all, func(a, b cases.Case) int { return int(b.ID - a.ID) })
	for _, c := range all {
		if c.ParentID == 0 {
			return c, must(r.DB.SubCases(t.Context(), c.ID))(t)
		}
	}
	t.Fatal("no case was opened")
	return cases.Case{}, nil
}

// letters counts the letters of a kind.
func (r rig) letters(t *testing.T, kind mailer.LetterKind) (n int) {
	t.Helper()
	for id := int64(1); ; id++ {
		l, _, err := r.DB.PostedLetter(t.Context(), id)
		if errs.KindOf(err) == errs.NotFound {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if l.Kind == kind {
			n++
		}
	}
}

func TestTheFormsForRequestsAndComplaintsAreEasyToFind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for _, path := range []string{"/", "/l/monthly", "/join/harbour", "/notices/harbour/1"} {
			pagestest.WantText(t, r.Get(path), `href="/requests/harbour"`, `href="/complaints/harbour"`)
		}
		pagestest.WantText(t, r.Get("/l/monthly?lang=cy"), `href="/requests/harbour?lang=cy"`, `href="/complaints/harbour?lang=cy"`)
		w := r.Get("/requests/harbour")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "Ask about your personal data", `href="/complaints/harbour"`, `name="want"`, "/notices/harbour/1")
		pagestest.WantNoText(t, w, " checked", "<script")
		if len(w.Result().Cookies()) != 0 {
			t.Error("the form sets a cookie")
		}
		pagestest.WantText(t, r.Get("/complaints/harbour?lang=cy"), "Cwyno am sut rydym yn defnyddio data personol", `action="/complaints/harbour?lang=cy"`)
		pagestest.WantStatus(t, r.Get("/requests/nobody"), http.StatusNotFound)
	})
}

func TestARequestOnTheFormOpensACaseAndIsAcknowledged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Post("/requests/harbour", url.Values{
			"want": {"access", "erasure"}, "words": {"Everything about the meeting in May, please."}, "name": {"Ann Lee"}, "email": {"ann@reader.example"}, "whom": {"self"},
		})
		pagestest.WantStatus(t, w, http.StatusOK)
		c, subs := r.asked(t)
		pagestest.WantText(t, w, c.Reference, "25 November 2026", "29 December 2026")
		if c.Kind != cases.Access || c.Channel != cases.ByForm || c.DueOn != "2026-12-29" || c.Asked != "Everything about the meeting in May, please." || c.From != "ann@reader.example" {
			t.Errorf("case %+v", c)
		}
		if len(subs) != 1 || subs[0].Kind != cases.Erasure {
			t.Errorf("sub-cases %+v", subs)
		}
		messages := must(r.DB.CaseMessages(t.Context(), c.ID))(t)
		if len(messages) != 1 || messages[0].Direction != cases.Out || messages[0].From != "ann@reader.example" || messages[0].LetterID == 0 {
			t.Errorf("correspondence %+v", messages)
		}
		r.Post("/requests/harbour", url.Values{"want": {"portability"}, "email": {"ann@reader.example"}})
		again, _ := r.asked(t)
		if messages := must(r.DB.CaseMessages(t.Context(), again.ID))(t); len(messages) != 0 {
			t.Errorf("the same address got a second acknowledgement on one day: %+v", messages)
		}
	})
}

func TestAComplaintOnTheFormIsToldToTheOfficerAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Post("/complaints/harbour?lang=cy", url.Values{"words": {"You ignored my request for six weeks. I want compensation of £500."}, "contact": {"1 Quay, Porthaven"}, "name": {"Ann Lee"}})
		pagestest.WantStatus(t, w, http.StatusOK)
		c, _ := r.asked(t)
		pagestest.WantText(t, w, c.Reference, "Mae eich cwyn gennym")
		if c.Kind != cases.Complaint || c.Language != "cy" || !c.Has(cases.FlagCompensation) || c.From != "" {
			t.Errorf("case %+v", c)
		}
		if n := r.letters(t, mailer.CaseAlertLetter); n != 1 {
			t.Errorf("%d alerts to the officer, want 1", n)
		}
		if n := r.letters(t, mailer.CaseReceivedLetter); n != 0 {
			t.Errorf("%d acknowledgements to nobody", n)
		}
	})
}

func TestWhatAFormLacksIsSaidAndNothingIsLost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for _, c := range []struct {
			name, path string
			form       url.Values
			says       string
		}{
			{"nothing asked", "/requests/harbour", url.Values{"email": {"ann@reader.example"}}, "Tick what you want"},
			{"a complaint without words", "/complaints/harbour", url.Values{"email": {"ann@reader.example"}}, `href="#words"`},
			{"no way to answer", "/requests/harbour", url.Values{"want": {"access"}}, "so that we can answer"},
			{"no address", "/requests/harbour", url.Values{"want": {"access"}, "email": {"ann@"}}, "like name@example.org"},
			{"nobody named", "/requests/harbour", url.Values{"want": {"access"}, "email": {"ann@reader.example"}, "whom": {"other"}}, "name of the person it is about"},
			{"too many words", "/requests/harbour", url.Values{"words": {strings.Repeat("word ", 4100)}, "email": {"ann@reader.example"}}, "20,000"},
		} {
			w := r.Post(c.path, c.form)
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), c.says) {
				t.Errorf("%s: status %d, does not say %q", c.name, w.Code, c.says)
			}
		}
		w := r.Post("/requests/harbour", url.Values{"want": {"erasure"}, "words": {"All of <it>."}, "name": {"Ann"}, "contact": {"1 Quay"}, "whom": {"other"}})
		pagestest.WantText(t, w, "All of &lt;it&gt;.", `value="Ann"`, "1 Quay</textarea>", `value="erasure" checked`, `value="other" checked`)
		if n := must(r.DB.CountCases(t.Context(), cases.Filter{}))(t); n != 0 {
			t.Errorf("%d cases were opened", n)
		}
	})
}

// Whoever mends a form goes down the page once: what the summary lists stands there in the same order (WCAG 3.3.1).
func TestTheSummaryOfAFormFollowsThePage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for _, c := range []struct {
			name, path string
			form       url.Values
			fields     []string
		}{
			{"all that can be wrong", "/requests/harbour", url.Values{
				"words": {strings.Repeat("word ", 4100)}, "receiver-name": {strings.Repeat("x", 201)}, "receiver-email": {"bank@"}, "about-name": {strings.Repeat("y", 201)}, "about-email": {"son@"},
				"name": {strings.Repeat("z", 201)}, "email": {"ann@"}, "contact": {strings.Repeat("c", 501)},
			}, []string{"words", "receiver-name", "receiver-email", "about-name", "about-email", "name", "email", "contact"}},
			{"a mistyped address of another hides no missing one of one's own", "/requests/harbour", url.Values{"want": {"access"}, "about-email": {"son@"}}, []string{"about-email", "email"}},
			{"a complaint", "/complaints/harbour", url.Values{}, []string{"words", "email"}},
		} {
			page := r.Post(c.path, c.form).Body.String()
			summary, _, _ := strings.Cut(page, "</ul>")
			var got []string
			at := 0
			for _, m := range regexp.MustCompile(`<li><a href="#([a-z-]+)">`).FindAllStringSubmatch(summary, -1) {
				got = append(got, m[1])
				field := strings.Index(page, ` id="`+m[1]+`"`)
				if field < at {
					t.Errorf("%s: the field %s stands before what the summary lists before it", c.name, m[1])
				}
				at = field
			}
			if !slices.Equal(got, c.fields) {
				t.Errorf("%s: the summary lists %v, want %v", c.name, got, c.fields)
			}
		}
	})
}

// The answer tells nobody whether an address is on record, and a program that fills in what people do not see gets it as well (H10).
func TestTheFormAnswersAllAlike(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		r.Member(t, "known@reader.example", r.News)
		reference := regexp.MustCompile(`R-\d{4}-\d{6}`)
		ask := func(form url.Values) string {
			w := r.Post("/requests/harbour", form)
			pagestest.WantStatus(t, w, http.StatusOK)
			return reference.ReplaceAllString(w.Body.String(), "R")
		}
		known := ask(url.Values{"want": {"access"}, "email": {"known@reader.example"}})
		if unknown := ask(url.Values{"want": {"access"}, "email": {"unknown@reader.example"}}); unknown != known {
			t.Error("the answers to a known and an unknown address differ")
		}
		before := must(r.DB.CountCases(t.Context(), cases.Filter{}))(t)
		ask(url.Values{"want": {"access"}, "email": {"robot@reader.example"}, "website": {"https://spam.example"}})
		if n := must(r.DB.CountCases(t.Context(), cases.Filter{}))(t); n != before {
			t.Error("a program opened a case")
		}
		w := r.Post("/requests/harbour", url.Values{"want": {"access"}, "email": {"ann@reader.example"}}, "Sec-Fetch-Site", "cross-site")
		pagestest.WantStatus(t, w, http.StatusForbidden)
	})
}

func TestWhatStopsMailOnTheFormActsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for i, want := range []string{"objection", "withdraw-consent"} {
			to := fmt.Sprintf("reader%d@reader.example", i)
			r.Member(t, to, r.News)
			r.Post("/requests/harbour", url.Values{"want": {want}, "email": {to}, "whom": {"self"}})
			if r.Mailable(t, to, r.News) {
				t.Errorf("%s: mail goes on", want)
			}
		}
		r.Member(t, "other@reader.example", r.News)
		r.Post("/requests/harbour", url.Values{"want": {"objection"}, "email": {"friend@reader.example"}, "whom": {"other"}, "about-email": {"other@reader.example"}})
		if !r.Mailable(t, "other@reader.example", r.News) {
			t.Error("somebody else's mail was stopped, though nobody has shown that they may act for them")
		}
		c, _ := r.asked(t)
		if parties := must(r.DB.CaseParties(t.Context(), c.ID))(t); !cases.Agent(parties) || !c.Has("agent") {
			t.Errorf("parties %+v, flags %v", parties, c.Flags)
		}
	})
}

// A double click, and loading the answer again, send the same form twice.
func TestAFormThatIsSentTwiceOpensOneCase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		keyOf := func() string {
			found := regexp.MustCompile(`name="key" value="([A-Z0-9]{20,64})"`).FindStringSubmatch(r.Get("/requests/harbour").Body.String())
			if found == nil {
				t.Fatal("the form has no key")
			}
			return found[1]
		}
		key := keyOf()
		form := url.Values{"key": {key}, "want": {"access"}, "words": {"All of it."}, "email": {"ann@reader.example"}}
		var twice sync.WaitGroup
		answers := make([]string, 2)
		for i := range answers {
			twice.Go(func() { answers[i] = r.Post("/requests/harbour", form).Body.String() })
		}
		twice.Wait()
		again := r.Post("/requests/harbour", form).Body.String()
		c, _ := r.asked(t)
		if n := must(r.DB.CountCases(t.Context(), cases.Filter{}))(t); n != 1 || answers[0] != answers[1] || again != answers[0] || !strings.Contains(again, c.Reference) {
			t.Errorf("%d cases were opened, and the answers are the same: %t", n, answers[0] == answers[1] && again == answers[0])
		}
		form.Set("words", "All of it, and the minutes.") // who goes back and adds a word is heard
		r.Post("/requests/harbour", form)
		form.Set("key", keyOf()) // and so is who asks for the same on another day
		r.Post("/requests/harbour", form)
		form.Del("key") // and a program that sends no key
		r.Post("/requests/harbour", form)
		if n := must(r.DB.CountCases(t.Context(), cases.Filter{}))(t); n != 4 {
			t.Errorf("%d cases, want 4", n)
		}
	})
}

// upload posts a form with files, each of a size.
func (r rig) upload(t *testing.T, form url.Values, sizes ...int) *bytes.Buffer {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, n := range sizes {
		part := must(m.CreateFormFile("files", fmt.Sprintf("../letter %d.pdf", i)))(t)
		if _, err := io.Copy(part, io.LimitReader(io.MultiReader(strings.NewReader("%PDF-1.7 "), zeroes{}), int64(n))); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return r.Ask(http.MethodPost, "/requests/harbour", &body, "Content-Type", m.FormDataContentType()).Body
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestFilesThatComeWithAFormAreKeptWithinLimits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		form := url.Values{"want": {"rectification"}, "email": {"ann@reader.example"}}
		r.upload(t, form, 3000, 0, 700)
		c, _ := r.asked(t)
		files := must(r.DB.CaseFiles(t.Context(), c.ID))(t)
		if len(files) != 2 || files[0].Name != "letter 0.pdf" || files[0].Size != 3000 || files[0].Type != "application/pdf" || files[0].Actor != "subscriber" || len(files[0].Digest) != 64 {
			t.Errorf("files %+v", files)
		}
		if page := r.upload(t, form, 5<<20+1).String(); !strings.Contains(page, "at most 5 MB each") {
			t.Error("a file that is too large was taken")
		}
		if page := r.upload(t, form, 9, 9, 9, 9, 9, 9).String(); !strings.Contains(page, "at most 5 files") {
			t.Error("six files were taken")
		}
	})
}
