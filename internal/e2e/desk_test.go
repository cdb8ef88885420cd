package e2e

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/message"
	"assent/internal/web"
	"assent/subscriptions"
)

// desk is where the officer sits: one window has the API, the other the console.
type desk struct {
	*scene
	engine      *web.Engine
	key, cookie string
	answered    map[string]bool // links of notices to recipients
}

// seat gives the scene an officer, who works with a key and in a browser.
func (s *scene) seat() *desk {
	s.t.Helper()
	ctx := s.t.Context()
	engine, err := s.house.Engine()
	s.check(err)
	_, key, err := s.house.Accounts.MakeKey(ctx, auth.Actor{Kind: auth.SystemActor}, "desk", []auth.Scope{
		auth.CasesRead, auth.CasesWrite, auth.KeepingRead, auth.KeepingWrite, auth.SubscribersRead, auth.SubscribersWrite, auth.ListsRead, auth.ListsWrite,
	})
	s.check(err)
	_, err = s.house.Accounts.AddUser(ctx, s.at("priya"), "Priya Shah", auth.DPO, password+" and more")
	s.check(err)
	d := &desk{scene: s, engine: engine, key: key, answered: map[string]bool{}}
	in := d.ask(http.MethodPost, "/login", url.Values{"email": {s.at("priya").String()}, "password": {password + " and more"}}.Encode(), "")
	if in.Code != http.StatusSeeOther {
		s.t.Fatalf("signing in: %d %s", in.Code, in.Body)
	}
	d.cookie = in.Result().Cookies()[0].Name + "=" + in.Result().Cookies()[0].Value
	return d
}

func (d *desk) ask(method, path, body, contentType string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Bearer "+d.key)
	} else if d.cookie != "" {
		r.Header.Set("Cookie", d.cookie)
	}
	w := httptest.NewRecorder()
	d.engine.ServeHTTP(w, r)
	return w
}

// api sends a request and returns what came, with the status that is wanted.
func (d *desk) api(want int, method, path string, body any) map[string]any {
	d.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		d.check(err)
		text = string(b)
	}
	w := d.ask(method, "/api/v1"+path, text, "application/json")
	if w.Code != want {
		d.t.Fatalf("%s %s %s: %d, want %d\n%s", method, path, text, w.Code, want, w.Body)
	}
	out := map[string]any{}
	if w.Body.Len() > 0 {
		d.check(json.Unmarshal(w.Body.Bytes(), &out))
	}
	return out
}

// fields is a body of a request.
type fields = map[string]any

func (d *desk) event(k cases.Case, what fields) map[string]any {
	d.t.Helper()
	return d.api(http.StatusOK, http.MethodPost, fmt.Sprintf("/cases/%d/events", k.ID), what)
}

// decides records what a person decided.
func (d *desk) decides(k cases.Case, outcome, words string, reasons ...string) {
	d.t.Helper()
	d.event(k, fields{"kind": "decided", "decision": fields{"outcome": outcome, "words": words, "reasons": append([]string{}, reasons...), "person": "Priya Shah"}})
}

// sees records what shows who asks.
func (d *desk) sees(k cases.Case, evidence, note string) {
	d.t.Helper()
	d.event(k, fields{"kind": "proved", "evidence": evidence, "note": note, "person": "Priya Shah"})
}

// act carries something out.
func (d *desk) act(k cases.Case, act string, more fields) {
	d.t.Helper()
	body := fields{"act": act}
	for name, value := range more {
		body[name] = value
	}
	d.api(http.StatusOK, http.MethodPost, fmt.Sprintf("/cases/%d/acts", k.ID), body)
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)"`)
	chosenText  = regexp.MustCompile(`(?s)<input id="subject"[^>]* value="([^"]*)".*?<textarea id="body"[^>]*>(.*?)</textarea>`)
)

