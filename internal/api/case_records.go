package api

import (
	"context"
	"net/http"
	"time"

	"assent/inbox/cases/amending"
	"assent/internal/auth"
	"assent/subscriptions"
)

type correctionItem struct {
	ID        int64      `json:"id" example:"1"`
	Field     string     `json:"field" enum:"name,language,address,attribute" example:"name"`
	Programme string     `json:"programme,omitempty" doc:"Slug, of an attribute." example:"harbour-news"`
	Attribute string     `json:"attribute,omitempty" example:"town"`
	Before    any        `json:"before" doc:"What is on record." example:"\"Ann Lea\""`
	After     any        `json:"after" doc:"What it should be; null takes it away." example:"\"Ann Lee\""`
	Decision  string     `json:"decision,omitempty" enum:"correct,refuse,disputed" example:"correct"`
	Words     string     `json:"words,omitempty" doc:"Why it is not corrected."`
	DecidedBy string     `json:"decided_by,omitempty" example:"user:1"`
	DoneAt    *time.Time `json:"done_at,omitempty"`
}

func showItem(x amending.Item) correctionItem {
	return correctionItem{
		ID: x.ID, Field: string(x.Field), Programme: x.Programme, Attribute: x.Attribute, Before: x.Before, After: x.After, Decision: string(x.Decision), Words: x.Words, DecidedBy: x.DecidedBy,
		DoneAt: moment(x.DoneAt),
	}
}

type newCorrectionItem struct {
	Field     string `json:"field" enum:"name,language,address,attribute" example:"name"`
	Programme string `json:"programme,omitempty" maxLength:"100" doc:"Slug, of an attribute." example:"harbour-news"`
	Attribute string `json:"attribute,omitempty" maxLength:"100" example:"town"`
	After     any    `json:"after" doc:"What it should be; null takes it away." example:"\"Ann Lee\""`
}

type itemJudgement struct {
	Decision string `json:"decision" enum:"correct,refuse,disputed" example:"refuse"`
	Words    string `json:"words,omitempty" maxLength:"8000" doc:"Why it is not corrected: the person is told (E1-38)." example:"Our record of the election shows the name as it stood then."`
	Person   string `json:"person,omitempty" maxLength:"200" doc:"Who decided. A program must say." example:"Ann Lee"`
}

type statementWords struct {
	Words string `json:"words" maxLength:"8000" doc:"What the person wants to stand beside their data; empty records that they want nothing."`
}

type caseAct struct {
	Act        string              `json:"act" enum:"rectify,erase,erase-part,made-public,restrict,told-of-lifting,lift,sort-objection,stop-marketing,restrict-while-weighed,end-processing,withdraw,look-anew,replace-decision" example:"erase"`
	Scenario   string              `json:"scenario,omitempty" enum:"accuracy,unlawful,needed-for-claims,weighing" doc:"Of restrict." example:"accuracy"`
	To         string              `json:"to,omitempty" enum:"to-marketing,to-processing,to-research" doc:"Of sort-objection." example:"to-processing"`
	Words      string              `json:"words,omitempty" maxLength:"8000" doc:"Of erase-part: what was erased outside of Assent, and where. Of made-public: what was done. Of told-of-lifting: how and when the person was told. Of look-anew: what whoever looked found, and why. Of replace-decision: how it was put into effect."`
	Said       string              `json:"said,omitempty" maxLength:"8000" doc:"Of look-anew: what the person concerned says of the automated decision, or that they were asked and said nothing."`
	Person     string              `json:"person,omitempty" maxLength:"200" doc:"Of look-anew: who looked; no program can." example:"Priya Shah"`
	Programmes []string            `json:"programmes,omitempty" maxItems:"50" nullable:"false" doc:"Slugs, of stop-marketing: whose." example:"[\"harbour-news\"]"`
	Scopes     []scope             `json:"scopes,omitempty" maxItems:"200" nullable:"false" doc:"Of withdraw and end-processing: what ends."`
	Fields     []newCorrectionItem `json:"fields,omitempty" maxItems:"100" nullable:"false" doc:"Of erase-part: what is taken away here; after is not read. It may be left out where words say what was erased elsewhere."`
}

func (a *api) caseRecordRoutes() {
	op := func(id, method, path, summary, about string, s auth.Scope) operation {
		return operation{id: id, method: method, path: base + "/cases/{id}" + path, tag: "Cases", scope: s, summary: summary, about: about}
	}
	add(a, op("list-case-corrections", http.MethodGet, "/corrections", "List what is to be corrected in a case", "Item by item, with what is on record.", auth.CasesRead), a.listCorrections)
	claim := op("add-case-correction", http.MethodPost, "/corrections", "Write down what a person says is wrong", "One item at a time. A person then decides on each.", auth.CasesWrite)
	claim.status = http.StatusCreated
	add(a, claim, a.addCorrection)
	add(a, op("judge-case-correction", http.MethodPost, "/corrections/{item}", "Decide on one item", "A person decides; a program names the person. What is refused or disputed needs words.", auth.CasesWrite), a.judgeCorrection)
	add(a, op("add-case-statement", http.MethodPost, "/statement", "Put the person's statement beside their data", "Article 16. It stays with the record and goes out with it.", auth.CasesWrite), a.addStatement)
	add(a, op("carry-out-case", http.MethodPost, "/acts", "Carry out what was decided",
		"Rectification, erasure, restriction, objection, withdrawal of consent, and a human look at an automated decision. Only what a person decided is carried out, and only once proof that was asked for has come; an opt-out and an objection to marketing wait for nothing. "+
			"Erasing needs the scope `keeping:write` as well. Whoever was given the data is told. Answers with the case as it is then. Each act reads its own fields.", auth.CasesWrite), a.carryOut)
}

