package store

import (
	"encoding/json"

	"assent/inbox/cases"
)

// thinCases reads what of some cases names nobody, and returns what writes it back once their columns are empty: the record that a request was dealt with
// outlives the person's data, without a word that anybody wrote.
func (t *ledgerTx) thinCases(ids []any) (writeBack func() error, err error) {
	var kept []cases.Case
	var events []cases.Event
	err = pages(ids, keysAtOnce, func(page []any) error {
		in := marks(len(page))
		rows, err := t.query(t.ctx, `SELECT `+caseColumns+` FROM cases WHERE id IN (`+in+`)`, page...)
		found, err := collect(rows, err, scanCase)
		if err != nil {
			return err
		}
		kept = append(kept, found...)
		rows, err = t.query(t.ctx, `SELECT `+caseEventColumns+` FROM case_events WHERE case_id IN (`+in+`)`, page...)
		told, err := collect(rows, err, scanCaseEvent)
		events = append(events, told...)
		return err
	})
	return func() error {
		for _, k := range kept {
			if err := t.writeThinned(k); err != nil {
				return err
			}
		}
		for _, e := range events {
			e = e.WithoutWords()
			detail, err := json.Marshal(e.Detail)
			if err != nil {
				return err
			}
			if _, err := t.exec(t.ctx, `UPDATE case_events SET what = ?, detail = ? WHERE id = ?`, e.What, string(detail), e.ID); err != nil {
				return err
			}
		}
		return nil
	}, err
}

func (t *ledgerTx) writeThinned(k cases.Case) error {
	facts, err := json.Marshal(k.Facts.WithoutWords())
	if err != nil {
		return err
	}
	decision := []byte{}
	if k.Decision != nil {
		if decision, err = json.Marshal(k.Decision.WithoutWords()); err != nil {
			return err
		}
	}
	_, err = t.exec(t.ctx, `UPDATE cases SET facts = ?, decision = ? WHERE id = ?`, string(facts), string(decision), k.ID)
	return err
}
