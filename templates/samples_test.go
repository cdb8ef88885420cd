package templates

import "time"

// sample is one rendering that is kept as a golden file.
type sample struct {
	name string // of the mail or page
	as   string // what is special about it; "" for the ordinary one
	data any
}

// file returns the golden file's name without its ending.
func (s sample) file(lang string) string {
	if s.as == "" {
		return s.name + "." + lang
	}
	return s.name + "--" + s.as + "." + lang
}

func uk(month time.Month, day, hour, minute int) time.Time {
	zone, name := 0, "GMT"
	if month >= time.April && month <= time.October {
		zone, name = 3600, "BST"
	}
	return time.Date(2026, month, day, hour, minute, 0, 0, time.FixedZone(name, zone))
}

// newsletter is left by mailing a fixed subject, the other two by writing to a person or through links.
func newsletter() Sender {
	return Sender{
		Organisation:  "Better Services Programme",
		Controller:    "Department for Examples",
		PostalAddress: "1 Sample Street\nTestford\nTF1 1AA",
		Contact:       Contact{Name: "the newsletter team", Email: "better.services@department.example"},
		Officer:       Contact{Name: "Priya Shah", Email: "dpo@department.example"},
		NoticeURL:     "https://mail.department.example/notices/better-services/3",
		NoticeVersion: "3",
	}
}

func standards() Sender {
	return Sender{
		Organisation:  "Harbour Standards Board",
		Controller:    "Harbour Standards Board",
		PostalAddress: "Quay House\nDockside\nPortexample PE2 3TS",
		Contact:       Contact{Name: "Ann Lee", Email: "ann.lee@standards.example"},
		Officer:       Contact{Email: "data.protection@standards.example"},
		NoticeURL:     "https://mail.standards.example/notices/stakeholders/2",
		NoticeVersion: "2",
	}
}

func regulator() Regulator {
	return Regulator{
		Name:    "Information Commissioner's Office",
		Address: "1 Regulator Road\nSampleton SA1 1AA",
		Phone:   "01632 960 001",
		Email:   "casework@regulator.example",
		URL:     "https://regulator.example/complain",
	}
}

const wording = "Yes, send me the monthly update of the Better Services Programme by email. I can stop at any time."

const campaignSource = `# What changed in November

Hello, and welcome to the *monthly* update. Three things this month, in **two minutes**.

## Forms that people finish

The [pilot in Testford](https://department.example/pilot?round=2&from=mail) cut the number of pages by half:

| Step | Before | After |
|:--|--:|--:|
| Pages | 14 | 7 |
| Minutes | 32 | 11 |

> We thought nobody would answer. Ninety did, in a week.

## Dates for your diary

1. **3 December**: open house, with tea
2. **9 December**: questions and answers
   - bring your own form
   - or send it to <forms@department.example>

Read more at https://department.example/diary.
`

func campaign(from Sender) CampaignMail {
	body, text, err := Markdown(campaignSource)
	if err != nil {
		panic(err)
	}
	from.PreferencesURL = "https://mail.department.example/p/k3mv6qzt7a4hx5"
	return CampaignMail{
		Sender:         from,
		Subject:        "What changed in November",
		Preheader:      "Forms that people finish, and dates for your diary",
		BodyHTML:       HTML(body),
		BodyText:       text,
		List:           "Monthly update",
		Joined:         "You signed up on 3 March 2026, with the form on our website.",
		UnsubscribeURL: "https://mail.department.example/u/k3mv6qzt7a4hx5",
	}
}

