package site

import (
	"strconv"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// ownWords is what a reader's own pages say besides their templates, in one language.
type ownWords struct {
	lang                                  string
	everything                            string
	saved, thanks                         string
	languageText                          string
	linkSent, linkSentText                string
	inEffect, objected                    string
	checkMail, checkMailText              string
	joinedText, pausedText                string
	needDay                               string
	moveAsked, moveAskedText              string
	leftTitle, joinedTitle                string // before the name of a list
	pausedTitle, resumedTitle             string
	until                                 string
	months                                []string
	states                                map[string]string
	reasonWords                           map[string]string
	needNumber, needDate, tooLong, needed string
	facts                                 map[string]string
}

func ownWordsIn(lang string) ownWords {
	if lang == templates.Welsh {
		return ownWelsh()
	}
	return ownEnglish()
}

func ownEnglish() ownWords {
	return ownWords{
		lang: templates.English, everything: "everything", saved: "Saved", thanks: "Thank you",
		languageText: "From now on our emails to you are in English, where there is an English text.",
		linkSent:     "Look into your mailbox", linkSentText: "We have emailed you a link. It works once, for 15 minutes.",
		inEffect: "In effect now. We ask for no reason.", objected: "No more marketing",
		checkMail: "Look into your mailbox", checkMailText: "You left this list before, so we have to hear from the mailbox itself that it wants it back. We have emailed you a link: open it and press the button.",
		joinedText: "We have noted what you agreed to, and when.", pausedText: "Nothing is sent until then. What you agreed to stays, and ends when it would have ended.",
		needDay:   "Choose a day that is still to come, within a year.",
		moveAsked: "Look into both mailboxes", moveAskedText: "If all is well, we have emailed a link to your old address and to the new one. Use both within 7 days. Until then everything stays as it is.",
		leftTitle: "You left ", joinedTitle: "You joined ", pausedTitle: "Paused until ", resumedTitle: "The pause has ended: ", until: ": ",
		months:     []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		states:     map[string]string{"on": "On the list", "paused": "Paused", "held": "Held: nothing is sent", "pending": "Waiting for your confirmation", "left": "Left", "stopped": "Stopped", "ended": "Ended"},
		needNumber: "Enter a number", needDate: "Enter a date, like 2026-11-25", tooLong: "Enter at most 1,000 characters", needed: "This is needed",
		reasonWords: map[string]string{
			"too-many": "Too many emails", "not-relevant": "Not what I need", "not-asked": "I did not ask for them", "changed": "Something has changed for me",
			"privacy": "I want less of my data held", "other": "Something else",
		},
		facts: map[string]string{
			"source": "Where it came from", "since": "On record since", "language": "Language", "profiling": "Choosing messages by what you did", "yes": "Allowed", "no": "Not allowed",
			"restricted": "Held back", "restrictedText": "Your data is kept and not used (Article 18)", "write": " (write to us to correct it)",
		},
	}
}

func ownWelsh() ownWords {
	return ownWords{
		lang: templates.Welsh, everything: "popeth", saved: "Wedi'i gadw", thanks: "Diolch",
		languageText: "O hyn ymlaen bydd ein he-byst atoch yn Gymraeg, lle mae testun Cymraeg.",
		linkSent:     "Edrychwch yn eich blwch post", linkSentText: "Rydym wedi e-bostio dolen atoch. Mae'n gweithio unwaith, am 15 munud.",
		inEffect: "Mewn grym nawr. Ni ofynnwn am reswm.", objected: "Dim mwy o farchnata",
		checkMail: "Edrychwch yn eich blwch post", checkMailText: "Fe adawoch y rhestr hon o'r blaen, felly rhaid i ni glywed gan y blwch post ei hun ei fod am ei chael eto. Rydym wedi e-bostio dolen atoch: agorwch hi a phwyswch y botwm.",
		joinedText: "Rydym wedi nodi beth y cytunoch iddo, a phryd.", pausedText: "Does dim yn cael ei anfon tan hynny. Mae'r hyn y cytunoch iddo'n aros, ac yn dod i ben pan fyddai wedi dod i ben.",
		needDay:   "Dewiswch ddiwrnod sydd eto i ddod, o fewn blwyddyn.",
		moveAsked: "Edrychwch yn y ddau flwch post", moveAskedText: "Os yw popeth yn iawn, rydym wedi e-bostio dolen i'ch hen gyfeiriad ac i'r un newydd. Defnyddiwch y ddwy o fewn 7 diwrnod. Tan hynny mae popeth yn aros fel y mae.",
		leftTitle: "Rydych wedi gadael ", joinedTitle: "Rydych wedi ymuno â ", pausedTitle: "Saib tan ", resumedTitle: "Mae'r saib ar ben: ", until: ": ",
		months:     []string{"Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"},
		states:     map[string]string{"on": "Ar y rhestr", "paused": "Saib", "held": "Wedi'i ddal: does dim yn cael ei anfon", "pending": "Yn aros i chi gadarnhau", "left": "Wedi gadael", "stopped": "Wedi'i atal", "ended": "Wedi dod i ben"},
		needNumber: "Rhowch rif", needDate: "Rhowch ddyddiad, fel 2026-11-25", tooLong: "Rhowch ddim mwy na 1,000 nod", needed: "Mae angen hwn",
		reasonWords: map[string]string{
			"too-many": "Gormod o e-byst", "not-relevant": "Nid yr hyn sydd ei angen arnaf", "not-asked": "Ni ofynnais amdanynt", "changed": "Mae rhywbeth wedi newid i mi",
			"privacy": "Rwyf am i lai o'm data gael ei gadw", "other": "Rhywbeth arall",
		},
		facts: map[string]string{
			"source": "O ble y daeth", "since": "Ar gofnod ers", "language": "Iaith", "profiling": "Dewis negeseuon yn ôl yr hyn a wnaethoch", "yes": "Caniateir", "no": "Ni chaniateir",
			"restricted": "Wedi'i ddal yn ôl", "restrictedText": "Mae eich data wedi'i gadw a heb ei ddefnyddio (Erthygl 18)", "write": " (ysgrifennwch atom i'w gywiro)",
		},
	}
}

func (w ownWords) left(name string) string    { return w.leftTitle + w.named(name) }
func (w ownWords) joined(name string) string  { return w.joinedTitle + w.named(name) }
func (w ownWords) resumed(name string) string { return w.resumedTitle + name }

// named sets a list's name apart from the words around it.
func (w ownWords) named(name string) string {
	if name == w.everything {
		return name
	}
	return "“" + name + "”"
}

func (w ownWords) paused(name string, until time.Time) string {
	return w.pausedTitle + w.date(until) + w.until + name
}

func (w ownWords) date(t time.Time) string {
	return strconv.Itoa(t.Day()) + " " + w.months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// mistake is what a person reads of an error that they can mend.
func (w ownWords) mistake(err error) string { return errs.Message(err) }

// state says how a person stands towards a list.
func (w ownWords) state(k subscriptions.KnownList) templates.State {
	say := func(state string, tone templates.Tone) templates.State {
		return templates.State{Label: w.states[state], Tone: tone}
	}
	switch {
	case k.On() && k.Reason == subscriptions.ReasonRestricted:
		return say("held", templates.Alert)
	case k.On() && k.Reason == subscriptions.ReasonPaused:
		return say("paused", templates.Alert)
	case k.On():
		return say("on", templates.Good)
	case k.Standing.Status == subscriptions.StatusPending && k.Reason != subscriptions.ReasonWithdrawn:
		return say("pending", templates.Wait)
	case k.Standing.Status == subscriptions.StatusWithdrawn && k.Act.Kind == subscriptions.Withdrawn:
		return say("left", templates.Calm)
	case k.Standing.Status == subscriptions.StatusWithdrawn:
		return say("stopped", templates.Calm)
	case k.Standing.Status != subscriptions.StatusNone:
		return say("ended", templates.Calm)
	}
	return templates.State{}
}

// reasons is what may be said after leaving.
func (w ownWords) reasons() (out []templates.ReasonChoice) {
	for _, r := range subscriptions.LeavingReasons {
		out = append(out, templates.ReasonChoice{Value: r, Name: w.reasonWords[r]})
	}
	return out
}
