package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/message"
)

// A mail asks for access; what is held is searched, reviewed, approved and handed over by a link with a code, and the case is closed. Nothing of somebody
// else is in what the person gets.
func TestAMailThatAsksForAccessIsAnsweredToItsEnd(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		s.join("ann@example.org")
		s.write("ann@example.org", "privacy@"+harbour, "My data", wantsData+"\r\nBob Jones <bob@other.example> knows of it.\r\n\r\nRegards,\r\nAnn\r\n")
		k, _ := s.opened("ann@example.org")
		link, code := s.handsOver(t, k)
		s.getsThePack(t, link, code)
		_, err := s.house.Cases.Do(t.Context(), k.ID, cases.Event{Kind: cases.ClosedCase, Actor: "user:1"})
		s.check(err)
		if k = s.caseNow(k.ID); k.State != cases.Closed || k.Facts.AnsweredOn.IsZero() {
			t.Errorf("the case is %s, answered %v", k.State, k.Facts.AnsweredOn)
		}
	})
}

// handsOver works a case of access to the letter with its link.
func (s *scene) handsOver(t *testing.T, k cases.Case) (link, code string) {
	t.Helper()
	ctx, desk := t.Context(), s.house.Access
	found, err := desk.Search(ctx, k.ID, "user:1", access.Order{Names: []string{"Ann"}})
	s.check(err)
	if found.Found() < 6 || len(found.Boxes) == 0 {
		t.Errorf("found %d items, in the mailboxes %v", found.Found(), found.Boxes)
	}
	if _, err := s.house.Cases.Do(ctx, k.ID, cases.Event{Kind: cases.ClosedCase, Actor: "user:1"}); err == nil {
		t.Error("the case was closed with all its duties left")
	}
	s.check(desk.PlacesDone(ctx, k.ID, "user:1", "There is no other place."))
	s.check(desk.Establish(ctx, k.ID, "user:1", "She wrote from the address on record."))
	s.reviews(t, k)
	_, err = desk.Approve(ctx, k.ID, "user:1", "", "en")
	s.check(err)
	_, err = s.house.Cases.Do(ctx, k.ID, cases.Event{Kind: cases.DecisionMade, Actor: "user:1", Detail: cases.Detail{
		Decision: &cases.Decision{Outcome: cases.Partly, Reasons: []string{"other-person"}, Words: "What is about somebody else was left out."}}})
	s.check(err)
	_, code, err = desk.Deliver(ctx, k.ID, "user:1", access.Delivery{To: "ann@example.org", Way: access.ByPhone, Key: "one"})
	s.check(err)
	letter := s.mailTo("ann@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Subject, "is ready") })
	if strings.Contains(letter.Text, code) || strings.Contains(letter.HTML, code) {
		t.Error("the code is in the letter")
	}
	link = regexp.MustCompile(`/h/[a-z0-9]+`).FindString(letter.Text)
	if link == "" {
		t.Fatalf("no link in\n%s", letter.Text)
	}
	return link, code
}

// reviews decides on every item: somebody else's name and address are removed.
func (s *scene) reviews(t *testing.T, k cases.Case) {
	t.Helper()
	_, err := s.house.Access.KeepClear(t.Context(), k.ID, "user:1")
	s.check(err)
	items, err := s.house.Access.Items(t.Context(), k.ID)
	s.check(err)
	for _, x := range items {
		if x.Item.Review.Verdict != access.Unreviewed {
			continue
		}
		r := access.Review{Verdict: access.Kept, Reason: "known"}
		if strings.Contains(x.Content.Text, "Bob Jones") {
			r = access.Review{Verdict: access.Redacted, Removed: []access.Removal{{Text: "Bob Jones", Reason: "other-person"}, {Text: "bob@other.example", Reason: "other-person"}}}
		}
		s.check(s.house.Access.Review(t.Context(), k.ID, x.ID, "user:1", r))
	}
}

// getsThePack opens the link with the code, as the person does in a browser.
func (s *scene) getsThePack(t *testing.T, link, code string) {
	t.Helper()
	engine, err := s.house.Engine()
	s.check(err)
	ask := func(method, path string, form url.Values) (int, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		engine.ServeHTTP(w, r)
		b, err := io.ReadAll(w.Body)
		s.check(err)
		return w.Code, string(b)
	}
	if status, door := ask(http.MethodGet, link, nil); status != http.StatusOK || strings.Contains(door, "ann@") {
		t.Errorf("the door: %d\n%s", status, door)
	}
	status, inside := ask(http.MethodPost, link, url.Values{"code": {code}})
	pass := regexp.MustCompile(`name="pass" value="([a-z0-9]+)"`).FindStringSubmatch(inside)
	file := regexp.MustCompile(`name="file" value="(\d+)"`).FindStringSubmatch(inside)
	if status != http.StatusOK || pass == nil || file == nil {
		t.Fatalf("inside: %d\n%s", status, inside)
	}
	status, page := ask(http.MethodPost, "/handover", url.Values{"pass": {pass[1]}, "file": {file[1]}})
	if status != http.StatusOK || !strings.Contains(page, "Harbour News") || !strings.Contains(page, "knows of it") || strings.Contains(strings.ToLower(page), "bob") {
		t.Errorf("the page: %d\n%s", status, page)
	}
}
