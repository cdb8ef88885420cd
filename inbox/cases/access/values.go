package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"assent/templates"
)

// valueIn says a value of a field in words that a reader understands (Article 12(1): intelligible, in plain language; E2-26). What is no code of ours stays as it is. Times are shown in zone.
func valueIn(f Field, language string, zone *time.Location) string {
	if t, err := time.Parse(momentForm, f.Value); err == nil {
		return templates.Moment(t.In(zone), language)
	}
	if t, err := time.Parse(time.DateOnly, f.Value); err == nil && f.Label == "" {
		return templates.Day(t, language)
	}
	switch f.Name {
	case "actor":
		kind, _, _ := strings.Cut(f.Value, ":")
		return said(actorWords(), kind, f.Value, language)
	case "before", "after":
		return listed(f.Value, language)
	}
	return said(valueWords()[f.Name], f.Value, f.Value, language)
}

// momentForm is how the search writes a time.
const momentForm = "2006-01-02 15:04 MST"

func said(words map[string]pair, code, otherwise, language string) string {
	w, ok := words[code]
	switch {
	case !ok:
		return otherwise
	case language == "cy":
		return w.cy
	}
	return w.en
}

// listed writes a JSON object of plain values as a line; anything else stays as it is.
func listed(value, language string) string {
	var all map[string]any
	if json.Unmarshal([]byte(value), &all) != nil || len(all) == 0 {
		return value
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch v := all[name].(type) {
		case string, float64, bool:
			out = append(out, Word(name, language)+": "+fmt.Sprint(v))
		case nil:
		default:
			return value
		}
	}
	return strings.Join(out, "; ")
}

func actorWords() map[string]pair {
	return map[string]pair{
		"subscriber": {"you", "chi"}, "system": {"Assent, by itself", "Assent, ohono’i hun"}, "user": {"a member of staff", "aelod o’r staff"}, "key": {"another system of ours", "system arall sydd gennym"},
	}
}

// valueWords says the codes that a field may have.
func valueWords() map[string]map[string]pair {
	return map[string]map[string]pair{
		"what": whatWords(), "channel": channelWords(), "state": stateWords(), "kind": kindWords(), "decision": outcomeWords(), "outcome": outcomeWords(),
		"sorted": {
			"rights": {"a request about rights", "cais am hawliau"}, "unsubscribe": {"an opt-out", "cais i stopio"}, "autoreply": {"an automatic answer", "ateb awtomatig"},
			"bounce": {"a delivery report", "adroddiad danfon"}, "arf": {"a complaint about mail", "cwyn am neges"}, "none": {"a message for a person to read", "neges i berson ei darllen"},
		},
		"role": {
			"requester": {"who asks", "pwy sy’n gofyn"}, "subject": {"whom it is about", "am bwy y mae"}, "sender": {"it came from you", "daeth oddi wrthych chi"}, "named in it": {"you are named in it", "rydych wedi’ch enwi ynddi"},
		},
		"language": {"en": {"English", "Saesneg"}, "cy": {"Welsh", "Cymraeg"}},
		"scope": {
			"list": {"one list", "un rhestr"}, "purpose": {"one purpose", "un diben"}, "programme": {"one programme", "un rhaglen"}, "everything": {"everything", "popeth"},
		},
	}
}

func whatWords() map[string]pair {
	return map[string]pair{
		"requested": {"You, or somebody, asked to join", "Gofynnoch chi, neu rywun, am ymuno"}, "confirmed": {"You confirmed", "Fe gadarnhaoch"}, "granted": {"You agreed", "Fe gytunoch"},
		"enrolled": {"You were put on the list", "Fe’ch rhoddwyd ar y rhestr"}, "withdrawn": {"You left", "Fe adawoch"}, "suppressed": {"Emails were stopped", "Ataliwyd e-byst"},
		"lapsed":     {"What you agreed to ended with its term", "Daeth yr hyn y cytunoch iddo i ben gyda’i gyfnod"},
		"restricted": {"The use of your data was restricted", "Cyfyngwyd ar ddefnyddio eich data"}, "released": {"The restriction ended", "Daeth y cyfyngiad i ben"},
		"informed": {"You were sent a privacy notice", "Anfonwyd hysbysiad preifatrwydd atoch"}, "paused": {"You paused, or went on after a pause", "Fe gymeroch saib, neu fynd ymlaen ar ôl saib"},
		"profiling refused": {"You refused being chosen by what you did", "Fe wrthodoch gael eich dewis yn ôl yr hyn a wnaethoch"},
		"profiling allowed": {"You allowed being chosen by what you did", "Fe ganiataoch gael eich dewis yn ôl yr hyn a wnaethoch"}, "objected to marketing": {"You objected to marketing", "Fe wrthwynebasoch farchnata"},

		"confirmation": {"A letter that asked you to confirm", "Llythyr yn gofyn i chi gadarnhau"}, "renewal": {"A letter that asked whether you still want it", "Llythyr yn gofyn a ydych am barhau"},
		"annual-confirmation": {"A letter that asked whether you still want it", "Llythyr yn gofyn a ydych am barhau"}, "unsubscribed": {"A letter that said that you left", "Llythyr yn dweud eich bod wedi gadael"},
		"unsubscribe-link": {"A letter that asked which address to stop", "Llythyr yn gofyn pa gyfeiriad i’w atal"}, "case-received": {"A letter that said that we have your request", "Llythyr yn dweud bod eich cais gennym"},
		"notice": {"A privacy notice", "Hysbysiad preifatrwydd"}, "erasure": {"A letter about erasure", "Llythyr am ddileu"}, "case-letter": {"A letter about your request", "Llythyr am eich cais"},
		"identity": {"A letter that asked whether it was you", "Llythyr yn gofyn ai chi oedd"}, "visit": {"A link to your own page", "Dolen i’ch tudalen eich hun"}, "move": {"A letter about a change of address", "Llythyr am newid cyfeiriad"},

		"in": {"A message from you or about you", "Neges gennych chi neu amdanoch chi"}, "out": {"A message from us", "Neges gennym ni"}, "add person": {"You were put on record", "Fe’ch rhoddwyd ar gofnod"},
		"rectification": {"A correction", "Cywiriad"}, "restriction": {"A restriction", "Cyfyngiad"}, "release": {"The end of a restriction", "Diwedd cyfyngiad"},
	}
}

