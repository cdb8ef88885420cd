package amending_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/amending"
	"assent/inbox/cases/telling"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/internal/token"
	"assent/mailer"
	"assent/subscriptions"
)

const (
	ann      = "ann@example.org"
	printers = "data@printers.example"
)

// rig is cases with what carries them out, on an open database: a programme with a newsletter and one that rests on a public task, a printer that gets its data,
// and Ann who is on both lists.
type rig struct {
	*amending.Service
	t       *testing.T
	db      *store.DB
	telling *telling.Service
	at      time.Time
	harbour subscriptions.Programme
	news    subscriptions.List
	works   subscriptions.List
	ann     subscriptions.Subscriber
}

func each(t *testing.T, test func(r *rig)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newRig(t, db)) })
}

func (r *rig) now() time.Time { return r.at }

func newRig(t *testing.T, db *store.DB) *rig {
	t.Helper()
	r := &rig{t: t, db: db, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	keys := storetest.Keys(t)
	calendar, err := clock.Embedded()
	r.ok(err)
	reckoner, err := clock.New(calendar, clock.DefaultSettings())
	r.ok(err)
	people := &subscriptions.Service{Store: db, Keys: keys, Now: r.now}
	work := &cases.Service{Store: db, Records: db, Reckoner: reckoner, Keys: keys, Practices: amending.Practices(db), Now: r.now}
	r.Service = &amending.Service{
		Cases: work, Store: db, People: people, Preferences: &subscriptions.Preferences{Service: people, Kept: db, Trail: db, Vouched: work.Vouched},
		Keeper: &subscriptions.Keeper{Store: db, Keys: keys, Now: r.now}, Now: r.now,
	}
	r.telling = &telling.Service{Store: db, Cases: work, Keys: keys, Reckoner: reckoner, Days: 10, Now: r.now}
	r.declare(t.Context())
	return r
}

func (r *rig) declare(ctx context.Context) {
	r.t.Helper()
	var err error
	r.harbour, err = r.People.CreateProgramme(ctx, subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven",
		Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")}, FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
	})
	r.ok(err)
	_, err = r.People.CreateAttribute(ctx, subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "town", Label: "Town", Type: subscriptions.TextAttribute})
	r.ok(err)
	_, err = (&subscriptions.Editor{Store: r.db, Catalogue: r.db, Now: r.now}).AddRecipient(ctx, subscriptions.Recipient{
		ProgrammeID: r.harbour.ID, Name: "Porthaven Printers", Category: "printer", Purpose: "the yearbook", Country: "GB", Address: address.Must(printers),
	})
	r.ok(err)
	news, err := r.People.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: r.harbour.ID, Slug: "news", Name: "News", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
	r.ok(err)
	works, err := r.People.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: r.harbour.ID, Slug: "works", Name: "Works", Basis: subscriptions.PublicTask, Class: subscriptions.Targeted,
		Conditions: subscriptions.Conditions{Reference: "Harbours Act"}})
	r.ok(err)
	notice, err := r.People.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: r.harbour.ID, Texts: map[string]string{"en": "How we use your data."}, Override: "a test"})
	r.ok(err)
	list := func(p subscriptions.Purpose) subscriptions.List {
		l, err := r.People.CreateList(ctx, subscriptions.List{ProgrammeID: r.harbour.ID, PurposeID: p.ID, NoticeID: notice.ID, Slug: p.Slug, Name: p.Name, Wording: "Send me " + p.Slug + "."})
		r.ok(err)
		_, err = r.People.Grant(ctx, subscriptions.Act{ListID: l.ID, Address: address.Must(ann), Name: "Ann Lea", Language: "en", Attributes: map[string]any{"town": "Portmouth"},
			Channel: subscriptions.ByStaff, Actor: "user:1", Source: "paper form", Evidence: subscriptions.Evidence{"act": "signed the form"}})
		r.ok(err)
		return l
	}
	r.news, r.works = list(news), list(works)
	r.ann, err = r.db.SubscriberByKey(ctx, r.People.Keys.AddressKey(address.Must(ann)))
	r.ok(err)
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// refused checks that something was refused, and why.
func (r *rig) refused(err error, kind errs.Kind, says string) {
	r.t.Helper()
	if err == nil || errs.KindOf(err) != kind || !strings.Contains(errs.Message(err), says) {
		r.t.Fatalf("got %v %q, want %v with %q", errs.KindOf(err), errs.Message(err), kind, says)
	}
}

