package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/breach"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// Each right that a mail asks for goes its whole way: sorted, a case with its clocks, acknowledged, decided by a person, carried out, told to the person and to whoever was
// given the data, and closed. Access has a test of its own.
func TestEachRightThatAMailAsksForGoesItsWholeWay(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		d := s.seat()
		d.declaresPrinters()
		for _, addr := range []string{"port@example.org", "mend@example.org", "gone@example.org", "limit@example.org", "market@example.org", "weigh@example.org", "back@example.org"} {
			d.enrol(addr)
		}
		for _, right := range []struct {
			name string
			goes func(d *desk, t *testing.T)
		}{
			{"portability", (*desk).portability}, {"rectification", (*desk).rectification}, {"erasure", (*desk).erasure}, {"restriction", (*desk).restriction},
			{"an objection to marketing", (*desk).objectsToMarketing}, {"an objection to processing", (*desk).objectsToProcessing}, {"withdrawal of consent", (*desk).withdrawsConsent},
		} {
			t.Run(right.name, func(t *testing.T) { right.goes(d.in(t), t) })
		}
		s.verify()
	})
}

// in lends the desk to a part of a test, which fails alone.
func (d *desk) in(t *testing.T) *desk {
	part := *d.scene
	part.t = t
	return &desk{scene: &part, engine: d.engine, key: d.key, cookie: d.cookie, answered: d.answered}
}

func (d *desk) rectification(t *testing.T) {
	const mend = "mend@example.org"
	k := d.mailed(mend, cases.Rectification, "My name is wrong in your records. Please correct my personal data: I am called Mend Quill.\r\n")
	path := fmt.Sprintf("/cases/%d/corrections", k.ID)
	name := d.api(http.StatusCreated, http.MethodPost, path, fields{"field": "name", "after": "Mend Quill"})
	d.api(http.StatusOK, http.MethodPost, fmt.Sprintf("%s/%v", path, name["id"]), fields{"decision": "correct", "person": "Priya Shah"})
	language := d.api(http.StatusCreated, http.MethodPost, path, fields{"field": "language", "after": "cy"})
	d.api(http.StatusOK, http.MethodPost, fmt.Sprintf("%s/%v", path, language["id"]), fields{"decision": "disputed", "words": "You wrote to us in English.", "person": "Priya Shah"})
	d.decides(k, "partly", "Your name is corrected. Your language is not, for you wrote to us in English.", "disputed")
	d.sees(k, "called-back", "")
	d.act(k, "rectify", nil)
	d.api(http.StatusOK, http.MethodPost, fmt.Sprintf("/cases/%d/statement", k.ID), fields{"words": "I prefer Welsh."})
	if p, err := d.house.DB.Subscriber(t.Context(), k.SubjectID); err != nil || p.Name != "Mend Quill" {
		t.Errorf("on record is %q, %v", p.Name, err)
	}
	if answer := d.tells(k, mend, "rectified"); !strings.Contains(answer.Text, "Your name is corrected.") || !strings.Contains(answer.Text, "is now “Mend Quill”") || !strings.Contains(answer.Text, "Article 16 of the UK GDPR") {
		t.Errorf("the answer:\n%s", answer.Text)
	}
	told := d.recipientDoes(k, "correct", "done", "")
	if !strings.Contains(told.Text, "is now Mend Quill") {
		t.Errorf("the printers are not told what is right:\n%s", told.Text)
	}
	d.closes(k)
}

