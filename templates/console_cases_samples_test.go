package templates

import "time"

func caseRows() []CaseRow {
	return []CaseRow{
		{Reference: "R-2026-000039", URL: "/console/cases/39", Kind: "Complaint", State: State{"Acknowledged", Wait}, Marks: []State{{"Urgent", Bad}, {"2 unread", Alert}}, From: "b***@t***.example",
			Owner: "Priya Shah", Received: uk(time.October, 19, 0, 0), Due: uk(time.November, 23, 0, 0), Left: "2 days late", LeftTone: Bad},
		{Reference: "R-2026-000042", URL: "/console/cases/42", Kind: "Access to personal data", State: State{"Waiting", Wait}, Marks: []State{{"for identity", Wait}}, From: "c***@e***.org",
			Received: uk(time.November, 25, 0, 0), Due: uk(time.December, 29, 0, 0), Left: "34 days left"},
		{Reference: "R-2026-000012", URL: "/console/cases/12", Kind: "Erasure of personal data", State: State{"Closed", Good}, Received: uk(time.March, 2, 0, 0)},
	}
}

func accessClocks() []CaseClock {
	return []CaseClock{
		{What: "Answer the person", Due: uk(time.December, 29, 0, 0), State: State{"34 days left", Calm}, Rule: "UK GDPR Articles 12 and 12A", Steps: []ClockStep{
			{"The request was received on Wednesday 25 November 2026, UK local date.", "ICO guidance on time limits"},
			{"Friday 25 December 2026 is Christmas Day, Saturday 26 December 2026 is on a weekend, Sunday 27 December 2026 is on a weekend, Monday 28 December 2026 is Boxing Day (substitute day); the time ends with the next working day in England and Wales, Tuesday 29 December 2026.", "Reg 1182/71 art 3(4)"},
		}},
		{What: "Tell the Commissioner of the breach", Due: uk(time.November, 28, 9, 30), Moment: true, State: State{"3 days left", Alert}, Rule: "UK GDPR Article 33"},
		{What: "Last day to tell of two further months", State: State{"Waits for identity", Wait}},
	}
}

func caseActs() []CaseAct {
	return []CaseAct{
		{Kind: "asked", For: "identity", Title: "Ask for proof of identity", Hint: "Only in reasonable doubt (Article 12(6)).", Button: "Record that it was asked for", Date: "When it was asked for", Note: "What the doubt rests on", NoteNeeded: true},
		{Kind: "decided", Title: "Decide", Button: "Decide", Choose: "Outcome", ChooseName: "outcome", Choices: []CaseChoice{{"granted", "Granted", true}, {"refused", "Refused", false}},
			Words: "Words for the person", Reasons: []CaseChoice{{"unfounded", "The request is manifestly unfounded (Art 12(5) UK GDPR)", false}}, Note: "Note for the file"},
		{Kind: "corrected", Title: "It came on another day", Button: "Correct", Date: "Received", Note: "Where the right date is from", NoteNeeded: true},
	}
}

func casePage() CasePage {
	return CasePage{
		Console: desk(), Row: caseRows()[1], MayWrite: true, Clocks: accessClocks(), Notes: []ClockStep{{"Keep the person informed of progress.", "DPA 2018 s.164A(5)"}},
		Facts:   []Fact{{"Came by", "Mail"}, {"Subject", "My data"}, {"Received", "25 November 2026, 00:30"}},
		Flags:   []CaseFlag{{"agent", "Somebody may act for somebody else: authority is needed", "“on behalf of my client” (text: acts for somebody else)"}},
		Parties: []CaseParty{{ID: 1, Role: "Asks", Name: "Carys O'Neill", Address: "carys@example.org", URL: "/console/people/9"}, {ID: 2, Role: "Is about", Name: "Dai O'Neill", Contact: "1 Quay, Porthaven"}},
		Links:   []CaseLink{{"Asked before, and still open", "R-2026-000039", "/console/cases/39", State{"Acknowledged", Wait}}, {"Erasure of personal data", "R-2026-000042/2", "/console/cases/43", State{"New", Alert}}},
		Duties:  []CaseDuty{{"Search every table", true, ""}, {"Decide", false, ""}, {"Tell the recipients", false, "/console/cases/42/recipients"}},
		Grounds: []string{"“a copy of my personal data” (text: access)"},
		Acts:    caseActs(), Letters: []CaseChoice{{"ask-identity", "Ask for proof of identity", false}}, OtherLetters: []CaseChoice{{"blank", "Write freely", false}}, Languages: []CaseChoice{{"en", "English", false}, {"cy", "Welsh", true}},
		SectionTitle: "Access to personal data", Section: "<p>Nothing has been searched yet.</p>",
		Messages: []CaseMessage{
			{ID: 1, In: true, Open: true, Mail: ReceivedMail{From: "Carys O'Neill <carys@example.org>", Subject: "My data", Received: uk(time.November, 25, 0, 30), Text: "Please send me a copy of my personal data.\n<script>"},
				Filed: "It opened this case", RawURL: "/console/cases/42/messages/1/raw", Parts: []CaseFile{{Name: "passport.pdf", Type: "application/pdf by its sender’s word", Size: "120 KB", URL: "/console/cases/42/messages/1/parts/1"}}},
			{ID: 2, Mail: ReceivedMail{From: "carys@example.org", Subject: "We need to know that it is you", Received: uk(time.November, 26, 9, 0), Text: "Dear Carys"}, State: "Sent", By: "Priya Shah"},
			{ID: 3, In: true, Unread: true, Warning: "It came from an address that is no party’s.", Mail: ReceivedMail{From: "x@example.net", Subject: "Re: [R-2026-000042]", Received: uk(time.November, 27, 9, 0), Text: "It is me.", Cut: true}},
		},
		Files: []CaseFile{{"scan.pdf", "application/pdf", "1.2 MB", "/console/cases/42/files/1", "Priya Shah", uk(time.November, 27, 10, 0)}},
		Timeline: []Event{
			{At: uk(time.November, 26, 9, 0), What: "Asked for proof of identity.", By: "Priya Shah", Wording: "The address is new to us.", Tone: Wait},
			{At: uk(time.November, 25, 0, 31), What: "Opened from a message to privacy.", By: "Assent"},
		},
	}
}

