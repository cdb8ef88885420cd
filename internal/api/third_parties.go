package api

import (
	"context"
	"net/http"
	"time"

	"assent/inbox/cases/thirdparty"
	"assent/internal/audit"
	"assent/internal/auth"
)

type thirdPartyRecord struct {
	SubscriberID int64     `json:"subscriber_id,omitempty" readOnly:"true" doc:"Whose data it is, where they are on record." example:"17"`
	Organisation string    `json:"organisation" maxLength:"300" doc:"Who asks." example:"Portexample Police"`
	Officer      string    `json:"officer,omitempty" maxLength:"300" example:"PC 1234"`
	TheirRef     string    `json:"their_ref,omitempty" maxLength:"300" example:"CR/26/991"`
	Gateway      string    `json:"gateway,omitempty" enum:"court-order,legal-claims,crime,public-protection,national-security,vital-interests,consent" doc:"The law that it rests on." example:"crime"`
	GatewayWords string    `json:"gateway_words,omitempty" maxLength:"8000" doc:"What they say to it."`
	FormFileID   int64     `json:"form_file_id,omitempty" minimum:"0" doc:"The formal written request, among the files of the case." example:"2"`
	Wanted       string    `json:"wanted,omitempty" maxLength:"8000" doc:"Which data, for what."`
	Disclosed    string    `json:"disclosed,omitempty" maxLength:"8000" doc:"What was given. Only after a person granted it, on a named law, with the formal request there."`
	DisclosedOn  string    `json:"disclosed_on,omitempty" maxLength:"10"`
	Means        string    `json:"means,omitempty" maxLength:"300" doc:"How." example:"by an encrypted file"`
	Told         string    `json:"told,omitempty" enum:"told,not-told" doc:"Whether the person was told." example:"not-told"`
	ToldWhy      string    `json:"told_why,omitempty" maxLength:"8000" doc:"Why not."`
	Actor        string    `json:"actor,omitempty" readOnly:"true" example:"user:3"`
	ChangedAt    time.Time `json:"changed_at,omitzero" readOnly:"true"`
}

func showThirdParty(r thirdparty.Record) thirdPartyRecord {
	return thirdPartyRecord{
		SubscriberID: r.SubscriberID, Organisation: r.Organisation, Officer: r.Officer, TheirRef: r.TheirRef, Gateway: r.Gateway, GatewayWords: r.GatewayWords, FormFileID: r.FormFileID,
		Wanted: r.Wanted, Disclosed: r.Disclosed, DisclosedOn: r.DisclosedOn.String(), Means: r.Means, Told: r.Told, ToldWhy: r.ToldWhy, Actor: r.Actor, ChangedAt: utc(r.ChangedAt),
	}
}

func (a *api) thirdPartyRoutes() {
	add(a, operation{
		id: "get-third-party-request", method: http.MethodGet, path: base + "/cases/{id}/third-party", tag: "Cases", scope: auth.CasesRead,
		summary: "Get what is on record about a third party's request for somebody's data",
	}, a.getThirdParty)
	add(a, operation{
		id: "save-third-party-request", method: http.MethodPost, path: base + "/cases/{id}/third-party", tag: "Cases", scope: auth.CasesWrite,
		summary: "Put on record who asks for what, and what they were given", about: "Nothing is disclosed by default. What was disclosed is not taken off the record again.",
	}, a.saveThirdParty)
}

func (a *api) getThirdParty(ctx context.Context, in *struct{ InID }) (*reply[thirdPartyRecord], error) {
	if err := a.record(ctx, audit.Note{Action: audit.ReadCase, Object: audit.About("case", in.ID)}); err != nil {
		return nil, err
	}
	if _, err := a.Cases.Store.Case(ctx, in.ID); err != nil {
		return nil, err
	}
	r, _, err := a.Registers.ThirdParties.Store.Disclosure(ctx, in.ID)
	return &reply[thirdPartyRecord]{Body: showThirdParty(r)}, err
}

func (a *api) saveThirdParty(ctx context.Context, in *inCase[thirdPartyRecord]) (*reply[thirdPartyRecord], error) {
	b := in.Body
	on, err := optionalDate("body.disclosed_on", b.DisclosedOn)
	if err != nil {
		return nil, err
	}
	r, err := a.Registers.ThirdParties.Save(ctx, in.ID, actor(ctx).String(), thirdparty.Record{
		Organisation: b.Organisation, Officer: b.Officer, TheirRef: b.TheirRef, Gateway: b.Gateway, GatewayWords: b.GatewayWords, FormFileID: b.FormFileID, Wanted: b.Wanted,
		Disclosed: b.Disclosed, DisclosedOn: on, Means: b.Means, Told: b.Told, ToldWhy: b.ToldWhy,
	})
	if err != nil {
		return nil, err
	}
	return &reply[thirdPartyRecord]{Body: showThirdParty(r)}, nil
}
