package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/thirdparty"
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

func pageOf(k cases.Case) string { return fmt.Sprintf("/console/cases/%d", k.ID) }

// posts sends a form below the page of a case.
func (r rig) posts(t *testing.T, cookie string, k cases.Case, path string, want int, pairs ...string) string {
	t.Helper()
	w := r.fill(cookie, pageOf(k)+path, formOf(pairs))
	pagestest.WantStatus(t, w, want)
	return w.Body.String()
}

func TestWhoACaseIsAboutIsNamedOnItsPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		subject := ""
		for _, p := range must(r.DB.CaseParties(t.Context(), k.ID))(t) {
			if p.Role == cases.Subject {
				subject = fmt.Sprint(p.ID)
			}
		}
		for _, party := range []string{"", subject} {
			refused := r.posts(t, dpo, k, "/parties", http.StatusUnprocessableEntity, "party", party, "role", "subject", "email", "no address", "contact", "3 Quay Lane")
			if !strings.Contains(refused, `value="no address"`) || !strings.Contains(refused, `value="3 Quay Lane"`) {
				t.Error("what was typed is gone")
			}
		}
		r.posts(t, dpo, k, "/parties", http.StatusSeeOther, "party", subject, "role", "subject", "name", "Mab O'Neill", "email", "mab@reader.example", "contact", "by telephone")
		r.posts(t, dpo, k, "/parties", http.StatusSeeOther, "role", "subject", "name", "Ned O'Neill")
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Mab O&#39;Neill &lt;mab@reader.example&gt;", "Ned O&#39;Neill", "by telephone")
	})
}

func TestTwoCasesAreLinkedByTheirReference(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k, other := r.openCase(t, htmlMail), r.openCase(t, strings.Replace(htmlMail, "My data", "Again", 1))
		dpo := r.operator(t, auth.DPO)
		if refused := r.posts(t, dpo, k, "/links", http.StatusUnprocessableEntity, "reference", "R-2026-999999"); !strings.Contains(refused, "There is no case with this reference.") {
			t.Error("a reference that nobody has is not told")
		} else if !strings.Contains(refused, `value="R-2026-999999"`) {
			t.Error("the reference that was typed is gone")
		}
		r.posts(t, dpo, k, "/links", http.StatusSeeOther, "reference", " "+strings.ToLower(other.Reference)+" ")
		pagestest.WantText(t, r.see(dpo, pageOf(k)), other.Reference)
		pagestest.WantText(t, r.see(dpo, pageOf(other)), k.Reference)
	})
}

func TestAMessageOfACaseIsMarkedAsReadAndItsWriterLookedAtAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Not looked at")
		r.posts(t, dpo, k, "/messages/1/identity", http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Not proved")
		r.posts(t, dpo, k, "/messages/99/identity", http.StatusUnprocessableEntity)
		r.posts(t, dpo, k, "/read", http.StatusSeeOther, "message", "1")
		r.posts(t, dpo, k, "/read", http.StatusUnprocessableEntity, "message", "99")
	})
}

func TestALinkIsMailedToTheAddressOnRecordToProveWhoAsks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		stranger := r.openCase(t, htmlMail)
		r.posts(t, dpo, stranger, "/identity", http.StatusConflict, "note", "The style is not hers.")
		r.Member(t, "ann@example.org", r.News)
		k := r.enters(t, cases.Access)
		if refused := r.posts(t, dpo, k, "/identity", http.StatusUnprocessableEntity); !strings.Contains(refused, "doubt") {
			t.Error("it is asked without a doubt")
		}
		r.posts(t, dpo, k, "/identity", http.StatusSeeOther, "note", "The voice was another.")
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Waits for identity", "The voice was another.")
	})
}

func TestTheTextsOfLettersAreChangedForAProgramme(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		at := fmt.Sprintf("/console/letter-texts/%d", r.Programme.ID)
		pagestest.WantText(t, r.see(dpo, at), "Comes with Assent", "{{reference}}")
		pagestest.WantText(t, r.see(dpo, at+"?text=granted&language=en"), "<textarea")
		form := url.Values{"text": {"granted"}, "title": {"Tell that it is done"}, "language": {"en"}, "subject": {"All done"}, "body": {"{{no-such-field}}"}}
		refused := r.fill(dpo, at, form)
		pagestest.WantStatus(t, refused, http.StatusUnprocessableEntity)
		pagestest.WantText(t, refused, "no-such-field", "All done")
		form.Set("body", "It is done, as we do it in the harbour.")
		pagestest.WantStatus(t, r.fill(dpo, at, form), http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, at), "Of the programme")
		k := r.openCase(t, htmlMail)
		pagestest.WantText(t, r.see(dpo, pageOf(k)+"/letter?text=granted&language=en"), "as we do it in the harbour.")
		comms := r.operator(t, auth.Comms)
		pagestest.WantStatus(t, r.fill(comms, at, form), http.StatusForbidden)
	})
}

