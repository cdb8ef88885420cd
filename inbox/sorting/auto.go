package sorting

import (
	"regexp"
	"slices"
	"strings"

	"assent/internal/address"
	"assent/internal/message"
)

// automatic is what speaks for a machine's answer.
type automatic struct {
	kind       string // LabelVacation and so on; "" when nothing speaks for it
	header     string // the header that says so
	weak       bool   // a header that also stands in mail of people
	sure       bool   // header and words agree
	confidence float64
	grounds    []Ground
}

// automatic looks for the marks of an automatic reply (RFC 3834), in the header and in the words.
func (r *reading) automatic(m *message.Parsed) automatic {
	a := automatic{}
	if g, ok := autoHeader(m); ok {
		a.header = g.Where
		a.grounds = append(a.grounds, g)
	} else if r.tellsAStory() || m.Header.Has("List-Unsubscribe") && m.ReturnPath != "<>" { // a newsletter answers nobody
		return a
	}
	if readReceipt(m) {
		return automatic{kind: LabelAck, header: "part message/disposition-notification", sure: true, confidence: 0.97,
			grounds: []Ground{{Where: "part message/disposition-notification", Words: m.Subject, Rule: "RFC 8098"}}}
	}
	a.weak = weakAutoHeader(m)
	kind, said, named := r.selfDescription(&a)
	if kind == LabelAck && said > 0 && ticketed(m) {
		said += 2
	}
	if kind == LabelAck && said > 0 && forAll(m.From) {
		said++
	}
	switch {
	case kind == LabelAck && said > 0 && receiptSubject(m.Subject):
		a.kind, a.sure, a.confidence = kind, true, 0.95
	case a.header != "" && said == 0 && ticketed(m):
		a.kind, a.confidence = LabelAck, 0.8
	case a.header != "" && said+named > 0:
		a.kind, a.sure, a.confidence = kind, true, 0.97
	case a.header != "":
		a.kind, a.confidence = LabelVacation, 0.75 // the commonest that gives no reason
	case said+named == 0, a.header == "" && named == 0 && r.speaks("put-back"):
	case a.weak || named > 0:
		a.kind, a.confidence = kind, 0.9
	case said < 5 && (kind == LabelAck && said < 4 || r.asks()), said < 2 && !r.saysOneThing():
		// People say this too.
	default:
		a.kind, a.confidence = kind, min(0.95, 0.6+0.1*float64(said))
	}
	return a
}

var ticketMark = regexp.MustCompile(`(?i)\[[^\]]{0,30}#\s?\d{2,}\]|\(#\d+\)|\bref:_?\w{4,}|№\s?\d{2,}|\b(?:ticket|case|incident|request|vorgang|dossier|caso|pratica|inc|req)\W{0,3}(?:id|nr|no|number|nummer)?\W{0,4}\d{3,}` +
	`|(?:number|nummer|numbriga?|numero|número|numéro|numer(?:em)?|číslo[m]?|číslem|protocollo n\.|prot\. n\.|\bgz|številko|številka|brojem|број|номер(?:ом)?|numru|numur[su]|numeriu|számon|numărul|αριθμό|\bnr|\bn\.?º|\bn°|č\.|reference(?: is)?)\W{1,3}\w{0,4}-?\d{2,}`)

// ticketed reports whether a message has the number under which a help desk filed what came in.
func ticketed(m *message.Parsed) bool {
	text := m.Text
	if len(text) > maxReportText {
		text = text[:maxReportText]
	}
	return ticketMark.MatchString(m.Subject) || ticketMark.MatchString(text)
}

// forAll reports whether an address is that of an office rather than of a person (RFC 2142 section 2).
func forAll(a address.Address) bool {
	local := strings.ToLower(a.Local())
	return slices.ContainsFunc([]string{"support", "help", "service", "info", "office", "contact", "kontakt", "care", "customer", "noreply", "no-reply", "donotreply", "enquir", "inquir", "kundendienst",
		"hilfe", "sav", "atencion", "assistenza", "aiuto", "apoio", "klant", "bok", "biuro", "podpora", "asiakas", "kunde", "kundtj", "ugyfel", "ticket", "desk", "sekretariat", "team", "hello", "accueil", "protocol", "gemeinde", "obcina", "tugi", "klienditugi", "podateln", "geral", "kirjaamo", "kommun", "kancelar",
		"post", "mairie", "registr", "cyswllt", "pisarn", "recep", "secret", "segret", "balie", "toimisto", "praxis", "iroda", "titkar", "urad", "primar"},
		func(s string) bool { return strings.HasPrefix(local, s) })
}

