package notice

// language is what Draft says of itself, in one language.
type language struct {
	controller, officer, purposes, interests, categories, recipients, transfers string
	retention, rights, withdrawal, complaint, source, requirement, automated    string

	controllerIs, contactIs, officerIs              string
	nameAndAddress, categoriesAre                   string
	nobody, staysHere, goesAbroad                   string
	untilYouLeave, endsAfter, endsOn                string
	rightsAre, objection, withdrawalIs, complaintIs string
	bases                                           map[string]string
	ifYouAgree                                      map[string]string // in place of bases, to somebody who has not been asked yet
}

// inLanguage returns the words of a language, the English ones where it has none.
func inLanguage(code string) language {
	if code == Welsh {
		return welsh()
	}
	return english()
}

func english() language {
	return language{
		controller: "Who we are", officer: "Data Protection Officer", purposes: "What we use your data for", interests: "Our legitimate interests",
		categories: "What we hold about you", recipients: "Who else gets it", transfers: "Data abroad", retention: "How long we keep it", rights: "Your rights",
		withdrawal: "If you change your mind", complaint: "If you want to complain", source: "Where it comes from",
		requirement: "Must you give it?", automated: "Automated decisions",
		controllerIs: "The controller of your personal data is %s, %s.", contactIs: "Write to %s.", officerIs: "Our Data Protection Officer is %s.",
		nameAndAddress: "your email address, and your name where you gave it", categoriesAre: "We hold: %s.",
		nobody: "We give it to nobody.", staysHere: "Your data stays in the United Kingdom.", goesAbroad: "These handle your data outside the United Kingdom, protected as said:",
		untilYouLeave: "We keep your data until you leave. Then we keep only a code made from your address, so that we do not write to you again.",
		endsAfter:     "%s: your permission ends after %d days, unless you renew it.", endsOn: "All of it ends on %s.",
		rightsAre: "You may ask for a copy of your data, have it corrected, erased or handed to another organisation, and have its use limited. You may object where we rely on our legitimate interests or a public task.",
		objection: "**You may object to direct marketing at any time. We then stop at once, and ask for no reason.**",
		withdrawalIs: "You may withdraw your consent at any time, as easily as you gave it: with the link in each email, or by writing to %s. No reason is needed. " +
			"What we did before stays lawful.",
		complaintIs: "Write to %s if you are unhappy with how we use your data. You may also complain to the Information Commissioner, casework@ico.org.uk.",
		bases: map[string]string{
			"consent": "because you agreed to it", "explicit-consent": "because you expressly agreed to it",
			"soft-opt-in":          "because you bought from us or asked about it, and did not opt out",
			"charity-soft-opt-in":  "because you supported our charity or showed interest in it, and did not opt out",
			"legitimate-interests": "for our legitimate interests", "public-task": "as part of our public task",
			"contract": "because our contract with you needs it", "legal-obligation": "because the law obliges us",
		},
		ifYouAgree: map[string]string{"consent": "only if you agree to it", "explicit-consent": "only if you expressly agree to it"},
	}
}

func welsh() language {
	return language{
		controller: "Pwy ydym ni", officer: "Swyddog Diogelu Data", purposes: "At beth y defnyddiwn eich data", interests: "Ein buddiannau dilys",
		categories: "Yr hyn sydd gennym amdanoch", recipients: "Pwy arall sy’n ei gael", transfers: "Data dramor", retention: "Pa mor hir y cadwn ef", rights: "Eich hawliau",
		withdrawal: "Os byddwch yn newid eich meddwl", complaint: "Os ydych am gwyno", source: "O ble y daw",
		requirement: "Oes rhaid ichi ei roi?", automated: "Penderfyniadau awtomataidd",
		controllerIs: "Rheolydd eich data personol yw %s, %s.", contactIs: "Ysgrifennwch at %s.", officerIs: "Ein Swyddog Diogelu Data yw %s.",
		nameAndAddress: "eich cyfeiriad e-bost, a’ch enw os rhoesoch ef", categoriesAre: "Mae gennym: %s.",
		nobody: "Nid ydym yn ei roi i neb.", staysHere: "Mae eich data yn aros yn y Deyrnas Unedig.", goesAbroad: "Mae’r rhain yn trin eich data y tu allan i’r Deyrnas Unedig, wedi’i ddiogelu fel y dywedir:",
		untilYouLeave: "Cadwn eich data nes ichi adael. Wedyn cadwn god a wnaed o’ch cyfeiriad yn unig, fel na fyddwn yn ysgrifennu atoch eto.",
		endsAfter:     "%s: daw eich caniatâd i ben ar ôl %d diwrnod, oni bai ichi ei adnewyddu.", endsOn: "Daw’r cyfan i ben ar %s.",
		rightsAre: "Cewch ofyn am gopi o’ch data, ei gywiro, ei ddileu neu ei drosglwyddo i sefydliad arall, a chyfyngu ar ei ddefnydd. Cewch wrthwynebu lle rydym yn dibynnu ar ein buddiannau dilys neu dasg gyhoeddus.",
		objection: "**Cewch wrthwynebu marchnata uniongyrchol ar unrhyw adeg. Byddwn yn stopio ar unwaith, heb ofyn am reswm.**",
		withdrawalIs: "Cewch dynnu eich cydsyniad yn ôl ar unrhyw adeg, mor hawdd ag y’i rhoesoch: gyda’r ddolen ym mhob e-bost, neu drwy ysgrifennu at %s. Nid oes angen rheswm. " +
			"Mae’r hyn a wnaethom cynt yn parhau’n gyfreithlon.",
		complaintIs: "Ysgrifennwch at %s os ydych yn anhapus â sut y defnyddiwn eich data. Cewch gwyno hefyd wrth y Comisiynydd Gwybodaeth, casework@ico.org.uk.",
		bases: map[string]string{
			"consent": "am ichi gytuno iddo", "explicit-consent": "am ichi gytuno iddo yn benodol",
			"soft-opt-in":          "am ichi brynu gennym neu holi amdano, heb optio allan",
			"charity-soft-opt-in":  "am ichi gefnogi ein helusen neu ddangos diddordeb ynddi, heb optio allan",
			"legitimate-interests": "er ein buddiannau dilys", "public-task": "fel rhan o’n tasg gyhoeddus",
			"contract": "am fod ein contract â chi yn galw amdano", "legal-obligation": "am fod y gyfraith yn ein gorfodi",
		},
		ifYouAgree: map[string]string{"consent": "dim ond os cytunwch iddo", "explicit-consent": "dim ond os cytunwch iddo yn benodol"},
	}
}