// opens enters a case of Ann's by hand, and records that she was called back where something must prove who asks.
func (r *rig) opens(kinds ...cases.Kind) cases.Case {
	r.t.Helper()
	c := r.enters(kinds...)
	if c.NeedsProof() {
		r.does(c, cases.Event{Kind: cases.Proved, Detail: cases.Detail{Proof: &cases.Proof{Evidence: "called-back"}}})
	}
	return c
}

// enters enters a case of Ann's by hand. Nothing proves yet who asks.
func (r *rig) enters(kinds ...cases.Kind) cases.Case {
	r.t.Helper()
	c, err := r.Cases.Enter(r.t.Context(), cases.Entry{
		Actor: "user:1", ProgrammeID: r.harbour.ID, Channel: cases.ByPhone, ReceivedAt: r.at.Add(-time.Hour), Asked: "See the call.", Kinds: kinds, Language: "en",
		Parties: []cases.Party{{Role: cases.Requester, Name: "Ann Lea", Address: address.Must(ann)}},
	})
	r.ok(err)
	return c
}

func (r *rig) does(c cases.Case, e cases.Event) {
	r.t.Helper()
	e.Actor = "user:1"
	_, err := r.Cases.Do(r.t.Context(), c.ID, e)
	r.ok(err)
}

func (r *rig) decides(c cases.Case, o cases.Outcome, reasons ...string) {
	r.t.Helper()
	r.does(c, cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: o, Reasons: reasons, Words: "As we told Ann Lea."}}})
}

// tells records that the person was told the outcome, as a letter from here does.
func (r *rig) tells(c cases.Case) {
	r.t.Helper()
	r.does(c, cases.Event{Kind: cases.Answered, Detail: cases.Detail{Reasons: cases.InWriting()}})
}

// isDone reports whether a duty stands among those of a case, and is done.
func (r *rig) isDone(c cases.Case, code string) bool {
	r.t.Helper()
	duties, err := r.Cases.Duties(r.t.Context(), c)
	r.ok(err)
	return slices.ContainsFunc(duties, func(d cases.Duty) bool { return d.Code == code && d.Done })
}

// cannotClose checks that a case is kept open by a duty.
func (r *rig) cannotClose(c cases.Case, duty string) {
	r.t.Helper()
	_, err := r.Cases.Do(r.t.Context(), c.ID, cases.Event{Kind: cases.ClosedCase, Actor: "user:1"})
	r.refused(err, errs.Conflict, duty)
}

func (r *rig) closes(c cases.Case) {
	r.t.Helper()
	r.does(c, cases.Event{Kind: cases.ClosedCase})
}

// answers has every recipient that was told in a case answer by its link.
func (r *rig) answers(c cases.Case) {
	r.t.Helper()
	_, err := r.telling.Run(r.t.Context())
	r.ok(err)
	notices, err := r.db.NoticesOfCase(r.t.Context(), c.ID)
	r.ok(err)
	if len(notices) == 0 {
		r.t.Fatal("nobody was told")
	}
	for _, n := range notices {
		if n.Letters != 1 || n.Address.String() != printers {
			r.t.Errorf("the notice is %+v", n)
		}
		if n.State == subscriptions.NoticeOpen {
			_, err := r.telling.Answer(r.t.Context(), r.telling.Token(n.ID), subscriptions.AnswerDone, "")
			r.ok(err)
		}
	}
}

func (r *rig) state() subscriptions.State {
	r.t.Helper()
	events, err := r.db.EventsByKey(r.t.Context(), r.ann.Key)
	r.ok(err)
	return subscriptions.Fold(events)
}

func (r *rig) mailable(l subscriptions.List) bool {
	r.t.Helper()
	return subscriptions.Decide(subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}, r.state(), r.at).Reason == subscriptions.Allowed
}