func (a *api) listCorrections(ctx context.Context, in *struct {
	InID
	Paging
}) (*reply[page[correctionItem]], error) {
	items, err := a.Amending.Store.Corrections(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return pageIn(items, in.Paging, func(x amending.Item) int64 { return x.ID }, showItem), nil
}

func (x newCorrectionItem) item() amending.Item {
	return amending.Item{Field: amending.Field(x.Field), Programme: x.Programme, Attribute: x.Attribute, After: x.After}
}

func (a *api) addCorrection(ctx context.Context, in *inCase[newCorrectionItem]) (*reply[correctionItem], error) {
	x, err := a.Amending.Claim(ctx, in.ID, in.Body.item())
	if err != nil {
		return nil, err
	}
	return &reply[correctionItem]{Body: showItem(x)}, nil
}

func (a *api) judgeCorrection(ctx context.Context, in *struct {
	InID
	Item int64 `path:"item" minimum:"1" example:"1"`
	Body itemJudgement
}) (*reply[correctionItem], error) {
	x, err := a.Amending.Judge(ctx, in.ID, in.Item, amending.Judgement{Actor: actor(ctx).String(), Person: in.Body.Person, Verdict: amending.Verdict(in.Body.Decision), Words: in.Body.Words})
	if err != nil {
		return nil, err
	}
	return &reply[correctionItem]{Body: showItem(x)}, nil
}

func (a *api) addStatement(ctx context.Context, in *inCase[statementWords]) (*reply[caseFile], error) {
	if _, err := a.Amending.State(ctx, in.ID, actor(ctx).String(), in.Body.Words); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) carryOut(ctx context.Context, in *inCase[caseAct]) (*reply[caseFile], error) {
	if err := a.carryOutAct(ctx, in.ID, in.Body); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

// carryOutAct carries out one act with the fields that it reads.
func (a *api) carryOutAct(ctx context.Context, id int64, b caseAct) (err error) {
	by, s := actor(ctx).String(), a.Amending
	switch b.Act {
	case "rectify":
		_, err = s.Rectify(ctx, id, by)
	case "erase", "erase-part":
		err = a.eraseInCase(ctx, id, b)
	case "made-public":
		_, err = s.MadePublic(ctx, id, by, b.Words)
	case "restrict":
		_, err = s.Restrict(ctx, id, by, b.Scenario)
	case "told-of-lifting":
		_, err = s.ToldOfLifting(ctx, id, by, b.Words)
	case "lift":
		_, err = s.Lift(ctx, id, by)
	case "sort-objection":
		_, err = s.Sort(ctx, id, by, b.To)
	case "look-anew":
		_, err = s.LookAnew(ctx, id, amending.Look{Actor: by, Person: b.Person, Said: b.Said, Found: b.Words})
	case "replace-decision":
		_, err = s.Replace(ctx, id, by, b.Words)
	case "restrict-while-weighed":
		_, err = s.RestrictWhileWeighed(ctx, id, by)
	case "stop-marketing":
		err = a.stopMarketing(ctx, id, b)
	default: // end-processing and withdraw
		err = a.endScopes(ctx, id, b)
	}
	return err
}

func (a *api) eraseInCase(ctx context.Context, id int64, b caseAct) error {
	by := actor(ctx)
	if err := by.Need(auth.KeepingWrite); err != nil {
		return err
	}
	if b.Act == "erase" {
		_, err := a.Amending.Erase(ctx, id, by.String())
		return err
	}
	part := amending.Part{Elsewhere: b.Words}
	for _, f := range b.Fields {
		part.Fields = append(part.Fields, f.item())
	}
	_, err := a.Amending.ErasePart(ctx, id, by.String(), part)
	return err
}

func (a *api) stopMarketing(ctx context.Context, id int64, b caseAct) error {
	var ids []int64
	for _, slug := range b.Programmes {
		p, err := a.People.Store.ProgrammeBySlug(ctx, slug)
		if err != nil {
			return missing("body.programmes", "programme", err)
		}
		ids = append(ids, p.ID)
	}
	_, err := a.Amending.StopMarketing(ctx, id, actor(ctx).String(), ids)
	return err
}

func (a *api) endScopes(ctx context.Context, id int64, b caseAct) error {
	var scopes []subscriptions.Scope
	for _, x := range b.Scopes {
		sc, err := a.scopeOf(ctx, x)
		if err != nil {
			return err
		}
		scopes = append(scopes, sc)
	}
	var err error
	if b.Act == "withdraw" {
		_, err = a.Amending.Withdraw(ctx, id, actor(ctx).String(), scopes)
	} else {
		_, err = a.Amending.EndProcessing(ctx, id, actor(ctx).String(), scopes)
	}
	return err
}
