package access

import "strings"

// pair is a word in English and Welsh.
type pair struct{ en, cy string }

// Word returns a code of this package in words, in a language: "en" or "cy". A code without words is shown as it is.
func Word(code, language string) string {
	w, ok := vocabulary(code)
	switch {
	case !ok:
		return strings.ReplaceAll(code, "-", " ")
	case language == "cy":
		return w.cy
	}
	return w.en
}

func vocabulary(code string) (pair, bool) {
	for _, table := range []map[string]pair{sourceWords(), fieldWords(), basisWords(), byWords(), reasonWords()} {
		if w, ok := table[code]; ok {
			return w, true
		}
	}
	return pair{}, false
}

func sourceWords() map[string]pair {
	return map[string]pair{
		"record":      {"Your record", "Eich cofnod"},
		"permissions": {"What you agreed to and refused", "Yr hyn y cytunoch iddo ac a wrthodoch"},
		"sent":        {"Newsletters and other mail sent to many, and to you", "Cylchlythyrau a negeseuon eraill at lawer, ac atoch chi"},
		"letters":     {"Letters to you", "Llythyrau atoch chi"},
		"mail":        {"Mail from you and about you", "Negeseuon gennych chi ac amdanoch chi"},
		"cases":       {"Your requests and complaints, and how they were worked", "Eich ceisiadau a'ch cwynion, a sut y cawsant eu trin"},
		"files":       {"Files and enclosures", "Ffeiliau ac atodiadau"},
		"visits":      {"Visits to your own page, and changes of address", "Ymweliadau â'ch tudalen eich hun, a newidiadau cyfeiriad"},
		"corrections": {"Corrections, and what you want to stand beside your data", "Cywiriadau, a'r hyn yr ydych am iddo sefyll wrth ymyl eich data"},
		"recipients":  {"Who was given your data, or told of a change", "Pwy a gafodd eich data, neu wybod am newid"},
		"told":        {"What you were told of", "Yr hyn y cawsoch wybod amdano"},
		"keeping":     {"Holds, erasures and disposals", "Ataliadau, dileadau a gwarediadau"},
		"quarantine":  {"Files of addresses in which you stand without evidence of consent", "Ffeiliau o gyfeiriadau lle'r ydych heb dystiolaeth o gydsyniad"},
		"trail":       {"Who read or changed your data", "Pwy a ddarllenodd neu a newidiodd eich data"},
		"given":       {"What was given to you before", "Yr hyn a roddwyd i chi o'r blaen"},
		"elsewhere":   {"From other places", "O leoedd eraill"},
	}
}

func basisWords() map[string]pair {
	return map[string]pair{
		"consent":              {"your consent", "eich cydsyniad"},
		"explicit-consent":     {"your explicit consent", "eich cydsyniad penodol"},
		"soft-opt-in":          {"soft opt-in: you bought, or asked about, something like it and did not refuse", "optio i mewn meddal: prynoch chi neu holoch am rywbeth tebyg, heb wrthod"},
		"charity-soft-opt-in":  {"soft opt-in for charities: you showed interest or gave support and did not refuse", "optio i mewn meddal i elusennau: dangosoch ddiddordeb neu roesoch gefnogaeth, heb wrthod"},
		"legitimate-interests": {"legitimate interests", "buddiannau dilys"},
		"public-task":          {"a task in the public interest", "tasg er budd y cyhoedd"},
		"contract":             {"a contract with you", "contract gyda chi"},
		"legal-obligation":     {"a legal obligation", "rhwymedigaeth gyfreithiol"},
	}
}

func fieldWords() map[string]pair {
	return map[string]pair{
		"address": {"E-mail address", "Cyfeiriad e-bost"}, "name": {"Name", "Enw"}, "language": {"Language", "Iaith"}, "source": {"Where the record came from", "O ble y daeth y cofnod"},
		"created": {"On record since", "Ar gofnod ers"}, "changed": {"Last changed", "Newidiwyd ddiwethaf"}, "restricted": {"Restricted", "Wedi'i gyfyngu"},
		"what": {"What", "Beth"}, "kind": {"Kind", "Math"}, "list": {"List", "Rhestr"}, "purpose": {"Purpose", "Diben"}, "programme": {"Programme", "Rhaglen"}, "channel": {"How", "Sut"},
		"actor": {"By", "Gan"}, "reason": {"Reason", "Rheswm"}, "expires": {"Until", "Hyd"}, "evidence": {"Evidence", "Tystiolaeth"}, "wording": {"Words shown", "Y geiriau a ddangoswyd"},
		"ip": {"IP address", "Cyfeiriad IP"}, "subject": {"Subject", "Pwnc"}, "state": {"State", "Cyflwr"}, "reply": {"What the mail system answered", "Ateb y system bost"}, "report": {"Delivery report", "Adroddiad danfon"},
		"from": {"From", "Oddi wrth"}, "to": {"To", "At"}, "cc": {"Copy to", "Copi at"}, "mailbox": {"Mailbox", "Blwch post"}, "sorted": {"Sorted as", "Dosbarthwyd fel"},
		"grounds": {"Because of", "Oherwydd"}, "reference": {"Reference", "Cyfeirnod"}, "received": {"Received", "Derbyniwyd"}, "due": {"Due", "Dyddiad cau"}, "closed": {"Closed", "Caewyd"},
		"asked": {"What was asked", "Yr hyn a ofynnwyd"}, "decision": {"Decision", "Penderfyniad"}, "words": {"In words", "Mewn geiriau"}, "note": {"Note", "Nodyn"}, "on": {"On", "Ar"},
		"role": {"Role", "Rôl"}, "contact": {"Contact", "Manylion cyswllt"}, "file": {"File", "Ffeil"}, "size": {"Size", "Maint"}, "attribute": {"Detail", "Manylyn"}, "until": {"Until", "Hyd"},
		"answer": {"Answer", "Ateb"}, "why": {"Why", "Pam"}, "place": {"Place", "Lle"}, "searched-by": {"Searched by", "Chwiliwyd gan"}, "number": {"Number", "Rhif"}, "outcome": {"Outcome", "Canlyniad"},
		"before": {"Before", "Cyn"}, "after": {"After", "Wedyn"}, "scope": {"Reach", "Cwmpas"}, "alarm": {"Alarm", "Rhybudd"}, "sender": {"Sender", "Anfonwr"}, "new-address": {"New address", "Cyfeiriad newydd"},
	}
}

