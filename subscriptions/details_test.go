package subscriptions_test

import (
	"testing"

	"assent/internal/address"
	"assent/subscriptions"
)

// What a person corrects on their own page is a rectification like any other: whoever was given the data hears of it (Article 19; E2-36).
func TestRecipientsHearOfWhatAPersonCorrectsThemself(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		check(r.editor().AddRecipient(t.Context(), subscriptions.Recipient{
			ProgrammeID: r.harbour.ID, Name: "Porthaven Printers", Category: "printer", Purpose: "printing", Country: "GB", Address: address.Must("data@printers.example"),
		}))(t)
		r.joined(r.monthly, before)
		told := func() []subscriptions.RecipientNotice {
			return check(r.db.RecipientNotices(t.Context(), true, 0, 10))(t)
		}

		r.ok(r.own().SetLanguage(t.Context(), r.person(before), "cy"))
		if all := told(); len(all) != 0 {
			t.Errorf("the printers are told in which language we write: %+v", all)
		}
		r.ok(r.own().SetDetails(t.Context(), r.person(before), subscriptions.Details{Name: "Ann Quill"}))
		r.ok(r.own().SetDetails(t.Context(), r.person(before), subscriptions.Details{Name: "Ann Quill"})) // changes nothing
		all := told()
		if len(all) != 1 || all[0].Change != subscriptions.RecordRectified || all[0].CaseID != 0 {
			t.Fatalf("told: %+v", all)
		}
		n := check(r.db.RecipientNotice(t.Context(), all[0].ID))(t)
		if len(n.Whom) != 1 || len(n.Whom[0].Changes) != 1 || n.Whom[0].Changes[0].Field != "name" || n.Whom[0].Changes[0].After != "Ann Quill" {
			t.Errorf("whom it is about: %+v", n.Whom)
		}
		if r.person(before).Name != "Ann Quill" {
			t.Error("the name is not on record")
		}
	})
}
