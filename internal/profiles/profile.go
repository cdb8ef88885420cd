package profiles

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

//go:embed data/*.toml
var files embed.FS

// Profile is a programme with all that hangs on it, before it is declared. Numbers are not set.
type Profile struct {
	Name       string // of the file, such as "open-service"; also the programme's slug
	About      string // in a sentence
	Programme  subscriptions.Programme
	Attributes []subscriptions.Attribute
	Recipients []subscriptions.Recipient
	Purposes   []subscriptions.Purpose
	Lists      []List
	Retention  []Rule
}

// List is a list with the slug of its purpose.
type List struct {
	subscriptions.List
	Purpose string
}

// Rule is a rule of retention with the slug of the purpose whose permission keeps people longer, "" for none.
type Rule struct {
	retention.Rule
	LongerFor string
}

// Names returns the names of all profiles, sorted.
func Names() []string {
	entries, err := fs.ReadDir(files, "data")
	if err != nil { // embedded: it is there
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	slices.Sort(names)
	return names
}

// Get reads one profile; kind NotFound.
func Get(name string) (Profile, error) {
	const op = "profiles: get"
	if !slices.Contains(Names(), name) {
		return Profile{}, errs.E(op, errs.NotFound, fmt.Sprintf("There is no profile %q. There are: %s.", name, strings.Join(Names(), ", ")), nil)
	}
	b, err := files.ReadFile("data/" + name + ".toml")
	if err != nil {
		return Profile{}, errs.E(op, errs.Internal, "", err)
	}
	var f file
	meta, err := toml.Decode(string(b), &f)
	if err != nil {
		return Profile{}, errs.E(op, errs.Internal, "", err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return Profile{}, errs.E(op, errs.Internal, "", fmt.Errorf("%s: unknown %v", name, extra))
	}
	p, err := f.profile()
	p.Name = name
	if err != nil {
		return p, errs.E(op, errs.Internal, "", fmt.Errorf("%s: %w", name, err))
	}
	return p, nil
}

func (f file) profile() (p Profile, err error) {
	p.About = f.About
	if p.Programme, err = f.Programme.programme(); err != nil {
		return p, err
	}
	for _, a := range f.Attributes {
		p.Attributes = append(p.Attributes, subscriptions.Attribute{
			Name: a.Name, Label: a.Label, Type: subscriptions.AttributeType(a.Type), Choices: a.Choices, SelfService: a.SelfService,
		})
	}
	for _, r := range f.Recipients {
		p.Recipients = append(p.Recipients, subscriptions.Recipient{Name: r.Name, Category: r.Category, Purpose: r.Purpose, Country: r.Country, Safeguard: r.Safeguard, Agreement: r.Agreement})
	}
	for _, u := range f.Purposes {
		made, err := u.purpose()
		if err != nil {
			return p, err
		}
		p.Purposes = append(p.Purposes, made)
	}
	for _, l := range f.Lists {
		p.Lists = append(p.Lists, List{Purpose: l.Purpose, List: subscriptions.List{
			Slug: l.Slug, Name: l.Name, Description: l.Description, Wording: l.Wording, DoubleOptIn: l.DoubleOptIn, Public: l.Public,
		}})
	}
	for _, r := range f.Retention {
		p.Retention = append(p.Retention, r.rule())
	}
	return p, nil
}

func (x programmeFile) programme() (subscriptions.Programme, error) {
	p := subscriptions.Programme{
		Slug: x.Slug, Name: x.Name, Owner: x.Owner, Controller: x.Controller, PostalAddress: x.PostalAddress, DPOName: x.DPO.Name, FromName: x.From.Name,
		Contact: subscriptions.Contact{Name: x.Contact.Name}, TimeZone: x.TimeZone, Division: x.Division, GuardianAge: x.GuardianAge, RegionLock: x.RegionLock, AsksByLink: x.AsksByLink,
		HouseClocks: x.HouseClocks, Mailboxes: x.Mailboxes, Statements: x.Statements,
	}
	for text, to := range map[string]*address.Address{x.DPO.Address: &p.DPOAddress, x.Contact.Address: &p.Contact.Address, x.From.Address: &p.FromAddress} {
		var err error
		if *to, err = address.Parse(text); err != nil {
			return p, err
		}
	}
	if x.EndsOn == "" {
		return p, nil
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return p, err
	}
	last, err := time.ParseInLocation(time.DateOnly, x.EndsOn, zone)
	p.EndsAt = last.AddDate(0, 0, 1) // its last day is part of it
	return p, err
}

func (x purposeFile) purpose() (subscriptions.Purpose, error) {
	const day = 24 * time.Hour
	p := subscriptions.Purpose{
		Slug: x.Slug, Name: x.Name, Basis: subscriptions.Basis(x.Basis), Class: subscriptions.Class(x.Class), Term: time.Duration(x.TermDays) * day, DPIA: x.DPIA,
		ConfirmEvery: time.Duration(x.ConfirmEveryDays) * day, ConfirmOutcome: subscriptions.NoAnswer(x.ConfirmOutcome), RenewDays: x.RenewDays,
		Conditions: subscriptions.Conditions{
			FromSale: x.Conditions.FromSale, OwnSimilar: x.Conditions.OwnSimilar, OptOutAtStart: x.Conditions.OptOutAtStart, OptOutEachTime: x.Conditions.OptOutEachTime,
			Interest: x.Conditions.Interest, Assessment: x.Conditions.Assessment, Reference: x.Conditions.Reference,
		},
	}
	var err error
	if x.Conditions.ReviewOn != "" {
		p.Conditions.ReviewOn, err = time.Parse(time.DateOnly, x.Conditions.ReviewOn)
	}
	return p, err
}

func (x ruleFile) rule() Rule {
	r := Rule{LongerFor: x.LongerFor, Rule: retention.Rule{
		Name: x.Name, What: retention.What(x.What), Since: retention.Since(x.Since), Period: retention.Period{Length: x.Length, Unit: retention.Unit(x.Unit)},
		Longer: retention.Longer{Period: retention.Period{Length: x.Longer, Unit: retention.Unit(x.LongerUnit)}},
		Action: retention.Action(x.Action), Review: x.Review, Reason: x.Reason,
	}}
	for _, c := range x.Categories {
		r.Categories = append(r.Categories, subscriptions.Category(c))
	}
	return r
}