func TestARectificationGoesItemByItemAndRecipientsHearOfIt(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.opens(cases.Rectification)
		name, err := r.Claim(ctx, c.ID, amending.Item{Field: amending.NameField, After: "Ann Lee"})
		r.ok(err)
		town, err := r.Claim(ctx, c.ID, amending.Item{Field: amending.AttributeField, Programme: "harbour", Attribute: "town", After: "Porthaven"})
		r.ok(err)
		if name.Before != "Ann Lea" || town.Before != "Portmouth" {
			r.t.Errorf("before stand %v and %v", name.Before, town.Before)
		}
		_, err = r.Claim(ctx, c.ID, amending.Item{Field: amending.NameField, After: "Ann Lea"})
		r.refused(err, errs.Invalid, "on record now")
		_, err = r.Rectify(ctx, c.ID, "user:1")
		r.refused(err, errs.Conflict, "Decide first")
		r.decides(c, cases.Granted)
		_, err = r.Judge(ctx, c.ID, town.ID, amending.Judgement{Actor: "user:1", Verdict: amending.Refuse})
		r.refused(err, errs.Invalid, "why")
		_, err = r.Judge(ctx, c.ID, town.ID, amending.Judgement{Actor: "key:1", Verdict: amending.Correct})
		r.refused(err, errs.Forbidden, "person")
		_, err = r.Judge(ctx, c.ID, name.ID, amending.Judgement{Actor: "user:1", Verdict: amending.Correct, Words: "We have seen the deed poll."})
		r.ok(err)
		_, err = r.Judge(ctx, c.ID, town.ID, amending.Judgement{Actor: "user:1", Verdict: amending.Disputed, Words: "Neither can be shown."})
		r.ok(err)
		told := cases.Event{Kind: cases.Answered, Actor: "user:1", Detail: cases.Detail{Reasons: cases.InWriting()}}
		_, err = r.Cases.Do(ctx, c.ID, told)
		r.refused(err, errs.Conflict, "not corrected yet (name)")
		_, err = r.Rectify(ctx, c.ID, "user:1")
		r.ok(err)
		if says, err := r.Changes(ctx, c, "en"); err != nil || says != "- **Name:** was “Ann Lea”, is now “Ann Lee”\n- **Town:** stays “Portmouth”, because: Neither can be shown." {
			r.t.Errorf("the letter lists %q, %v", says, err)
		}
		p, err := r.db.Subscriber(ctx, r.ann.ID)
		r.ok(err)
		if p.Name != "Ann Lee" || p.Attributes.Text("harbour", "town") != "Portmouth" {
			r.t.Errorf("on record is %+v", p)
		}
		if kept, err := r.db.Corrections(ctx, c.ID); err != nil || kept[0].Words != "We have seen the deed poll." {
			r.t.Errorf("what showed it is kept as %+v, %v", kept, err)
		}
		r.tells(c)
		r.cannotClose(c, "statement")
		_, err = r.State(ctx, c.ID, "user:1", "I have lived in Porthaven since 2019.")
		r.ok(err)
		if s, err := r.db.Statements(ctx, r.ann.ID); err != nil || len(s) != 1 {
			r.t.Errorf("the statements are %v, %v", s, err)
		}
		if says, err := r.Changes(ctx, c, "cy"); err != nil || !strings.Contains(says, "Mae eich datganiad yn sefyll wrth ochr y data:\n\n> I have lived in Porthaven") {
			r.t.Errorf("the letter lists %q, %v", says, err)
		}
		r.cannotClose(c, "Hear from Porthaven Printers")
		r.answers(c)
		r.closes(c)
	})
}

