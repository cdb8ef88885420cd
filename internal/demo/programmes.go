package demo

import (
	"context"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/token"
	"assent/subscriptions"
)

// programme is a programme of the story with its one list.
type programme struct {
	is        subscriptions.Programme
	purpose   subscriptions.Purpose
	list      subscriptions.List
	notice    string
	attribute *subscriptions.Attribute
	mailbox   string // where people write to opt out
	subjects  [2]string
	body      string
}

// programmes are modelled on notices of real organisations; these organisations are invented.
func programmes() []*programme {
	return []*programme{openService(), standards(), saferPlaces()}
}

func openService() *programme {
	return &programme{
		is: subscriptions.Programme{
			Slug: "open-service", Name: "Open Service", Owner: "Open Service, Office for Public Works", Controller: "Office for Public Works",
			PostalAddress: "1 Example Street\nWesthaven WH1 1AA", DPOName: "Data Protection Officer", DPOAddress: address.Must("dpo@publicworks.example"),
			Contact:  subscriptions.Contact{Name: "The Open Service team", Address: address.Must("openservice@publicworks.example")},
			FromName: "Open Service", FromAddress: address.Must("news@publicworks.example"),
		},
		purpose: subscriptions.Purpose{Slug: "newsletter", Name: "the monthly newsletter and occasional updates", Basis: subscriptions.Consent, Class: subscriptions.Newsletter},
		list: subscriptions.List{
			Slug: "open-service-monthly", Name: "Open Service monthly", Description: "News for people who work in public services. One email a month, and a few updates in between.",
			Wording:     "Please send me the Open Service newsletter and updates by email. I can stop them at any time.",
			DoubleOptIn: true, Public: true,
		},
		notice: "## How we use your data\n\nWe use your name and email address to send you the Open Service newsletter, because you asked for it.\n\n" +
			"You can opt out of any of our communications at any time. To do so, send an email with the subject line 'Unsubscribe me' to openservice@publicworks.example.\n\n" +
			"Our Data Protection Officer answers at dpo@publicworks.example. You may complain to the Information Commissioner.",
		mailbox:  "openservice@publicworks.example",
		subjects: [2]string{"Open Service, October: what you told us", "Open Service, November: three teams, three stories"},
		body: "# Good things happen in the open\n\nHello {{name|there}},\n\nthis month we visited **three teams** who publish their plans.\n\n" +
			"- The ferry office put its timetable data online.\n- Two councils now share one form.\n- *Your* stories: keep them coming.\n\nRead more at <https://publicworks.example/stories>.",
	}
}

func standards() *programme {
	return &programme{
		is: subscriptions.Programme{
			Slug: "standards", Name: "Standards stakeholders", Owner: "Directorate of Standards", Controller: "Ministry of Supply",
			PostalAddress: "Supply House\n2 Example Road\nNorthbridge NB2 2BB", DPOName: "Data Protection Officer", DPOAddress: address.Must("dpo@supply.example"),
			Contact:  subscriptions.Contact{Name: "Robin Hale, Point of Contact", Address: address.Must("poc@supply.example")},
			FromName: "Directorate of Standards", FromAddress: address.Must("standards@supply.example"),
		},
		purpose:   subscriptions.Purpose{Slug: "stakeholder-mail", Name: "targeted mail on standards", Basis: subscriptions.PublicTask, Conditions: subscriptions.Conditions{Reference: "standards for supply"}, Class: subscriptions.Targeted},
		attribute: &subscriptions.Attribute{Name: "committee", Label: "Committee", Type: subscriptions.ChoiceAttribute, Choices: committees()},
		list: subscriptions.List{
			Slug: "standards-committees", Name: "Standards committees", Description: "Drafts and meetings of the committees that you sit on.",
			Wording: "We send members of a committee the drafts and papers of its projects, as part of our public task.",
		},
		notice: "## How we use your data\n\nWe hold your name, position and committees to send you the papers of the projects that you work on. We do so as our public task.\n\n" +
			"You can stop these emails at any time by contacting the Point of Contact named in each of them and asking to be un-subscribed.",
		mailbox:  "poc@supply.example",
		subjects: [2]string{"Draft 3 for your committee", "Minutes of your committee"},
		body:     "Dear {{name|colleague}},\n\nthe papers for **{{committee}}** are ready. Please send comments within three weeks.",
	}
}

func saferPlaces() *programme {
	return &programme{
		is: subscriptions.Programme{
			Slug: "safer-places", Name: "Safer Places", Owner: "Safer Places", Controller: "Southmoor Constabulary",
			PostalAddress: "Station Yard\nSouthmoor SM3 3CC", DPOName: "Data Office", DPOAddress: address.Must("dataoffice@southmoor.example"),
			Contact:  subscriptions.Contact{Name: "Safer Places desk", Address: address.Must("desk@southmoor.example")},
			FromName: "Safer Places alerts", FromAddress: address.Must("alerts@southmoor.example"), Division: "england-and-wales",
		},
		purpose: subscriptions.Purpose{Slug: "alerts", Name: "alerts and notifications by email", Basis: subscriptions.Consent, Class: subscriptions.Newsletter},
		list: subscriptions.List{
			Slug: "safer-places-alerts", Name: "Safer Places alerts", Description: "Short alerts for businesses and public venues, when there is something to know.",
			Wording:     "I agree that Safer Places sends me alerts and notifications by email.",
			DoubleOptIn: true, Public: true,
		},
		notice: "## How we use your data\n\nWe will get your consent before we send you alerts or notifications by email. " +
			"You have the right to withdraw it at any time, in your preferences or by contacting us.",
		mailbox:  "desk@southmoor.example",
		subjects: [2]string{"Alert: check your fire doors", "Alert: winter opening hours"},
		body:     "# What to do now\n\nHello {{name|there}},\n\nplease walk round your venue today and check that every fire door opens.\n\n1. Open it.\n2. Look behind it.\n3. Write it down.",
	}
}

// declare keeps a programme with all that hangs on it.
func declare(ctx context.Context, db *store.DB, keys *token.Keys, o Options, p *programme) error {
	svc := &subscriptions.Service{Store: db, Keys: keys, Now: o.Now}
	var err error
	if p.is, err = svc.CreateProgramme(ctx, p.is); err != nil {
		return err
	}
	p.purpose.ProgrammeID = p.is.ID
	if p.purpose, err = svc.CreatePurpose(ctx, p.purpose); err != nil {
		return err
	}
	if p.attribute != nil {
		p.attribute.ProgrammeID = p.is.ID
		if _, err = svc.CreateAttribute(ctx, *p.attribute); err != nil {
			return err
		}
	}
	notice, err := svc.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.is.ID, Texts: map[string]string{"en": p.notice}, Override: "the demo's words are short"})
	if err != nil {
		return err
	}
	p.list.ProgrammeID, p.list.PurposeID, p.list.NoticeID = p.is.ID, p.purpose.ID, notice.ID
	p.list, err = svc.CreateList(ctx, p.list)
	return err
}
