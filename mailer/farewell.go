package mailer

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// Farewell tells people that they are being erased, and has it done once they have been told.
type Farewell struct {
	Letters  FarewellLetters
	People   subscriptions.Store
	Erasures Erasures
	Keeper   Eraser
	Now      func() time.Time
	Kick     func() // wakes the relay after a commit that enqueued tasks; may be nil
}

// FarewellLetters keeps letters. Store does.
type FarewellLetters interface {
	OpenLetter(ctx context.Context, l *Letter, now time.Time) error
	// LetterByKey returns the letter with a key; kind NotFound.
	LetterByKey(ctx context.Context, key string) (Letter, error)
}

// Eraser carries out erasures. *subscriptions.Keeper does.
type Eraser interface {
	CarryOut(ctx context.Context, erasureID int64) (subscriptions.Erasure, error)
	LookLater(ctx context.Context, t subscriptions.Erasing) error
}

// Erasures reads them. The store does.
type Erasures interface {
	Erasure(ctx context.Context, id int64) (subscriptions.Erasure, error)
}

// HandleErasing opens the letter that tells somebody of their erasure, looks after it until the relay has it or it cannot be delivered, and then has the
// person erased. A letter that never leaves does not keep data for ever: it is given up after some days, like any other.
func (f *Farewell) HandleErasing(ctx context.Context, t subscriptions.Erasing) error {
	const op = "mailer: erasing"
	e, err := f.Erasures.Erasure(ctx, t.ErasureID)
	if err != nil || e.State != subscriptions.ErasureTelling {
		return errs.Wrap(op, err)
	}
	gone, err := f.told(ctx, e)
	switch {
	case err != nil:
		return errs.Wrap(op, err)
	case !gone:
		return errs.Wrap(op, f.Keeper.LookLater(ctx, t))
	}
	_, err = f.Keeper.CarryOut(ctx, e.ID)
	if errs.KindOf(err) == errs.Refused {
		return nil // it stands with the erasure
	}
	return errs.Wrap(op, err)
}

// told reports whether the letter has left, or never will.
func (f *Farewell) told(ctx context.Context, e subscriptions.Erasure) (bool, error) {
	key := "erasure:" + strconv.FormatInt(e.ID, 10)
	l, err := f.Letters.LetterByKey(ctx, key)
	if errs.KindOf(err) == errs.NotFound {
		opened, err := f.tell(ctx, e, key)
		return !opened, err
	}
	return l.State != LetterWaiting && l.State != LetterStarted, err
}

// tell opens the letter; false when there is no address, or no programme in whose name to write.
func (f *Farewell) tell(ctx context.Context, e subscriptions.Erasure, key string) (bool, error) {
	person, err := f.People.Subscriber(ctx, e.SubscriberID)
	if err != nil || person.Address.IsZero() {
		return false, err
	}
	programme, err := f.programmeOf(ctx, person)
	if err != nil || programme == 0 {
		return false, err
	}
	data, err := json.Marshal(About{Ground: string(e.Ground), CaseID: e.CaseID})
	if err != nil {
		return false, err
	}
	l := Letter{
		Key: key, Kind: ErasureLetter, ProgrammeID: programme, SubscriberID: person.ID, To: person.Address.String(),
		Language: languageOf(person), Data: data, State: LetterWaiting, CreatedAt: f.Now(),
	}
	err = f.Letters.OpenLetter(ctx, &l, f.Now())
	if err == nil && f.Kick != nil {
		f.Kick()
	}
	return true, err
}

// programmeOf is the programme that the person last had to do with, else the first.
func (f *Farewell) programmeOf(ctx context.Context, p subscriptions.Subscriber) (int64, error) {
	events, err := f.People.EventsByKey(ctx, p.Key)
	if err != nil {
		return 0, err
	}
	for i := len(events) - 1; i >= 0; i-- {
		if id := events[i].Scope.ProgrammeID; id != 0 {
			return id, nil
		}
	}
	all, err := f.People.Programmes(ctx)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0].ID, nil
}

// farewell is what the letter says. Whatever ground a person decided on in a case, somebody asked for it there.
func farewell(sender templates.Sender, language string, g subscriptions.Ground, inCase bool) templates.ErasureMail {
	why := map[subscriptions.Ground]string{
		subscriptions.GroundWithdrawn: "you withdrew your consent", subscriptions.GroundExpired: "your consent has expired",
		subscriptions.GroundUnneeded: "we need it no longer", subscriptions.GroundObjection: "you objected to its use", subscriptions.GroundRetention: "we need it no longer",
	}
	if language == "cy" {
		why = map[subscriptions.Ground]string{
			subscriptions.GroundWithdrawn: "tynnoch eich cydsyniad yn ôl", subscriptions.GroundExpired: "mae eich cydsyniad wedi dod i ben",
			subscriptions.GroundUnneeded: "nid oes ei angen arnom mwyach", subscriptions.GroundObjection: "gwrthwynebasoch ei ddefnyddio", subscriptions.GroundRetention: "nid oes ei angen arnom mwyach",
		}
	}
	return templates.ErasureMail{Sender: sender, Asked: inCase || g == subscriptions.GroundRequest, Why: why[g], Case: inCase, Regulator: commissioner(language)}
}
