package uploads_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
)

func TestAFileIsTriedImportedAndDestroyedAndItsRecordStays(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.leaves("gone@example.org")
		text := header + good("ann") + good("gone") + "bob@example.org,Bob,,,\n" + "no address,X,Ticked,2026-03-31,Fair\n" + good("ann")
		u := d.checked(text)
		if w := u.Would; u.State != uploads.Checked || w.Rows != 5 || w.Granted != 1 || w.Refused != 1 || w.Quarantined != 1 || w.Invalid != 1 || w.Duplicates != 1 || d.on() != 0 {
			t.Fatalf("the dry run: %+v; %d on the list", u, d.on())
		}
		why, err := d.Reasons(t.Context(), u, 2)
		d.ok(err)
		if len(why) != 2 || why[0].Line != 3 || why[1].Line != 4 || why[0].Says == "" {
			t.Errorf("the first reasons: %+v", why)
		}
		d.leaves("ann@example.org") // after she was seen in the dry run: the opt-out stands
		started := d.starts(u)
		d.ok(d.HandleBring(t.Context(), bring(started)))
		u = d.read(u.ID)
		imp := d.imports(u.ImportID)
		if u.State != uploads.Done || imp.Rows != 5 || imp.Granted != 0 || imp.Refused != 2 || imp.Actor != "user:2" || imp.FileName != "people.csv" || imp.FinishedAt.IsZero() || d.on() != 0 {
			t.Errorf("the import: %+v %+v", u, imp)
		}
		got := d.rejects(u)
		if len(got) != 4 || !strings.HasPrefix(got[0], "2: ") || !strings.HasSuffix(got[0], "[]") || !strings.HasSuffix(got[2], "[bob@example.org,Bob,,,]") {
			t.Errorf("the rows that were not taken: %q", got)
		}
		if b, err := io.ReadAll(d.db.OpenUpload(t.Context(), u.ID)); len(b) != 0 || err != nil {
			t.Errorf("the file is still there: %q, %v", b, err)
		}
		d.later(uploads.Days * 24 * time.Hour)
		if n, err := d.Sweep(t.Context()); n != 1 || err != nil || d.left(u.ID) != 0 {
			t.Errorf("destroyed %d, %v; %d octets left", n, err, d.left(u.ID))
		}
		if _, err := d.Rejects(t.Context(), d.read(u.ID)); errs.KindOf(err) != errs.Gone {
			t.Errorf("the rows afterwards: %v", err)
		}
		if got := strings.Join(d.steps(u.ID), ", "); got != "user:1 taken in, user:2 started, user:2 imported, system destroyed" {
			t.Errorf("the trail: %s", got)
		}
	})
}

func TestWhatAFileIsIsFoundOut(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for name, test := range map[string]struct{ text, format, state string }{
			"a file of our own":  {header + good("ann"), "csv", "checking"},
			"semicolons":         {strings.ReplaceAll(header+good("bea"), ",", ";"), "csv", "checking"},
			"JSON Lines":         {"\n" + `{"address":"cyn@example.org","act":"Ticked","acted_at":"2026-03-31","source":"Fair"}` + "\n", "jsonl", "checking"},
			"listmonk":           {"uuid,email,name,attributes,status,created_at,updated_at\n", "listmonk", "checking"},
			"Mailchimp":          {"Email Address,First Name,Last Name,OPTIN_TIME,LEID\n", "mailchimp", "checking"},
			"an unknown column":  {"address,act,acted_at,source,Shoe size\n", "csv", "waiting"},
			"no address":         {"who,act,acted_at,source\n", "csv", "waiting"},
			"columns that clash": {"address,email,act\n", "csv", "waiting"},
		} {
			u, err := d.take(test.text, uploads.Reading{})
			if err != nil || u.Format != test.format || string(u.State) != test.state {
				t.Errorf("%s: %+v, %v", name, u, err)
			}
		}
	})
}