func TestAnAddressIsCorrectedOnceBothMailboxesHaveAgreed(t *testing.T) {
	each(t, func(r *rig) {
		ctx, c := r.t.Context(), r.enters(cases.Rectification)
		r.does(c, cases.Event{Kind: cases.Proved, Detail: cases.Detail{Proof: &cases.Proof{Evidence: cases.NoDoubt}}, Note: "She rang about her own letter."}) // so nobody saw who asks
		x, err := r.Claim(ctx, c.ID, amending.Item{Field: amending.AddressField, After: "ann@new.example"})
		r.ok(err)
		r.decides(c, cases.Granted)
		judge := func(v amending.Verdict) error {
			_, err := r.Judge(ctx, c.ID, x.ID, amending.Judgement{Actor: "user:1", Verdict: v, Words: "She cannot read the old mailbox."})
			return err
		}
		stands := func(want amending.Standing) {
			r.t.Helper()
			items, err := r.db.Corrections(ctx, c.ID)
			r.ok(err)
			if at, err := r.Standing(ctx, items[0]); err != nil || at != want {
				r.t.Errorf("the item is %q, want %q, %v", at, want, err)
			}
		}
		r.ok(judge(amending.Correct))
		stands(amending.Unmade)
		_, err = r.Rectify(ctx, c.ID, "user:1")
		r.ok(err)
		stands(amending.Asked)
		r.cannotClose(c, "Have the new address agreed to by mail")
		r.refused(judge(amending.Refuse), errs.Conflict, "Wait until they have answered")

		r.at = r.at.Add(subscriptions.MoveWithin + time.Minute) // nobody answered
		stands(amending.NotAgreed)
		r.ok(judge(amending.Correct)) // once more
		_, err = r.Rectify(ctx, c.ID, "user:1")
		r.ok(err)
		for _, side := range []subscriptions.Side{subscriptions.NewMailbox, subscriptions.OldMailbox} {
			stands(amending.Asked)
			_, err = r.Preferences.AgreeMove(ctx, r.Preferences.MoveToken(2, side), nil)
			r.ok(err)
		}
		stands(amending.Corrected)
		r.refused(judge(amending.Refuse), errs.Conflict, "corrected already")
		if says, err := r.Changes(ctx, c, "en"); err != nil || !strings.Contains(says, "is now “ann\\@new.example”") {
			r.t.Errorf("the letter lists %q, %v", says, err)
		}
		if !r.permits("ann@new.example") || r.permits(ann) {
			r.t.Error("the permission did not go over to the new address")
		}
	})
}

// Many change an address because they have lost the mailbox.
func TestWhoShowedWhoTheyAreNeedsNoYesFromAMailboxThatTheyLost(t *testing.T) {
	each(t, func(r *rig) {
		ctx, c := r.t.Context(), r.opens(cases.Rectification)
		x, err := r.Claim(ctx, c.ID, amending.Item{Field: amending.AddressField, After: "ann@new.example"})
		r.ok(err)
		r.decides(c, cases.Granted)
		_, err = r.Judge(ctx, c.ID, x.ID, amending.Judgement{Actor: "user:1", Verdict: amending.Correct})
		r.ok(err)
		_, err = r.Rectify(ctx, c.ID, "user:1")
		r.ok(err)
		_, err = r.Preferences.AgreeMove(ctx, r.Preferences.MoveToken(1, subscriptions.NewMailbox), nil)
		r.ok(err)
		if !r.permits("ann@new.example") || r.permits(ann) {
			r.t.Error("the permission did not go over to the new address")
		}
		r.tells(c)
		r.cannotClose(c, "Hear from Porthaven Printers")
		r.answers(c)
		r.closes(c)
	})
}

// What staff saw was a fraud: the mailbox on record says so before the new one has agreed.
func TestANoToTheQuestionWhoAsksStopsAChangeOfAddress(t *testing.T) {
	each(t, func(r *rig) {
		ctx, c := r.t.Context(), r.opens(cases.Rectification)
		x, err := r.Claim(ctx, c.ID, amending.Item{Field: amending.AddressField, After: "ann@new.example"})
		r.ok(err)
		r.decides(c, cases.Granted)
		_, err = r.Judge(ctx, c.ID, x.ID, amending.Judgement{Actor: "user:1", Verdict: amending.Correct})
		r.ok(err)
		_, err = r.Rectify(ctx, c.ID, "user:1")
		r.ok(err)
		_, err = r.Cases.AnswerQuestion(ctx, r.Cases.Keys.Sign(token.Identity, c.ID, r.ann.ID, r.at.Add(time.Hour).Unix()/60), false)
		r.ok(err)
		_, err = r.Preferences.AgreeMove(ctx, r.Preferences.MoveToken(1, subscriptions.NewMailbox), nil)
		r.refused(err, errs.Refused, "the address stays as it was")
		if r.permits("ann@new.example") || !r.permits(ann) {
			r.t.Error("the permission went over to the new address")
		}
	})
}

