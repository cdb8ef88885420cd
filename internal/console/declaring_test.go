package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/subscriptions/segment"
)

func TestAProgrammeIsDeclaredAndChangedInTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		form := url.Values{
			"slug": {"ferry"}, "name": {"Ferry News"}, "owner": {"Ferry Office"}, "controller": {"Ferry Office Ltd"}, "postal_address": {"2 Quay\nPortexample"},
			"contact_name": {"Ferry desk"}, "contact_address": {"desk@ferry.example"}, "from_name": {"Ferry News"}, "from_address": {"news@ferry.example"},
			"division": {"scotland"}, "time_zone": {"Europe/London"}, "region_lock": {"yes"},
		}
		form.Set("contact_address", "nobody")
		w := r.sends(comms, "/console/programmes/new", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "There is a problem", "Ferry Office Ltd")
		form.Set("contact_address", "desk@ferry.example")
		if code := r.desk(comms, "/console/programmes/new", form); code != http.StatusSeeOther {
			t.Fatalf("declaring: %d", code)
		}
		p := must(r.DB.ProgrammeBySlug(t.Context(), "ferry"))(t)
		if p.Division != "scotland" || !p.RegionLock || p.GuardianAge != 13 || p.PostalAddress != "2 Quay\nPortexample" {
			t.Errorf("%+v", p)
		}
		at := fmt.Sprintf("/console/programmes/%d", p.ID)
		pagestest.WantText(t, r.see(comms, at+"/edit"), "Ferry Office Ltd", "desk@ferry.example")
		pagestest.WantText(t, r.see(comms, at+"/lists/new"), "Declare a purpose first")
		form.Set("name", "Ferry Times")
		form.Del("region_lock")
		if code := r.desk(comms, at+"/edit", form); code != http.StatusSeeOther {
			t.Errorf("changing: %d", code)
		}
		if p = must(r.DB.Programme(t.Context(), p.ID))(t); p.Name != "Ferry Times" || p.RegionLock || p.Slug != "ferry" {
			t.Errorf("%+v", p)
		}
		pagestest.WantStatus(t, r.see(r.operator(t, auth.DPO), at+"/edit"), http.StatusForbidden)
	})
}

func TestAPurposeIsDeclaredAndChangedWithinWhatPeopleActedOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		at := fmt.Sprintf("/console/programmes/%d", r.Programme.ID)
		form := url.Values{
			"slug": {"offers"}, "name": {"Offers of our own"}, "basis": {"soft-opt-in"}, "class": {"marketing"}, "term": {"730"}, "renew_days": {"30, 7"}, "confirm_outcome": {"lapse"},
			"conditions": {"from_sale", "own_similar", "opt_out_at_start"},
		}
		w := r.sends(comms, at+"/purposes/new", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity) // a soft opt-in needs a refusal in each message, too
		form["conditions"] = append(form["conditions"], "opt_out_each_time")
		if code := r.desk(comms, at+"/purposes/new", form); code != http.StatusSeeOther {
			t.Fatalf("declaring: %d", code)
		}
		all := must(r.DB.Purposes(t.Context(), r.Programme.ID))(t)
		u := all[len(all)-1]
		if u.Slug != "offers" || u.Term.Hours() != 730*24 || !u.Conditions.OptOutEachTime || u.Conditions.CharitysPurposes || fmt.Sprint(u.RenewDays) != "[30 7]" {
			t.Errorf("%+v", u)
		}
		pagestest.WantText(t, r.see(comms, at), "Offers of our own", fmt.Sprintf("/console/purposes/%d", u.ID))

		r.Member(t, "ann@reader.example", r.News)
		path := fmt.Sprintf("/console/purposes/%d", r.News.PurposeID)
		pagestest.WantText(t, r.see(comms, path), "News of monthly", "its name, basis and class stay")
		stay := url.Values{"name": {"News of monthly"}, "basis": {"consent"}, "class": {"newsletter"}, "term": {"365"}, "confirm_outcome": {"lapse"}, "renew_days": {"14"}}
		if code := r.desk(comms, path, stay); code != http.StatusSeeOther {
			t.Errorf("a new term: %d", code)
		}
		stay.Set("name", "News and offers")
		w = r.sends(comms, path, stay)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "People have acted on this purpose", "News and offers")
		if u = must(r.DB.Purpose(t.Context(), r.News.PurposeID))(t); u.Name != "News of monthly" || u.Term.Hours() != 365*24 {
			t.Errorf("%+v", u)
		}
	})
}

func TestARecipientIsDeclaredAndEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		at := fmt.Sprintf("/console/programmes/%d", r.Programme.ID)
		form := url.Values{"name": {"Example Mail"}, "category": {"mail service"}, "purpose": {"carries our mail"}, "country": {"ie"}}
		w := r.sends(comms, at+"/recipients/new", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "Say what protects the data in IE", "carries our mail")
		form.Set("safeguard", "adequacy regulations")
		if code := r.desk(comms, at+"/recipients/new", form); code != http.StatusSeeOther {
			t.Fatalf("declaring: %d", code)
		}
		all := must(r.DB.Recipients(t.Context(), r.Programme.ID))(t)
		pagestest.WantText(t, r.see(comms, at), "Example Mail", "Gets no more")
		one := fmt.Sprintf("%s/recipients/%d", at, all[0].ID)
		pagestest.WantText(t, r.see(comms, one), "carries our mail", "adequacy regulations", "Change it")
		form.Set("address", "no address")
		w = r.sends(comms, one, form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "no address")
		form.Set("address", "data@mail.example")
		form.Set("language", "cy")
		if code := r.desk(comms, one, form); code != http.StatusSeeOther {
			t.Errorf("changing: %d", code)
		}
		if all = must(r.DB.Recipients(t.Context(), r.Programme.ID))(t); all[0].Address.String() != "data@mail.example" || all[0].Language != "cy" || all[0].Name != "Example Mail" || all[0].AddedAt.IsZero() {
			t.Errorf("%+v", all[0])
		}
		pagestest.WantText(t, r.see(comms, at), "data@mail.example")
		dpo := r.operator(t, auth.DPO)
		pagestest.WantStatus(t, r.see(dpo, one), http.StatusForbidden)
		pagestest.WantNoText(t, r.see(dpo, at), "Gets no more", "Declare a recipient", "Change it")
		if code := r.desk(comms, fmt.Sprintf("%s/recipients/%d/end", at, all[0].ID), nil); code != http.StatusSeeOther {
			t.Errorf("ending: %d", code)
		}
		if all = must(r.DB.Recipients(t.Context(), r.Programme.ID))(t); all[0].EndedAt.IsZero() {
			t.Errorf("%+v", all)
		}
		pagestest.WantNoText(t, r.see(comms, at), "Gets no more")
	})
}

func TestAListIsOpenedAndChangedInTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		at := fmt.Sprintf("/console/programmes/%d", r.Programme.ID)
		pagestest.WantText(t, r.see(comms, at), at+"/lists/new", fmt.Sprintf("/console/lists/%d", r.News.ID))
		form := url.Values{"slug": {"tides"}, "name": {"Tides"}, "description": {"Each week."}, "wording": {"Send me the tides."}, "public": {"yes"}}
		w := r.sends(comms, at+"/lists/new", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "Choose the purpose", "Send me the tides.")
		form.Set("purpose", fmt.Sprint(r.News.PurposeID))
		w = r.sends(comms, at+"/lists/new", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "A public list needs double opt-in", "Send me the tides.")
		form.Set("double_opt_in", "yes")
		form.Set("ask_age", "yes")
		if code := r.desk(comms, at+"/lists/new", form); code != http.StatusSeeOther {
			t.Fatalf("opening: %d", code)
		}
		l := must(r.DB.ListBySlug(t.Context(), "tides"))(t)
		if !l.Public || !l.DoubleOptIn || !l.AskAge || l.Contact != r.Programme.Contact || l.PurposeID != r.News.PurposeID {
			t.Errorf("%+v", l)
		}
		here := fmt.Sprintf("/console/lists/%d", l.ID)
		pagestest.WantText(t, r.see(comms, here), "Send me the tides.", "contact@harbour.example")
		change := url.Values{"name": {"Tides and winds"}, "wording": {"Send me tides and winds."}, "contact_name": {"Tide desk"}, "contact_address": {"tides@harbour.example"}, "double_opt_in": {"yes"}}
		if code := r.desk(comms, here, change); code != http.StatusSeeOther {
			t.Errorf("changing: %d", code)
		}
		if l = must(r.DB.List(t.Context(), l.ID))(t); l.Name != "Tides and winds" || l.Slug != "tides" || l.Public || l.AskAge || l.Contact.Address.String() != "tides@harbour.example" {
			t.Errorf("%+v", l)
		}
		change.Set("contact_address", "")
		pagestest.WantStatus(t, r.sends(comms, here, change), http.StatusUnprocessableEntity)
		pagestest.WantStatus(t, r.see(r.operator(t, auth.DPO), here), http.StatusForbidden)
	})
}

