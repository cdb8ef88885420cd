package amending

import (
	"context"
	"slices"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/subscriptions"
)

// objecting is the practice of Article 21. An objection to direct marketing is absolute: it acts at once, nobody's identity is checked, and it cannot be
// refused (Article 21(2) and (3); E2-24, E2-39). One to other processing is weighed, and processing is restricted meanwhile (E0-23).
type objecting struct{ store Store }

// What an objection is to, beside cases.ToMarketing: the codes by which a person says so.
const (
	ToProcessing = "to-processing" // on legitimate interests or a public task, profiling on that basis included (Article 21(1))
	ToResearch   = "to-research"   // for scientific or historical research or statistics (Article 21(6); E1-18)
)

// objectsTo reports whether a person said that an objection is to something.
func objectsTo(c cases.Case, what string) bool { return !c.Facts.DoneOn(what).IsZero() }

// Outcomes implements cases.Practice.
func (objecting) Outcomes(c cases.Case) []cases.Outcome {
	if cases.ObjectsToMarketing(c) {
		return []cases.Outcome{cases.Granted, cases.NoData, cases.Withdrawn}
	}
	return usual()
}

// Reasons implements cases.Practice.
func (objecting) Reasons(c cases.Case, o cases.Outcome) []cases.Reason {
	if cases.ObjectsToMarketing(c) || o == cases.Granted {
		return nil
	}
	all := []cases.Reason{
		{Code: "compelling", Words: "There are compelling legitimate grounds that override the person's interests, rights and freedoms", Rule: "Art 21(1) UK GDPR",
			English: "we have compelling legitimate grounds that override your interests, rights and freedoms", Welsh: "mae gennym seiliau dilys cryf sy’n drech na’ch buddiannau, eich hawliau a’ch rhyddid"},
		{Code: "claims", Words: "It is needed for legal claims", Rule: "Art 21(1) UK GDPR",
			English: "we need it for legal claims", Welsh: "mae ei angen arnom ar gyfer hawliadau cyfreithiol"},
		{Code: "research", Words: "It is for research or statistics, and necessary for a task in the public interest", Rule: "Art 21(6) UK GDPR",
			English: "it is for research or statistics, and necessary for a task in the public interest", Welsh: "mae ar gyfer ymchwil neu ystadegau, ac yn angenrheidiol ar gyfer tasg er budd y cyhoedd"},
		{Code: "other-basis", Words: "The processing rests on another basis than legitimate interests or a public task", Rule: "Art 21(1) UK GDPR",
			English: "what we do with your data does not rest on legitimate interests or a public task, to which this right belongs", Welsh: "nid yw’r hyn a wnawn â’ch data yn dibynnu ar fuddiannau dilys nac ar dasg gyhoeddus, y seiliau y mae’r hawl hon yn perthyn iddynt"},
	}
	return slices.DeleteFunc(all, func(r cases.Reason) bool {
		ofResearch := r.Code == "research"
		return ofResearch && objectsTo(c, ToProcessing) && !objectsTo(c, ToResearch) || !ofResearch && objectsTo(c, ToResearch) && !objectsTo(c, ToProcessing)
	})
}

