package templates

import "time"

func keepingSamples() []sample {
	choice := func(values ...string) (all []CaseChoice) {
		for _, v := range values {
			all = append(all, CaseChoice{Value: v, Label: v})
		}
		return all
	}
	hold := HoldRow{ID: "3", URL: "/console/people/12", About: "Person 12", Kind: "Legal hold", Reason: "letter before action", Since: uk(time.May, 3, 9, 0)}
	full := RetentionPage{
		Console: desk(), Action: "/console/retention", MayWrite: true,
		Queue: []DueRow{
			{ID: "7", Rule: "Leavers", About: "Person 12", URL: "/console/people/12", Due: uk(time.March, 1, 0, 0), State: State{"Waiting", Alert}},
			{ID: "8", Rule: "Reports", About: "Row 40", Due: uk(time.March, 2, 0, 0), State: State{"Delayed", Wait}, Until: uk(time.June, 1, 0, 0), Why: "an auditor asked for it"},
		},
		Rules:        []RuleRow{{ID: "1", Name: "Leavers", Programme: "Better Services", Statement: "Your record is deleted 1 year after the last permission that you gave has ended (disputes come within a year).", Review: true}, {ID: "2", Name: "Letters", Statement: "Letters that we sent to you is deleted 1 year after they were sent (it is enough)."}},
		Certificates: []CertificateRow{{Number: "4", At: uk(time.April, 1, 3, 0), What: "People", Action: "delete", Objects: 12, Approved: "Operator 2", Reason: "disputes come within a year", Digest: "9f86d081884c7d65"}},
		Holds:        []HoldRow{hold, {About: "Person 9", URL: "/console/people/9", Kind: "Access case DP-2026-0012 is open", Since: uk(time.May, 4, 9, 0)}},
		Erasures:     []ErasureRow{{Number: "2", Asked: uk(time.May, 5, 9, 0), Ground: "Request", State: State{"Waits for the letter", Wait}, By: "Operator 2"}, {Number: "1", Asked: uk(time.May, 1, 9, 0), Ground: "Objection", State: State{"Done", Good}, Done: uk(time.May, 1, 9, 2), By: "Operator 2"}},
		NewURL:       "/console/retention/rules/new",
	}
	wrong := full
	wrong.Problem = "Give a reason in one line of at most 300 characters."
	exports := CopiesPage{
		Console: desk(), NewURL: "/console/exports/new", Days: 7, Next: "?before=4",
		Rows: []CopyRow{
			{ID: "7", What: "Subscribers of monthly-update", Form: "CSV", Why: "move to another server", By: "Operator 2", Asked: uk(time.May, 5, 9, 0), State: State{"Being made", Wait}, Until: uk(time.May, 12, 9, 0)},
			{ID: "6", What: "Show-me pack", Form: "signed", PersonURL: "/console/people/12", Why: "asked by phone", By: "Operator 2", Asked: uk(time.May, 4, 9, 0), State: State{"Ready", Good}, Until: uk(time.May, 11, 9, 0), Size: "52 KB", Fetched: 1, FileURL: "/console/exports/6/file", DestroyURL: "/console/exports/6/destroy"},
			{ID: "5", What: "Lists", Form: "CSV", By: "Operator 2", Asked: uk(time.April, 4, 9, 0), State: State{"Destroyed", Calm}, Until: uk(time.April, 11, 9, 0), Gone: "Its time was over.", Size: "1 KB", Rows: 3, AgainURL: "/console/exports/5/again"},
		},
	}
	return []sample{
		{"copies", "", exports},
		{"copies", "empty", CopiesPage{Console: desk(), NewURL: "/console/exports/new", Days: 7}},
		{"retention", "", full},
		{"form", "rule", FormPage{
			Console: desk(), Over: Link{URL: "/console/retention", Label: "Retention"}, Title: "A new retention rule", Action: "/console/retention/rules", Button: "Put it in force", Problem: "Say how long, as a number.",
			Lines: []FormLine{
				{Name: FieldName, Label: "Name", Type: "text", Value: "Leavers"},
				{Name: FieldLength, Label: "How long after", Type: "number", Value: "soon"},
				{Name: FieldUnit, Label: "Counted in", Type: LineOne, Options: []FormOption{{Value: "years", Label: "Years", On: true}}},
				{Name: FieldSince, Label: "After what", Type: LineOne, Options: []FormOption{{Value: "sent", Label: "Sent"}}},
				{Name: FieldCategory, Label: "What thinning takes away", Type: LineSome, Options: []FormOption{{Value: "usage", Label: "Usage"}}},
				{Name: FieldReview, Label: "A person approves before anything goes", Type: LineTick, Value: "yes"},
			},
		}},
		{"retention", "mistake", wrong},
		{"retention", "empty", RetentionPage{Console: desk(), Action: "/console/retention"}},
		{"erase", "", ErasePage{Console: desk(), Action: "/console/people/12/erase", PersonURL: "/console/people/12", Address: "ann@reader.example", Grounds: choice("request", "objection"), Dates: []DueRow{{Rule: "Leavers: delete", Due: uk(time.March, 1, 0, 0)}}}},
		{"erase", "held", ErasePage{Console: desk(), Action: "/console/people/12/erase", PersonURL: "/console/people/12", Address: "ann@reader.example", Grounds: choice("request"), Holds: []HoldRow{hold}, Problem: "This was refused."}},
	}
}