func TestAnAddressThatWasNotAgreedToCanStillBeRefused(t *testing.T) {
	each(t, func(r *rig) {
		ctx, c := r.t.Context(), r.opens(cases.Rectification)
		x, err := r.Claim(ctx, c.ID, amending.Item{Field: amending.AddressField, After: "ann@new.example"})
		r.ok(err)
		r.decides(c, cases.Granted)
		judged := amending.Judgement{Actor: "user:1", Verdict: amending.Correct}
		_, err = r.Judge(ctx, c.ID, x.ID, judged)
		r.ok(err)
		_, err = r.Rectify(ctx, c.ID, "user:1")
		r.ok(err)
		_, err = r.Preferences.RefuseMove(ctx, r.Preferences.MoveToken(1, subscriptions.OldMailbox))
		r.ok(err)
		judged.Verdict, judged.Words = amending.Refuse, "The old mailbox said no."
		_, err = r.Judge(ctx, c.ID, x.ID, judged)
		r.ok(err)
		r.cannotClose(c, "statement")
		_, err = r.State(ctx, c.ID, "user:1", "")
		r.ok(err)
		r.decides(c, cases.Refused, "accurate")
		r.tells(c)
		r.closes(c)
	})
}

func TestWhoIsNotOnRecordIsBarredWhereTheyWithdraw(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c, err := r.Cases.Enter(ctx, cases.Entry{
			Actor: "user:1", ProgrammeID: r.harbour.ID, Channel: cases.ByPhone, ReceivedAt: r.at.Add(-time.Hour), Asked: "See the call.", Kinds: []cases.Kind{cases.WithdrawConsent}, Language: "en",
			Parties: []cases.Party{{Role: cases.Requester, Name: "Zoe", Address: address.Must("zoe@example.org")}},
		})
		r.ok(err)
		_, err = r.Withdraw(ctx, c.ID, "user:1", []subscriptions.Scope{subscriptions.ListScope(r.news)})
		r.ok(err)
		events, err := r.db.EventsByKey(ctx, r.People.Keys.AddressKey(address.Must("zoe@example.org")))
		r.ok(err)
		if len(events) != 1 || events[0].Kind != subscriptions.Withdrawn || events[0].SubscriberID != 0 {
			r.t.Errorf("the ledger has %+v", events)
		}
		nameless, err := r.Cases.Enter(ctx, cases.Entry{
			Actor: "user:1", ProgrammeID: r.harbour.ID, Channel: cases.ByPhone, ReceivedAt: r.at.Add(-time.Hour), Asked: "See the call.", Kinds: []cases.Kind{cases.WithdrawConsent}, Language: "en",
			Parties: []cases.Party{{Role: cases.Requester, Name: "Zoe"}},
		})
		r.ok(err)
		_, err = r.Withdraw(ctx, nameless.ID, "user:1", []subscriptions.Scope{subscriptions.ListScope(r.news)})
		r.refused(err, errs.Conflict, "Name it under")
	})
}

// permits reports whether the gate lets the news be sent to an address.
func (r *rig) permits(addr string) bool {
	r.t.Helper()
	events, err := r.db.EventsByKey(r.t.Context(), r.People.Keys.AddressKey(address.Must(addr)))
	r.ok(err)
	return subscriptions.Decide(subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(r.news)}}, subscriptions.Fold(events), r.at).Reason == subscriptions.Allowed
}