func TestDataAboutPeopleIsDeclaredWithTheWarningOnSpecialCategories(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		admin := r.operator(t, auth.Admin)
		at := fmt.Sprintf("/console/programmes/%d", r.Programme.ID)
		form := url.Values{"name": {"allergies"}, "label": {"Allergies"}, "type": {"text"}, "category": {"contact"}}
		w := r.sends(admin, at+"/attributes/new", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "points to special-category data", `value="allergies"`)
		form = url.Values{"name": {"berth"}, "label": {"Berth"}, "type": {"choice"}, "choices": {"North quay\r\n\r\nSouth quay"}, "self_service": {"yes"}, "category": {"contact"}}
		if code := r.desk(admin, at+"/attributes/new", form); code != http.StatusSeeOther {
			t.Fatalf("declaring: %d", code)
		}
		all := must(r.DB.AttributesOf(t.Context(), r.Programme.ID))(t)
		if len(all) != 1 || len(all[0].Choices) != 2 || !all[0].SelfService {
			t.Fatalf("%+v", all)
		}
		here := fmt.Sprintf("%s/attributes/%d", at, all[0].ID)
		pagestest.WantText(t, r.see(admin, at), "North quay, South quay", "Contact", here)
		pagestest.WantText(t, r.see(admin, here), `value="contact" checked`)
		pagestest.WantStatus(t, r.sends(admin, here, url.Values{"category": {"secrets"}}), http.StatusUnprocessableEntity)
		if code := r.desk(admin, here, url.Values{"category": {"usage"}}); code != http.StatusSeeOther {
			t.Errorf("changing: %d", code)
		}
		if got := must(r.DB.Categories(t.Context()))(t); got["harbour"]["berth"] != "usage" {
			t.Errorf("%v", got)
		}
		comms := r.operator(t, auth.Comms)
		pagestest.WantStatus(t, r.see(comms, here), http.StatusForbidden)
		dpo := r.operator(t, auth.DPO)
		pagestest.WantStatus(t, r.see(dpo, at+"/attributes/new"), http.StatusForbidden)
		pagestest.WantText(t, r.see(admin, here+"/edit"), `value="Berth"`, "North quay\nSouth quay", "that stays")
		edit := url.Values{"label": {"Your berth"}, "hint": {"The quay where you lie"}, "choices": {"North quay\nSouth quay\nThe pontoon"}, "required": {"yes"}}
		if code := r.desk(comms, here+"/edit", edit); code != http.StatusSeeOther {
			t.Errorf("changing the words: %d", code)
		}
		edit.Set("choices", "")
		w = r.sends(comms, here+"/edit", edit)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "must name them", `value="Your berth"`)
		pagestest.WantText(t, r.see(comms, at), "Your berth", "The pontoon", "required on forms", "Take no more")
		asks := must(segment.Decode([]byte(`{"version":1,"where":{"attribute":"berth","is":"North quay"}}`)))(t)
		if err := r.DB.CreateSegment(t.Context(), &segment.Saved{ProgrammeID: r.Programme.ID, Slug: "north", Name: "Northern berths", Segment: asks, Version: 1}); err != nil {
			t.Fatal(err)
		}
		edit.Set("choices", "South quay")
		pagestest.WantText(t, r.sends(comms, here+"/edit", edit), "it is asked for by the segment “Northern berths”")
		pagestest.WantText(t, r.see(comms, at), "Asked for by the segment “Northern berths”")
		if code := r.desk(comms, here+"/end", nil); code != http.StatusSeeOther {
			t.Errorf("ending: %d", code)
		}
		pagestest.WantText(t, r.see(comms, at), "Takes no new values since")
		pagestest.WantStatus(t, r.see(dpo, here+"/edit"), http.StatusForbidden)
	})
}

func TestMailboxesAndHouseClocksAreDeclaredInTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		at := fmt.Sprintf("/console/programmes/%d", r.Programme.ID)
		form := url.Values{"mailboxes": {"privacy: rights\r\ncontact"}, "asks_by_link": {"yes"}, "clock-": {"5/ 20"}, "clock-complaint": {"soon"}}
		w := r.sends(comms, at+"/answering", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "such as 5 / 20", `value="soon"`)
		form.Set("clock-complaint", "25 / 10")
		pagestest.WantText(t, r.sends(comms, at+"/answering", form), "would be acknowledged after it is answered")
		form.Set("clock-complaint", "3 / 10")
		if code := r.desk(comms, at+"/answering", form); code != http.StatusSeeOther {
			t.Fatalf("changing: %d", code)
		}
		p := must(r.DB.Programme(t.Context(), r.Programme.ID))(t)
		if len(p.HouseClocks) != 2 || p.HouseClocks[1].AnswerWorkingDays != 10 || !p.AsksByLink || len(p.Mailboxes) != 2 || p.Mailboxes[0].Kind != "rights" || p.Name != r.Programme.Name {
			t.Errorf("%+v", p)
		}
		pagestest.WantText(t, r.see(comms, at+"/answering"), "3 / 10", "privacy: rights")
		statements := url.Values{"source-en": {"From you."}, "automated-cy": {"Nid oes dim."}}
		if code := r.desk(comms, at+"/statements", statements); code != http.StatusSeeOther {
			t.Fatalf("statements: %d", code)
		}
		if p = must(r.DB.Programme(t.Context(), r.Programme.ID))(t); p.Statements["en"].Source != "From you." || p.Statements["cy"].Automated != "Nid oes dim." {
			t.Errorf("%+v", p.Statements)
		}
		pagestest.WantText(t, r.see(comms, at+"/statements"), "From you.", "Welsh")
		pagestest.WantStatus(t, r.see(r.operator(t, auth.DPO), at+"/answering"), http.StatusForbidden)
	})
}

func TestTheEmptyFormsThatDeclareAreShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		at := fmt.Sprintf("/console/programmes/%d", r.Programme.ID)
		for path, words := range map[string]string{
			"/console/programmes/new": "Declare", at + "/purposes/new": "Declare", at + "/recipients/new": "Declare", at + "/attributes/new": "Declare",
		} {
			pagestest.WantStatus(t, r.see(comms, path), http.StatusOK)
			pagestest.WantText(t, r.see(comms, path), words)
		}
	})
}