func channelWords() map[string]pair {
	return map[string]pair{
		"form": {"form on the website", "ffurflen ar y wefan"}, "web-form": {"form on the website", "ffurflen ar y wefan"}, "link": {"link in an email", "dolen mewn e-bost"},
		"one-click": {"button of your mail program", "botwm eich rhaglen e-bost"}, "mail": {"email", "e-bost"}, "staff": {"entered by staff", "cofnodwyd gan staff"}, "api": {"another system of ours", "system arall sydd gennym"},
		"import": {"import", "mewnforio"}, "report": {"report of a mail system", "adroddiad system e-bost"}, "scheduler": {"passing of time", "treigl amser"},
		"post": {"post", "post"}, "phone": {"telephone", "ffôn"}, "in-person": {"in person", "wyneb yn wyneb"},
	}
}

func stateWords() map[string]pair {
	return map[string]pair{
		"active": {"you get it", "rydych yn ei gael"}, "pending": {"waits for you to confirm", "yn aros i chi gadarnhau"}, "withdrawn": {"you left", "fe adawoch"}, "lapsed": {"ended with its term", "daeth i ben gyda’i gyfnod"},
		"sent": {"sent", "wedi’i anfon"}, "failed": {"not delivered", "heb ei ddosbarthu"}, "refused": {"not sent", "heb ei anfon"}, "uncertain": {"perhaps sent", "efallai wedi’i anfon"},
		"waiting": {"waiting", "yn aros"}, "started": {"on its way", "ar ei ffordd"}, "new": {"new", "newydd"}, "acknowledged": {"acknowledged", "wedi’i gydnabod"}, "in-progress": {"being worked on", "yn cael ei drin"},
		"decided": {"decided", "wedi’i benderfynu"}, "closed": {"closed", "wedi’i gau"},
	}
}

func kindWords() map[string]pair {
	return map[string]pair{
		"access": {"access to personal data", "mynediad at ddata personol"}, "erasure": {"erasure", "dileu"}, "rectification": {"correction", "cywiro"}, "restriction": {"restriction", "cyfyngu"},
		"objection": {"objection", "gwrthwynebiad"}, "portability": {"data to take elsewhere", "data i fynd ag ef i rywle arall"}, "withdraw-consent": {"withdrawal of consent", "tynnu cydsyniad yn ôl"},
		"complaint": {"complaint", "cwyn"}, "automated-decision": {"automated decision", "penderfyniad awtomatig"}, "other": {"another request about rights", "cais arall am hawliau"},
		"breach": {"report of a breach", "adroddiad am dor diogelwch"}, "disclosure": {"somebody else’s request for your data", "cais rhywun arall am eich data"}, "correspondence": {"a message for a person to read", "neges i berson ei darllen"},
	}
}

func outcomeWords() map[string]pair {
	return map[string]pair{
		"granted": {"granted", "caniatawyd"}, "partly": {"granted in part", "caniatawyd yn rhannol"}, "refused": {"refused", "gwrthodwyd"}, "no-data": {"no data held", "dim data’n cael ei ddal"},
		"withdrawn": {"taken back by you", "tynnwyd yn ôl gennych"}, "upheld": {"upheld", "cadarnhawyd"}, "partly-upheld": {"upheld in part", "cadarnhawyd yn rhannol"}, "not-upheld": {"not upheld", "ni chadarnhawyd"},
		"no-action": {"nothing had to be done", "nid oedd angen gwneud dim"}, "dealt-with": {"dealt with", "ymdriniwyd ag ef"}, "not-ours": {"passed on to whoever it was meant for", "trosglwyddwyd i’r sawl y’i bwriadwyd"},
		"correct": {"corrected", "cywirwyd"}, "refuse": {"refused", "gwrthodwyd"}, "disputed": {"disputed", "yn destun anghydfod"}, "done": {"done", "gwnaed"},
	}
}