// letter writes to somebody from one of the texts, as an operator does in the browser, and returns the mail that came. change fills what is left to be filled.
func (d *desk) letter(k cases.Case, to, text, language string, change func(form url.Values)) *message.Parsed {
	d.t.Helper()
	path := fmt.Sprintf("/console/cases/%d/letter", k.ID)
	page := d.ask(http.MethodGet, path+"?text="+text+"&language="+language, "", "")
	found := chosenText.FindStringSubmatch(page.Body.String())
	if page.Code != http.StatusOK || found == nil {
		d.t.Fatalf("the page of the letter %s: %d\n%s", text, page.Code, page.Body)
	}
	form := url.Values{"to": {to}, "language": {language}, "subject": {html.UnescapeString(found[1])}, "body": {html.UnescapeString(found[2])}, "do": {"send"}}
	for _, m := range hiddenField.FindAllStringSubmatch(page.Body.String(), -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	if strings.Contains(page.Body.String(), `name="answers" value="yes" checked`) {
		form.Set("answers", "yes")
	}
	if change != nil {
		change(form)
	}
	if sent := d.ask(http.MethodPost, path, form.Encode(), ""); sent.Code != http.StatusSeeOther {
		d.t.Fatalf("the letter %s was not sent: %d\n%s", text, sent.Code, sent.Body)
	}
	m := d.mailTo(to, func(m *message.Parsed) bool { return m.Subject == form.Get("subject") })
	if strings.Contains(m.Text, "{{") || !strings.Contains(m.Subject, d.caseNow(k.Root()).Reference) {
		d.t.Errorf("the letter %s reads %q\n%s", text, m.Subject, m.Text)
	}
	return m
}

// closes closes a case that has no duty left; before, with one left, it would not close.
func (d *desk) closes(k cases.Case) cases.Case {
	d.t.Helper()
	d.event(k, fields{"kind": "closed"})
	closed := d.caseNow(k.ID)
	if closed.State != cases.Closed {
		d.t.Errorf("%s is %s", k.Reference, closed.State)
	}
	return closed
}

// staysOpen shows that a case is not closed while a duty is left.
func (d *desk) staysOpen(k cases.Case, duty string) {
	d.t.Helper()
	w := d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/events", k.ID), `{"kind":"closed"}`, "application/json")
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), duty) {
		d.t.Errorf("closing %s with %q left: %d %s", k.Reference, duty, w.Code, w.Body)
	}
}

// mailed has somebody who is on record write, and returns the case of it, acknowledged, with its clocks.
func (d *desk) mailed(from string, kind cases.Kind, says string) cases.Case {
	d.t.Helper()
	d.write(from, "privacy@"+harbour, "My data", says)
	k, ack := d.opened(from)
	if k.Kind != kind || len(k.Clocks) == 0 || k.DueOn == "" || k.InboundID == 0 {
		d.t.Fatalf("it became %s with the clocks %+v, due %q", k.Kind, k.Clocks, k.DueOn)
	}
	if !strings.Contains(ack.Subject, k.Reference) || !strings.Contains(ack.Text, "You will hear from us by") {
		d.t.Errorf("the acknowledgement %q\n%s", ack.Subject, ack.Text)
	}
	d.staysOpen(k, "Decide")
	return k
}

// grants has an operator work a case whose outcome is told in one letter.
func (d *desk) tells(k cases.Case, to, text string) *message.Parsed {
	d.t.Helper()
	m := d.letter(k, to, text, "en", nil)
	if d.caseNow(k.ID).Facts.AnsweredOn.IsZero() {
		d.t.Errorf("%s is not answered by its letter", k.Reference)
	}
	for _, way := range []string{"complain to us", "Information Commissioner", "court"} {
		if !strings.Contains(m.Text, way) {
			d.t.Errorf("the answer does not say %q:\n%s", way, m.Text)
		}
	}
	return m
}

var answerLink = regexp.MustCompile(`/a/[a-z0-9]+`)

// recipientDoes has the printers, who get everybody's data, be told about a case and answer on their page.
func (d *desk) recipientDoes(k cases.Case, change, answer, words string) *message.Parsed {
	d.t.Helper()
	d.staysOpen(k, "Harbour Printers")
	_, err := d.house.Telling.Run(d.t.Context())
	d.check(err)
	told, link := d.noticeOf(change, k.From)
	if page := d.ask(http.MethodGet, link, "", ""); page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "Tell us what became of it") {
		d.t.Errorf("the page of the answer: %d\n%s", page.Code, page.Body)
	}
	if done := d.ask(http.MethodPost, link, url.Values{"answered": {answer}, "words": {words}}.Encode(), ""); done.Code != http.StatusOK || !strings.Contains(done.Body.String(), "Your answer is kept") {
		d.t.Errorf("the answer: %d\n%s", done.Code, done.Body)
	}
	return told
}

// noticeOf waits for a notice to the printers about somebody that they have not answered yet.
func (d *desk) noticeOf(change, whom string) (told *message.Parsed, link string) {
	told = d.mailTo(printers, func(m *message.Parsed) bool {
		l := answerLink.FindString(m.Text)
		return l != "" && !d.answered[l] && strings.Contains(m.Text, change) && strings.Contains(m.Text, whom)
	})
	link = answerLink.FindString(told.Text)
	d.answered[link] = true
	return told, link
}

const printers = "data@printers.example"

// declaresPrinters declares who is given the data of everybody in the programme.
func (d *desk) declaresPrinters() {
	d.t.Helper()
	_, err := d.house.Editor.AddRecipient(d.t.Context(), subscriptions.Recipient{
		ProgrammeID: d.programme.ID, Name: "Harbour Printers", Category: "printer", Purpose: "printing the yearbook", Country: "GB", Address: address.Must(printers),
	})
	d.check(err)
}

// gateSays checks what the gate says of somebody.
func (d *desk) gateSays(addr string, want subscriptions.Reason) {
	d.t.Helper()
	if got := d.verdict(d.list, d.person(addr)); got != want {
		d.t.Errorf("the gate says %q of %s, want %q", got, addr, want)
	}
}