func (d *desk) erasure(t *testing.T) {
	const gone = "gone@example.org"
	k := d.mailed(gone, cases.Erasure, "Please erase all the personal data that you hold about me.\r\n")
	d.decides(k, "granted", "Everything that we hold about you is erased.", "unneeded")
	d.act(k, "made-public", fields{"words": "It never was."})
	if w := d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/acts", k.ID), `{"act":"erase"}`, "application/json"); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Nothing proves who asks") {
		t.Errorf("a person is erased on the word of a From field: %d", w.Code)
	}
	d.sees(k, "no-doubt", "The same address has written to us for years, and only asks us to keep less.")
	d.act(k, "erase", nil)
	farewell := d.mailTo(gone, func(m *message.Parsed) bool { return m.Subject == "Your data is being erased" })
	if !strings.Contains(farewell.Text, "You asked us to erase") {
		t.Errorf("the farewell:\n%s", farewell.Text)
	}
	d.eventually("the letter has left", func() bool {
		l, err := d.house.DB.LetterByKey(t.Context(), fmt.Sprintf("erasure:%d", d.erasureOf(k).ID))
		d.check(err)
		return l.State == mailer.LetterSent
	})
	_, err := d.house.Keeper.CarryOut(t.Context(), d.erasureOf(k).ID) // the worker looks after it a minute later
	d.check(err)
	told := d.recipientDoes(k, "erase", "done", "")
	if !strings.Contains(told.Text, gone) {
		t.Errorf("the printers cannot find whom it is about:\n%s", told.Text)
	}
	closed := d.closes(k)
	if closed.From != "" || closed.Facts.AnsweredOn.IsZero() || closed.Decision == nil {
		t.Errorf("of the case there stays %+v", closed)
	}
	if _, err := d.house.People.Grant(t.Context(), subscriptions.Act{
		ListID: d.list.ID, Address: address.Must(gone), Channel: subscriptions.ByImport, Actor: "system", Source: "an old list", Evidence: subscriptions.Evidence{"act": "signed the form"},
	}); err == nil {
		d.gateSays(gone, subscriptions.ReasonWithdrawn)
	}
}

func (d *desk) erasureOf(k cases.Case) subscriptions.Erasure {
	d.t.Helper()
	e, _, err := d.house.DB.ErasureOfCase(d.t.Context(), k.ID)
	d.check(err)
	return e
}

func (d *desk) restriction(t *testing.T) {
	const limit = "limit@example.org"
	k := d.mailed(limit, cases.Restriction, "Please restrict the processing of my personal data while you check whether it is accurate.\r\n")
	d.decides(k, "granted", "We keep it and do not use it while we check.", "accuracy")
	d.act(k, "restrict", fields{"scenario": "accuracy"})
	d.gateSays(limit, subscriptions.ReasonRestricted)
	d.tells(k, limit, "restricted")
	d.recipientDoes(k, "only store", "disproportionate", "It is on paper in a thousand yearbooks.")
	d.closes(k)

	if w := d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/acts", k.ID), `{"act":"lift"}`, "application/json"); w.Code != http.StatusConflict {
		t.Errorf("lifting before the person was told: %d %s", w.Code, w.Body)
	}
	d.letter(k, limit, "restriction-lifting", "en", func(form url.Values) {
		form.Set("body", strings.ReplaceAll(form.Get("body"), "{{why}}", "We have checked it, and it is right."))
	})
	d.eventually("the restriction is lifted once the letter has left", func() bool {
		return d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/acts", k.ID), `{"act":"lift"}`, "application/json").Code == http.StatusOK
	})
	d.gateSays(limit, subscriptions.Allowed)
}

func (d *desk) objectsToMarketing(t *testing.T) {
	const market = "market@example.org"
	k := d.mailed(market, cases.Objection, "I object to the processing of my personal data for direct marketing.\r\n")
	d.gateSays(market, subscriptions.ReasonWithdrawn) // before anybody has looked at it (Article 21(3))
	d.act(k, "sort-objection", fields{"to": "to-marketing"})
	if w := d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/events", k.ID), `{"kind":"asked","for":"identity","note":"who is it?"}`, "application/json"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("identity was asked for before an objection to marketing: %d", w.Code)
	}
	d.act(k, "stop-marketing", fields{"programmes": []string{d.programme.Slug}})
	d.decides(k, "granted", "All direct marketing to you has stopped.")
	d.tells(k, market, "objection-upheld")
	d.closes(k)
}

