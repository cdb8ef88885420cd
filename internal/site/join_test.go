package site_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assent/internal/address"
	"assent/subscriptions"
)

func TestTheFirstPageListsWhatIsOpen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.get("/")
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, "Monthly update", `href="/l/monthly"`, "Harbour Board")
		wantNoText(t, w, "Board papers")
	})
}

func TestTheFormShowsTheExactWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.get("/l/monthly")
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, r.news.Wording, `action="/l/monthly"`, "/notices/harbour/1")
		wantNoText(t, w, `type="checkbox"`)
		wantText(t, r.get("/l/health"), `type="checkbox"`, r.express.Wording)
	})
}

func TestListsThatAreNotOpenAreNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		for _, path := range []string{"/l/board-only", "/l/nothing", "/l/", "/nothing"} {
			w := r.get(path)
			wantStatus(t, w, http.StatusNotFound)
			wantText(t, w, "There is no such page")
		}
		wantStatus(t, r.post("/l/board-only", url.Values{"email": {"ann@reader.example"}}), http.StatusNotFound)
	})
}

func TestAskingToJoinIsRecordedWithWhatWasShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.post("/l/monthly?lang=cy", url.Values{"email": {" Ann@Reader.example "}, "name": {"Ann Lee"}}, "User-Agent", "Mozilla/5.0 "+strings.Repeat("x", 500))
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, `lang="cy"`)
		events := r.ledger(t, "ann@reader.example")
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		e := events[0]
		if e.Kind != subscriptions.Requested || e.Channel != subscriptions.ByForm || e.Actor != "subscriber" || e.WordingDigest != subscriptions.TextDigest(r.news.Wording) {
			t.Errorf("recorded %+v", e)
		}
		evidence := string(e.Evidence)
		for _, want := range []string{"Pressed the button", baseURL + "/l/monthly", "Mozilla/5.0", `"language":"cy"`} {
			if !strings.Contains(evidence, want) {
				t.Errorf("the evidence lacks %q: %s", want, evidence)
			}
		}
		if len(evidence) > 500 || strings.Contains(evidence, "192.0.2.1") { // the test client's address
			t.Errorf("the evidence is too long or holds the client's address: %s", evidence)
		}
		if p := r.find(t, "ann@reader.example"); p.Name != "Ann Lee" || p.Language != "cy" {
			t.Errorf("on record: name %q, language %q", p.Name, p.Language)
		}
	})
}

func TestTheAnswerIsTheSameForAllAddresses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.member(t, "member@reader.example", r.news)
		must(r.people.Withdraw(t.Context(), subscriptions.Withdrawal{
			Address: address.Must("gone@reader.example"), Scope: subscriptions.ListScope(r.news), Channel: subscriptions.ByMail, Actor: "subscriber",
		}))(t)
		for range 6 { // past the limit of one address
			r.request(t, "often@reader.example", r.news)
		}
		var first string
		for _, addr := range []string{"new@reader.example", "member@reader.example", "gone@reader.example", "often@reader.example"} {
			w := r.post("/l/monthly", url.Values{"email": {addr}})
			wantStatus(t, w, http.StatusOK)
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
		if strings.Contains(r.log.String(), "reader.example") {
			t.Error("an address is in the log")
		}
	})
}

func TestMistakesInTheFormKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
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
				w := r.post(c.path, c.form)
				wantStatus(t, w, http.StatusUnprocessableEntity)
				wantText(t, w, c.want...)
			})
		}
		if events := must(r.db.Events(t.Context(), 0, 10))(t); len(events) > 0 {
			t.Errorf("a form with mistakes was recorded: %+v", events)
		}
	})
}

func TestTheBoxIsEvidence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		wantStatus(t, r.post("/l/health", url.Values{"email": {"ann@reader.example"}, "agree": {"yes"}}), http.StatusOK)
		if events := r.ledger(t, "ann@reader.example"); len(events) != 1 || !strings.Contains(string(events[0].Evidence), "Ticked the empty box") {
			t.Errorf("recorded %+v", events)
		}
	})
}

func TestWhatFillsTheHiddenFieldIsAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		person := r.post("/l/monthly", url.Values{"email": {"ann@reader.example"}})
		program := r.post("/l/monthly", url.Values{"email": {"bot@reader.example"}, "website": {"http://spam.example"}})
		wantStatus(t, program, http.StatusOK)
		if program.Body.String() != person.Body.String() {
			t.Error("the program can tell that it was found out")
		}
		if len(r.ledger(t, "bot@reader.example")) != 0 {
			t.Error("the program's request was recorded")
		}
	})
}

func TestBothEncodingsOfAForm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		form.WriteField("email", "ann@reader.example")
		form.Close()
		wantStatus(t, r.ask(http.MethodPost, "/l/monthly", &b, "Content-Type", form.FormDataContentType()), http.StatusOK)
		if len(r.ledger(t, "ann@reader.example")) != 1 {
			t.Error("not recorded")
		}
		wantStatus(t, r.post("/l/monthly", url.Values{"email": {strings.Repeat("a", 20<<10)}}), http.StatusRequestEntityTooLarge)
		wantStatus(t, r.ask(http.MethodPost, "/l/monthly", strings.NewReader("x"), "Content-Type", "multipart/form-data; boundary=b"), http.StatusUnprocessableEntity)
	})
}

func TestOneClientCannotAskWithoutEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		for range 30 { // mistakes count as well, and are answered at once
			if w := r.post("/l/monthly", url.Values{}); w.Code == http.StatusTooManyRequests {
				wantText(t, w, "Too many requests")
				if w.Header().Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
				leave := r.post(r.leavePath(back(r.news, p, 1)), url.Values{"List-Unsubscribe": {"One-Click"}})
				wantStatus(t, leave, http.StatusOK) // no limit stands before an opt-out
				return
			}
		}
		t.Error("thirty requests passed")
	})
}

func TestADatabaseThatIsDownPromisesNoMail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.db.Close()
		for _, path := range []string{"/", "/l/monthly"} {
			if w := r.get(path); w.Code < 500 || strings.Contains(w.Body.String(), "sql") {
				t.Errorf("GET %s: status %d\n%s", path, w.Code, w.Body.String())
			}
		}
		if w := r.post("/l/monthly", url.Values{"email": {"ann@reader.example"}}); w.Code < 500 {
			t.Errorf("status %d", w.Code)
		}
	})
}
