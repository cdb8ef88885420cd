package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/pages/pagestest"
)

const password = "correct horse battery"

// operator adds an operator of a role and signs them in. It returns the Cookie header.
func (r rig) operator(t *testing.T, role auth.Role) string {
	t.Helper()
	addr := string(role) + "@harbour.example"
	must(r.Accounts.AddUser(t.Context(), address.Must(addr), "Olu "+string(role), role, password))(t)
	w := r.Post("/login", url.Values{"email": {addr}, "password": {password}})
	pagestest.WantStatus(t, w, http.StatusSeeOther)
	return cookieOf(t, w)
}

func cookieOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	return cookies[0].Name + "=" + cookies[0].Value
}

func (r rig) see(cookie, path string) *httptest.ResponseRecorder {
	return r.Get(path, "Cookie", cookie)
}

// openCase takes in a mail and opens a case of it.
func (r rig) openCase(t *testing.T, raw string, flagged ...sorting.Ground) cases.Case {
	t.Helper()
	var flags []string
	for _, g := range flagged {
		flags = append(flags, g.Flag)
	}
	ctx := t.Context()
	received := r.Clock.Now().Add(-48 * time.Hour)
	err := r.DB.Receive(ctx, "rights", 1, []inbox.Arrival{{UID: uint32(len(raw)), ReceivedAt: received, Size: int64(len(raw)), Body: strings.NewReader(raw)}})
	if err != nil {
		t.Fatal(err)
	}
	kept := must(r.DB.KeptBefore(ctx, 0, 1))(t)[0]
	o := must(cases.Prepare(r.Casework.Reckoner, cases.Case{
		Labels: []string{"access"}, Flags: flags, ProgrammeID: r.Programme.ID, Mailbox: "rights", InboundID: kept.ID, Channel: cases.ByMail,
		From: "carys@reader.example", Subject: "My data", ReceivedAt: received, Division: "england-and-wales", Language: "en",
	}, []cases.Kind{cases.Access}, func(cases.Kind) clock.House { return clock.House{} }))(t)
	o.Parties = cases.Parties("Carys O'Neill", address.Must("carys@reader.example"), 0)
	o.Message = &cases.Message{Direction: cases.In, At: received, InboundID: kept.ID, From: "carys@reader.example", Subject: "My data", Filed: cases.ByOpening}
	o.Events = []cases.Event{cases.OpenedBy(o.Case, "system", r.Clock.Now(), clock.DateIn(r.Clock.Now(), time.UTC))}
	err = r.DB.Settle(ctx, inbox.Settlement{
		InboundID: kept.ID, Disposition: inbox.OpenedCase, From: o.Case.From, Subject: o.Case.Subject, Opening: &o,
		Verdict: sorting.Verdict{Kind: sorting.KindRights, Labels: o.Case.Labels, Grounds: append(flagged, sorting.Ground{Where: "text", Words: "a copy of my data", Rule: "access"})},
	})
	if err != nil {
		t.Fatal(err)
	}
	return o.Case
}

const htmlMail = "From: Carys O'Neill <carys@reader.example>\r\nTo: rights@harbour.example\r\nSubject: My data\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
	"<p>Please send me <b>a copy of my data</b>.</p><img src=\"https://tracker.example/x.gif\"><script>alert(1)</script>\u202eevil\r\n" +
	"--b\r\nContent-Type: application/pdf; name=passport.pdf\r\nContent-Disposition: attachment; filename=passport.pdf\r\n\r\nPDF\r\n--b--\r\n"
