package console_test

import (
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
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

const chosen = "Tarn Credit Union"

// takesElsewhere sends the public form of somebody on record who wants their data sent to another organisation, and works the case up to an approved pack.
func (r rig) takesElsewhere(t *testing.T, dpo string, pairs ...string) cases.Case {
	t.Helper()
	r.Casework.Practices = map[cases.Kind]cases.Practice{cases.Portability: access.Practice{Service: r.Access}}
	r.Member(t, "carys@reader.example", r.News)
	form := url.Values{"want": {"portability"}, "name": {"Carys O'Neill"}, "receiver-name": {chosen}, "receiver-email": {"data@tarn.example"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	pagestest.WantStatus(t, r.Post("/requests/"+r.Programme.Slug, form), http.StatusOK)
	all := must(r.DB.Cases(t.Context(), cases.Filter{}, 0, 9))(t)
	k := all[slices.IndexFunc(all, func(k cases.Case) bool { return k.Kind == cases.Portability })]
	if !strings.Contains(k.Asked, "To be sent straight to: Tarn Credit Union, data@tarn.example") {
		t.Errorf("the case's words: %q", k.Asked)
	}
	r.step(t, dpo, k, "search", http.StatusSeeOther, "addresses", "carys@reader.example")
	r.step(t, dpo, k, "places-done", http.StatusSeeOther, "note", "There is no other place.")
	r.step(t, dpo, k, "keep-clear", http.StatusSeeOther)
	for _, x := range must(r.Access.Items(t.Context(), k.ID))(t) {
		if x.Belongs && x.Item.Review.Verdict == access.Unreviewed {
			r.step(t, dpo, k, fmt.Sprintf("items/%d", x.ID), http.StatusSeeOther, "verdict", "keep", "keeping", "known")
		}
	}
	r.step(t, dpo, k, "identity", http.StatusSeeOther, "note", "She answered by the link to the address on record.")
	r.step(t, dpo, k, "approve", http.StatusSeeOther, "language", "en")
	return k
}

// letterTo returns the last letter that was written to somebody.
func (r rig) letterTo(t *testing.T, k cases.Case, to string) string {
	t.Helper()
	for _, m := range slices.Backward(must(r.DB.CaseMessages(t.Context(), k.ID))(t)) {
		if m.From == to && m.LetterID != 0 {
			letter, _, err := r.DB.PostedLetter(t.Context(), m.LetterID)
			if err != nil {
				t.Fatal(err)
			}
			return string(letter.Data)
		}
	}
	t.Fatalf("nothing was written to %s", to)
	return ""
}

// gotWhat returns the register of who got what of Carys's data.
func (r rig) gotWhat(t *testing.T) []subscriptions.Given {
	t.Helper()
	return must(r.DB.GivenTo(t.Context(), r.Find(t, "carys@reader.example").ID, 0, 9))(t)
}

func (r rig) duties(t *testing.T, k cases.Case) []cases.Duty {
	t.Helper()
	return must(access.Practice{Service: r.Access}.Duties(t.Context(), must(r.DB.Case(t.Context(), k.ID))(t)))(t)
}

var send = []string{"receiver", "1", "checked", "We called the number on their website.", "way", "phone", "days", "10"}

func TestPortableDataGoesStraightToWhomThePersonChose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.takesElsewhere(t, dpo, "email", "carys@reader.example")
		page := r.see(dpo, fmt.Sprintf("/console/cases/%d/pack", k.ID))
		pagestest.WantText(t, page, chosen, "To decide", "Who asks named it on the web form.")
		pagestest.WantText(t, r.step(t, dpo, k, "transmit", http.StatusConflict, append(send, "key", "0")...), "Nothing is decided yet")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted")
		pagestest.WantText(t, r.step(t, dpo, k, "transmit", http.StatusUnprocessableEntity, "receiver", "1", "way", "phone", "key", "0"), "made sure that the address is theirs")
		w := r.step(t, dpo, k, "transmit", http.StatusOK, append(send, "key", "1")...)
		code := codeForm.FindStringSubmatch(w.Body.String())[1]

		letter := r.letterTo(t, k, "data@tarn.example")
		for _, personal := range []string{"Carys", "carys", "O'Neill", code} {
			if strings.Contains(letter, personal) {
				t.Errorf("the letter to the receiver has %q:\n%s", personal, letter)
			}
		}
		if told := r.letterTo(t, k, "carys@reader.example"); !strings.Contains(told, chosen) || strings.Contains(told, "/h/") {
			t.Errorf("the person reads:\n%s", told)
		}
		if given := r.gotWhat(t); len(given) != 1 || given[0].Name != chosen || given[0].CaseID != k.ID {
			t.Errorf("the register has %+v", given)
		}

		link := regexp.MustCompile(`/h/[a-z0-9]+`).FindString(letter)
		door := r.Get(link)
		pagestest.WantText(t, door, "Data that somebody wants you to have")
		pagestest.WantNoText(t, door, "Carys", "carys@", "Take your data elsewhere")
		inside := r.Post(link, url.Values{"code": {code}})
		pagestest.WantText(t, inside, "Carys O&#39;Neill, carys@reader.example", "data-to-pass-on.json", "your-data.csv")
		pagestest.WantNoText(t, inside, "about.html", "your-data.json")
		pass := passForm.FindStringSubmatch(inside.Body.String())[1]
		pack := must(r.DB.PackOf(t.Context(), k.ID))(t)
		for _, f := range must(r.DB.PackFiles(t.Context(), pack.ID))(t) {
			got := r.Post("/handover", url.Values{"pass": {pass}, "file": {fmt.Sprint(f.ID)}})
			if theirs := f.Name == "data-to-pass-on.json" || f.Name == "your-data.csv"; (got.Code == http.StatusOK) != theirs {
				t.Errorf("%s: %d", f.Name, got.Code)
			}
			if strings.Contains(got.Body.String(), "not_portable") {
				t.Errorf("%s tells what is not portable", f.Name)
			}
		}
		pagestest.WantText(t, r.act(t, dpo, k, http.StatusConflict, "event", "closed"), "Hand the pack over")
		r.step(t, dpo, k, "deliver", http.StatusOK, "to", "carys@reader.example", "way", "phone", "key", "own")
		r.step(t, dpo, k, "unopened", http.StatusSeeOther, "note", "She was called and wants nothing more.")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "closed")
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/pack", k.ID)), "To Tarn Credit Union.", "Opened")
		if log := r.Log.String(); strings.Contains(log, code) || strings.Contains(log, "tarn.example") {
			t.Error("the log has the code or an address")
		}
	})
}

