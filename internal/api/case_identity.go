package api

import (
	"context"

	"assent/inbox/identity"
	"assent/internal/audit"
)

// Looker looks again at who wrote a message of a case. *inbox.Service does.
type Looker interface {
	ProveAgain(ctx context.Context, caseID, inboundID int64) (identity.Result, error)
}

type newIdentityLink struct {
	Note string `json:"note" maxLength:"8000" doc:"What the doubt about who asks rests on (Article 12(6)). The person may get to read it. Not needed where identity was asked for before." example:"The mail is not signed."`
}

// whoWrote is what was found out about who wrote a message.
type whoWrote struct {
	Standing string   `json:"standing" enum:"proved,unproved,contradicted,undecided" doc:"proved: the domain of the From address vouches for it. contradicted: our own server found that it is not from there. undecided: DNS did not answer; look again." example:"proved"`
	By       string   `json:"by,omitempty" doc:"authentication-results or dkim." example:"dkim"`
	Domain   string   `json:"domain,omitempty" doc:"That vouches." example:"example.org"`
	Grounds  []string `json:"grounds" nullable:"false"`
}

func showIdentity(r identity.Result) *whoWrote {
	if r.Standing == identity.Unknown {
		return nil
	}
	return &whoWrote{Standing: string(r.Standing), By: string(r.By), Domain: r.Domain, Grounds: append([]string{}, r.Grounds...)}
}

func (a *api) identityRoutes(act func(id, path, summary, about string) operation) {
	add(a, act("ask-by-link", "/cases/{id}/identity-link", "Ask at the address on record who asks",
		"Mails a link, good for 14 days and for this alone, to the address on record of whom the case is about: yes proves who asks, no raises an alarm. Records that identity was asked for, so the clocks wait. One letter a day. 409 where nobody is on record."), a.askByLink)
	add(a, act("look-again-who-wrote", "/cases/{id}/messages/{message}/identity", "Look again at who wrote a message",
		"Such as when DNS did not answer at first. Where the message proves who asks, the case records it."), a.lookAgain)
}

func (a *api) askByLink(ctx context.Context, in *inCase[newIdentityLink]) (*reply[caseFile], error) {
	if _, err := a.Cases.AskByLink(audit.As(ctx, actor(ctx).String()), in.ID, actor(ctx).String(), in.Body.Note); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}

func (a *api) lookAgain(ctx context.Context, in *struct {
	InID
	Message int64 `path:"message" minimum:"1" example:"3"`
}) (*reply[caseFile], error) {
	messages, err := a.Cases.Store.CaseMessages(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	root, inbound := in.ID, int64(0)
	for _, m := range messages {
		if m.ID == in.Message {
			root, inbound = m.CaseID, m.InboundID
		}
	}
	if _, err := a.Looker.ProveAgain(audit.As(ctx, actor(ctx).String()), root, inbound); err != nil {
		return nil, err
	}
	return a.caseReply(ctx, in.ID)
}