func TestAnErasureWaitsForAccessAndLeavesOfItsCaseWhatNamesNobody(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		access := r.opens(cases.Access, cases.Erasure)
		subs, err := r.db.SubCases(ctx, access.ID)
		r.ok(err)
		c := subs[0]
		r.decides(c, cases.Granted, "consent-withdrawn")
		_, err = r.Erase(ctx, c.ID, "user:1")
		r.refused(err, errs.Refused, "access case")
		r.cannotClose(c, "Wait until the access case")
		r.decides(access, cases.Granted)
		r.tells(access)
		r.tells(c)
		e, err := r.Erase(ctx, c.ID, "user:1")
		r.ok(err)
		if e.State != subscriptions.ErasureDone || e.Ground != subscriptions.GroundWithdrawn || e.CaseID != c.ID {
			r.t.Fatalf("the erasure is %+v", e)
		}
		parties, err := r.db.CaseParties(ctx, access.ID)
		r.ok(err)
		for _, p := range parties {
			if p.Name != "" || !p.Address.IsZero() {
				r.t.Errorf("a party is kept: %+v", p)
			}
		}
		timeline, err := r.db.CaseEvents(ctx, c.ID)
		r.ok(err)
		for _, x := range timeline {
			if x.Note != "" || strings.Contains(x.What, "Ann") || x.Detail.Decision != nil && x.Detail.Decision.Words != "" {
				r.t.Errorf("the timeline keeps %+v", x)
			}
		}
		kept, err := r.db.Case(ctx, c.ID)
		r.ok(err)
		if kept.Decision == nil || kept.Decision.Outcome != cases.Granted || kept.Decision.Words != "" || kept.Facts.AnsweredOn.IsZero() {
			r.t.Errorf("of the case is kept %+v, %+v", kept.Decision, kept.Facts)
		}
		r.cannotClose(c, "made public")
		_, err = r.MadePublic(ctx, c.ID, "user:1", "Nothing was public.")
		r.ok(err)
		r.cannotClose(c, "Hear from Porthaven Printers")
		notices, err := r.db.NoticesOfCase(ctx, c.ID)
		r.ok(err)
		n, err := r.db.RecipientNotice(ctx, notices[0].ID)
		r.ok(err)
		if len(n.Whom) != 1 || n.Whom[0].Address != ann {
			r.t.Errorf("the printers are not told whom to erase: %+v", n.Whom)
		}
		r.answers(c)
		if n, err = r.db.RecipientNotice(ctx, n.ID); err != nil || len(n.Whom) != 0 {
			r.t.Errorf("whom it was about is kept: %+v, %v", n.Whom, err)
		}
		r.closes(c)
		r.closes(access)
	})
}

func TestARestrictionIsLiftedOnlyOnceThePersonWasTold(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.opens(cases.Restriction)
		_, err := r.Restrict(ctx, c.ID, "user:1", "accuracy")
		r.refused(err, errs.Conflict, "Decide first")
		r.decides(c, cases.Granted, "accuracy")
		_, err = r.Restrict(ctx, c.ID, "user:1", "whim")
		r.refused(err, errs.Invalid, "why")
		_, err = r.Restrict(ctx, c.ID, "user:1", "accuracy")
		r.ok(err)
		if r.mailable(r.news) {
			r.t.Error("who is restricted may be mailed")
		}
		r.tells(c)
		r.answers(c)
		r.closes(c)
		_, err = r.Lift(ctx, c.ID, "user:1")
		r.refused(err, errs.Conflict, "Tell the person first")
		_, err = r.Cases.Write(ctx, c.ID, "user:1", "lifting", "", cases.Letter{To: ann, Language: "en", Subject: "The restriction ends", Body: "We will end it soon.", Does: cases.LiftingTold})
		r.ok(err)
		_, err = r.Lift(ctx, c.ID, "user:1")
		r.refused(err, errs.Conflict, "has not left")
		r.post(c)
		_, err = r.Lift(ctx, c.ID, "user:1")
		r.ok(err)
		if !r.mailable(r.news) {
			r.t.Error("the restriction stands")
		}
	})
}

// post has the letters of a case leave.
func (r *rig) post(c cases.Case) {
	r.t.Helper()
	messages, err := r.db.CaseMessages(r.t.Context(), c.ID)
	r.ok(err)
	for _, m := range messages {
		if m.LetterID == 0 {
			continue
		}
		l, ok, err := r.db.StartLetter(r.t.Context(), m.LetterID, r.at)
		r.ok(err)
		if ok {
			l.State, l.FinishedAt = mailer.LetterSent, r.at
			r.ok(r.db.FinishLetter(r.t.Context(), l))
		}
	}
}

