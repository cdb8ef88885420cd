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
	Askers   Askers
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

// Askers finds who asked in a case. cases.Askers does.
type Askers interface {
	// AskedForOther returns who asked for something about somebody else, by an address; ok is false where nobody did.
	AskedForOther(ctx context.Context, caseID int64) (a Asker, ok bool, err error)
}

// Asker is who asked for somebody else.
type Asker struct {
	Address      string
	SubscriberID int64  // where they are on record themselves; else 0
	Language     string // of the case, "en" or "cy"
	Reference    string // of the case
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

// told reports whether every letter has left, or never will: the one to the person, and the one to whoever asked for them.
func (f *Farewell) told(ctx context.Context, e subscriptions.Erasure) (bool, error) {
	letters, err := f.letters(ctx, e)
	all := true
	for i := range letters {
		gone, err := f.left(ctx, &letters[i])
		if err != nil {
			return false, err
		}
		all = all && gone
	}
	return all, err
}

// left opens a letter that does not stand yet, and reports whether one that does has left.
func (f *Farewell) left(ctx context.Context, l *Letter) (bool, error) {
	stands, err := f.Letters.LetterByKey(ctx, l.Key)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		if err := f.Letters.OpenLetter(ctx, l, f.Now()); err != nil {
			return false, err
		}
		if f.Kick != nil {
			f.Kick()
		}
		return false, nil
	case err != nil:
		return false, err
	}
	return stands.State != LetterWaiting && stands.State != LetterStarted, nil
}

// letters makes the letters that tell of an erasure: none when there is no address, or no programme in whose name to write.
func (f *Farewell) letters(ctx context.Context, e subscriptions.Erasure) ([]Letter, error) {
	person, err := f.People.Subscriber(ctx, e.SubscriberID)
	if err != nil || person.Address.IsZero() {
		return nil, err
	}
	programme, err := f.programmeOf(ctx, person)
	if err != nil || programme == 0 {
		return nil, err
	}
	key := "erasure:" + strconv.FormatInt(e.ID, 10)
	about := About{Ground: string(e.Ground), CaseID: e.CaseID}
	out := []Letter{{Key: key, SubscriberID: person.ID, To: person.Address.String(), Language: languageOf(person)}}
	if out[0].Data, err = json.Marshal(about); err != nil || e.CaseID == 0 {
		return f.complete(out, programme), err
	}
	asker, ok, err := f.Askers.AskedForOther(ctx, e.CaseID)
	if err != nil || !ok {
		return f.complete(out, programme), err
	}
	told := Letter{Key: key + ":asked", SubscriberID: asker.SubscriberID, To: asker.Address, Language: asker.Language}
	about.ForOther, about.Reference = true, asker.Reference
	told.Data, err = json.Marshal(about)
	return f.complete(append(out, told), programme), err
}

func (f *Farewell) complete(letters []Letter, programme int64) []Letter {
	for i := range letters {
		l := &letters[i]
		l.Kind, l.ProgrammeID, l.State, l.CreatedAt = ErasureLetter, programme, LetterWaiting, f.Now()
	}
	return letters
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

// farewell is what the letters say. Whatever ground a person decided on in a case, somebody asked for it there.
func farewell(sender templates.Sender, language string, about About) any {
	g, inCase := subscriptions.Ground(about.Ground), about.CaseID != 0
	if about.ForOther {
		return templates.ErasureAskedMail{Sender: sender, Reference: about.Reference, Why: whyTheyAreErased(language)[g], Regulator: commissioner(language)}
	}
	return templates.ErasureMail{Sender: sender, Asked: inCase || g == subscriptions.GroundRequest, Why: whyErased(language)[g], Case: inCase, Regulator: commissioner(language)}
}

// whyErased says to a person why they are erased, after "because".
func whyErased(language string) map[subscriptions.Ground]string {
	if language == templates.Welsh {
		return map[subscriptions.Ground]string{
			subscriptions.GroundWithdrawn: "rydych wedi tynnu eich cydsyniad yn ôl", subscriptions.GroundExpired: "mae eich cydsyniad wedi dod i ben",
			subscriptions.GroundUnneeded: "nid oes ei angen arnom mwyach", subscriptions.GroundObjection: "gwrthwynebasoch ei ddefnyddio", subscriptions.GroundRetention: "nid oes ei angen arnom mwyach",
		}
	}
	return map[subscriptions.Ground]string{
		subscriptions.GroundWithdrawn: "you withdrew your consent", subscriptions.GroundExpired: "your consent has expired",
		subscriptions.GroundUnneeded: "we need it no longer", subscriptions.GroundObjection: "you objected to its use", subscriptions.GroundRetention: "we need it no longer",
	}
}

// whyTheyAreErased says the same to whoever asked for them.
func whyTheyAreErased(language string) map[subscriptions.Ground]string {
	if language == templates.Welsh {
		return map[subscriptions.Ground]string{
			subscriptions.GroundWithdrawn: "mae’r cydsyniad wedi’i dynnu’n ôl", subscriptions.GroundExpired: "mae’r cydsyniad wedi dod i ben",
			subscriptions.GroundUnneeded: "nid oes ei angen arnom mwyach", subscriptions.GroundObjection: "gwrthwynebwyd ei ddefnyddio",
		}
	}
	return map[subscriptions.Ground]string{
		subscriptions.GroundWithdrawn: "the consent was withdrawn", subscriptions.GroundExpired: "the consent has expired",
		subscriptions.GroundUnneeded: "we need it no longer", subscriptions.GroundObjection: "its use was objected to",
	}
}