func TestWhatARecipientAnsweredByTelephoneIsRecorded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		editor := &subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
		_ = must(editor.AddRecipient(t.Context(), subscriptions.Recipient{ProgrammeID: r.Programme.ID, Name: "Porthaven Printers", Category: "printer", Purpose: "printing", Country: "GB"}))(t)
		r.Member(t, "ann@example.org", r.News)
		k := r.enters(t, cases.Restriction)
		r.act(t, dpo, k, http.StatusSeeOther, "event", "proved", "evidence", "known")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted", "words", "It is restricted.")
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "restrict", "about", "accuracy")
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Porthaven Printers", "To be told by hand", "Not told yet.", "Tell Porthaven Printers, which has no address here, of the restriction")
		notices := must(r.DB.NoticesOfCase(t.Context(), k.ID))(t)
		if len(notices) != 1 {
			t.Fatalf("%d notices", len(notices))
		}
		key := fmt.Sprint(notices[0].ID)
		r.carriesOut(t, dpo, k, http.StatusUnprocessableEntity, "do", "answer", "key", "999", "answered", "done")
		r.carriesOut(t, dpo, k, http.StatusUnprocessableEntity, "do", "answer", "key", key, "answered", "impossible")
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "answer", "key", key, "answered", "impossible", "words", "They closed in May.")
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Impossible", "They closed in May.")
	})
}

// Once the person was erased, their name stands nowhere else: whoever tells the recipient reads it there.
func TestWhomARecipientWithoutAnAddressIsToBeToldOfIsShownUntilItAnswered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		editor := &subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
		_ = must(editor.AddRecipient(t.Context(), subscriptions.Recipient{ProgrammeID: r.Programme.ID, Name: "Porthaven Printers", Category: "printer", Purpose: "printing", Country: "GB"}))(t)
		pagestest.WantText(t, r.see(dpo, "/console/recipients"), "Nobody is left to answer.")
		ann := r.Member(t, "ann@example.org", r.News)
		_ = must(r.Keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: ann.ID, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "she asked by telephone"}))(t)

		pagestest.WantText(t, r.see(dpo, "/console/recipients"), "Porthaven Printers", "Erasure", "To be told by hand", "/console/recipients/1")
		pagestest.WantNoText(t, r.see(dpo, "/console/recipients"), "ann@example.org")
		pagestest.WantText(t, r.see(dpo, "/console/recipients/1"), "ann@example.org", "None here: a person tells it")
		if !strings.Contains(r.Trail.All(), "notice to recipient:1") {
			t.Error("reading whom it is about is not in the trail")
		}
		refused := r.fill(dpo, "/console/recipients/1", url.Values{"answered": {"impossible"}})
		pagestest.WantStatus(t, refused, http.StatusUnprocessableEntity)
		pagestest.WantText(t, refused, "Say how you know", `value="impossible" selected`)
		pagestest.WantStatus(t, r.fill(dpo, "/console/recipients/1", url.Values{"answered": {"done"}, "words": {"They rang back."}}), http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, "/console/recipients"), "Nobody is left to answer.")
		pagestest.WantText(t, r.see(dpo, "/console/recipients?all=1"), "Done there")
		pagestest.WantNoText(t, r.see(dpo, "/console/recipients/1"), "ann@example.org")
		pagestest.WantStatus(t, r.see(dpo, "/console/recipients/2"), http.StatusNotFound)
		pagestest.WantStatus(t, r.see(r.operator(t, auth.Comms), "/console/recipients/1"), http.StatusForbidden)
	})
}

