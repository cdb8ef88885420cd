package store

import (
	"context"
	"encoding/json"

	"assent/subscriptions"
	"assent/subscriptions/segment"
)

const attributeColumns = `id, programme_id, name, label, type, choices, self_service, special_category, hint, required, ended_at`

func scanAttribute(s scanner) (a subscriptions.Attribute, err error) {
	var choices string
	var ended int64
	if err = s.Scan(&a.ID, &a.ProgrammeID, &a.Name, &a.Label, &a.Type, &choices, &a.SelfService, &a.SpecialCategory, &a.Hint, &a.Required, &ended); err != nil {
		return a, err
	}
	a.EndedAt = moment(ended)
	return a, json.Unmarshal([]byte(choices), &a.Choices)
}

// choicesOf writes the choices of an attribute as a column has them.
func choicesOf(a subscriptions.Attribute) (string, error) {
	b, err := json.Marshal(append([]string{}, a.Choices...))
	return string(b), err
}

// CreateAttribute implements subscriptions.Tx.
func (t *ledgerTx) CreateAttribute(a *subscriptions.Attribute) error {
	const op = "store: create attribute"
	choices, err := choicesOf(*a)
	if err != nil {
		return fail(op, err)
	}
	a.ID, err = t.insert(t.ctx, `INSERT INTO attributes (programme_id, name, label, type, choices, self_service, special_category, hint, required, ended_at) VALUES (`+marks(10)+`)`,
		a.ProgrammeID, a.Name, a.Label, string(a.Type), choices, a.SelfService, a.SpecialCategory, a.Hint, a.Required, millis(a.EndedAt))
	if err != nil {
		return fail(op, err)
	}
	return fail(op, t.noteDeclared(t.ctx, "attribute", a.ID, nil, a))
}

// ChangeAttribute implements subscriptions.Declarations.
func (d *DB) ChangeAttribute(ctx context.Context, programmeID, id int64, change func(subscriptions.Attribute, subscriptions.AttributeUse) (subscriptions.Attribute, error)) (a subscriptions.Attribute, err error) {
	const op = "store: change attribute"
	err = d.within(ctx, func(c conn) error {
		before, err := scanAttribute(c.row(ctx, `SELECT `+attributeColumns+` FROM attributes WHERE id = ? AND programme_id = ?`+d.forUpdate(), id, programmeID))
		if err != nil {
			return fail(op, err)
		}
		if a, err = change(before, attributeUse{ctx, c, before}); err != nil {
			return err
		}
		choices, err := choicesOf(a)
		if err != nil {
			return fail(op, err)
		}
		if _, err := c.exec(ctx, `UPDATE attributes SET label = ?, choices = ?, self_service = ?, hint = ?, required = ?, ended_at = ? WHERE id = ?`,
			a.Label, choices, a.SelfService, a.Hint, a.Required, millis(a.EndedAt), id); err != nil {
			return fail(op, err)
		}
		return fail(op, c.noteDeclared(ctx, "attribute", id, before, a))
	})
	return a, err
}

// attributeUse implements subscriptions.AttributeUse within one transaction.
type attributeUse struct {
	ctx  context.Context
	conn conn
	a    subscriptions.Attribute
}

func (u attributeUse) Holders(choice string) (int64, error) {
	return u.conn.holders(u.ctx, u.a, choice)
}

func (u attributeUse) Rules(choice string) ([]string, error) {
	return u.conn.attributeRules(u.ctx, u.a.ProgrammeID, u.a.Name, choice)
}

// AttributeRules implements subscriptions.Declarations.
func (d *DB) AttributeRules(ctx context.Context, programmeID int64, attribute string) ([]string, error) {
	return d.reading().attributeRules(ctx, programmeID, attribute, "")
}

// attributeRules names what asks for an attribute. A campaign that is planned has found its people.
func (c conn) attributeRules(ctx context.Context, programmeID int64, attribute, choice string) (found []string, err error) {
	rows, err := c.query(ctx, `SELECT 'segment', name, rule FROM segments WHERE programme_id = ?
		UNION ALL SELECT 'campaign', name, segment FROM campaigns WHERE programme_id = ? AND state IN ('draft', 'scheduled', 'planning') AND segment <> '' ORDER BY 1 DESC, 2`, programmeID, programmeID)
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var kind, name, rule string
		if err = s.Scan(&kind, &name, &rule); err != nil {
			return none, err
		}
		asks, err := segment.Decode([]byte(rule))
		if err == nil && asks.AsksFor(attribute, choice) {
			found = append(found, "the "+kind+" “"+name+"”")
		}
		return none, err
	})
	return found, fail("store: rules on an attribute", err)
}

// holders counts the people who hold a choice of an attribute.
func (c conn) holders(ctx context.Context, a subscriptions.Attribute, choice string) (n int64, err error) {
	const of = `SELECT COUNT(*) FROM subscribers s WHERE `
	const slug = `(SELECT slug FROM programmes WHERE id = ?)`
	where := `s.attributes -> ` + slug + ` ->> CAST(? AS TEXT) = ?`
	if a.Type == subscriptions.ManyAttribute {
		where = `EXISTS (SELECT 1 FROM json_each(s.attributes -> ` + slug + ` -> CAST(? AS TEXT)) j WHERE j.value = ?)`
		if c.dialect == postgres {
			where = `COALESCE(jsonb_exists(s.attributes -> ` + slug + ` -> CAST(? AS TEXT), CAST(? AS TEXT)), FALSE)`
		}
	}
	err = c.row(ctx, of+where, a.ProgrammeID, a.Name, choice).Scan(&n)
	return n, fail("store: holders of a choice", err)
}
