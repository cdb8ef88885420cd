package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/templates"
)

// Looker looks again at who wrote a message of a case. *inbox.Service does.
type Looker interface {
	ProveAgain(ctx context.Context, caseID, inboundID int64) (identity.Result, error)
}

// caseIdentity says what is known of who asks, and offers to ask at the address on record.
func (s *console) caseIdentity(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	if k.Kind == cases.Correspondence || k.Kind == cases.Breach { // nobody asks for anything
		return nil
	}
	shown := &templates.CaseIdentity{State: templates.State{Label: "Not established", Tone: templates.Wait}, Words: "Nothing proves yet who asks. Ask only in reasonable doubt."}
	p := k.Facts.Proof
	switch {
	case !k.Facts.DisownedOn.IsZero() && p.By == "":
		shown.State = templates.State{Label: "Denied", Tone: templates.Bad}
		shown.Words = "Whoever reads the mailbox on record said on " + k.Facts.DisownedOn.Long() + " that they did not ask for this."
	case p.Evidence == cases.NoDoubt:
		shown.State = templates.State{Label: "Not in doubt", Tone: templates.Calm}
		shown.Words = "Nothing proves who asks. On " + p.On.Long() + " a person recorded why nothing gives reason to doubt it: the reason stands on the timeline, as long as the person is on record."
	case p.By != "":
		shown.State = templates.State{Label: "Established", Tone: templates.Good}
		shown.Words = proofWords(p) + " " + p.On.Long() + "."
	case !k.Facts.Identity.AskedOn.IsZero() && k.Facts.Identity.MetOn.IsZero() && !k.Facts.Identity.Dropped:
		shown.State.Label, shown.Words = "Asked", "Proof was asked for on "+k.Facts.Identity.AskedOn.Long()+" and has not come."
	}
	if !k.Trusted() {
		shown.Words += " Nothing is handed over, corrected or erased before it is known who asks, or a person recorded under “It is known who asks” why there is no doubt."
	}
	page.Identity = shown
	if p.By == cases.ByLink || !k.Open() || k.State == cases.Decided || k.Kind == cases.WithdrawConsent {
		return nil
	}
	person, err := s.Casework.SubjectOnRecord(ctx, k.ID)
	if err != nil && errs.KindOf(err) == errs.Conflict {
		return nil
	}
	if err == nil {
		shown.LinkURL, shown.ToWhom, shown.Note = caseURL(k.ID)+"/identity", person.Address.Masked(), k.Facts.Identity.AskedOn.IsZero()
	}
	return err
}

func proofWords(p cases.Proof) string {
	switch p.By {
	case cases.ByOwnMail:
		return "The mail comes from the address on record, and its domain vouches for it. That proves the mailbox, not who sat at the keyboard. Since"
	case cases.ByLink:
		return "Whoever reads the mailbox on record said yes to the link that was mailed there, on"
	}
	return cases.EvidenceWords(p.Evidence) + ", on"
}

// askByLink mails the link to the address on record.
func (s *console) askByLink(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	ctx := audit.As(c.Request.Context(), by.String())
	_, err = s.Casework.AskByLink(ctx, k.ID, by.String(), strings.TrimSpace(c.Request.PostForm.Get(templates.FieldNote)))
	return s.afterAct(c, by, k, err)
}

// lookAgain looks once more at who wrote a message.
func (s *console) lookAgain(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(c.Param("message"), 10, 64)
	all, err := s.Cases.CaseMessages(c.Request.Context(), k.ID)
	if err != nil {
		return err
	}
	inbound := int64(0)
	for _, m := range all {
		if m.ID == id {
			inbound = m.InboundID
		}
	}
	_, err = s.Looker.ProveAgain(audit.As(c.Request.Context(), by.String()), k.Root(), inbound)
	return s.afterAct(c, by, k, err)
}

