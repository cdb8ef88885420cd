package site

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// takeDetails writes what a person corrected about themselves.
func (s *site) takeDetails(ctx context.Context, c *gin.Context, person subscriptions.Subscriber) (ownChange, error) {
	w, form := ownWordsIn(s.language(c)), c.Request.PostForm
	o, err := s.Preferences.Overview(ctx, person.ID)
	if err != nil {
		return ownChange{}, err
	}
	change := ownChange{problems: map[string]string{}, typed: form}
	d := subscriptions.Details{Name: strings.TrimSpace(form.Get(templates.FieldName)), Attributes: subscriptions.Attributes{}}
	for _, k := range o.Programmes {
		for _, a := range k.Declared {
			field := attributeField(k.Programme, a)
			if values, sent := form[field]; a.SelfService && !a.Ended() && sent {
				value, err := readAttribute(a, values)
				if say := w.mend(a, value, err); say != "" {
					change.problems[field], change.problem = say, say
					continue
				}
				if d.Attributes[k.Programme.Slug] == nil {
					d.Attributes[k.Programme.Slug] = map[string]any{}
				}
				d.Attributes[k.Programme.Slug][a.Name] = value
			}
		}
	}
	if change.problem != "" {
		return change, nil
	}
	err = s.Preferences.SetDetails(ctx, person, d)
	if errs.KindOf(err) == errs.Invalid && err != nil {
		change.problem = w.mistake(err)
		return change, nil
	}
	return ownChange{done: templates.Done{Title: w.saved}}, err
}

// takeAddress begins a change of address. The answer is the same whether or not the new one is known (H10).
func (s *site) takeAddress(ctx context.Context, c *gin.Context, person subscriptions.Subscriber) (ownChange, error) {
	w := ownWordsIn(s.language(c))
	to, err := address.Parse(strings.TrimSpace(c.Request.PostForm.Get(templates.FieldEmail)))
	if err != nil {
		return ownChange{problem: wordsIn(w.lang).needAddress}, nil
	}
	err = evenly(ctx, beat, func() error { return s.Preferences.AskMove(ctx, person, to, w.lang, "subscriber") })
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Refused:
		if err != nil {
			return ownChange{problem: w.mistake(err)}, nil
		}
	}
	return ownChange{done: templates.Done{Title: w.moveAsked, Text: w.moveAskedText}}, err
}

func attributeField(p subscriptions.Programme, a subscriptions.Attribute) string {
	return templates.AttributePrefix + p.Slug + "." + a.Name
}

// readAttribute reads what a form sent for an attribute; nil takes it away. A hidden empty field says that it was asked for.
func readAttribute(a subscriptions.Attribute, sent []string) (any, error) {
	given := slices.DeleteFunc(slices.Clone(sent), func(v string) bool { return strings.TrimSpace(v) == "" })
	if len(given) == 0 {
		return nil, nil
	}
	last := strings.TrimSpace(given[len(given)-1])
	var value any = last
	switch a.Type {
	case subscriptions.NumberAttribute:
		n, err := strconv.ParseFloat(strings.ReplaceAll(last, ",", ""), 64)
		if err != nil {
			return nil, err
		}
		value = n
	case subscriptions.BoolAttribute:
		value = last == "true"
	case subscriptions.ManyAttribute:
		many := make([]any, len(given))
		for i, v := range given {
			many[i] = v
		}
		value = many
	}
	return value, a.Check(value)
}

// mend says what is to be mended of what was sent for an attribute; "" for nothing.
func (w ownWords) mend(a subscriptions.Attribute, value any, err error) string {
	switch {
	case err != nil:
		return w.wrong(a)
	case value == nil && a.Required:
		return cmp.Or(a.Label, a.Name) + ": " + w.needed
	}
	return ""
}

// wrong says what would be right for an attribute.
func (w ownWords) wrong(a subscriptions.Attribute) string {
	say := w.tooLong
	switch a.Type {
	case subscriptions.NumberAttribute:
		say = w.needNumber
	case subscriptions.DateAttribute:
		say = w.needDate
	}
	return cmp.Or(a.Label, a.Name) + ": " + say
}

// ownFields are the attributes that a person may correct, as they are or were typed.
func ownFields(o subscriptions.Overview, x ownChange) (fields []templates.OwnField) {
	for _, k := range o.Programmes {
		for _, a := range k.Declared {
			if !a.SelfService || a.Ended() {
				continue
			}
			f := templates.OwnField{
				ID: fmt.Sprintf("attribute-%d", a.ID), Field: attributeField(k.Programme, a), Label: cmp.Or(a.Label, a.Name), Hint: a.Hint, Required: a.Required, Kind: string(a.Type),
				Value: o.Person.Attributes.Text(k.Programme.Slug, a.Name),
			}
			f.Problem = x.problems[f.Field]
			if typed := x.typed[f.Field]; x.problem != "" && len(typed) > 0 {
				f.Value = typed[len(typed)-1]
			}
			f.Choices = ownChoices(a, f.ID, o.Person.Attributes[k.Programme.Slug][a.Name])
			fields = append(fields, f)
		}
	}
	return fields
}

func ownChoices(a subscriptions.Attribute, of string, value any) (choices []templates.OwnChoice) {
	all := a.Choices
	if a.Type == subscriptions.BoolAttribute {
		all = []string{"true", "false"}
	}
	for i, v := range all {
		chosen := value == any(v)
		switch held := value.(type) {
		case bool:
			chosen = strconv.FormatBool(held) == v
		case []any:
			chosen = slices.Contains(held, any(v))
		}
		choices = append(choices, templates.OwnChoice{ID: fmt.Sprintf("%s-%d", of, i), Value: v, Chosen: chosen})
	}
	return choices
}