func (d *desk) objectsToProcessing(t *testing.T) {
	const weigh = "weigh@example.org"
	k := d.mailed(weigh, cases.Objection, "Under Article 21(1) I object to the processing of my personal data on the ground of your legitimate interests, because of my particular situation.\r\n")
	d.act(k, "sort-objection", fields{"to": "to-processing"})
	d.act(k, "restrict-while-weighed", nil)
	d.decides(k, "granted", "We found no ground that overrides yours.")
	d.act(k, "end-processing", fields{"scopes": []fields{{"reach": "purpose", "id": d.list.PurposeID}}})
	d.tells(k, weigh, "objection-upheld")
	d.recipientDoes(k, "only store", "done", "")
	d.staysOpen(k, "restriction")
	d.act(k, "told-of-lifting", fields{"words": "In the letter of today."})
	d.act(k, "lift", nil)
	d.recipientDoes(k, "use it again", "done", "")
	d.closes(k)
	d.gateSays(weigh, subscriptions.ReasonWithdrawn)
}

func (d *desk) withdrawsConsent(t *testing.T) {
	const back = "back@example.org"
	k := d.mailed(back, cases.WithdrawConsent, "I withdraw my consent to the processing of my personal data.\r\n")
	d.gateSays(back, subscriptions.ReasonWithdrawn)
	d.act(k, "withdraw", fields{"scopes": []fields{{"reach": "programme", "id": d.programme.ID}}})
	if w := d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/events", k.ID), `{"kind":"decided","decision":{"outcome":"refused","words":"no","reasons":["excessive"],"person":"Priya Shah"}}`, "application/json"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("refusing a withdrawal: %d %s", w.Code, w.Body)
	}
	d.decides(k, "granted", "Your consent to our news has ended.")
	if m := d.tells(k, back, "withdrawn"); !strings.Contains(m.Text, "stays lawful") {
		t.Errorf("the answer:\n%s", m.Text)
	}
	d.closes(k)
}

func (d *desk) portability(t *testing.T) {
	const port = "port@example.org"
	ctx, desk := t.Context(), d.house.Access
	k := d.mailed(port, cases.Portability, "Please send me my personal data in a structured, machine-readable format. I want to take it to another provider (data portability).\r\n")
	_, err := desk.Search(ctx, k.ID, "user:1", access.Order{})
	d.check(err)
	d.check(desk.PlacesDone(ctx, k.ID, "user:1", "There is no other place."))
	d.check(desk.Establish(ctx, k.ID, "user:1", "She wrote from the address on record."))
	d.reviews(t, k)
	d.decides(k, "granted", "Here it is.")
	_, err = desk.Approve(ctx, k.ID, "user:1", "", "en")
	d.check(err)
	_, code, err := desk.Deliver(ctx, k.ID, "user:1", access.Delivery{To: port, Way: access.ByPhone, Key: "one"})
	d.check(err)
	letter := d.mailTo(port, func(m *message.Parsed) bool { return strings.Contains(m.Text, "/h/") })
	d.staysOpen(k, "could open it")
	inside := d.ask(http.MethodPost, regexp.MustCompile(`/h/[a-z0-9]+`).FindString(letter.Text), url.Values{"code": {code}}.Encode(), "")
	pass := regexp.MustCompile(`name="pass" value="([a-z0-9]+)"`).FindStringSubmatch(inside.Body.String())
	if pass == nil {
		t.Fatalf("inside: %d\n%s", inside.Code, inside.Body)
	}
	var formats []string
	for _, m := range regexp.MustCompile(`name="file" value="(\d+)"`).FindAllStringSubmatch(inside.Body.String(), -1) {
		file := d.ask(http.MethodPost, "/handover", url.Values{"pass": {pass[1]}, "file": {m[1]}}.Encode(), "")
		if body := file.Body.String(); strings.Contains(body, port) {
			formats = append(formats, file.Header().Get("Content-Disposition"))
		}
	}
	if all := strings.Join(formats, " "); !strings.Contains(all, ".json") || !strings.Contains(all, ".csv") {
		t.Errorf("the files that have their data are of %q", formats)
	}
	d.closes(k)
}