func mailSamples() []sample {
	keyword := campaign(newsletter())
	keyword.OptOutAddress, keyword.OptOutSubject = "better.services@department.example", "Unsubscribe me"
	contact := campaign(standards())
	contact.List, contact.PreferencesURL, contact.Preheader = "Cables and connectors: stakeholders", "", ""
	ended := UnsubscribedMail{
		Sender: newsletter(), Lists: []string{"Monthly update", "Extra updates"}, ReceivedAt: uk(time.November, 25, 9, 5),
		GoesOn: []string{"Replies to requests you have made", "Changes to our privacy notice"}, AgainURL: "https://mail.department.example/lists",
	}
	renewal := RenewalMail{
		Sender: newsletter(), List: "Monthly update", Words: wording, Since: uk(time.March, 3, 9, 12), Ends: uk(time.December, 20, 9, 12),
		RenewURL: "https://mail.department.example/r/ahq5n2x7vtkm3z6wy4pd",
	}
	forChild, keeps := renewal, renewal
	forChild.ForChild, keeps.Ends = true, time.Time{}
	request := CaseReceivedMail{
		Sender: standards(), Reference: "R-2026-000042", Understood: []string{"You ask for a copy of the personal data that we hold about you."},
		ReceivedAt: uk(time.November, 25, 0, 30), DueAt: uk(time.December, 29, 0, 0), Regulator: regulator(),
	}
	notice := NoticeMail{
		Sender: newsletter(), Programme: "Better Services", From: uk(time.November, 20, 10, 0), NewPurposes: []string{"surveys about our services: as part of our public task"},
		OtherPurposes: []string{"the monthly update: a permission lasted without end, and lasts 730 days"}, NewData: []string{"Region"},
		NewRecipients: []string{"Example Surveys Ltd"}, NewRetention: []string{"Answers to surveys: 1 year."},
	}
	complaint := request
	complaint.Complaint, complaint.Understood, complaint.DueAt = true, nil, time.Time{}
	report := request
	report.Report, report.Understood, report.DueAt = true, []string{"You report that personal data was lost, or seen by somebody who should not have seen it."}, time.Time{}
	complaint.Regulator = Regulator{Name: "Information Commissioner's Office"}
	return append([]sample{
		{"confirm", "", ConfirmMail{
			Sender: newsletter(), List: "Monthly update", Frequency: "Once a month", Wording: wording, AskedAt: uk(time.November, 22, 9, 5),
			ConfirmURL: "https://mail.department.example/c/ahq5n2x7vtkm3z6wy4pd", ExpiresAt: uk(time.November, 25, 12, 0),
		}},
		{"confirm", "bare", ConfirmMail{
			Sender: Sender{Organisation: "Town Alerts", Contact: Contact{Email: "alerts@town.example"}},
			List:   "Alerts", Wording: "Send me alerts.\nStop when I say so.", ConfirmURL: "https://town.example/c/ahq5",
		}},
		{"permission-request", "", PermissionRequestMail{
			Sender: newsletter(), List: "Monthly update", Wording: wording, Origin: "Harbour register of berth holders", ConfirmURL: "https://mail.department.example/c/ahq5n2x7vtkm3z6wy4pd", ExpiresAt: uk(time.November, 29, 9, 5),
		}},
		{"renewal", "", renewal},
		{"renewal", "child", forChild},
		{"annual-confirmation", "", renewal},
		{"annual-confirmation", "keeps", keeps},
		{"campaign", "keyword", keyword},
		{"campaign", "contact", contact},
		{"unsubscribed", "", ended},
		{"unsubscribed", "all", UnsubscribedMail{Sender: standards(), All: true}},
		{"unsubscribe-link", "", UnsubscribeLinkMail{Sender: newsletter(), UnsubscribeURL: "https://mail.department.example/leave"}},
		{"unsubscribe-link", "without-page", UnsubscribeLinkMail{Sender: standards()}},
		{"case-received", "", request},
		{"case-received", "complaint", complaint},
		{"case-received", "report", report},
		{"notice", "", notice},
		{"notice", "words-only", NoticeMail{Sender: standards(), Programme: "Standards stakeholders"}},
		{"visit", "", VisitMail{Sender: onRecord(), URL: "https://mail.department.example/v/hx5k3mv6qzt7a4", ExpiresAt: uk(time.November, 25, 9, 20)}},
		{"move", "old", MoveMail{Sender: newsletter(), Old: true, Masked: "a***@n***.org", URL: "https://mail.department.example/x/qzt7a4hx5k3mv6", AskedAt: uk(time.November, 25, 9, 5), ExpiresAt: uk(time.December, 2, 9, 5)}},
		{"move", "old-alone", MoveMail{Sender: newsletter(), Old: true, Alone: true, Masked: "a***@n***.org", URL: "https://mail.department.example/x/qzt7a4hx5k3mv6", AskedAt: uk(time.November, 25, 9, 5), ExpiresAt: uk(time.December, 2, 9, 5)}},
		{"move", "new-alone", MoveMail{Sender: newsletter(), Alone: true, URL: "https://mail.department.example/x/6qzt7a4hx5k3mv", AskedAt: uk(time.November, 25, 9, 5), ExpiresAt: uk(time.December, 2, 9, 5)}},
		{"move", "new", MoveMail{Sender: newsletter(), URL: "https://mail.department.example/x/6qzt7a4hx5k3mv", AskedAt: uk(time.November, 25, 9, 5), ExpiresAt: uk(time.December, 2, 9, 5)}},
		{"identity", "", IdentityMail{Sender: onRecord(), Reference: "R-2026-000123", Asked: "for a copy of your personal data", ReceivedAt: uk(time.November, 25, 9, 0), URL: "https://mail.department.example/d/hx5k3mv6qzt7a4", ExpiresAt: uk(time.December, 9, 9, 0)}},
		{"recipient-notice", "", RecipientNoticeMail{Sender: newsletter(), Recipient: "Porthaven Printers", Change: "erasure", AnswerURL: "https://mail.example.org/a/abc",
			People: []ConcernedPerson{{Name: "Ann Lee", Address: "ann@reader.example"}, {Address: "bea@reader.example"}}}},
		{"recipient-notice", "corrected", RecipientNoticeMail{Sender: standards(), Recipient: "Porthaven Printers", Change: "rectification", AnswerURL: "https://mail.example.org/a/abc", Reminder: true,
			People: []ConcernedPerson{{Name: "Ann Lea", Address: "ann@reader.example", Changes: []ChangedField{{Field: "name", Before: "Ann Lea", After: "Ann Lee"}, {Field: "harbour-news: town", After: "Porthaven"}}}}}},
		{"erasure", "case", ErasureMail{Sender: newsletter(), Asked: true, Why: "we need it no longer", Case: true, Regulator: request.Regulator}},
		{"erasure", "", ErasureMail{Sender: newsletter(), Asked: true, Regulator: request.Regulator}},
		{"erasure-asked", "", ErasureAskedMail{Sender: newsletter(), Reference: "R-2026-000123", Why: "the consent was withdrawn", Regulator: request.Regulator}},
		{"erasure", "expired", ErasureMail{Sender: standards(), Why: "your consent has expired", Regulator: request.Regulator}},
		{"seal", "", sealMail()},
	}, caseMailSamples()...)
}

