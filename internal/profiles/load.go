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
	// InForce returns a programme's rules.
	InForce(ctx context.Context, programmeID int64) ([]retention.Rule, error)
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

// Load declares a profile, with a notice that is drafted from it in English and Welsh. One whose loading broke off is completed: what stands is left as it is. Kind
// Conflict when there is a programme of that slug that is complete, or is another's; nothing is changed then.
func (l Loader) Load(ctx context.Context, p Profile) (out Loaded, err error) {
	const op = "profiles: load"
	if err := l.mayLoad(ctx, p); err != nil {
		return out, errs.Wrap(op, err)
	}
	for _, step := range []func(context.Context, Profile, *Loaded) error{l.programme, l.purposes, l.rules, l.notice, l.lists} {
		if err := step(ctx, p, &out); err != nil {
			return out, errs.Wrap(op, err)
		}
	}
	return out, nil
}

// mayLoad refuses a profile whose programme stands, unless its loading broke off: then it is the profile's own, and lacks lists, which come last.
func (l Loader) mayLoad(ctx context.Context, p Profile) error {
	stands, err := l.People.Store.ProgrammeBySlug(ctx, p.Programme.Slug)
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := l.People.Store.Lists(ctx)
	if err != nil {
		return err
	}
	own := stands.Name == p.Programme.Name && stands.Owner == p.Programme.Owner && stands.Controller == p.Programme.Controller
	lists := 0
	for _, x := range all {
		if x.ProgrammeID == stands.ID {
			lists++
			own = own && slices.ContainsFunc(p.Lists, func(y List) bool { return y.List.Slug == x.Slug })
		}
	}
	if !own || lists >= len(p.Lists) {
		return errs.E("profiles: may load", errs.Conflict, fmt.Sprintf("There is a programme %q already. Nothing was changed.", p.Programme.Slug), nil)
	}
	return nil
}

func (l Loader) programme(ctx context.Context, p Profile, out *Loaded) (err error) {
	store := l.People.Store
	out.Programme, err = store.ProgrammeBySlug(ctx, p.Programme.Slug)
	if errs.KindOf(err) == errs.NotFound {
		out.Programme, err = l.People.CreateProgramme(ctx, p.Programme)
	}
	if err != nil {
		return err
	}
	if out.Attributes, err = store.AttributesOf(ctx, out.Programme.ID); err != nil {
		return err
	}
	for _, a := range p.Attributes {
		if slices.ContainsFunc(out.Attributes, func(x subscriptions.Attribute) bool { return x.Name == a.Name }) {
			continue
		}
		a.ProgrammeID = out.Programme.ID
		if a, err = l.People.CreateAttribute(ctx, a); err != nil {
			return err
		}
		out.Attributes = append(out.Attributes, a)
	}
	stand, err := store.Recipients(ctx, out.Programme.ID)
	if err != nil {
		return err
	}
	for _, r := range p.Recipients {
		if slices.ContainsFunc(stand, func(x subscriptions.Recipient) bool { return x.Name == r.Name }) {
			continue
		}
		r.ProgrammeID = out.Programme.ID
		if _, err = l.Editor.AddRecipient(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (l Loader) purposes(ctx context.Context, p Profile, out *Loaded) error {
	stand, err := l.People.Store.Purposes(ctx, out.Programme.ID)
	if err != nil {
		return err
	}
	for _, u := range p.Purposes {
		if i := slices.IndexFunc(stand, func(x subscriptions.Purpose) bool { return x.Slug == u.Slug }); i >= 0 {
			out.Purposes = append(out.Purposes, stand[i])
			continue
		}
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
	stand, err := l.Rules.InForce(ctx, out.Programme.ID)
	if err != nil {
		return err
	}
	for _, r := range p.Retention {
		if slices.ContainsFunc(stand, func(x retention.Rule) bool { return x.Name == r.Name }) {
			continue
		}
		r.ProgrammeID, r.CreatedBy = out.Programme.ID, l.Actor
		for _, u := range out.Purposes {
			if u.Slug == r.LongerFor {
				r.Longer.PurposeID = u.ID
			}
		}
		if _, err := l.Rules.Declare(ctx, r.Rule); err != nil {
			return err
		}
	}
	return nil
}

func (l Loader) notice(ctx context.Context, _ Profile, out *Loaded) (err error) {
	stand, err := l.People.Store.Notices(ctx, out.Programme.ID)
	if err != nil {
		return err
	}
	if len(stand) > 0 { // all that it tells of was declared before it was published
		out.Notice = stand[len(stand)-1]
		return nil
	}
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
		made, err := l.People.Store.ListBySlug(ctx, x.Slug)
		if err == nil && made.ProgrammeID == out.Programme.ID {
			out.Lists = append(out.Lists, made)
			continue
		}
		list := x.List
		list.ProgrammeID, list.PurposeID, list.NoticeID = out.Programme.ID, out.Purposes[i].ID, out.Notice.ID
		made, err = l.People.CreateList(ctx, list)
		if err != nil {
			return err
		}
		out.Lists = append(out.Lists, made)
	}
	return nil
}