func TestColumnsThatAreNotPlainAreSaidByAPerson(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		u, err := d.take("E-mail;Stadt;Notes;act;acted_at;source\nann@example.org;Quay;x;Ticked;2026-03-31;Fair\n", uploads.Reading{})
		d.ok(err)
		l, err := d.Look(t.Context(), u)
		d.ok(err)
		if u.State != uploads.Waiting || len(l.Columns) != 6 || l.Columns[0].Holds != "address" || !l.Columns[0].Known || l.Columns[1].Known || l.Problem == "" || !slices.Contains(l.Attributes, "town") {
			t.Fatalf("%+v %+v", u, l)
		}
		if _, err := d.Start(t.Context(), u.ID, "user:1"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("started before: %v", err)
		}
		if _, err := d.Read(t.Context(), u.ID, uploads.Reading{Map: map[string]string{"Stadt": "town"}}, "user:1"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one column left over: %v", err)
		}
		u, err = d.Read(t.Context(), u.ID, uploads.Reading{Map: map[string]string{"Stadt": "town"}, Ignore: []string{"Notes"}}, "user:1")
		d.ok(err)
		if u = d.checks(u); u.State != uploads.Checked || u.Would.Granted != 1 {
			t.Errorf("%+v", u)
		}
		again, err := d.Read(t.Context(), u.ID, uploads.Reading{Ignore: []string{"Stadt", "Notes"}}, "user:1") // seen, and thought better of
		d.ok(err)
		d.ok(d.HandleCheck(t.Context(), uploads.Check{UploadID: u.ID, Round: u.Round})) // a task of before
		if got := d.read(u.ID); got.State != uploads.Checking {
			t.Errorf("an old task did %+v", got)
		}
		if got := d.checks(again); got.State != uploads.Checked {
			t.Errorf("%+v", got)
		}
		if _, err := d.Read(t.Context(), u.ID, uploads.Reading{Format: uploads.JSONLines}, "user:1"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("CSV as JSON: %v", err)
		}
	})
}

func TestTheOrderOfDatesIsSaidByAPerson(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		u, err := d.take(header+strings.Replace(good("ann"), "2026-03-31", "31/03/2026", 1), uploads.Reading{Dates: "dmy"})
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("an order that is none: %+v, %v", u, err)
		}
		u, err = d.take(header+strings.Replace(good("ann"), "2026-03-31", "31/03/2026", 1), uploads.Reading{Dates: importing.DayFirst})
		d.ok(err)
		if u = d.checks(u); u.Would.Granted != 1 {
			t.Errorf("said at once: %+v", u)
		}
		if l, err := d.Look(t.Context(), u); err != nil || l.Dates != importing.DayFirst {
			t.Errorf("%+v, %v", l, err)
		}
		u, err = d.Read(t.Context(), u.ID, uploads.Reading{Dates: importing.MonthFirst}, "user:1")
		d.ok(err)
		if u = d.checks(u); u.Would.Granted != 0 {
			t.Errorf("the other order: %+v", u)
		}
	})
}

func TestWhatIsNoListOfPeopleIsRefusedAndNothingOfItIsKept(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for name, test := range map[string]struct {
			body io.Reader
			says string
		}{
			"nothing":                   {strings.NewReader(""), "empty"},
			"blank lines":               {strings.NewReader("\n\n"), "no rows"},
			"a workbook":                {strings.NewReader("PK\x03\x04\x14\x00"), "workbook"},
			"a picture":                 {strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "not UTF-8"},
			"UTF-16":                    {strings.NewReader("\xff\xfea\x00,\x00"), "UTF-16"},
			"Latin-1":                   {strings.NewReader(header + "x@example.org,Jos\xe9\n"), "latin1"},
			"a NUL in the header":       {strings.NewReader("address,\x00name\n"), "NUL"},
			"a header of one long line": {strings.NewReader("address," + strings.Repeat("x", 1<<17) + "\n"), "64 KiB"},
			"no header":                 {strings.NewReader("ann@example.org,Ann\n"), "must name the columns"},
			"too many columns":          {strings.NewReader(strings.Repeat("a,", 300) + "\n"), "200"},
			"too large":                 {strings.NewReader(header + strings.Repeat(good("ann"), 1<<15)), "larger than 1 MB"},
			"one that breaks off":       {io.MultiReader(strings.NewReader(header+strings.Repeat(good("ann"), 10000)), iotest.ErrReader(io.ErrUnexpectedEOF)), "broke off"},
		} {
			u, err := d.Take(t.Context(), uploads.Offer{List: "monthly", Actor: "user:1"}, test.body)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), test.says) {
				t.Errorf("%s: %v", name, err)
			}
			if errors.Is(err, uploads.ErrTooLarge) != (name == "too large") {
				t.Errorf("%s is too large: %v", name, err)
			}
			if _, err := d.db.Upload(t.Context(), u.ID); errs.KindOf(err) != errs.NotFound || d.left(u.ID) != 0 {
				t.Errorf("%s left something: %v, %d octets", name, err, d.left(u.ID))
			}
		}
		if _, err := d.Take(t.Context(), uploads.Offer{List: "nowhere"}, strings.NewReader(header)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("into no list: %v", err)
		}
		if _, err := d.take(header, uploads.Reading{Format: "xlsx"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("as no format: %v", err)
		}
	})
}