func TestWhatNobodyOpenedAtAReceiverWasNotGiven(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.takesElsewhere(t, dpo, "email", "carys@reader.example")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted")
		r.step(t, dpo, k, "transmit", http.StatusOK, append(send, "key", "1")...)
		r.step(t, dpo, k, "revoke", http.StatusSeeOther, "link", "1", "note", "She changed her mind.")
		if given := r.gotWhat(t); len(given) != 0 {
			t.Errorf("after it was revoked: %+v", given)
		}
		r.step(t, dpo, k, "transmit", http.StatusOK, append(send, "key", "2")...)
		if given := r.gotWhat(t); len(given) != 1 {
			t.Errorf("after it was sent again: %+v", given)
		}
		r.Clock.Advance(11 * 24 * time.Hour)
		must(r.DB.DropPacks(t.Context(), r.Clock.Now(), r.Clock.Now().Add(-30*24*time.Hour)))(t)
		if given := r.gotWhat(t); len(given) != 0 {
			t.Errorf("after its time was over: %+v", given)
		}
		w := r.Post("/login", url.Values{"email": {"dpo@harbour.example"}, "password": {password}})
		dpo = cookieOf(t, w)
		pagestest.WantText(t, r.act(t, dpo, k, http.StatusConflict, "event", "closed"), "See that Tarn Credit Union could open the data")
		r.step(t, dpo, k, "leave-receiver", http.StatusSeeOther, "receiver", "1", "note", "They were called twice, and want no data.")
		for _, d := range cases.Left(r.duties(t, k)) {
			if strings.HasPrefix(d.Code, "receiver-") {
				t.Errorf("still to do: %s", d.Words)
			}
		}
	})
}

func TestWhatCannotGoStraightIsRefusedWithAReasonAndThePersonIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.takesElsewhere(t, dpo, "email", "carys@reader.example")
		pagestest.WantText(t, r.step(t, dpo, k, "decline", http.StatusUnprocessableEntity, "receiver", "1", "reason", "not-feasible"), "in words that the person can read")
		r.step(t, dpo, k, "decline", http.StatusSeeOther, "receiver", "1", "reason", "not-feasible", "words", "They told us that they take paper only.")
		told := r.letterTo(t, k, "carys@reader.example")
		for _, want := range []string{"Article 20(2) of the UK GDPR", "They told us that they take paper only.", "complain to us", "casework@ico.org.uk", "go to court"} {
			if !strings.Contains(told, want) {
				t.Errorf("the refusal lacks %q:\n%s", want, told)
			}
		}
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted")
		pagestest.WantText(t, r.step(t, dpo, k, "transmit", http.StatusConflict, append(send, "key", "1")...), "It was refused")
		if given := r.gotWhat(t); len(given) != 0 {
			t.Errorf("the register has %+v", given)
		}
	})
}

func TestWhoWantsNoCopyIsDoneOnceTheReceiverHasIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.takesElsewhere(t, dpo, "contact", "1 Quay, Porthaven", "receiver-email", "data@tarn.example")
		r.step(t, dpo, k, "decline", http.StatusUnprocessableEntity, "receiver", "1", "reason", "not-sure-whose", "words", "Nobody answers there.") // how is she told?
		r.step(t, dpo, k, "decline", http.StatusSeeOther, "receiver", "1", "reason", "not-sure-whose", "words", "Nobody answers there.", "told", "By a letter of today.")
		r.step(t, dpo, k, "receiver", http.StatusSeeOther, "name", "Fell Credit Union", "email", "data@fell.example", "language", "cy", "note", "Her letter of 3 May.", "instead", "yes")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted")
		fell := []string{"receiver", "2", "checked", "We know them.", "way", "post", "key", "1"}
		pagestest.WantText(t, r.step(t, dpo, k, "transmit", http.StatusUnprocessableEntity, fell...), "Say how they are told")
		w := r.step(t, dpo, k, "transmit", http.StatusOK, append(fell, "told", "By a letter of today.")...)
		letter := r.letterTo(t, k, "data@fell.example")
		if !strings.Contains(letter, "Annwyl Syr neu Fadam") {
			t.Errorf("the receiver reads English:\n%s", letter)
		}
		inside := r.Post(regexp.MustCompile(`/h/[a-z0-9]+`).FindString(letter), url.Values{"code": {codeForm.FindStringSubmatch(w.Body.String())[1]}})
		pagestest.WantText(t, inside, "Carys O&#39;Neill")
		for _, d := range cases.Left(r.duties(t, k)) {
			t.Errorf("still to do: %s", d.Words)
		}
	})
}