func caseSamples() []sample {
	full := casePage()
	decided := CasePage{Console: desk(), Row: caseRows()[2], Asked: "Please delete everything.", Decision: []Fact{{"Outcome", "Granted"}, {"By", "Priya Shah"}}, Words: "All of it is gone.", Duties: []CaseDuty{{"Decide", true, ""}}}
	refused := full
	refused.Problem, refused.Alarm, refused.Proposal = "The case cannot be closed yet. Still to do: Decide.", "A letter could not be delivered.", &CaseProposal{"Carys O'Neill", "carys@example.org", "2026-11-20T09:30"}
	letter := CaseLetterPage{
		Console: desk(), Row: caseRows()[1], Action: "/console/cases/42/letter", Key: "K7", Text: "ask-identity", Title: "Ask for proof of identity", To: []CaseChoice{{"carys@example.org", "carys@example.org", true}},
		Languages: []CaseChoice{{"en", "English", true}, {"cy", "Welsh", false}}, Subject: "We need to know that it is you [R-2026-000042]", Body: "Dear Carys,\n\nWho are you?", Asks: "identity",
		AsksWords: "This letter asks for proof of identity. The clock waits for it.", NoteLabel: "What the doubt rests on", Fields: []Fact{{"{{reference}}", "the case's reference"}},
	}
	shown := letter
	shown.Does = "lifting-told"
	shown.Preview, shown.PreviewOf, shown.MayAnswer, shown.Extends, shown.Reasons, shown.Problem = "Dear Carys,\n\nWho are you?", "We need to know", true, true, []CaseChoice{{"complex", "Complex", true}}, "The letter still has a field."
	return []sample{
		{"cases", "", CasesPage{Console: desk(), Warning: "The bank-holiday table ends soon.", EnterURL: "/console/cases/new", Rows: caseRows(), Pager: Pager{1, 3, 3, "", ""},
			Filter: CaseFilter{States: []CaseChoice{{"", "All", true}, {"open", "Open", false}}, Kinds: []CaseChoice{{"", "All", true}}, Programmes: []CaseChoice{{"", "All", true}}, Owners: []CaseChoice{{"", "All", true}, {"nobody", "Nobody", false}}}}},
		{"cases", "none", CasesPage{Console: desk(), Filter: CaseFilter{Search: "R-2025", Overdue: true, Active: true}}},
		{"cases", "empty", CasesPage{Console: desk()}},
		{"reports", "", ReportsPage{
			Console: desk(), From: "2026-01-01", Programmes: []CaseChoice{{"", "All", true}}, Due: []Fact{{Name: "Overdue", Value: "1"}}, Downloads: []Download{{"Register of complaints", "/console/reports/complaints"}},
			Tables: []ReportTable{{"By kind", []string{"Kind", "Received"}, [][]string{{"Complaint", "3"}}}},
		}},
		{"case", "", full},
		{"case", "by-hand", decided},
		{"case", "refused", refused},
		{"given", "", GivenPage{Console: desk(), Title: "Who was given data of ann@reader.example", Back: "ann@reader.example", BackURL: "/console/people/7", Problem: "Fill in why.", NextURL: "?before=3",
			Rows: []GivenRow{{uk(time.May, 3, 9, 0), "Porthaven Police", "Name and address", "Their form of 3 May", "In a case", "/console/cases/9"}},
			Form: &GivenForm{Action: "/console/people/7/given", Gave: "Name", Recipients: []CaseChoice{{Label: "Somebody else"}, {Value: "1:2", Label: "Porthaven Printers (Harbour News)"}}}}},
		{"recipients", "", RecipientsPage{Console: desk(), NextURL: "?before=3", Rows: []RecordNotice{{ID: 4, Name: "Porthaven Printers", Change: "Erasure", How: "Not told yet.", At: uk(time.May, 3, 9, 0), People: 2, State: State{"To be told by hand", Bad}, Open: true, URL: "/console/recipients/4"}}}},
		{"recipients", "none", RecipientsPage{Console: desk(), All: true}},
		{"recipient", "", RecipientPage{Console: desk(), MayWrite: true, CaseURL: "/console/cases/9", Problem: "Say how you know.", Answered: "impossible",
			Notice: RecordNotice{Name: "Porthaven Printers", Change: "Rectification", How: "Not told yet.", At: uk(time.May, 3, 9, 0), State: State{"To be told by hand", Bad}, Open: true, URL: "/console/recipients/4"},
			Whom:   []ToldOf{{"Ann Lea <ann@reader.example>", []FieldChange{{"name", "Ann Lea", "Ann Lee"}, {"harbour: town", "", "Porthaven"}}}}}},
		{"correct", "", CorrectPage{Console: desk(), Action: "/console/people/7/correct", PersonURL: "/console/people/7", Address: "ann@reader.example", Name: "Ann Lea", Language: "en", Problem: "Fill in reason.",
			Fields: []CorrectField{{"attribute.harbour.town", "Town", "Portmouth", ""}}}},
		{"case-letter", "", letter},
		{"case-letter", "preview", shown},
		{"case-new", "", CaseEntryPage{Console: desk(), Action: "/console/cases/new", Key: "KEYOFTHEFORM", Programmes: []CaseChoice{{"1", "Better Services", true}}, Channels: []CaseChoice{{"post", "Post", true}},
			Languages: []CaseChoice{{"en", "English", true}}, Kinds: []CaseChoice{{"access", "Access to personal data", false}}}},
		{"case-new", "suggested", CaseEntryPage{Console: desk(), Action: "/console/cases/new", Key: "KEYOFTHEFORM", Problem: "Say who asks.", Looked: true, Suggested: []string{"“a copy of my data” (access)"},
			Kinds: []CaseChoice{{"access", "Access to personal data", true}}, Asked: "A copy of my data, please.", Urgent: true, Received: "2026-11-20"}},
		{"letter-texts", "", LetterTextsPage{Console: desk(), Programme: "Better Services Programme", Back: "/console/cases", MayWrite: true,
			Rows: []LetterTextRow{{"Ask for proof of identity", "ask-identity", "English", "Comes with Assent", "/console/letter-texts/1?language=en&text=ask-identity"}}, Fields: []Fact{{"{{reference}}", "the case's reference"}},
			Edit: &LetterTextForm{"/console/letter-texts/1", "ask-identity", "Ask for proof of identity", "en", "Who are you? [{{reference}}]", "Dear {{name}}"}}},
	}
}