func TestAnAutomatedDecisionIsLookedAtAnewFromItsPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.enters(t, cases.AutomatedDecision)
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Look at the decision anew")
		r.carriesOut(t, dpo, k, http.StatusUnprocessableEntity, "do", "look-anew", "text", "She says her income was read wrongly.")
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "look-anew", "text", "She says her income was read wrongly.", "words", "The machine took a yearly sum for a monthly one.")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "proved", "evidence", "known")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted", "words", "You get the place.")
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Put the new decision into effect", "The machine took a yearly sum for a monthly one.")
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "replace-decision", "words", "In the register of places, on the same day.")
		pagestest.WantNoText(t, r.see(dpo, pageOf(k)), "Look at the decision anew")
	})
}

func TestTheEvidenceOfABreachIsListedAndReleased(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.openCase(t, htmlMail)
		r.act(t, dpo, k, http.StatusSeeOther, "event", "renamed", "kind", "breach", "note", "a list was lost")
		r.posts(t, dpo, k, "/breach/evidence", http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Listed with their hashes</dt><dd>1", "Frozen")
		r.posts(t, dpo, k, "/breach/release", http.StatusConflict, "note", "It is over.")
	})
}

func TestWhatAnAuthorityGotIsKeptOnThePageOfItsRequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.openCase(t, htmlMail)
		r.act(t, dpo, k, http.StatusSeeOther, "event", "renamed", "kind", "disclosure", "note", "the police ask")
		law := thirdparty.Gateways()[0].Code
		refused := r.posts(t, dpo, k, "/third-party", http.StatusUnprocessableEntity, "record-Organisation", "Porthaven Police", "record-Disclosed", "Her address.", "record-DisclosedOn", "2026-11-25")
		if !strings.Contains(refused, "Porthaven Police") {
			t.Error("what was typed is gone")
		}
		r.posts(t, dpo, k, "/third-party", http.StatusSeeOther, "record-Organisation", "Porthaven Police", "record-Wanted", "Her address, for a summons.", "record-Gateway", law)
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "Porthaven Police", "Her address, for a summons.", "Nothing is disclosed by default")
	})
}

func TestAPackIsFilledByHandAndHandedOverInPerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		r.Casework.Practices = map[cases.Kind]cases.Practice{cases.Access: access.Practice{Service: r.Access}}
		k := r.openCase(t, htmlMail)
		r.step(t, dpo, k, "search", http.StatusSeeOther, "names", "Carys O'Neill")
		r.step(t, dpo, k, "found", http.StatusUnprocessableEntity, "title", "A card", "body", "")
		r.step(t, dpo, k, "found", http.StatusSeeOther, "title", "A card of the cabinet", "body", "Carys O'Neill rang in May.", "on", "2026-05-04")
		r.step(t, dpo, k, "places-done", http.StatusSeeOther, "note", "The cabinet was the only one.")
		for _, x := range must(r.Access.Items(t.Context(), k.ID))(t) {
			if x.Content.File == nil {
				continue
			}
			w := r.see(dpo, fmt.Sprintf("%s/pack/items/%d/file", pageOf(k), x.ID))
			pagestest.WantStatus(t, w, http.StatusOK)
			if !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment;") {
				t.Error("the file of an item is shown")
			}
			r.step(t, dpo, k, fmt.Sprintf("items/%d", x.ID), http.StatusSeeOther, "verdict", "keep", "keeping", "known")
		}
		r.step(t, dpo, k, "keep-clear", http.StatusSeeOther)
		for _, x := range must(r.Access.Items(t.Context(), k.ID))(t) {
			if x.Item.Review.Verdict == "" {
				r.step(t, dpo, k, fmt.Sprintf("items/%d", x.ID), http.StatusSeeOther, "verdict", "keep", "keeping", "known")
			}
		}
		r.step(t, dpo, k, "approve", http.StatusSeeOther, "language", "en")
		r.step(t, dpo, k, "identity", http.StatusSeeOther, "note", "She came in person.")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted")
		pack := must(r.Access.Store.PackOf(t.Context(), k.ID))(t)
		shown := r.see(dpo, fmt.Sprintf("%s/pack/files/%d", pageOf(k), 1))
		pagestest.WantText(t, shown, "Your personal data", "A card of the cabinet", "Carys O&#39;Neill rang in May.")
		if pack.ID == 0 {
			t.Fatal("no pack")
		}
		r.step(t, dpo, k, "handed", http.StatusUnprocessableEntity)
		r.step(t, dpo, k, "handed", http.StatusSeeOther, "note", "She took it at the desk.")
		pagestest.WantText(t, r.see(dpo, pageOf(k)), "She took it at the desk.")
	})
}