// selfDescription finds how the message describes itself: the likeliest kind, the weight of the
// words for it, and that of words such as "automatic reply". The subject weighs double.
func (r *reading) selfDescription(a *automatic) (kind string, said, named int) {
	score, inSubject := map[string]int{}, map[string]int{}
	for i := range r.all {
		s := &r.all[i]
		weight := 1
		if s.where == "subject" {
			weight = 2
		}
		end := map[string]int{} // where the last phrase of a kind ended: overlapping ones count once
		for _, h := range s.hits {
			if h.at < end[h.concept] {
				continue
			}
			end[h.concept] = h.end
			switch h.concept {
			case "auto":
				named += weight
			case LabelVacation, LabelAck, LabelChallenge, LabelLeftCompany:
				score[h.concept] += weight
				if s.where == "subject" {
					inSubject[h.concept] += weight
				}
			default:
				continue
			}
			a.grounds = append(a.grounds, Ground{Where: s.where, Words: strings.Join(s.words[h.at:h.end], " "), Rule: "words of an automatic reply: " + h.concept})
		}
	}
	if score[LabelLeftCompany] > inSubject[LabelLeftCompany] { // under the subject that a program gives to any absence
		score[LabelVacation] -= inSubject[LabelVacation]
	}
	kind = LabelVacation
	for _, k := range []string{LabelChallenge, LabelLeftCompany, LabelVacation, LabelAck} {
		if score[k] > said {
			kind, said = k, score[k]
		}
	}
	return kind, said, named
}

// saysOneThing reports whether the text of an answer is one short sentence: "I am out of the office until Monday". A longer one
// that speaks of an absence once is as likely a person's: "we are on holiday then, but put us down for two".
func (r *reading) saysOneThing() bool {
	n := 0
	for i := range r.all {
		if r.all[i].where == "text" {
			n++
		}
	}
	return r.reply && n == 1 && r.words <= 10
}

// speaks reports whether any sentence has the concept, also when it is denied.
func (r *reading) speaks(concept string) bool {
	return slices.ContainsFunc(r.all, func(s said) bool { return s.has(concept) })
}

// asks reports whether the text has a question, which no automatic reply asks.
func (r *reading) asks() bool {
	for i := range r.all {
		if r.all[i].where == "text" && r.all[i].asked {
			return true
		}
	}
	return false
}

// readReceipt knows message disposition notifications (RFC 8098).
func readReceipt(m *message.Parsed) bool {
	for _, p := range m.Parts {
		if p.Type == "message/disposition-notification" {
			return true
		}
	}
	return false
}

// receiptSubject knows what mail programs put before the subject of a message that was read.
func receiptSubject(subject string) bool {
	mark, _, ok := strings.Cut(strings.ToLower(subject), ":")
	return ok && slices.Contains([]string{"read", "gelesen", "lu", "leído", "letto", "lida", "gelezen", "przeczytano", "läst", "læst", "lest", "luettu",
		"přečteno", "prečítané", "olvasva", "citit", "прочитано", "прочетено", "αναγνώσθηκε", "pročitano", "darllenwyd"}, strings.TrimSpace(mark))
}

// weakAutoHeader finds fields that machines write and that mail of people can carry as well.
func weakAutoHeader(m *message.Parsed) bool {
	return strings.HasPrefix(m.AutoSubmitted, "auto-") || strings.Contains(strings.ToLower(m.Header.Get("X-Auto-Response-Suppress")), "all") || m.ReturnPath == "<>" || m.Precedence == "junk" || m.Precedence == "bulk"
}

// autoHeader finds the header field of an automatic reply. Those that only ask for silence, as
// X-Auto-Response-Suppress or Precedence: bulk, are also written for people and do not count.
func autoHeader(m *message.Parsed) (Ground, bool) {
	if strings.HasPrefix(m.AutoSubmitted, "auto-replied") {
		return Ground{Where: "header Auto-Submitted", Words: m.AutoSubmitted, Rule: "RFC 3834"}, true
	}
	for _, name := range []string{"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-AutoReply-From", "X-Vacation", "X-Auto-Reply", "X-Autogenerated", "X-Apple-Auto-Reply"} {
		if v := m.Header.Get(name); v != "" && !strings.EqualFold(v, "no") {
			return Ground{Where: "header " + name, Words: v, Rule: "mark of an automatic reply"}, true
		}
	}
	if v := m.Header.Get("X-Apple-Action"); strings.HasPrefix(strings.ToUpper(v), "VACATION") {
		return Ground{Where: "header X-Apple-Action", Words: v, Rule: "mark of an automatic reply"}, true
	}
	switch m.Precedence {
	case "auto_reply", "auto-reply", "autoreply":
		return Ground{Where: "header Precedence", Words: m.Precedence, Rule: "mark of an automatic reply"}, true
	}
	return Ground{}, false
}
