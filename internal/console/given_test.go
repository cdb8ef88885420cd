package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
	"assent/templates"
)

func TestWhoWasGivenAPersonsDataIsRecordedByHandAndSeen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		editor := &subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
		printers := must(editor.AddRecipient(t.Context(), subscriptions.Recipient{
			ProgrammeID: r.Programme.ID, Name: "Porthaven Printers", Category: "printer", Purpose: "printing", Country: "GB", Address: address.Must("data@printers.example"),
		}))(t)
		p := r.Member(t, "ann@reader.example", r.News)
		cookie := r.operator(t, auth.DPO)
		path := fmt.Sprintf("/console/people/%d", p.ID)
		if err := r.Amending.Store.AddStatement(t.Context(), &subscriptions.Statement{SubscriberID: p.ID, Words: "I never lived there.", Actor: "user:1", AddedAt: r.Clock.Now()}); err != nil {
			t.Fatal(err)
		}
		pagestest.WantText(t, r.see(cookie, path), "I never lived there.", "Who was given this data", "Nobody.", path+"/given")
		pagestest.WantText(t, r.see(cookie, path+"/given"), "Porthaven Printers")

		for name, form := range map[string]url.Values{
			"nobody":           {templates.FieldGave: {"name"}, templates.FieldWhy: {"a form"}},
			"nothing":          {templates.FieldName: {"Police"}, templates.FieldWhy: {"a form"}},
			"a foreign number": {templates.FieldRecipient: {fmt.Sprintf("%d:999", r.Programme.ID)}, templates.FieldGave: {"name"}, templates.FieldWhy: {"a form"}},
			"no number":        {templates.FieldRecipient: {"1:x"}, templates.FieldGave: {"name"}, templates.FieldWhy: {"a form"}},
			"the future":       {templates.FieldName: {"Police"}, templates.FieldGave: {"name"}, templates.FieldWhy: {"a form"}, templates.FieldGivenOn: {"2999-01-01"}},
			"no address":       {templates.FieldName: {"Police"}, templates.FieldGave: {"name"}, templates.FieldWhy: {"a form"}, templates.FieldEmail: {"police"}},
		} {
			w := r.Post(path+"/given", form, "Cookie", cookie)
			if w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", name, w.Code)
			}
			pagestest.WantText(t, w, "There is a problem")
		}
		for _, form := range []url.Values{
			{templates.FieldRecipient: {fmt.Sprintf("%d:%d", r.Programme.ID, printers.ID)}, templates.FieldGave: {"name and address"}, templates.FieldWhy: {"the yearbook"}},
			{templates.FieldName: {"Porthaven Police"}, templates.FieldGave: {"name"}, templates.FieldWhy: {"their form"}, templates.FieldGivenOn: {r.Clock.Now().AddDate(0, 0, -3).Format("2006-01-02")}},
		} {
			pagestest.WantStatus(t, r.Post(path+"/given", form, "Cookie", cookie), http.StatusSeeOther)
		}
		for _, page := range []string{path, path + "/given", "/console/given"} {
			pagestest.WantText(t, r.see(cookie, page), "Porthaven Printers", "the yearbook", "Porthaven Police", "By staff")
		}
		pagestest.WantNoText(t, r.see(cookie, "/console/given"), "ann@reader.example")
		pagestest.WantText(t, r.see(cookie, "/console/reports"), `href="/console/given"`)

		comms := r.operator(t, auth.Comms)
		pagestest.WantStatus(t, r.see(comms, "/console/given"), http.StatusForbidden)
	})
}
