package site_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assent/internal/address"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

func TestTheFirstPageListsWhatIsOpen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Get("/")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "Monthly update", `href="/l/monthly"`, "Harbour Board")
		pagestest.WantNoText(t, w, "Board papers")
	})
}

func TestTheFormShowsTheExactWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Get("/l/monthly")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, r.News.Wording, `action="/l/monthly"`, "/notices/harbour/1")
		pagestest.WantNoText(t, w, `type="checkbox"`)
		pagestest.WantText(t, r.Get("/l/health"), `type="checkbox"`, r.Express.Wording)
	})
}

func TestListsThatAreNotOpenAreNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for _, path := range []string{"/l/board-only", "/l/nothing", "/l/", "/nothing"} {
			w := r.Get(path)
			pagestest.WantStatus(t, w, http.StatusNotFound)
			pagestest.WantText(t, w, "There is no such page")
		}
		pagestest.WantStatus(t, r.Post("/l/board-only", url.Values{"email": {"ann@reader.example"}}), http.StatusNotFound)
	})
}

func TestAskingToJoinIsRecordedWithWhatWasShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Post("/l/monthly?lang=cy", url.Values{"email": {" Ann@Reader.example "}, "name": {"Ann Lee"}}, "User-Agent", "Mozilla/5.0 "+strings.Repeat("x", 500))
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, `lang="cy"`)
		events := r.Ledger(t, "ann@reader.example")
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		e := events[0]
		if e.Kind != subscriptions.Requested || e.Channel != subscriptions.ByForm || e.Actor != "subscriber" || e.WordingDigest != subscriptions.TextDigest(r.News.Wording) {
			t.Errorf("recorded %+v", e)
		}
		evidence := string(e.Evidence)
		for _, want := range []string{"Pressed the button", pagestest.BaseURL + "/l/monthly", "Mozilla/5.0", `"language":"cy"`} {
			if !strings.Contains(evidence, want) {
				t.Errorf("the evidence lacks %q: %s", want, evidence)
			}
		}
		if len(evidence) > 500 || strings.Contains(evidence, "192.0.2.1") { // the test client's address
			t.Errorf("the evidence is too long or holds the client's address: %s", evidence)
		}
		if p := r.Find(t, "ann@reader.example"); p.Name != "Ann Lee" || p.Language != "cy" {
			t.Errorf("on record: name %q, language %q", p.Name, p.Language)
		}
	})
}

func TestTheAnswerIsTheSameForAllAddresses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		r.Member(t, "member@reader.example", r.News)
		must(r.People.Withdraw(t.Context(), subscriptions.Withdrawal{
			Address: address.Must("gone@reader.example"), Scope: subscriptions.ListScope(r.News), Channel: subscriptions.ByMail, Actor: "subscriber",
		}))(t)
		for range 6 { // past the limit of one address
			r.Request(t, "often@reader.example", r.News)
		}
		var first string
		for _, addr := range []string{"new@reader.example", "member@reader.example", "gone@reader.example", "often@reader.example"} {
			w := r.Post("/l/monthly", url.Values{"email": {addr}})
			pagestest.WantStatus(t, w, http.StatusOK)
			if strings.Contains(w.Body.String(), addr) {
				t.Error("the answer shows the address")
			}
			if first == "" {
				first = w.Body.String()
			}
			if w.Body.String() != first {
				t.Errorf("the answer for %s differs:\n%s", addr, w.Body.String())
			}
		}
		if strings.Contains(r.Log.String(), "reader.example") {
			t.Error("an address is in the log")
		}
	})
}

func TestMistakesInTheFormKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for _, c := range []struct {
			name, path string
			form       url.Values
			want       []string
		}{
			{"an address that is none", "/l/monthly", url.Values{"email": {"ann@"}, "name": {"Ann <b>"}}, []string{"There is a problem", `href="#email"`, `value="ann@"`, `value="Ann &lt;b&gt;"`, "Error: Join"}},
			{"no address", "/l/monthly", url.Values{}, []string{"Enter an email address"}},
			{"a header in the address", "/l/monthly", url.Values{"email": {"a@b.example\r\nBcc: c@d.example"}}, []string{"Enter an email address"}},
			{"a name with a line break", "/l/monthly", url.Values{"email": {"a@b.example"}, "name": {"Ann\r\nBcc: x"}}, []string{`href="#name"`}},
			{"an endless name", "/l/monthly", url.Values{"email": {"a@b.example"}, "name": {strings.Repeat("n", 201)}}, []string{`href="#name"`}},
			{"words that changed meanwhile", "/l/monthly", url.Values{"email": {"a@b.example"}, "form": {"0123456789abcdef"}}, []string{"have changed"}},
			{"a box without its tick", "/l/health", url.Values{"email": {"a@b.example"}}, []string{"Tick the box", `value="a@b.example"`}},
			{"in Welsh", "/l/health?lang=cy", url.Values{"email": {"a@b.example"}}, []string{"Ticiwch y blwch", `action="/l/health?lang=cy"`}},
		} {
			t.Run(c.name, func(t *testing.T) {
				w := r.Post(c.path, c.form)
				pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
				pagestest.WantText(t, w, c.want...)
			})
		}
		if events := must(r.DB.Events(t.Context(), 0, 10))(t); len(events) > 0 {
			t.Errorf("a form with mistakes was recorded: %+v", events)
		}
	})
}

func TestTheBoxIsEvidence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		pagestest.WantStatus(t, r.Post("/l/health", url.Values{"email": {"ann@reader.example"}, "agree": {"yes"}}), http.StatusOK)
		if events := r.Ledger(t, "ann@reader.example"); len(events) != 1 || !strings.Contains(string(events[0].Evidence), "Ticked the empty box") {
			t.Errorf("recorded %+v", events)
		}
	})
}

func TestWhatFillsTheHiddenFieldIsAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		person := r.Post("/l/monthly", url.Values{"email": {"ann@reader.example"}})
		program := r.Post("/l/monthly", url.Values{"email": {"bot@reader.example"}, "website": {"http://spam.example"}})
		pagestest.WantStatus(t, program, http.StatusOK)
		if program.Body.String() != person.Body.String() {
			t.Error("the program can tell that it was found out")
		}
		if len(r.Ledger(t, "bot@reader.example")) != 0 {
			t.Error("the program's request was recorded")
		}
	})
}

func TestBothEncodingsOfAForm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		form.WriteField("email", "ann@reader.example")
		form.Close()
		pagestest.WantStatus(t, r.Ask(http.MethodPost, "/l/monthly", &b, "Content-Type", form.FormDataContentType()), http.StatusOK)
		if len(r.Ledger(t, "ann@reader.example")) != 1 {
			t.Error("not recorded")
		}
		pagestest.WantStatus(t, r.Post("/l/monthly", url.Values{"email": {strings.Repeat("a", 20<<10)}}), http.StatusRequestEntityTooLarge)
		pagestest.WantStatus(t, r.Ask(http.MethodPost, "/l/monthly", strings.NewReader("x"), "Content-Type", "multipart/form-data; boundary=b"), http.StatusUnprocessableEntity)
	})
}

func TestOneClientCannotAskWithoutEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		for range 30 { // mistakes count as well, and are answered at once
			if w := r.Post("/l/monthly", url.Values{}); w.Code == http.StatusTooManyRequests {
				pagestest.WantText(t, w, "Too many requests")
				if w.Header().Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
				leave := r.Post(r.LeavePath(pagestest.Back(r.News, p, 1)), url.Values{"List-Unsubscribe": {"One-Click"}})
				pagestest.WantStatus(t, leave, http.StatusOK) // no limit stands before an opt-out
				return
			}
		}
		t.Error("thirty requests passed")
	})
}

func TestADatabaseThatIsDownPromisesNoMail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		r.DB.Close()
		for _, path := range []string{"/", "/l/monthly"} {
			if w := r.Get(path); w.Code < 500 || strings.Contains(w.Body.String(), "sql") {
				t.Errorf("GET %s: status %d\n%s", path, w.Code, w.Body.String())
			}
		}
		if w := r.Post("/l/monthly", url.Values{"email": {"ann@reader.example"}}); w.Code < 500 {
			t.Errorf("status %d", w.Code)
		}
	})
}
