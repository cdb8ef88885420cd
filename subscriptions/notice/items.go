package notice

// Item is one thing that a notice must say: the list of Articles 13 and 14 UK GDPR, in their order (E2-08).
type Item string

const (
	Controller  Item = "controller"  // 13(1)(a): who it is, and how to reach them
	Officer     Item = "officer"     // 13(1)(b): the data protection officer
	Purposes    Item = "purposes"    // 13(1)(c): each purpose with its lawful basis
	Interests   Item = "interests"   // 13(1)(d): the legitimate interests
	Categories  Item = "categories"  // 14(1)(d): what data
	Recipients  Item = "recipients"  // 13(1)(e)
	Transfers   Item = "transfers"   // 13(1)(f): abroad, with the safeguards
	Retention   Item = "retention"   // 13(2)(a): how long, or by which rule
	Rights      Item = "rights"      // 13(2)(b), and 21(4): the right to object, by itself
	Withdrawal  Item = "withdrawal"  // 13(2)(c)
	Complaint   Item = "complaint"   // 13(2)(d); DPA 2018 ss.164A and 165
	Source      Item = "source"      // 14(2)(f)
	Requirement Item = "requirement" // 13(2)(e): must people give the data, and what if not
	Automated   Item = "automated"   // 13(2)(f): automated decisions and profiling
)

// Items holds every item in the order of a notice.
var Items = []Item{Controller, Officer, Purposes, Interests, Categories, Recipients, Transfers, Retention, Rights, Withdrawal, Complaint, Source, Requirement, Automated}

// Title says in English what an item asks for.
func (i Item) Title() string {
	titles := map[Item]string{
		Controller: "Who the controller is and how to reach them", Officer: "The data protection officer",
		Purposes: "Each purpose, and its lawful basis", Interests: "The legitimate interests", Categories: "What personal data",
		Recipients: "Who gets it", Transfers: "Transfers abroad and their safeguards", Retention: "How long it is kept", Rights: "People's rights",
		Withdrawal: "The right to withdraw consent", Complaint: "The right to complain", Source: "Where the data comes from",
		Requirement: "Whether people must give it", Automated: "Automated decisions",
	}
	return titles[i]
}

// headings holds, by language, the words in a heading that mark the section of an item. The first is part of the heading that Draft writes.
func (i Item) headings() []string {
	return map[Item][]string{
		Controller:  {"who we are", "controller", "pwy ydym ni", "rheolydd"},
		Officer:     {"data protection officer", "swyddog diogelu data"},
		Purposes:    {"what we use your data for", "how we use", "why we use", "purpose", "at beth y defnyddiwn", "sut rydym yn defnyddio", "diben"},
		Interests:   {"legitimate interest", "buddiannau dilys", "buddiannau cyfreithlon"},
		Categories:  {"what we hold", "what we collect", "categories", "data we hold", "yr hyn sydd gennym", "categorïau"},
		Recipients:  {"who else gets", "who we share", "recipient", "sharing", "pwy arall", "rhannu", "derbynwyr"},
		Transfers:   {"abroad", "transfer", "outside the uk", "outside the united kingdom", "dramor", "y tu allan i'r deyrnas unedig"},
		Retention:   {"how long", "retention", "pa mor hir", "cadw"},
		Rights:      {"your rights", "hawliau"},
		Withdrawal:  {"change your mind", "withdraw", "opt out", "newid eich meddwl", "tynnu"},
		Complaint:   {"complain", "cwyn", "gwyno"},
		Source:      {"where it comes from", "where we get", "source", "o ble", "ffynhonnell"},
		Requirement: {"must you give", "do you have to", "required", "oes rhaid", "gofynnol"},
		Automated:   {"automated", "profiling", "awtomat", "proffilio"},
	}[i]
}
