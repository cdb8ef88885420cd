package templates

import "time"

func importSamples() []sample {
	lists := []FormOption{{Value: "monthly-update", Label: "Monthly update"}, {Value: "alerts", Label: "Alerts"}}
	dates := []FormOption{{Value: "", Label: "Year first, such as 2026-03-31"}, {Value: "day-first", Label: "Day first, such as 31/03/2026", On: true}}
	formats := []FormOption{{Value: "", Label: "Find out", On: true}, {Value: "csv", Label: "A spreadsheet"}}
	values := []FormOption{{Value: "?", Label: "Choose …", On: true}, {Value: "", Label: "Leave it out"}, {Value: "address", Label: "address"}}
	held := []FormOption{{Value: "", Label: "Leave it out"}, {Value: "address", Label: "address", On: true}}
	facts := []Fact{{"Into", "Monthly update"}, {"Handed over", "5 May 2026, 9:00, by Operator 2"}, {"Taken for", "CSV, 3 KB"}}
	became := []Tally{{Count: 1204, What: "are on the list now"}, {Count: 31, What: "are in quarantine, for they lack evidence", Bad: true}}
	return []sample{
		{"imports", "", ImportsPage{
			Console: desk(), NewURL: "/console/imports/new", Next: "?before=2",
			Files: []FileRow{
				{URL: "/console/imports/files/4", Name: "people.csv", List: "Monthly update", By: "Operator 2", At: uk(time.May, 5, 9, 0), State: State{"Being imported", Wait}, Done: 500, Of: 1204},
				{URL: "/console/imports/files/3", Name: "fair.csv", List: "Alerts", By: "Operator 2", At: uk(time.May, 4, 9, 0), State: State{"Waits for you", Bad}},
			},
			Rows: []ImportRow{{URL: "/console/imports/2", Name: "old.csv", List: "Alerts", By: "Operator 2", At: uk(time.May, 1, 9, 0), State: State{"Brought in", Good}, Rows: 1300, Granted: 1204, Quarantined: 31}},
		}},
		{"imports", "empty", ImportsPage{Console: desk(), NewURL: "/console/imports/new"}},
		{"import-new", "", ImportNewPage{Console: desk(), Action: "/console/imports/new", Lists: lists, Formats: formats, Encodings: []FormOption{{Value: "utf-8", Label: "UTF-8", On: true}}, Most: "256 MB", Days: 7}},
		{"import-new", "mistake", ImportNewPage{Console: desk(), Action: "/console/imports/new", Lists: lists, Formats: formats, Most: "256 MB", Days: 7, Problem: "The file is empty."}},
		{"upload", "waiting", UploadPage{
			Console: desk(), Name: "people.csv", State: State{"Waits for you", Bad}, Says: "Say what its columns hold.", Facts: facts, ReadURL: "/console/imports/files/4/columns", Formats: formats,
			Dates:     dates,
			Columns:   []UploadColumn{{Name: "E-mail", Field: "column0", Holds: "address", Values: held}, {Name: "Stadt", Field: "column1", Values: values}},
			CancelURL: "/console/imports/files/4/cancel", Cancel: "Destroy the file",
		}},
		{"upload", "checking", UploadPage{Console: desk(), Name: "people.csv", State: State{"Being looked through", Wait}, Says: "A worker finds out what would become of its rows.", Facts: facts, Done: 500, Of: 1204}},
		{"upload", "checked", UploadPage{
			Console: desk(), Name: "people.csv", State: State{"Ready", Good}, Says: "Nothing was brought in yet.", Facts: facts, Problem: "It is not as it was when you looked at it.",
			Counts: became, Reasons: []RowReason{{Line: 1034, Says: "It lacks what shows that the person agreed."}}, ErrorsURL: "/console/imports/files/4/errors",
			StartURL: "/console/imports/files/4/start", CancelURL: "/console/imports/files/4/cancel", Cancel: "Destroy the file",
			ReadURL: "/console/imports/files/4/columns", Formats: formats, Dates: dates, Columns: []UploadColumn{{Name: "E-mail", Field: "column0", Holds: "address", Values: held}},
		}},
		{"upload", "done", UploadPage{
			Console: desk(), Name: "people.csv", State: State{"Brought in", Good}, Says: "It was brought in, and the file was destroyed.", Facts: facts, Became: became, ImportURL: "/console/imports/2",
			Columns: []UploadColumn{{Name: "E-mail", Holds: "address"}},
		}},
		{"import", "", ImportPage{Console: desk(), Name: "people.csv", State: State{"Brought in", Good}, Facts: facts, Became: became, UndoURL: "/console/imports/2/undo", AskURL: "/console/imports/2/ask"}},
		{"import", "mistake", ImportPage{Console: desk(), Name: "people.csv", State: State{"Brought in", Good}, Facts: facts, Became: became, UndoURL: "/console/imports/2/undo", AskURL: "/console/imports/2/ask", Ground: "none", Problem: "Say on what ground."}},
		{"import", "undone", ImportPage{Console: desk(), Name: "people.csv", State: State{"Taken back", Calm}, Facts: facts, Became: became, Said: "A worker takes it back."}},
	}
}
