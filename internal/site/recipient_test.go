package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assent/internal/address"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
	"assent/templates"
)

// noticed restricts a member whose data a recipient has, and returns the notice with the path of its page.
func (r rig) noticed(t *testing.T) (subscriptions.RecipientNotice, string) {
	t.Helper()
	editor := &subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
	must(editor.AddRecipient(t.Context(), subscriptions.Recipient{
		ProgrammeID: r.News.ProgrammeID, Name: "Porthaven Printers", Category: "printer", Purpose: "printing", Country: "GB", Address: address.Must("data@printers.example"),
	}))(t)
	p := r.Member(t, "ann@reader.example", r.News)
	if err := r.People.Restrict(t.Context(), p.ID, "user:1", "accuracy contested"); err != nil {
		t.Fatal(err)
	}
	n := must(r.DB.RecipientNotices(t.Context(), true, 0, 10))(t)[0]
	u := must(url.Parse(r.Composer.Ways.RecipientURL(r.Composer.Keys, n.ID)))(t)
	return n, u.Path
}

func (r rig) noticeNow(t *testing.T, id int64) subscriptions.RecipientNotice {
	t.Helper()
	return must(r.DB.RecipientNotice(t.Context(), id))(t)
}

func TestARecipientAnswersOnItsPageOnceAndWithWordsWhereItCannotBeDone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		n, path := r.noticed(t)
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			pagestest.WantStatus(t, r.Ask(method, path, nil), http.StatusOK)
		}
		pagestest.WantText(t, r.Get(path), "Do you only store this data now?", "Porthaven Printers", "a***@r***.example", `action="`+path+`"`)
		pagestest.WantNoText(t, r.Get(path), "ann@reader.example")
		pagestest.WantText(t, r.Get(path+"?lang=cy"), "A ydych yn storio'r data hwn yn unig nawr?", "Anfon yr ateb")
		for name, form := range map[string]url.Values{
			"nothing": {}, "a word that is no answer": {templates.FieldAnswered: {"perhaps"}}, "impossible without words": {templates.FieldAnswered: {"impossible"}, templates.FieldWords: {"  "}},
			"too many words": {templates.FieldAnswered: {"disproportionate"}, templates.FieldWords: {strings.Repeat("x", 5000)}},
		} {
			w := r.Post(path, form)
			pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
			pagestest.WantText(t, w, "There is a problem")
			if r.noticeNow(t, n.ID).State != subscriptions.NoticeOpen {
				t.Fatalf("%s closed the notice", name)
			}
		}
		why := url.Values{templates.FieldAnswered: {"impossible"}, templates.FieldWords: {"The yearbook is printed."}}
		pagestest.WantText(t, r.Post(path, why), "Your answer is kept: it is impossible")
		pagestest.WantText(t, r.Post(path, url.Values{templates.FieldAnswered: {"done"}}), "it is impossible") // the first answer stands
		pagestest.WantText(t, r.Get(path), "Your answer is kept")
		got := r.noticeNow(t, n.ID)
		if got.Answer != "impossible" || got.Words != "The yearbook is printed." || got.AnsweredBy != subscriptions.ByRecipient || len(got.Whom) != 0 {
			t.Errorf("kept is %+v", got)
		}
		pagestest.WantNoText(t, r.Get(path), "r***.example") // whom it was about is forgotten
	})
}

func TestALinkOfARecipientThatIsForeignOrVoidShowsNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		_, path := r.noticed(t)
		pagestest.WantStatus(t, r.Get("/a/nonsense"), http.StatusNotFound)
		pagestest.WantStatus(t, r.Post(path+"a", url.Values{templates.FieldAnswered: {"done"}}), http.StatusNotFound)
		p := r.Find(t, "ann@reader.example")
		if err := r.People.Release(t.Context(), p.ID, "user:1", "checked"); err != nil {
			t.Fatal(err)
		}
		must(r.Keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: p.ID, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "told by phone"}))(t)
		w := r.Get(path)
		pagestest.WantText(t, w, "There is nothing left to answer")
		pagestest.WantNoText(t, w, "reader.example", "r***.example")
	})
}