func caseMailSamples() []sample {
	page, text, err := Markdown("Dear Carys,\n\nwe have your request.\n\n- one\n- two")
	if err != nil {
		panic(err)
	}
	return []sample{
		{"case-letter", "", CaseLetterMail{Sender: standards(), Subject: "We need to know that it is you [R-2026-000042]", Reference: "R-2026-000042", BodyHTML: HTML(page), BodyText: text}},
		{"case-reminder", "", CaseReminderMail{Sender: standards(), CasesURL: "https://mail.example.org/console/cases", More: 2, Cases: []CaseReminder{
			{Reference: "R-2026-000040", Late: true, DueAt: uk(time.November, 20, 0, 0), URL: "https://mail.example.org/console/cases?q=R-2026-000040"},
			{Reference: "R-2026-000042", DueAt: uk(time.December, 2, 0, 0), URL: "https://mail.example.org/console/cases?q=R-2026-000042"},
			{Reference: "R-2026-000043", Silent: 29, URL: "https://mail.example.org/console/cases?q=R-2026-000043"},
		}}},
		{"case-alert", "", CaseAlertMail{Sender: standards(), Reference: "R-2026-000043", Complaint: true, ReceivedAt: uk(time.November, 25, 0, 30), DueAt: uk(time.December, 2, 0, 0), CaseURL: "https://mail.example.org/console/cases?q=R-2026-000043"}},
		{"case-alert", "compensation", CaseAlertMail{Sender: standards(), Reference: "R-2026-000045", ReceivedAt: uk(time.November, 25, 0, 30), CaseURL: "https://mail.example.org/console/cases?q=R-2026-000045"}},
		{"case-alert", "breach", CaseAlertMail{Sender: standards(), Reference: "R-2026-000044", Breach: true, ReceivedAt: uk(time.November, 25, 0, 30), DueAt: uk(time.November, 28, 0, 30), CaseURL: "https://mail.example.org/console/cases?q=R-2026-000044"}},
	}
}