// Duties implements cases.Practice.
func (p objecting) Duties(ctx context.Context, c cases.Case) ([]cases.Duty, error) {
	marketing, processing, research := cases.ObjectsToMarketing(c), objectsTo(c, ToProcessing), objectsTo(c, ToResearch)
	known := cases.Duty{Code: "objection-to", Words: "Say what the objection is to: direct marketing, research or statistics, or other processing", Done: marketing || processing || research}
	if c.Decision != nil && !acts(c) && c.Decision.Outcome != cases.Refused {
		return nil, nil
	}
	out := []cases.Duty{known}
	if marketing {
		out = append(out, done(c, cases.Preparing, marketingStopped, "Stop all marketing to the person"))
	}
	if processing && c.SubjectID != 0 {
		more, err := p.weighing(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	if research && !processing && c.Decision != nil && granted(c.Decision.Outcome) { // Article 18(1)(d) wants no restriction meanwhile: it speaks of Article 21(1) alone
		out = append(out, done(c, cases.CarryingOut, processingEnded, "End the research that the person objected to"))
	}
	told, err := recipientDuties(ctx, p.store, c)
	return append(out, told...), err
}

// weighing returns the duties of an objection that is weighed.
func (p objecting) weighing(ctx context.Context, c cases.Case) ([]cases.Duty, error) {
	out := []cases.Duty{done(c, cases.Preparing, restricted, "Restrict processing while the objection is weighed (Article 18(1)(d))")}
	st, err := state(ctx, p.store, c)
	if err != nil || c.Decision == nil {
		return out, err
	}
	if granted(c.Decision.Outcome) {
		out = append(out, done(c, cases.CarryingOut, processingEnded, "End the processing that the person objected to"))
	}
	if stood := st.RestrictedBy != 0 || !c.Facts.DoneOn(lifted).IsZero(); stood && !c.Facts.DoneOn(restricted).IsZero() {
		out = append(out, done(c, cases.Following, liftingTold, "Tell the person before the restriction is lifted (Article 18(3))"), done(c, cases.Following, lifted, "Lift the restriction"))
	}
	return out, nil
}

// Sort keeps what an objection is to. To is cases.ToMarketing, ToProcessing or ToResearch; it may be several, one after the other. Kinds of error: Invalid, Conflict.
func (s *Service) Sort(ctx context.Context, caseID int64, actor, to string) (cases.Case, error) {
	const op = "amending: sort objection"
	c, err := s.Cases.Store.Case(ctx, caseID)
	if err != nil || c.Kind != cases.Objection {
		return c, errs.Wrap(op, firstError(err, errs.E(op, errs.Conflict, "This is not a case of objection.", nil)))
	}
	what := map[string]string{
		cases.ToMarketing: "The objection is to direct marketing. It is absolute.",
		ToProcessing:      "The objection is to other processing. It is weighed, and processing is restricted meanwhile.",
		ToResearch:        "The objection is to research or statistics. It is upheld unless the research is necessary for a task in the public interest (Article 21(6)).",
	}[to]
	if what == "" {
		return c, errs.E(op, errs.Invalid, "Say what the objection is to: to-marketing, to-processing or to-research.", nil)
	}
	if !c.Facts.DoneOn(to).IsZero() {
		return c, nil
	}
	c, err = s.did(ctx, c, actor, to, what, "")
	return c, errs.Wrap(op, err)
}

// StopMarketing ends all direct marketing of some programmes to whoever asks, at once: nothing is decided before, and nobody's identity is asked for. An address that is
// not on record is barred all the same. Kinds of error: Invalid, Conflict.
func (s *Service) StopMarketing(ctx context.Context, caseID int64, actor string, programmeIDs []int64) (cases.Case, error) {
	const op = "amending: stop marketing"
	c, err := s.Sort(ctx, caseID, actor, cases.ToMarketing)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	o := subscriptions.Objection{
		SubscriberID: c.SubjectID, ProgrammeIDs: programmeIDs, Channel: subscriptions.ByStaff, Actor: actor,
		Evidence: subscriptions.Evidence{"act": "Objected to direct marketing.", "case": c.Reference},
	}
	if o.SubscriberID == 0 {
		if o.Address, err = s.subjectAddress(ctx, c); err != nil {
			return c, errs.Wrap(op, err)
		}
	}
	if _, err := s.People.Object(acting(ctx, actor, c), o); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, actor, marketingStopped, "Stopped all direct marketing, also such as is declared later.", "")
	return c, errs.Wrap(op, err)
}

// RestrictWhileWeighed restricts processing while an objection is weighed: it waits for no decision, for it is what the law wants until there is one (Article 18(1)(d)).
func (s *Service) RestrictWhileWeighed(ctx context.Context, caseID int64, actor string) (cases.Case, error) {
	const op = "amending: restrict while weighed"
	c, p, err := s.open(ctx, caseID, cases.Objection)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	switch {
	case c.Decision != nil:
		return c, errs.E(op, errs.Conflict, "This objection has been weighed: it is decided.", nil)
	case !c.Open():
		return c, errs.E(op, errs.Conflict, "This case is closed. Reopen it first.", nil)
	}
	if c, err = s.Sort(ctx, c.ID, actor, ToProcessing); err != nil {
		return c, errs.Wrap(op, err)
	}
	if err := s.People.RestrictIn(acting(ctx, actor, c), subscriptions.Restriction{SubscriberID: p.ID, Actor: actor, Reason: "objection is weighed", CaseID: c.ID}); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, actor, restricted, "Restricted processing to storage while the objection is weighed.", "")
	return c, errs.Wrap(op, err)
}

// EndProcessing ends what a person objected to with success: each purpose that is named. Kinds of error: Conflict, Invalid.
func (s *Service) EndProcessing(ctx context.Context, caseID int64, actor string, scopes []subscriptions.Scope) (cases.Case, error) {
	const op = "amending: end processing"
	c, p, err := s.decided(ctx, caseID, cases.Objection)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	if err := s.end(ctx, c, p, actor, scopes, "Objected to processing, and it was upheld."); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, actor, processingEnded, "Ended the processing that the person objected to.", "")
	return c, errs.Wrap(op, err)
}

// end withdraws scopes for a person.
func (s *Service) end(ctx context.Context, c cases.Case, p subscriptions.Subscriber, actor string, scopes []subscriptions.Scope, act string) error {
	if len(scopes) == 0 {
		return errs.E("amending: end", errs.Invalid, "Choose what ends.", nil)
	}
	for _, scope := range slices.Compact(scopes) {
		w := subscriptions.Withdrawal{
			SubscriberID: p.ID, Scope: scope, Channel: subscriptions.ByStaff, Actor: actor,
			Evidence: subscriptions.Evidence{"act": act, "case": c.Reference},
		}
		if p.ID == 0 {
			w.Address = p.Address
		}
		if _, err := s.People.Withdraw(acting(ctx, actor, c), w); err != nil {
			return err
		}
	}
	return nil
}