func TestAFileThatWasComingInWhenTheServerDiedIsSweptAway(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		u := uploads.Upload{ListID: d.list.ID, State: uploads.Arriving, CreatedAt: d.now(), ExpiresAt: d.now().AddDate(0, 0, 7)}
		d.ok(d.db.AddUpload(t.Context(), &u, d.now().Add(time.Second)))
		d.ok(d.db.AddUploadPiece(t.Context(), u.ID, 0, []byte("ann@example.org"), d.now().Add(time.Second)))
		if n, err := d.Sweep(t.Context()); n != 0 || err != nil {
			t.Errorf("while it comes in: %d, %v", n, err)
		}
		d.later(24 * time.Hour)
		if n, err := d.Sweep(t.Context()); n != 1 || err != nil || d.left(u.ID) != 0 {
			t.Errorf("afterwards: %d, %v, %d octets", n, err, d.left(u.ID))
		}
		if err := d.db.AddUploadPiece(t.Context(), u.ID, 1, []byte("late"), d.now()); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a late piece: %v", err)
		}
	})
}

func TestTheSameFileOnItsWayIsTheSameUploadAndIsImportedOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		text := header + good("ann")
		first := d.checked(text)
		twice, err := d.take(text, uploads.Reading{})
		d.ok(err)
		if twice.ID != first.ID || twice.State != uploads.Checked {
			t.Errorf("handed over twice: %+v", twice)
		}
		if all, err := d.db.Uploads(t.Context(), 0, 10); len(all) != 1 || err != nil {
			t.Errorf("%+v, %v", all, err)
		}
		d.ok(d.HandleBring(t.Context(), bring(d.starts(first))))
		again, imp := d.imported(text)
		if again.ID == first.ID || again.ImportID != d.read(first.ID).ImportID || again.State != uploads.Done || imp.Rows != 1 || imp.Granted != 1 {
			t.Errorf("brought in again: %+v %+v", again, imp)
		}
	})
}

func TestCancellingDestroysTheFileAndKeepsWhatWasImported(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		u := d.checked(header + good("ann"))
		for range 2 {
			_, err := d.Cancel(t.Context(), u.ID, "user:3")
			d.ok(err)
		}
		if got := d.read(u.ID); got.State != uploads.Gone || got.GoneWhy != uploads.Cancelled || d.left(u.ID) != 0 {
			t.Errorf("%+v, %d octets", got, d.left(u.ID))
		}
		if _, err := d.Start(t.Context(), u.ID, "user:1"); errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Message(err), "Hand it over again") {
			t.Errorf("started all the same: %v", err)
		}
		var text strings.Builder
		text.WriteString(header)
		for i := range 60 {
			text.WriteString(good(fmt.Sprintf("p%d", i)))
		}
		u = d.starts(d.checked(text.String()))
		d.Batch = 10
		d.Store = &tapped{Store: d.Store, batch: func(n int) error {
			if n == 3 {
				if _, err := d.worker("page").Cancel(t.Context(), u.ID, "user:3"); err != nil {
					return err
				}
			}
			return nil
		}}
		d.ok(d.HandleBring(t.Context(), bring(u)))
		got := d.read(u.ID)
		if got.State != uploads.Stopped || got.ImportID == 0 || d.left(u.ID) != 0 {
			t.Fatalf("%+v, %d octets", got, d.left(u.ID))
		}
		if imp := d.imports(got.ImportID); imp.Rows < 20 || imp.Rows > 50 || !imp.FinishedAt.IsZero() || d.on() != imp.Granted {
			t.Errorf("%+v; %d on the list", imp, d.on())
		}
		d.Store = d.db
		if _, imp := d.imported(text.String()); imp.Rows != 60 || imp.Granted != 60 || d.on() != 60 { // goes on where it stopped
			t.Errorf("%+v; %d on the list", imp, d.on())
		}
	})
}

