package retention

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"

	"assent/internal/errs"
	"assent/subscriptions"
)

// look reads again whether something is still due, and what keeps it.
func (x *run) look(tx Tx, d Disposal) (person subscriptions.Subscriber, still bool, keeps string, err error) {
	if d.SubscriberID == 0 {
		return person, true, "", nil
	}
	person, err = tx.Person(d.SubscriberID)
	if errs.KindOf(err) == errs.NotFound {
		return person, false, "", nil
	}
	if err != nil {
		return person, false, "", err
	}
	byKey, err := tx.EventsByKey(person.Key)
	if err != nil {
		return person, false, "", err
	}
	facts := x.rule.Facts(byKey[string(person.Key)], x.ends, x.now)
	still = true
	if x.rule.What == People || x.rule.What == Requests {
		due, ok := x.rule.Due(facts)
		still = ok && due.Equal(d.DueAt) && !person.Address.IsZero()
	}
	keeps, err = keptBy(tx, person, facts)
	return person, still, keeps, err
}

// keptBy says what keeps somebody's data, "" for nothing.
func keptBy(tx Tx, p subscriptions.Subscriber, f Facts) (string, error) {
	if f.Restricted {
		return "Nothing was disposed of: processing is restricted to storage (Article 18).", nil
	}
	holds, err := tx.Holds(p)
	if err != nil || len(holds) == 0 {
		return "", err
	}
	return "Nothing was disposed of: " + holds[0].Because() + ".", nil
}

// carryOut disposes of one thing and returns how many rows it emptied, by table.
func (x *run) carryOut(tx Tx, d Disposal, p subscriptions.Subscriber) (map[string]int64, error) {
	switch {
	case x.rule.What != People && x.rule.What != Requests:
		return tx.DropObjects(x.rule.What, []int64{d.ObjectID})
	case x.rule.Action == Thin:
		return x.thin(tx, p)
	}
	if x.rule.Action == Anonymise {
		if err := tx.CountAnonymously(p, x.slug); err != nil {
			return nil, err
		}
	}
	elsewhere, err := x.neededElsewhere(tx, p)
	if err != nil {
		return nil, err
	}
	if elsewhere {
		return x.leaveProgramme(tx, p)
	}
	e, err := x.Keeper.EraseWithin(tx, p, subscriptions.ErasureRequest{
		SubscriberID: p.ID, Ground: subscriptions.GroundRetention, Actor: "system", Untold: fmt.Sprintf("retention rule %d: %s", x.rule.ID, x.rule.Name),
	})
	return e.Emptied, err
}

// neededElsewhere reports whether another programme still has to do with the person: then only what is this programme's goes.
func (x *run) neededElsewhere(tx Tx, p subscriptions.Subscriber) (bool, error) {
	if x.rule.ProgrammeID == 0 {
		return false, nil
	}
	byKey, err := tx.EventsByKey(p.Key)
	if err != nil {
		return false, err
	}
	for _, st := range subscriptions.Fold(byKey[string(p.Key)]).Lists {
		other := st.Scope().ProgrammeID != x.rule.ProgrammeID
		if other && (st.Status == subscriptions.StatusPending || st.Status == subscriptions.StatusActive && (st.ExpiresAt.IsZero() || x.now.Before(st.ExpiresAt))) {
			return true, nil
		}
	}
	return false, nil
}

// leaveProgramme takes away what one programme knows of somebody whom another still mails.
func (x *run) leaveProgramme(tx Tx, p subscriptions.Subscriber) (map[string]int64, error) {
	if len(p.Attributes[x.slug]) == 0 {
		return nil, nil
	}
	p.Attributes = maps.Clone(p.Attributes)
	delete(p.Attributes, x.slug)
	return map[string]int64{"subscribers": 1}, tx.UpdateSubscriber(p)
}

// thin takes away the rule's categories.
func (x *run) thin(tx Tx, p subscriptions.Subscriber) (map[string]int64, error) {
	emptied := map[string]int64{}
	takes := map[subscriptions.Category]bool{}
	for _, c := range x.rule.Categories {
		takes[c] = true
	}
	if takes[subscriptions.UsageCategory] {
		var err error
		if emptied, err = tx.DropUsage(p.ID); err != nil {
			return nil, err
		}
	}
	thinned, changed := p, false
	if takes[subscriptions.IdentityCategory] && p.Name != "" {
		thinned.Name, changed = "", true
	}
	if takes[subscriptions.PreferencesCategory] && p.Language != "" {
		thinned.Language, changed = "", true
	}
	thinned.Attributes = subscriptions.Attributes{}
	for slug, values := range p.Attributes {
		kept := maps.Clone(values)
		if x.slug == "" || slug == x.slug {
			maps.DeleteFunc(kept, func(name string, _ any) bool { return takes[x.categories[slug][name]] })
		}
		changed = changed || len(kept) < len(values)
		if len(kept) > 0 {
			thinned.Attributes[slug] = kept
		}
	}
	if !changed {
		return emptied, nil
	}
	emptied["subscribers"]++
	return emptied, tx.UpdateSubscriber(thinned)
}

// certify adds one thing to the certificate of whoever approved it.
func (x *run) certify(tx Tx, d Disposal, emptied map[string]int64) (*Certificate, error) {
	c := x.certificates[d.DecidedBy]
	if c == nil {
		c = &Certificate{
			At: x.now, RuleID: x.rule.ID, ProgrammeID: x.rule.ProgrammeID, What: x.rule.What, Action: x.rule.Action, Reason: x.rule.Reason,
			Emptied: map[string]int64{}, ApprovedBy: d.DecidedBy, OldestDue: d.DueAt, NewestDue: d.DueAt,
		}
		x.certificates[d.DecidedBy] = c
		if err := tx.SaveCertificate(c); err != nil {
			return nil, err
		}
	}
	c.Objects++
	c.Emptied = maps.Clone(c.Emptied)
	for table, n := range emptied {
		c.Emptied[table] += n
	}
	if d.DueAt.Before(c.OldestDue) {
		c.OldestDue = d.DueAt
	}
	if d.DueAt.After(c.NewestDue) {
		c.NewestDue = d.DueAt
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s:%d", c.Digest, c.What, d.ObjectID))
	c.Digest = hex.EncodeToString(sum[:])
	return c, nil
}

func (x *run) saveCertificates(tx Tx) error {
	for _, c := range x.certificates {
		if err := tx.SaveCertificate(c); err != nil {
			return err
		}
	}
	return nil
}