// onRecord is a sender who knows the reader.
func onRecord() Sender {
	s := newsletter()
	s.PreferencesURL = "https://mail.department.example/p/k3mv6qzt7a4hx5"
	return s
}

func face() Public {
	s := newsletter()
	s.NoticeURL = "/notices/better-services/3"
	return Public{Sender: s, HomeURL: "/", RequestURL: "/requests/better-services", ComplaintURL: "/complaints/better-services", Languages: []Language{{"en", "English", "?lang=en"}, {"cy", "Cymraeg", "?lang=cy"}}}
}

func subscribe() SubscribePage {
	return SubscribePage{
		Public: face(), Action: "/l/monthly-update", List: "Monthly update",
		Description: "What changed in public services this month, what we learnt, and dates for your diary.",
		Frequency:   "Once a month, and rarely an extra one", Wording: wording, Box: true, AskName: true, FormToken: "tq5zk",
	}
}

const noticeSource = `We are the Department for Examples. This notice says what we do with your details.

## What we hold

- your email address, and your name if you give it
- what you agreed to, in which words, and when

## Who else sees it

| Who | Why | Where |
|---|---|---|
| Our mail company | to deliver the emails | United Kingdom |

## Your rights

You can ask for a **copy**, for corrections, and for deletion. Write to [the officer](mailto:dpo@department.example).
`

