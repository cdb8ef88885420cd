package templates

import "time"

func desk() Console {
	return Console{Root: "/console", User: "Ann Lee", Role: "Communications", CSRF: "tq5zk", AsOf: uk(time.November, 25, 14, 30)}
}

func campaignRows() []CampaignRow {
	return []CampaignRow{
		{Name: "November update", URL: "/console/campaigns/7", Lists: "Monthly update", State: State{"Sending", Wait}, Started: uk(time.November, 25, 14, 0),
			InLists: 12840, Eligible: 11902, Excluded: []FunnelLine{{"Not confirmed", 611}, {"Opted out", 288}, {"Suppressed", 39}},
			Sent: 7340, Failed: 3, Uncertain: 1, Refused: 2, Bounced: 12, OptedOut: 8},
		{Name: "Cables and connectors: draft for comment", URL: "/console/campaigns/6", Lists: "Stakeholders", State: State{"Finished", Good}, Started: uk(time.November, 24, 10, 0),
			InLists: 214, Eligible: 198, Excluded: []FunnelLine{{"Opted out", 11}, {"No lawful basis", 5}},
			Sent: 198, Bounced: 2, OptedOut: 1},
		{Name: "Storm warning", URL: "/console/campaigns/5", Lists: "Alerts by email", State: State{"Paused", Alert}, InLists: 96, Eligible: 0, Excluded: []FunnelLine{{"Consent not given", 96}}},
	}
}

func overview() OverviewPage {
	return OverviewPage{
		Console: desk(),
		Totals: []Count{{"People", 13150, "/console/people"}, {"May be mailed", 12214, ""}, {"Campaigns", 7, "/console/campaigns"},
			{"Messages sent", 86412, ""}, {"Open cases", 3, "/console/cases"}},
		Health: []Health{{"Database", State{"Well", Good}, "SQLite, 38 MB"}, {"Queue", State{"Well", Good}, "Nothing waits longer than 2 s"},
			{"Mailbox of the officer", State{"Slow", Alert}, "Last read 9 minutes ago"}, {"Outgoing mail", State{"Down", Bad}, "Connection refused since 2:21pm"}},
		Programmes: []Programme{
			{Name: "Better Services Programme", URL: "/console/programmes/1", Organisation: "Department for Examples", Lists: []ListRow{
				{"Monthly update", "/l/monthly-update", "Newsletter", "Consent", "3", 11902, 611, 288, 39},
				{"Extra updates", "/l/extra-updates", "Newsletter", "Consent", "3", 4120, 87, 41, 12}}, Ending: State{"Ends on 31 December 2026", Wait}, EndURL: "/console/programmes/1/end"},
			{Name: "Stakeholder mail", Organisation: "Harbour Standards Board", Lists: []ListRow{{"Cables and connectors", "", "Standards work", "Public task", "2", 198, 0, 11, 2}}},
		},
		Clashes:   []Clash{{"Better Services Programme", "/console/programmes/1", "The assessment LIA-3 behind “surveys” was to be reviewed by 1 March 2026. Review it and set the next date."}},
		Campaigns: campaignRows()[:2],
		Cases:     caseRows(),
	}
}

func personPage() PersonPage {
	return PersonPage{
		Console: desk(), Address: "carys.o'neill+lists@reader.example", Name: "Carys O'Neill",
		Attributes: []Fact{{"Region", "Wales"}, {"Source", "Form on the website, 3 March 2026"}},
		Statements: []StatementRow{{uk(time.May, 4, 9, 0), "I live in Bangor, not in Bangor Fawr.", "/console/cases/9"}}, GivenURL: "/console/people/7/given",
		Given: []GivenRow{{uk(time.May, 3, 9, 0), "Porthaven Police", "Name and address", "Their form of 3 May", "In a case", "/console/cases/9"}},
		Standings: []Standing{
			{"Monthly update", State{"Confirmed", Good}, true, "Consent confirmed through the link in a mail", uk(time.March, 3, 9, 12), "1042"},
			{"Extra updates", State{"Opted out", Bad}, false, "Withdrew by one-click", uk(time.June, 1, 18, 40), "2201"},
		},
		Timeline: []Event{
			{At: uk(time.June, 1, 18, 40), What: "Consent withdrawn", Where: "Extra updates", How: "One-click in the mail program", Evidence: "campaign 4", Number: "2201", Tone: Bad},
			{At: uk(time.March, 3, 9, 12), What: "Consent confirmed", Where: "Monthly update", How: "Link in a mail", Number: "1042", Tone: Good},
			{At: uk(time.March, 3, 9, 5), What: "Consent requested", Where: "Monthly update", How: "Form on the website", Wording: wording, Notice: "2", Number: "1041", Tone: Wait},
		},
	}
}