// evidenceWords names what is kept of how an act came about.
func evidenceWords() map[string]pair {
	return map[string]pair{
		"act": {"What was done", "Yr hyn a wnaed"}, "page": {"On the page", "Ar y dudalen"}, "language": {"Language", "Iaith"}, "user_agent": {"Browser", "Porwr"}, "why": {"Why", "Pam"}, "note": {"Note", "Nodyn"},
	}
}

// untilWords says how long a permission without a term lasts.
func untilWords() map[string]pair {
	const enObject, cyObject = "as long as the purpose needs it, or until you object", "cyhyd ag y mae ar y diben ei angen, neu nes i chi wrthwynebu"
	const enWithdraw, cyWithdraw = "until you withdraw it", "nes i chi ei dynnu’n ôl"
	return map[string]pair{
		"consent": {enWithdraw, cyWithdraw}, "explicit-consent": {enWithdraw, cyWithdraw}, "soft-opt-in": {"until you object", "nes i chi wrthwynebu"}, "charity-soft-opt-in": {"until you object", "nes i chi wrthwynebu"},
		"legitimate-interests": {enObject, cyObject}, "public-task": {enObject, cyObject}, "contract": {"as long as the contract needs it", "cyhyd ag y mae ar y contract ei angen"},
		"legal-obligation": {"as long as the law asks it of us", "cyhyd ag y mae’r gyfraith yn ei fynnu gennym"},
	}
}

// byWords says by which terms each source is searched.
func byWords() map[string]pair {
	return map[string]pair{
		"by-record":      {"the keyed hash of each address, and the number on record", "hash allweddol pob cyfeiriad, a'r rhif ar gofnod"},
		"by-permissions": {"the keyed hash of each address", "hash allweddol pob cyfeiriad"},
		"by-sent":        {"the number on record", "y rhif ar gofnod"},
		"by-letters":     {"the number on record, and each address", "y rhif ar gofnod, a phob cyfeiriad"},
		"by-mail":        {"each address, as the sender and in the message", "pob cyfeiriad, fel anfonwr ac yn y neges"},
		"by-cases":       {"the number on record, and each address", "y rhif ar gofnod, a phob cyfeiriad"},
		"by-files":       {"the person's cases", "achosion y person"},
		"by-visits":      {"the number on record, and the keyed hash of each address", "y rhif ar gofnod, a hash allweddol pob cyfeiriad"},
		"by-corrections": {"the number on record", "y rhif ar gofnod"},
		"by-recipients":  {"the number on record", "y rhif ar gofnod"},
		"by-told":        {"the number on record, and the keyed hash of each address", "y rhif ar gofnod, a hash allweddol pob cyfeiriad"},
		"by-keeping":     {"the number on record", "y rhif ar gofnod"},
		"by-quarantine":  {"the keyed hash of each address", "hash allweddol pob cyfeiriad"},
		"by-trail":       {"the number on record", "y rhif ar gofnod"},
		"by-given":       {"the person's cases", "achosion y person"},
	}
}

// reasonWords says in Welsh why something is left out, for packs: the English is that of Reasons.
func reasonWords() map[string]pair {
	out := map[string]pair{}
	for code, cy := range map[string]string{
		"other-person": "Mae'n ymwneud â rhywun arall nad yw wedi cytuno, ac ni fyddai'n rhesymol ei roi heb gytundeb y person hwnnw",
		"not-theirs":   "Nid yw'n ddata personol y sawl sy'n gofyn",
		"privilege":    "Cyngor cyfreithiol, neu wedi'i lunio ar gyfer achos llys",
		"crime":        "Byddai ei roi yn niweidio atal neu ganfod troseddau",
		"court":        "Byddai ei roi yn niweidio achosion barnwrol",
		"negotiations": "Mae'n cofnodi ein bwriadau mewn trafodaethau â'r person",
		"planning":     "Byddai ei roi yn niweidio rhagolygon neu gynllunio rheoli",
		"reference":    "Geirda a roddwyd yn gyfrinachol",
		"secret":       "Byddai'n datgelu cyfrinach fasnachol neu ddiogelwch system",
	} {
		out[code] = pair{ReasonOf(code).Words, cy}
	}
	return out
}