// A complaint is acknowledged within its thirty days, decided, and on request decided anew by somebody else, with what was promised kept; the register has all of it.
func TestAComplaintByMailGoesThroughBothItsStages(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		d := s.seat()
		const cross = "cross@example.org"
		d.enrol(cross)
		_, err := s.house.Editor.Programme(t.Context(), s.programme.ID, func(p *subscriptions.Programme) {
			p.HouseClocks = []subscriptions.HouseClock{{Kind: "complaint", AcknowledgeWorkingDays: 5, AnswerWorkingDays: 20}} // E0-31
		})
		s.check(err)
		k := d.mailed(cross, cases.Complaint, "I want to make a formal complaint about how you handled my personal data: you mailed my neighbour about me.\r\n")
		if k.Clocks[0].Name != "house-answer" || clockOf(k, "acknowledge").MetOn == "" || clockOf(k, "house-acknowledge").MetOn == "" {
			t.Errorf("the clocks %+v", k.Clocks)
		}
		promised := time.Now().AddDate(0, 0, 10).Format(time.DateOnly)
		d.letter(k, cross, "complaint-progress", "en", func(form url.Values) {
			form.Set("body", strings.ReplaceAll(form.Get("body"), "{{your-words}}", "We are asking the firm that posts our mail."))
			form.Set("promise", promised)
			form.Set("promised", "the next word from us")
		})
		if k = d.caseNow(k.ID); !hasClock(k, "promise") || k.DueOn != promised {
			t.Errorf("promised for %s, and the case is due on %s: %+v", promised, k.DueOn, k.Clocks)
		}
		d.decides(k, "not-upheld", "The letter went to the right house.")
		if first := d.letter(k, cross, "complaint-outcome", "en", nil); !strings.Contains(first.Text, "ask for") || !strings.Contains(first.Text, "Commissioner") {
			t.Errorf("the outcome of the first stage:\n%s", first.Text)
		}
		d.event(k, fields{"kind": "summarised", "note": "A letter that was said to be misdirected."})
		d.event(k, fields{"kind": "promised", "promise": fields{"due": promised, "words": "check the list of houses", "action": true}})
		d.staysOpen(k, "Keep what was promised")

		ack := d.firstLetter(k)
		s.write(cross, ack.ReplyTo.String(), "Not content", "I am not content and want a review.")
		d.filed(k.ID, "Not content")
		d.event(k, fields{"kind": "escalated", "to": "review", "note": "They say that the house number is wrong."})
		d.reads(k)
		if w := d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/events", k.ID), `{"kind":"decided","decision":{"outcome":"upheld","words":"x","person":"Priya Shah"}}`, "application/json"); w.Code != http.StatusConflict {
			t.Errorf("whoever decided the first stage decides the review: %d %s", w.Code, w.Body)
		}
		d.event(k, fields{"kind": "decided", "decision": fields{"outcome": "upheld", "words": "The house number was wrong. We are sorry.", "person": "Eleri Vaughan"}})
		final := d.letter(k, cross, "complaint-final", "en", nil)
		if !strings.Contains(final.Text, "final") || !strings.Contains(final.Text, "Information Commissioner") {
			t.Errorf("the outcome of the review:\n%s", final.Text)
		}
		d.event(k, fields{"kind": "kept", "kept": 2}) // the first was to write again, and telling the outcome kept it
		d.closes(k)
		row := d.api(http.StatusOK, http.MethodGet, "/registers/complaints", nil)["items"].([]any)[0].(map[string]any)
		if row["stage"] != float64(2) || row["outcome"] != "upheld" || row["brief"] != "A letter that was said to be misdirected." {
			t.Errorf("the register has %v", row)
		}
	})
}

func hasClock(k cases.Case, name string) bool { return clockOf(k, name).Name != "" }

func clockOf(k cases.Case, name string) cases.Clock {
	for _, c := range k.Clocks {
		if c.Name == name {
			return c
		}
	}
	return cases.Clock{}
}

// firstLetter is the acknowledgement of a case.
func (d *desk) firstLetter(k cases.Case) *message.Parsed {
	return d.mailTo(k.From, func(m *message.Parsed) bool { return m.AutoSubmitted == "auto-replied" })
}