func segmentsPage() SegmentsPage {
	return SegmentsPage{Console: desk(), MayWrite: true, Programmes: []SegmentProgramme{
		{"Better Services Programme", "/console/segments/new/better-services", []SegmentRow{{"Ports in Wales", "/console/segments/3", `region is "Wales" and sector contains "ports"`, 2}}},
		{"Stakeholder mail", "/console/segments/new/stakeholders", nil},
	}}
}

func segmentPage() SegmentPage {
	return SegmentPage{
		Console: desk(), Programme: "Better Services Programme", Action: "/console/segments/3", MayWrite: true, Saved: true, Slug: "ports", Name: "Ports in Wales", Version: 2,
		Text: `region is "Wales" and sector contains "ports"`, Lists: []SegmentList{{Slug: "monthly-update", Name: "Monthly update"}},
		Vocabulary: []Fact{{"region", "Region: one of North, Wales"}}, Done: "Saved as version 2.",
		Look: &AudienceLook{InLists: 12840, InSegment: 214, Eligible: 198, LeftOut: []FunnelLine{{"Not in the segment", 12626}, {"Opted out or suppressed", 16}},
			Sentences: []SegmentLine{{0, "All of this is true of them:"}, {1, "Their Region is “Wales”."}, {1, "Their sector includes “ports”."}},
			Sample:    []PersonRow{{Address: "c***@r***.example", URL: "/console/people/9"}}},
	}
}

// entry is the form for an agreement on paper, come back with a mistake.
func entry() EnterPage {
	return EnterPage{Console: desk(), Action: "/console/entries", Problem: "Give the day on which the person acted.", Fields: []FormField{
		{Name: FieldAbout, Label: "Which list", Value: "1", Choices: []Choice{{"1", "Monthly update"}, {"2", "Extra updates"}}},
		{Name: FieldEmail, Label: "Email address of the person", Type: "email", Value: "ann@example.org"},
		{Name: FieldMedium, Label: "How it reached you", Choices: []Choice{{"paper", "Paper"}, {"phone", "Phone"}}},
		{Name: FieldDid, Label: "What the person did", Hint: "Such as: ticked the empty box and signed", Type: "text"},
		{Name: FieldStatement, Label: "The person’s own words", Type: "text"},
		{Name: FieldDocument, Label: "Which document shows it", Type: "text", Value: "form 1204"},
		{Name: FieldActedOn, Label: "Day on which the person acted", Type: "date", Mistake: "Enter the day"},
		{Name: FieldReceivedOn, Label: "Day on which it reached you", Type: "date"},
		{Name: FieldWhy, Label: "Why you enter it", Type: "text"},
		{Name: FieldGuardianEvidence, Label: "For a child: what shows that they agreed", Type: "text"},
	}}
}

func draftPage() CampaignEditPage {
	return CampaignEditPage{
		Console: desk(), Programme: "Better Services Programme", Title: "Change “December issue”", Back: Link{"/console/campaigns/4", "December issue"}, Action: "/console/campaigns/4/edit", Seen: "d1ge57",
		Lines: []FormLine{
			{Name: FieldName, Label: "Name", Hint: "For operators; readers do not see it", Type: "text", Value: "December issue"},
			{Name: FieldList, Label: "To which lists", Type: LineSome, Options: []FormOption{{"1", "Monthly update", true}, {"2", "Extra updates", false}}},
			{Name: "segment", Label: "Who of them", Type: LineOne, Options: []FormOption{{"0", "Everybody on the lists", true}, {"3", "Ports: region is \"Wales\"", false}}},
			{Name: "body", Label: "The message", Hint: "Markdown.", Type: LineArea, Rows: 18, Value: "Dear {{name|reader}},\n\nthe </textarea> is on."},
		},
		Fields:  []Fact{{"{{name|reader}}", "The name; “reader” where it is not known"}},
		Preview: &MailPreview{Subject: "The lights are on", Text: "Dear reader,\n\nthe lights are on."},
		Look:    &AudienceLook{InLists: 12840, InSegment: 12840, Eligible: 12001, LeftOut: []FunnelLine{{"Opted out", 839}}},
	}
}