func TestAnObjectionToMarketingActsAtOnceAndCannotBeRefused(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.opens(cases.Objection)
		_, err := r.StopMarketing(ctx, c.ID, "user:1", []int64{r.harbour.ID})
		r.ok(err)
		if r.mailable(r.news) || !r.mailable(r.works) {
			r.t.Error("an objection to marketing stops marketing, and nothing else")
		}
		_, err = r.Cases.Do(ctx, c.ID, cases.Event{Kind: cases.DecisionMade, Actor: "user:1", Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Refused, Reasons: []string{"unfounded"}, Words: "No."}}})
		r.refused(err, errs.Invalid, "cannot be decided")
		_, err = r.Cases.Do(ctx, c.ID, cases.Event{Kind: cases.Asked, Actor: "user:1", Note: "who?", Detail: cases.Detail{For: cases.Identity}})
		r.refused(err, errs.Invalid, "identity")
		r.decides(c, cases.Granted)
		r.tells(c)
		r.closes(c)
	})
}

func TestAnObjectionToOtherProcessingIsWeighedWhileProcessingIsRestricted(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.opens(cases.Objection)
		r.cannotClose(c, "Say what the objection is to")
		_, err := r.RestrictWhileWeighed(ctx, c.ID, "user:1")
		r.ok(err)
		if r.mailable(r.works) {
			r.t.Error("processing goes on while the objection is weighed")
		}
		r.decides(c, cases.Granted)
		_, err = r.EndProcessing(ctx, c.ID, "user:1", []subscriptions.Scope{subscriptions.ListScope(r.works)})
		r.ok(err)
		r.tells(c)
		r.cannotClose(c, "Tell the person before the restriction is lifted")
		_, err = r.ToldOfLifting(ctx, c.ID, "user:1", "by phone on 23 November")
		r.ok(err)
		_, err = r.Lift(ctx, c.ID, "user:1")
		r.ok(err)
		if r.mailable(r.works) || !r.mailable(r.news) {
			r.t.Error("what was objected to ends, and nothing else")
		}
		if now, err := r.db.Case(ctx, c.ID); err != nil || !r.isDone(now, "lifted") {
			r.t.Errorf("that the restriction was lifted is not among what was done: %v", err)
		}
		r.answers(c)
		r.closes(c)
	})
}

func TestAWithdrawalIsCarriedOutAtOnce(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.opens(cases.WithdrawConsent)
		_, err := r.Withdraw(ctx, c.ID, "user:1", nil)
		r.refused(err, errs.Invalid, "what ends")
		_, err = r.Withdraw(ctx, c.ID, "user:1", []subscriptions.Scope{subscriptions.ListScope(r.news)})
		r.ok(err)
		if r.mailable(r.news) || !r.mailable(r.works) {
			r.t.Error("a withdrawal ends what it says, and nothing else")
		}
		r.decides(c, cases.Granted)
		r.tells(c)
		r.closes(c)
	})
}

// What a father asked for his daughter is told to both: to her, and to him who asked.
func TestAnErasureThatSomebodyAskedForAnotherIsToldToBoth(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.opens(cases.Erasure)
		if _, ok, err := (cases.Askers{Store: r.db}).AskedForOther(ctx, c.ID); ok || err != nil {
			r.t.Errorf("somebody asked for another: %v, %v", ok, err)
		}
		parties, err := r.db.CaseParties(ctx, c.ID)
		r.ok(err)
		for _, p := range parties {
			if p.Role == cases.Requester {
				p.Name, p.Address = "Tom Lea", address.Must("tom@example.org")
				_, err := r.Cases.Name(ctx, c.ID, "user:1", p)
				r.ok(err)
			}
		}
		asker, ok, err := cases.Askers{Store: r.db}.AskedForOther(ctx, c.ID)
		if want := (mailer.Asker{Address: "tom@example.org", Language: "en", Reference: c.Reference}); err != nil || !ok || asker != want {
			r.t.Fatalf("who asked is %+v, %v, %v", asker, ok, err)
		}
		r.decides(c, cases.Granted, "unneeded")
		e, err := r.Erase(ctx, c.ID, "user:1")
		r.ok(err)
		timeline, err := r.db.CaseEvents(ctx, c.ID)
		r.ok(err)
		if e.State != subscriptions.ErasureTelling || !slices.ContainsFunc(timeline, func(e cases.Event) bool { return strings.Contains(e.What, "whoever asked for them") }) {
			r.t.Errorf("the erasure is %s, and the timeline %+v", e.State, timeline)
		}
	})
}

