package profiles

import (
	"context"
	"fmt"
	"slices"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// Rules puts rules of retention in force. *retention.Service does.
type Rules interface {
	Declare(ctx context.Context, r retention.Rule) (retention.Rule, error)
}

// Loader declares profiles.
type Loader struct {
	People *subscriptions.Service
	Editor *subscriptions.Editor
	Rules  Rules  // nil leaves the rules of retention out
	Actor  string // who loads: "cli:1000" or "system"
}

// Loaded is a profile as it was declared, with all numbers.
type Loaded struct {
	Programme  subscriptions.Programme
	Purposes   []subscriptions.Purpose
	Notice     subscriptions.Notice
	Lists      []subscriptions.List
	Attributes []subscriptions.Attribute
}

// Load declares a profile, with a notice that is drafted from it in English and Welsh. Kind Conflict when there is a programme of that slug; nothing is
// changed then. A profile whose loading broke off must be completed by hand.
func (l Loader) Load(ctx context.Context, p Profile) (out Loaded, err error) {
	const op = "profiles: load"
	if _, err := l.People.Store.ProgrammeBySlug(ctx, p.Programme.Slug); errs.KindOf(err) != errs.NotFound {
		if err == nil {
			err = errs.E(op, errs.Conflict, fmt.Sprintf("There is a programme %q already. Nothing was changed.", p.Programme.Slug), nil)
		}
		return out, errs.Wrap(op, err)
	}
	for _, step := range []func(context.Context, Profile, *Loaded) error{l.programme, l.purposes, l.rules, l.notice, l.lists} {
		if err := step(ctx, p, &out); err != nil {
			return out, errs.Wrap(op, err)
		}
	}
	return out, nil
}

func (l Loader) programme(ctx context.Context, p Profile, out *Loaded) (err error) {
	if out.Programme, err = l.People.CreateProgramme(ctx, p.Programme); err != nil {
		return err
	}
	for _, a := range p.Attributes {
		a.ProgrammeID = out.Programme.ID
		if a, err = l.People.CreateAttribute(ctx, a); err != nil {
			return err
		}
		out.Attributes = append(out.Attributes, a)
	}
	for _, r := range p.Recipients {
		r.ProgrammeID = out.Programme.ID
		if _, err = l.Editor.AddRecipient(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (l Loader) purposes(ctx context.Context, p Profile, out *Loaded) error {
	for _, u := range p.Purposes {
		u.ProgrammeID = out.Programme.ID
		made, err := l.People.CreatePurpose(ctx, u)
		if err != nil {
			return err
		}
		out.Purposes = append(out.Purposes, made)
	}
	return nil
}

func (l Loader) rules(ctx context.Context, p Profile, out *Loaded) error {
	if l.Rules == nil {
		return nil
	}
	for _, r := range p.Retention {
		r.ProgrammeID, r.CreatedBy = out.Programme.ID, l.Actor
		if _, err := l.Rules.Declare(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (l Loader) notice(ctx context.Context, _ Profile, out *Loaded) (err error) {
	draft := subscriptions.NoticeDraft{ProgrammeID: out.Programme.ID, Texts: map[string]string{}, By: l.Actor}
	for _, language := range subscriptions.NoticeLanguages {
		if draft.Texts[language], err = l.People.DraftNotice(ctx, out.Programme.ID, language); err != nil {
			return err
		}
	}
	out.Notice, err = l.People.PublishNotice(ctx, draft)
	return err
}

func (l Loader) lists(ctx context.Context, p Profile, out *Loaded) error {
	for _, x := range p.Lists {
		i := slices.IndexFunc(out.Purposes, func(u subscriptions.Purpose) bool { return u.Slug == x.Purpose })
		if i < 0 {
			return errs.E("profiles: lists", errs.Internal, "", fmt.Errorf("the list %s serves no purpose of the profile", x.Slug))
		}
		list := x.List
		list.ProgrammeID, list.PurposeID, list.NoticeID = out.Programme.ID, out.Purposes[i].ID, out.Notice.ID
		made, err := l.People.CreateList(ctx, list)
		if err != nil {
			return err
		}
		out.Lists = append(out.Lists, made)
	}
	return nil
}