func consoleSamples() []sample {
	ending := EndProgrammePage{
		Console: desk(), Action: "/console/programmes/1/end", Name: "Better Services Programme", Lists: []string{"Monthly update", "Extra updates"}, People: 16022,
		EndsAt: uk(time.December, 31, 23, 59), Zone: "Europe/London", At: "2026-12-30T00:00", Problem: "The end cannot lie in the past.",
	}
	over := ending
	over.Ended, over.Problem, over.EndsAt = true, "", uk(time.October, 31, 0, 0)
	row := campaignRows()[0]
	masked := PeoplePage{Console: desk(), Query: "carys", Masked: true, Rows: []PersonRow{
		{"c***@r***.example", "", "/console/people/9", personPage().Standings, "Confirmed Monthly update", uk(time.March, 3, 9, 12)},
		{"d***@r***.example", "", "/console/people/10", nil, "Imported", uk(time.November, 2, 11, 0)},
	}, Pager: Pager{51, 52, 1052, "?page=1", "?page=3"}}
	stopped := personPage()
	stopped.Stopped, stopped.Standings, stopped.Timeline = "Suppressed on 2 June 2026: complaint through a feedback loop.", nil, nil
	_, text, err := Markdown(campaignSource)
	if err != nil {
		panic(err)
	}
	return append([]sample{
		{"login", "", LoginPage{Console: Console{CSRF: "tq5zk"}, Action: "/login"}},
		{"login", "refused", LoginPage{Console: Console{CSRF: "tq5zk"}, Action: "/login", Email: "ann@department.example", Problem: "The address or the password is not right"}},
		{"overview", "", overview()},
		{"programme", "", programmePage()},
		{"programme", "empty", ProgrammePage{Console: desk(), Name: "Alerts", Organisation: "Town Alerts"}},
		{"notice-edit", "", NoticeEditPage{Console: desk(), Programme: "Better Services", Back: "/console/programmes/1", Action: "/console/programmes/1/notice", Text: "## Who we are", TextCy: "## Pwy ydym ni"}},
		{"notice-edit", "looked", noticeLooked()},
		{"objection", "", objection("", "")},
		{"objection", "mistake", objection("Choose whose marketing the person objects to.", "")},
		{"objection", "done", objection("", "All marketing of Department for Examples has stopped for this address.")},
		{"overview", "empty", OverviewPage{Console: desk()}},
		{"campaigns", "", CampaignsPage{Console: desk(), Rows: campaignRows(), Pager: Pager{1, 3, 3, "", ""}}},
		{"campaigns", "empty", CampaignsPage{Console: desk(), New: []Link{{"/console/campaigns/new/better-services", "Better Services Programme"}}}},
		{"campaign", "draft", CampaignPage{Console: desk(), Row: CampaignRow{Name: "December issue", Lists: "Monthly update", State: State{Label: "Draft"}}, Subject: "The lights are on", Text: text,
			Trouble: "The relay refused 25 messages in a row.", Acts: CampaignActs{"/console/campaigns/4/edit", "/console/campaigns/4/schedule", "/console/campaigns/4/pause", "/console/campaigns/4/resume", "/console/campaigns/4/cancel", "/console/campaigns/4/mail", "/console/campaigns/4/trial"}}},
		{"campaign-edit", "", draftPage()},
		{"campaign-edit", "mistake", CampaignEditPage{Console: desk(), Programme: "Better Services Programme", Title: "A new campaign", Back: Link{"/console/campaigns", "Campaigns"}, Action: "/console/campaigns/new/better-services",
			Problem: "Name at least one list.", Lines: draftPage().Lines[:2]}},
		{"form", "", FormPage{Console: desk(), Over: Link{"/console/programmes/1", "Better Services Programme"}, Title: "A new recipient of personal data", Lead: "Who gets this programme’s data.", Action: "/console/programmes/1/recipients/new",
			Button: "Declare it", Problem: "Say what protects the data in IE.", Lines: []FormLine{{Name: "name", Label: "Name", Type: "text", Value: "Example <Mail>"}, {Name: "lock", Label: "Promise it", Type: LineTick, Value: "yes"}}}},
		{"campaign", "", CampaignPage{Console: desk(), Row: row, Subject: "What changed in November", Facts: []Fact{{"Approved by", "Ben Okafor, 24 November 2026"}, {"Purpose", "Newsletter"}},
			Text: text, Timeline: []Event{{At: uk(time.November, 25, 14, 0), What: "Sending began", Tone: Wait}, {At: uk(time.November, 24, 16, 10), What: "Approved", By: "Ben Okafor", Tone: Good}}}},
		{"campaign", "targeted", CampaignPage{Console: desk(), Row: row, Subject: "For ports", Note: "As it would be now.", SegmentText: `region is "Wales" and berths at least 4`,
			Segment: []SegmentLine{{0, "All of this is true of them:"}, {1, "Their Region is “Wales”."}, {1, "Their Berths is 4 or more."}}}},
		{"segments", "", segmentsPage()},
		{"segments", "empty", SegmentsPage{Console: desk()}},
		{"segment", "", segmentPage()},
		{"segment", "mistaken", SegmentPage{Console: desk(), Programme: "Better Services Programme", Action: "/console/segments/new/better-services", MayWrite: true,
			Text: "region is Wales", Problem: "At character 11, “Wales”: Put text in quotes: \"Wales\"."}},
		{"segment", "small", SegmentPage{Console: desk(), Programme: "Better Services Programme", Action: "/console/segments/new/better-services", Text: `region is "Môn"`,
			Look: &AudienceLook{InLists: 12840, Below: 5, Sentences: []SegmentLine{{0, "Their Region is “Môn”."}}}}},
		{"enter", "", entry()},
		{"enter", "done", EnterPage{Console: desk(), Action: "/console/entries", Fields: entry().Fields[:2], Event: "1044", PersonURL: "/console/people/7", Warnings: []string{"Online, only somebody of 13 or over can consent."}}},
		{"end-programme", "", ending},
		{"end-programme", "ended", over},
		{"people", "", PeoplePage{Console: desk(), Rows: []PersonRow{
			{"carys.o'neill+lists@reader.example", "Carys O'Neill", "/console/people/9", personPage().Standings, "Confirmed Monthly update", uk(time.March, 3, 9, 12)},
		}, Pager: Pager{1, 1, 1, "", ""}}},
		{"people", "masked", masked},
		{"people", "none", PeoplePage{Console: desk(), Query: "nobody"}},
		{"person", "", personPage()},
		{"person", "stopped", stopped},
	}, append(append(append(auditSamples(), keepingSamples()...), importSamples()...), caseSamples()...)...)
}