// showProof says on a message what is known of who wrote it.
func showProof(k cases.Case, m cases.Message, shown *templates.CaseMessage) {
	shown.Proof, shown.Why = standingWords(m.Identity.Standing), m.Identity.Grounds
	if shown.In && m.Digest != "" && m.Identity.Standing != identity.Proved && k.Open() {
		shown.Again = fmt.Sprintf("%s/messages/%d/identity", caseURL(k.ID), m.ID)
		if m.Identity.Standing == identity.Unknown {
			shown.Proof = templates.State{Label: "Not looked at", Tone: templates.Calm}
		}
	}
}

func standingWords(s identity.Standing) templates.State {
	switch s {
	case identity.Proved:
		return templates.State{Label: "Proved", Tone: templates.Good}
	case identity.Contradicted:
		return templates.State{Label: "Not from there", Tone: templates.Bad}
	case identity.Undecided:
		return templates.State{Label: "DNS does not answer", Tone: templates.Wait}
	case identity.Unproved:
		return templates.State{Label: "Not proved", Tone: templates.Alert}
	}
	return templates.State{}
}

// acting offers to record who asks for whom, where nothing may be carried out before.
func acting(k cases.Case) []templates.CaseAct {
	if !k.WantsActing() || k.Facts.Acting.Evidence != "" || !k.Open() {
		return nil
	}
	return []templates.CaseAct{{
		Kind: string(cases.Represented), Title: "Who asks for whom", Hint: "Name first, under People, whom it is about. What you saw is recorded, and never kept: put no copy of a document into the case.", Button: "Record",
		Choose: "What you saw", ChooseName: templates.FieldEvidence, Choices: actingChoices(k.WantsActing()), Date: "When", Note: "Note",
	}}
}

func actingChoices(own bool) (out []templates.CaseChoice) {
	for _, e := range cases.ActingEvidences() {
		if own || e.Code != cases.OwnRequest {
			out = append(out, templates.CaseChoice{Value: e.Code, Label: e.Words})
		}
	}
	return out
}

// caseActing says what is on record of who asks for whom, or why nothing may be carried out before it is.
func (s *console) caseActing(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	if a := k.Facts.Acting; a.Evidence != "" {
		names, err := s.operatorNames(ctx)
		if err != nil {
			return err
		}
		page.Facts = append(page.Facts, templates.Fact{Name: "Who asks for whom", Value: cases.ActingWords(a.Evidence) + ", on " + a.On.Long() + ", by " + operatorWords(a.Actor, names)})
	}
	if !k.Open() || k.Decision != nil && k.Decision.Outcome != cases.Granted && k.Decision.Outcome != cases.Partly {
		return nil
	}
	err := s.Casework.MayAct(ctx, k)
	if errs.KindOf(err) == errs.Conflict {
		page.Held, err = errs.Message(err), nil
	}
	return err
}

// proving offers to record what shows who asks, or why nobody need see anything.
func proving(k cases.Case) []templates.CaseAct {
	if k.Facts.Proof.By != "" || slices.Contains(k.Facts.WaitsFor(), cases.Identity) || k.Kind == cases.Correspondence {
		return nil
	}
	act := withEvidence(templates.CaseAct{
		Kind: string(cases.Proved), Title: "It is known who asks", Hint: "What you saw is recorded, and never kept: put no copy of a document into the case. It holds for all that was asked together.",
		Button: "Record", Date: "When", Note: "Note: needed where nothing was seen, or something else",
	})
	if k.Facts.DisownedOn.IsZero() {
		act.Choices = append(act.Choices, templates.CaseChoice{Value: cases.NoDoubt, Label: cases.EvidenceWords(cases.NoDoubt)})
	}
	return []templates.CaseAct{act}
}

// withEvidence lets whoever records a proof say what they saw.
func withEvidence(a templates.CaseAct) templates.CaseAct {
	a.Choose, a.ChooseName = "What you saw", templates.FieldEvidence
	for _, e := range cases.Evidences() {
		if e.Code == cases.NoDoubt {
			continue // proof was asked for, so there was a doubt
		}
		a.Choices = append(a.Choices, templates.CaseChoice{Value: e.Code, Label: e.Words})
	}
	return a
}