// reads marks all that came in as read.
func (d *desk) reads(k cases.Case) {
	d.t.Helper()
	all, err := d.house.DB.CaseMessages(d.t.Context(), k.ID)
	d.check(err)
	for _, m := range all {
		if m.Direction == cases.In && m.ReadAt.IsZero() {
			d.api(http.StatusOK, http.MethodPost, fmt.Sprintf("/cases/%d/messages/%d/read", k.ID, m.ID), nil)
		}
	}
}

// A breach that somebody reports by mail has its 72 hours, its record and its frozen evidence; a person tells the Commissioner and whom it concerns.
func TestABreachReportedByMailGoesItsWholeWay(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		d := s.seat()
		const leak = "leak@example.org"
		d.enrol(leak)
		s.write(leak, "privacy@"+harbour, "A mistake", "You sent me someone else's data: a list of other readers. This is a data breach.")
		k, _ := d.opened(leak)
		notice := clockOf(k, "breach-notice")
		due, err := time.Parse(time.RFC3339, notice.Due)
		if k.Kind != cases.Breach || err != nil || due.Sub(k.ReceivedAt).Round(time.Hour) != 72*time.Hour {
			t.Fatalf("the case is %s, its clock %+v", k.Kind, notice)
		}
		path := fmt.Sprintf("/cases/%d/breach", k.ID)
		d.staysOpen(k, "Tell the Commissioner")
		if _, err := s.house.Keeper.Erase(t.Context(), subscriptions.ErasureRequest{Address: address.Must(leak), Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "a test"}); err == nil {
			t.Error("whose mail is evidence was erased")
		}
		record := fields{
			"aware_at": k.ReceivedAt, "nature": "A list went to the wrong reader.", "people": "readers", "people_number": 12, "records": "names", "consequences": "None are likely to be grave.",
			"measures": "The reader destroyed it.", "risk": "some", "risk_why": "Names with addresses.", "notified_at": time.Now().UTC().Format(time.RFC3339), "notified_ref": "IC-1", "not_told": "no-high-risk", "not_told_why": "One known reader had it.",
		}
		d.api(http.StatusOK, http.MethodPost, path, record)
		d.api(http.StatusOK, http.MethodPost, path+"/evidence", nil)
		if shown := d.api(http.StatusOK, http.MethodGet, path, nil); shown["frozen"] != true || len(shown["evidence"].([]any)) == 0 {
			t.Errorf("the evidence: %v", shown)
		}
		if met := clockOf(d.caseNow(k.ID), "breach-notice").MetOn; met == "" {
			t.Error("the Commissioner was told, and the 72 hours run on")
		}
		d.letter(k, leak, "breach-people", "en", func(form url.Values) {
			form.Set("body", strings.NewReplacer("{{officer}}", "Priya Shah", "{{officer-address}}", "officer@harbour.example", "{{your-words}}", "A list went to the wrong address.").Replace(form.Get("body")))
		})
		d.event(k, fields{"kind": "decided", "decision": fields{"outcome": "dealt-with", "words": "", "person": "Priya Shah"}})
		d.closes(k)
		d.frozenUntilReleased(k, leak, func() {
			d.api(http.StatusOK, http.MethodPost, path+"/release", fields{"why": "The Commissioner has closed it."})
		})
	})
}