func programmePage() ProgrammePage {
	return ProgrammePage{
		Console: desk(), Name: "Better Services", Organisation: "Better Services Programme", WriteURL: "/console/programmes/1/notice",
		Facts:   []Fact{{"Data controller", "Department for Examples"}, {"A guardian agrees below", "12 years"}},
		Clashes: []string{"A guardian is asked below the age of 12. Online, a child's own consent counts only from 13 (Article 8)."},
		Purposes: []PurposeRow{
			{Name: "Monthly update", Basis: "Consent", Class: "Newsletter", Term: "730 days", Asks: "Asked again every 365 days", Notice: "1"},
			{Name: "Surveys", Basis: "Legitimate interests", RestsOn: "To learn what helps; assessment LIA-3, to be reviewed by 1 March 2027", Class: "Targeted", Term: "Without end", State: State{"Not in the notice", Alert}},
		},
		Recipients: []RecipientRow{
			{Name: "Example Surveys Ltd", Category: "survey software", Purpose: "runs our surveys", Where: "IE: adequacy regulations", Agreement: "PROC-12", Since: uk(time.March, 3, 9, 12)},
			{Name: "Example Print", Category: "printer", Purpose: "prints", Where: "GB", Since: uk(time.March, 3, 9, 12), Until: uk(time.June, 1, 18, 40)},
		},
		Attributes: []AttributeRow{
			{Name: "region", Label: "Region", Holds: "One of some choices", Choices: "Wales, Scotland", SelfService: true, Category: "Profile", CategoryURL: "/console/programmes/1/attributes/1"},
			{Name: "access_needs", Label: "Access needs", Holds: "Text", Special: true, Category: "Contact"},
		},
		Lists: []DeclaredList{{Name: "Monthly update", URL: "/l/monthly-update", Purpose: "Monthly update", Wording: wording, Contact: "the newsletter team, better.services@department.example"}},
		Notices: []NoticeRow{
			{Version: "3", URL: "/notices/better-services/3", Published: uk(time.November, 20, 10, 0), By: "user:1", Purposes: 2, StartURL: "/console/programmes/1/run", Members: 9412},
			{Version: "2", URL: "/notices/better-services/2", Published: uk(time.June, 1, 18, 40), Purposes: 1, Overridden: "the full text follows", Run: State{"Being told", Wait}, Told: 480, Bounced: 3, Waiting: 20, Others: 2, PauseURL: "/console/programmes/1/run/2/pause"},
			{Version: "1", URL: "/notices/better-services/1", Published: uk(time.March, 3, 9, 12), Purposes: 1},
		},
	}
}

func noticeLooked() NoticeEditPage {
	return NoticeEditPage{
		Console: desk(), Programme: "Better Services", Back: "/console/programmes/1", Action: "/console/programmes/1/notice", Text: "## Who we are", Override: "later",
		Trouble: "The notice is incomplete, and was not published.", Looked: true, Gaps: []string{"en: Where the data comes from: no heading says so, and the text does not either."},
		Findings: []NoticeFinding{{"Who gets it (en)", State{"Found", Good}, "Said in the text."}, {"Where the data comes from (en)", State{"Missing", Bad}, "No heading says so."}},
		New:      []string{"New purpose: surveys"}, Untold: []string{"surveys", "offers"},
	}
}