func TestErasingSomebodyDestroysEveryFileTheyMayBeIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		keeper := &subscriptions.Keeper{Store: d.db, Keys: d.people.Keys, Now: d.people.Now}
		brought, _ := d.imported(header + good("ann") + "old@example.org,Old,,,\n")
		waiting, err := d.take("address,Stadt\nann@example.org,Quay\n", uploads.Reading{})
		d.ok(err)
		checked := d.checked(header + good("ann") + good("bea"))
		text := header + good("cyn") + good("ann") + good("dee")
		running := d.starts(d.checked(text))
		_, err = keeper.Erase(t.Context(), subscriptions.ErasureRequest{Address: address.Must("ann@example.org"), Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "told by phone"})
		d.ok(err)
		d.ok(d.HandleBring(t.Context(), bring(running))) // the task comes late
		for _, u := range []uploads.Upload{brought, waiting, checked, running} {
			got := d.read(u.ID)
			if d.left(u.ID) != 0 || got.GoneWhy != uploads.SomebodyGone || got.GoneAt.IsZero() {
				t.Errorf("%d octets of %+v", d.left(u.ID), got)
			}
		}
		if got := d.read(running.ID); got.State != uploads.Stopped {
			t.Errorf("%+v", got)
		}
		_, imp := d.imported(text)
		if imp.Granted != 2 || imp.Refused != 1 {
			t.Errorf("handed over again: %+v", imp)
		}
	})
}

func TestAFileThatNobodyWantsImportedGoesWhenItsTimeIsOver(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		u := d.checked(header + good("ann"))
		d.later((uploads.Days - 1) * 24 * time.Hour)
		if n, err := d.Sweep(t.Context()); n != 0 || err != nil {
			t.Errorf("before: %d, %v", n, err)
		}
		d.later(24 * time.Hour)
		if n, err := d.Sweep(t.Context()); n != 1 || err != nil || d.left(u.ID) != 0 || d.read(u.ID).GoneWhy != uploads.TimeOver {
			t.Errorf("after: %d, %v, %+v", n, err, d.read(u.ID))
		}
	})
}

func TestNoCellOfTheFileOfWhatWasNotTakenRunsAsAFormula(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		text := header +
			"=cmd|'/c calc'!A1,X,Ticked,2026-03-31,Fair\n" +
			"@SUM(1),X,Ticked,2026-03-31,Fair\n" +
			"ann@example.org,\x00,Ticked,2026-03-31,Fair\n" +
			"ann@example.org," + strings.Repeat("x", 1<<17) + "\n" +
			"ann@example.org,\"open,Ticked,2026-03-31,Fair\n" +
			good("bea")
		u, imp := d.imported(text)
		if imp.Granted != 1 || imp.Invalid != 5 {
			t.Fatalf("%+v", imp)
		}
		for _, row := range d.rejects(u) {
			cell := row[strings.LastIndex(row, " [")+2:]
			if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") || strings.Contains(row, "\x00") || len(row) > 1000 {
				t.Errorf("%.200q", row)
			}
		}
	})
}

func TestAWholeImportIsTakenBackByAWorker(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		_, imp := d.imported(header + good("ann"))
		for range 2 {
			d.ok(d.Undo(t.Context(), imp.ID, "user:2"))
			d.ok(d.HandleUndo(t.Context(), uploads.Undo{ImportID: imp.ID, Actor: "user:2"}))
		}
		if d.on() != 0 || d.imports(imp.ID).UndoneAt.IsZero() {
			t.Errorf("%d on the list; %+v", d.on(), d.imports(imp.ID))
		}
		if err := d.Undo(t.Context(), 99, "user:2"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("no import: %v", err)
		}
		if _, again := d.imported(header + good("ann")); again.ID == imp.ID || again.Granted != 1 {
			t.Errorf("the same file again: %+v", again)
		}
	})
}
