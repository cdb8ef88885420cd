package console

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/cases/amending"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// actOnRecord carries out one act, and shows the case again.
func (s *console) actOnRecord(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	return s.afterAct(c, by, k, s.recordAct(c.Request.Context(), by, k, c.Request.PostForm))
}

func (s *console) recordAct(ctx context.Context, by auth.Actor, k cases.Case, form url.Values) (err error) {
	a, actor := s.Amending, by.String()
	words, about := strings.TrimSpace(form.Get(templates.FieldWords)), form.Get(templates.FieldAbout)
	switch form.Get(templates.FieldDo) {
	case "claim":
		err = s.claim(ctx, k, about, form.Get(templates.FieldText))
	case "judge":
		_, err = a.Judge(ctx, k.ID, keyOf(form), amending.Judgement{Actor: actor, Verdict: amending.Verdict(form.Get(templates.FieldDecision)), Words: words})
	case "statement":
		_, err = a.State(ctx, k.ID, actor, words)
	case "rectify":
		_, err = a.Rectify(ctx, k.ID, actor)
	case "erase", "erase-part":
		err = s.eraseInCase(ctx, by, k, form)
	case "made-public":
		_, err = a.MadePublic(ctx, k.ID, actor, words)
	case "restrict":
		_, err = a.Restrict(ctx, k.ID, actor, about)
	case "told-of-lifting":
		_, err = a.ToldOfLifting(ctx, k.ID, actor, words)
	case "lift":
		_, err = a.Lift(ctx, k.ID, actor)
	case "restrict-while-weighed":
		_, err = a.RestrictWhileWeighed(ctx, k.ID, actor)
	case amending.ToResearch, amending.ToProcessing:
		_, err = a.Sort(ctx, k.ID, actor, form.Get(templates.FieldDo))
	case "look-anew":
		_, err = a.LookAnew(ctx, k.ID, amending.Look{Actor: actor, Said: form.Get(templates.FieldText), Found: words})
	case "replace-decision":
		_, err = a.Replace(ctx, k.ID, actor, words)
	case "answer":
		err = s.answerForRecipient(ctx, actor, k, form)
	default:
		err = s.endInCase(ctx, actor, k, form)
	}
	return err
}

func keyOf(form url.Values) int64 {
	id, _ := strconv.ParseInt(form.Get(templates.FieldKey), 10, 64)
	return id
}

// endInCase ends what a person no longer wants: marketing, what a consent permitted, or what an objection was upheld against.
func (s *console) endInCase(ctx context.Context, actor string, k cases.Case, form url.Values) error {
	if form.Get(templates.FieldDo) == "stop-marketing" {
		var ids []int64
		for _, v := range form[templates.FieldAbout] {
			if id, err := strconv.ParseInt(v, 10, 64); err == nil {
				ids = append(ids, id)
			}
		}
		_, err := s.Amending.StopMarketing(ctx, k.ID, actor, ids)
		return err
	}
	scopes, err := s.scopesOf(ctx, form[templates.FieldAbout])
	if err != nil {
		return err
	}
	switch form.Get(templates.FieldDo) {
	case "withdraw":
		_, err = s.Amending.Withdraw(ctx, k.ID, actor, scopes)
	case "end-processing":
		_, err = s.Amending.EndProcessing(ctx, k.ID, actor, scopes)
	default:
		err = errs.E("console: act on record", errs.Invalid, "Press one of the buttons.", nil)
	}
	return err
}

// scopesOf reads what was ticked.
func (s *console) scopesOf(ctx context.Context, ticked []string) ([]subscriptions.Scope, error) {
	var out []subscriptions.Scope
	for _, v := range ticked {
		what, number, _ := strings.Cut(v, ":")
		id, _ := strconv.ParseInt(number, 10, 64)
		switch what {
		case "list":
			l, err := s.People.Store.List(ctx, id)
			if err != nil {
				return nil, err
			}
			out = append(out, subscriptions.ListScope(l))
		case "programme":
			out = append(out, subscriptions.ProgrammeScope(id))
		case "all":
			out = append(out, subscriptions.Everything())
		}
	}
	return out, nil
}

// fieldOf reads which field was chosen, such as "attribute:harbour:town".
func fieldOf(chosen string) amending.Item {
	parts := strings.SplitN(chosen, ":", 3)
	x := amending.Item{Field: amending.Field(parts[0])}
	if len(parts) == 3 {
		x.Programme, x.Attribute = parts[1], parts[2]
	}
	return x
}

// claim writes down one item, with its value in the type that was declared.
func (s *console) claim(ctx context.Context, k cases.Case, chosen, typed string) error {
	x := fieldOf(chosen)
	x.After = strings.TrimSpace(typed)
	if x.Field == amending.AttributeField {
		p, err := s.People.Store.ProgrammeBySlug(ctx, x.Programme)
		if err != nil {
			return err
		}
		declared, err := s.People.Store.AttributesOf(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, a := range declared {
			if a.Name == x.Attribute {
				if x.After, err = a.Read(typed); err != nil {
					return err
				}
			}
		}
	}
	_, err := s.Amending.Claim(ctx, k.ID, x)
	return err
}

// eraseInCase erases a person or a part of what is on record. It takes more than working on cases.
func (s *console) eraseInCase(ctx context.Context, by auth.Actor, k cases.Case, form url.Values) error {
	if err := by.Need(auth.KeepingWrite); err != nil {
		return err
	}
	if form.Get(templates.FieldDo) == "erase" {
		_, err := s.Amending.Erase(ctx, k.ID, by.String())
		return err
	}
	part := amending.Part{Elsewhere: strings.TrimSpace(form.Get(templates.FieldWords))}
	for _, chosen := range form[templates.FieldAbout] {
		part.Fields = append(part.Fields, fieldOf(chosen))
	}
	_, err := s.Amending.ErasePart(ctx, k.ID, by.String(), part)
	return err
}

// answerForRecipient records what a recipient answered, in this case.
func (s *console) answerForRecipient(ctx context.Context, actor string, k cases.Case, form url.Values) error {
	notices, err := s.Amending.Store.NoticesOfCase(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, n := range notices {
		if n.ID == keyOf(form) {
			_, err := s.Telling.Record(ctx, n.ID, actor, "", subscriptions.RecipientAnswer(form.Get(templates.FieldAnswered)), form.Get(templates.FieldWords))
			return err
		}
	}
	return errs.E("console: answer for recipient", errs.NotFound, "There is no such notice in this case.", nil)
}