// frozenUntilReleased shows that the evidence of a closed breach outlives the rules of retention, and the people in it, until a person releases it (E2-20).
func (d *desk) frozenUntilReleased(k cases.Case, from string, release func()) {
	d.t.Helper()
	ctx := d.t.Context()
	due := func() int {
		objects, err := d.house.DB.Objects(ctx, retention.CaseMail, 0, 0, 100, time.Now().AddDate(50, 0, 0))
		d.check(err)
		return len(objects)
	}
	erase := func() error {
		_, err := d.house.Keeper.Erase(ctx, subscriptions.ErasureRequest{Address: address.Must(from), Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "a test"})
		return err
	}
	whole := func() bool {
		found, err := d.house.Registers.Breaches.Verify(ctx, k.ID)
		d.check(err)
		return len(found) > 0 && !slices.ContainsFunc(found, func(f breach.Finding) bool { return !f.Whole })
	}
	if n := due(); n != 0 {
		d.t.Errorf("%d frozen messages are due under the schedule", n)
	}
	if err := erase(); errs.KindOf(err) != errs.Refused || !whole() {
		d.t.Errorf("whose mail is evidence was erased: %v", err)
	}
	release()
	if n := due(); n == 0 {
		d.t.Error("what was released is not due under the schedule")
	}
	if err := erase(); err != nil || whole() {
		d.t.Errorf("whose mail was released cannot be erased, or their mail is still there: %v", err)
	}
}

// A force that asks by mail for a reader's data gets nothing by default; with its form, a law and a person's decision it does, and who got what is on record.
func TestAThirdPartyThatAsksByMailForSomebodysDataGoesItsWholeWay(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		d := s.seat()
		const ann, police = "ann@example.org", "officer@police.example"
		d.enrol(ann)
		s.write(police, "privacy@"+harbour, "Request for disclosure", "We are investigating an offence. Please disclose the personal data that you hold about ann@example.org, under Schedule 2 Part 1 paragraph 2 of the Data Protection Act 2018.")
		k, _ := d.opened(police)
		if k.Kind != cases.Disclosure {
			d.event(k, fields{"kind": "renamed", "case_kind": "disclosure"})
		}
		d.api(http.StatusOK, http.MethodPost, fmt.Sprintf("/cases/%d/parties", k.ID), fields{"role": "subject", "address": ann})
		if k = d.caseNow(k.ID); k.SubjectID != d.person(ann) {
			t.Fatalf("it is about %d", k.SubjectID)
		}
		path := fmt.Sprintf("/cases/%d/third-party", k.ID)
		record := fields{"organisation": "Portexample Police", "officer": "PC 1234", "wanted": "The address, to find a witness."}
		d.api(http.StatusOK, http.MethodPost, path, record)
		file := d.api(http.StatusCreated, http.MethodPost, fmt.Sprintf("/cases/%d/files", k.ID), fields{"name": "form.txt", "content": []byte("The form")})
		record["gateway"], record["form_file_id"] = "crime", file["id"]
		record["disclosed"], record["disclosed_on"], record["means"] = "Her address.", time.Now().UTC().Format(time.DateOnly), "by an encrypted file"
		if w, b := d.ask, mustJSON(t, record); w(http.MethodPost, "/api/v1"+path, b, "application/json").Code != http.StatusConflict {
			t.Error("data was disclosed before a person decided it")
		}
		w := d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/events", k.ID), mustJSON(t, fields{"kind": "decided", "decision": fields{"outcome": "granted", "words": "", "reasons": []string{}, "person": "Priya Shah"}}), "application/json")
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Say which law") {
			t.Errorf("it was granted on no law: %d %s", w.Code, w.Body)
		}
		d.decides(k, "granted", "The form is in order.", "crime")
		record["told"], record["told_why"] = "not-told", "It would warn somebody."
		d.api(http.StatusOK, http.MethodPost, path, record)
		answer := d.letter(k, police, "disclosure-answer", "en", nil)
		if strings.Contains(answer.Text, ann) {
			t.Errorf("the letter itself discloses:\n%s", answer.Text)
		}
		if !strings.Contains(strings.Join(strings.Fields(answer.Text), " "), "Data Protection Act 2018, Schedule 2, paragraph 2") {
			t.Errorf("the letter does not say on which law it rests:\n%s", answer.Text)
		}
		d.closes(k)
		given := d.api(http.StatusOK, http.MethodGet, fmt.Sprintf("/subscribers/%d/disclosures", d.person(ann)), nil)["items"].([]any)
		if len(given) != 1 || given[0].(map[string]any)["name"] != "Portexample Police" {
			t.Errorf("who got what: %v", given)
		}
	})
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