// Article 12(6): more is asked for only in reasonable doubt; E1-07, E2-43: nothing goes on the word of a stranger.
func TestWhatCannotBeUndoneNeedsAProofOfWhoAsksOrAReasonToTrust(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.enters(cases.Erasure, cases.Rectification, cases.Restriction)
		subs, err := r.db.SubCases(ctx, c.ID)
		r.ok(err)
		name, err := r.Claim(ctx, subs[0].ID, amending.Item{Field: amending.NameField, After: "Ann Lee"})
		r.ok(err)
		_, err = r.Judge(ctx, subs[0].ID, name.ID, amending.Judgement{Actor: "user:1", Verdict: amending.Correct})
		r.ok(err)
		r.decides(c, cases.Granted, "unneeded")
		r.decides(subs[0], cases.Granted)
		r.decides(subs[1], cases.Granted, "accuracy")
		_, err = r.Restrict(ctx, subs[1].ID, "user:1", "accuracy") // it protects: nobody is asked who they are
		r.ok(err)
		_, err = r.Erase(ctx, c.ID, "user:1")
		r.refused(err, errs.Conflict, "Nothing proves who asks")
		_, err = r.Rectify(ctx, subs[0].ID, "user:1")
		r.refused(err, errs.Conflict, "Nothing proves who asks")
		r.cannotClose(c, "Establish who asks")
		trust := cases.Event{Kind: cases.Proved, Actor: "user:1", Detail: cases.Detail{Proof: &cases.Proof{Evidence: cases.NoDoubt}}}
		_, err = r.Cases.Do(ctx, c.ID, trust)
		r.refused(err, errs.Invalid, "Say in a note")
		trust.Note, trust.Actor = "She rang from the office that we have written to for years.", "key:1"
		_, err = r.Cases.Do(ctx, c.ID, trust)
		r.refused(err, errs.Forbidden, "person")
		trust.Actor = "user:1"
		_, err = r.Cases.Do(ctx, c.ID, trust)
		r.ok(err)
		_, err = r.Rectify(ctx, subs[0].ID, "user:1") // it holds for all that was asked together
		r.ok(err)
		_, err = r.Cases.Name(ctx, c.ID, "user:1", cases.Party{Role: cases.Subject, Name: "Bob", Address: address.Must("bob@example.org")})
		r.ok(err)
		_, err = r.Erase(ctx, c.ID, "user:1") // the reason was about Ann
		r.refused(err, errs.Conflict, "Nothing proves who asks")
	})
}

func TestNobodyTrustsWhereThereIsDoubt(t *testing.T) {
	each(t, func(r *rig) {
		trust := cases.Event{Kind: cases.Proved, Actor: "user:1", Note: "It sounds like her.", Detail: cases.Detail{Proof: &cases.Proof{Evidence: cases.NoDoubt}}}
		asked := r.enters(cases.Erasure)
		r.does(asked, cases.Event{Kind: cases.Asked, Note: "the call came from abroad", Detail: cases.Detail{For: cases.Identity}})
		_, err := r.Cases.Do(r.t.Context(), asked.ID, trust)
		r.refused(err, errs.Conflict, "there was a doubt")
		r.does(asked, cases.Event{Kind: cases.Dropped, Note: "She rang again from the office.", Detail: cases.Detail{For: cases.Identity}})
		r.does(asked, trust)
	})
}

func TestNothingIsChangedWhileIdentityIsWaitedFor(t *testing.T) {
	each(t, func(r *rig) {
		c := r.opens(cases.Erasure)
		r.does(c, cases.Event{Kind: cases.Asked, Note: "the call came from abroad", Detail: cases.Detail{For: cases.Identity}})
		r.decides(c, cases.Granted)
		_, err := r.Erase(r.t.Context(), c.ID, "user:1")
		r.refused(err, errs.Conflict, "identity")
	})
}