func publicSamples() []sample {
	mistakes := subscribe()
	mistakes.Email = "ann@"
	mistakes.Errors = []FieldError{
		{FieldEmail, "Enter an email address, like name@example.org"},
		{FieldAgree, "Tick the box if you want these emails"},
	}
	act := subscribe()
	act.Box, act.AskName = false, false
	act.Wording = "By pressing the button you ask us to send you the monthly update by email."
	body, err := Prose(noticeSource)
	if err != nil {
		panic(err)
	}
	notice := NoticePage{Public: face(), Title: "Privacy notice: Better Services Programme", Version: "3", From: uk(time.June, 19, 0, 0), Body: body,
		Others: []NoticeVersion{{"2", uk(time.February, 5, 0, 0), "/notices/better-services/2"}}}
	old := notice
	old.Version, old.From, old.Until = "2", uk(time.February, 5, 0, 0), uk(time.June, 19, 0, 0)
	child := subscribe()
	child.AskAge, child.AskGuardian, child.GuardianAge, child.Age, child.GuardianName = true, true, 13, "11", "Carys Lee"
	child.Errors = []FieldError{{FieldGuardianRelation, "Enter who they are to you, such as your mother"}, {FieldGuardianAddress, "Enter their own email address, not yours"}}
	several := JoinPage{Public: face(), Action: "/join/better-services", Name: "Better Services Programme", Offers: []Offer{
		{Value: "1.9f86d081884c7d65", Name: "Monthly update", Description: "What changed this month.", Wording: wording},
		{Value: "2.60303ae22b998861", Name: "Extra updates", Wording: "Yes, send me short notes when something cannot wait."},
	}}
	wrong := several
	wrong.Email, wrong.Errors = "ann@", []FieldError{{FieldEmail, "Enter an email address, like name@example.org"}, {FieldList, "Tick the box beside each list that you want"}}
	renew := RenewPage{
		Public: face(), Action: "/r/ahq5n2x7", List: "Monthly update", MaskedAddress: "a***@e***.org", Agreed: wording, Wording: wording,
		Since: uk(time.March, 3, 9, 12), Ends: uk(time.December, 20, 9, 12), FormToken: "0f3a",
	}
	late := renew
	late.Lapsed, late.Changed, late.Wording = true, true, "Yes, send me the monthly update and extra updates."
	return append(append(preferenceSamples(), requestSamples()...), []sample{
		{"home", "", HomePage{Public: face(), Programmes: []OpenProgramme{
			{"Better Services Programme", "Department for Examples", []OpenList{
				{"Monthly update", "What changed in public services this month, and what we learnt.", "Once a month", "/l/monthly-update"},
				{"Extra updates", "Short notes when something cannot wait.", "A few times a year", "/l/extra-updates"},
			}},
			{"Town Alerts", "Town Alerts", []OpenList{{"Alerts by email", "Warnings about crime and safety near you.", "When something happens", "/l/alerts"}}},
		}, Data: []DataForms{{"Better Services Programme", "/requests/better-services", "/complaints/better-services"}, {"Town Alerts", "/requests/alerts", "/complaints/alerts"}}}},
		{"home", "empty", HomePage{}},
		{"subscribe", "", subscribe()},
		{"subscribe", "mistakes", mistakes},
		{"subscribe", "act", act},
		{"subscribe", "age", child},
		{"join", "", several},
		{"join", "mistakes", wrong},
		{"subscribe-sent", "", SubscribeSentPage{Public: face(), List: "Monthly update", ExpiresAt: uk(time.November, 25, 12, 0), AgainURL: "/l/monthly-update"}},
		{"confirm", "", ConfirmPage{Public: face(), Action: "/c/ahq5n2x7", List: "Monthly update", Frequency: "Once a month", MaskedAddress: "a***@e***.org", Wording: wording}},
		{"confirmed", "", ConfirmedPage{Public: face(), List: "Monthly update", Frequency: "Once a month", UnsubscribeURL: "/u/k3mv6qzt"}},
		{"renew", "", renew},
		{"renew", "lapsed", late},
		{"renewed", "", RenewedPage{Public: face(), List: "Monthly update", Until: uk(time.December, 20, 9, 12), UnsubscribeURL: "/u/k3mv6qzt"}},
		{"closed", "", ClosedPage{Public: face(), List: "Monthly update", At: uk(time.October, 31, 0, 0)}},
		{"link-invalid", "", LinkInvalidPage{Public: face(), AgainURL: "/l/monthly-update"}},
		{"unsubscribe", "", UnsubscribePage{Public: face(), Action: "/u/k3mv6qzt", List: "Monthly update", MaskedAddress: "a***@e***.org", OfferAll: true}},
		{"unsubscribe", "several", UnsubscribePage{Public: onPage(), Action: "/u/k3mv6qzt", List: "Monthly update", MaskedAddress: "a***@e***.org", OfferAll: true, OfferEverything: true}},
		{"unsubscribed", "", UnsubscribedPage{Public: face(), Lists: []string{"Monthly update"}, At: uk(time.November, 25, 9, 5), After: leftList(), AgainURL: "/l/monthly-update"}},
		{"unsubscribed", "all", UnsubscribedPage{Public: onPage(), All: true, After: leftList()}},
		{"unsubscribed", "everything", UnsubscribedPage{Public: onPage(), Everything: true, After: leftList()}},
		{"notice", "", notice},
		{"notice", "earlier", old},
		{"error", "", ErrorPage{Public: face(), Status: 503, Title: "This page is not working just now",
			Happened: "We could not save your request. Nothing was changed.", Do: "Try again in a few minutes.", Reference: "01JD8Q2M"}},
		{"not-found", "", NotFoundPage{Public: face()}},
		{"not-found", "desk", NotFoundPage{Public: face(), Desk: true}},
	}...)
}
