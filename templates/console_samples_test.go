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

func caseRows() []CaseRow {
	return []CaseRow{
		{"DP-2026-0039", "/console/cases/39", "Complaint", State{"Acknowledged", Wait}, "b***@t***.example", uk(time.October, 19, 0, 0), uk(time.November, 23, 0, 0), "2 days late", Bad},
		{"DP-2026-0042", "/console/cases/42", "Access to personal data", State{"Open", Wait}, "c***@e***.org", uk(time.November, 25, 0, 0), uk(time.December, 29, 0, 0), "34 days left", Calm},
		{"DP-2026-0044", "/console/cases/44", "Not yet sorted", State{"Needs a person", Alert}, "", uk(time.November, 25, 0, 0), time.Time{}, "", Calm},
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
			{"Better Services Programme", "Department for Examples", []ListRow{
				{"Monthly update", "/l/monthly-update", "Newsletter", "Consent", "3", 11902, 611, 288, 39},
				{"Extra updates", "/l/extra-updates", "Newsletter", "Consent", "3", 4120, 87, 41, 12}}},
			{"Stakeholder mail", "Harbour Standards Board", []ListRow{{"Cables and connectors", "", "Standards work", "Public task", "2", 198, 0, 11, 2}}},
		},
		Campaigns: campaignRows()[:2],
		Cases:     caseRows(),
	}
}

func personPage() PersonPage {
	return PersonPage{
		Console: desk(), Address: "carys.o'neill+lists@reader.example", Name: "Carys O'Neill",
		Attributes: []Fact{{"Region", "Wales"}, {"Source", "Form on the website, 3 March 2026"}},
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

func casePage() CasePage {
	return CasePage{
		Console: desk(), Row: caseRows()[1],
		Grounds: []string{"“a copy of all the data you hold about me”", "“under data protection law”"},
		Mail: ReceivedMail{From: "Carys O'Neill <carys@reader.example>", To: "rights@department.example", Subject: "My data", Received: uk(time.November, 25, 8, 58),
			Mailbox: "rights@department.example", Text: "Hello,\n\nplease send me a copy of all the data you hold about me,\nunder data protection law. <script>alert(1)</script>\n\nCarys O'Neill", Cut: true},
		Clock: []ClockStep{
			{What: "Received", Date: uk(time.November, 25, 0, 0), Rule: "The day of arrival at the mail server, in UK time"},
			{What: "One month later is a bank holiday: the next working day counts", Rule: "UK GDPR Art 12A"},
			{What: "Answer the person", Date: uk(time.December, 29, 0, 0), Rule: "England and Wales", Due: true},
		},
		Timeline: []Event{
			{At: uk(time.November, 25, 9, 0), What: "Acknowledged", How: "By mail", Tone: Good},
			{At: uk(time.November, 25, 8, 59), What: "Case opened", How: "Sorted as a request for access", Tone: Wait},
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

func consoleSamples() []sample {
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
	return append(auditSamples(), []sample{
		{"login", "", LoginPage{Console: Console{CSRF: "tq5zk"}, Action: "/login"}},
		{"login", "refused", LoginPage{Console: Console{CSRF: "tq5zk"}, Action: "/login", Email: "ann@department.example", Problem: "The address or the password is not right"}},
		{"overview", "", overview()},
		{"objection", "", objection("", "")},
		{"objection", "mistake", objection("Choose whose marketing the person objects to.", "")},
		{"objection", "done", objection("", "All marketing of Department for Examples has stopped for this address.")},
		{"overview", "empty", OverviewPage{Console: desk()}},
		{"campaigns", "", CampaignsPage{Console: desk(), Rows: campaignRows(), Pager: Pager{1, 3, 3, "", ""}}},
		{"campaigns", "empty", CampaignsPage{Console: desk()}},
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
		{"people", "", PeoplePage{Console: desk(), Rows: []PersonRow{
			{"carys.o'neill+lists@reader.example", "Carys O'Neill", "/console/people/9", personPage().Standings, "Confirmed Monthly update", uk(time.March, 3, 9, 12)},
		}, Pager: Pager{1, 1, 1, "", ""}}},
		{"people", "masked", masked},
		{"people", "none", PeoplePage{Console: desk(), Query: "nobody"}},
		{"person", "", personPage()},
		{"person", "stopped", stopped},
		{"cases", "", CasesPage{Console: desk(), Rows: caseRows(), Pager: Pager{1, 3, 3, "", ""}}},
		{"cases", "empty", CasesPage{Console: desk()}},
		{"case", "", casePage()},
		{"case", "by-hand", CasePage{Console: desk(), Row: caseRows()[2]}},
	}
}
