package message

import (
	"regexp"
	"strings"
	"unicode"
)

// The words below are those with which mail programs introduce a quoted message, in the
// languages of their users. A speaker can review each list by itself.

// wrote finds the verb of "On ... wrote:".
var wrote = regexp.MustCompile(`(?i)(?:(?:^|\P{L})(?:wrote|writes|schrieb|schreef|geschreven|a écrit|écrivait|escribió|escreveu|ha scritto|scrisse|napisał|napisała|napisał\(a\)|pisze|napsal|napsala|napsal\(a\)|napísal|napísala|napísal\(a\)|írta|skrev|skreiv|kirjoitti|a scris|napisao|napisala|napisao/la|je napisal|kirjutas|rakstīja|rašė|parašė|yazdı|ysgrifennodd|scríobh|kiteb|kitbet|escrigué|va escriure|idatzi zuen)(?:\P{L}|$)|έγραψε|написал|писал|пише|написав|написала|пишет|написа|写道|のメール|작성)`)

// firstPerson finds a person who tells of a letter of their own.
var firstPerson = regexp.MustCompile(`(?i)(?:^|\P{L})(?:i|we) (?:wrote|have written|had written)|schrieb ich|ich schrieb|j'ai écrit|schreef ik|ho scritto|escribí|escrevi|napisałem|napisałam`)

// endsInWrote is for introductions without a colon after the verb.
func endsInWrote(s string) bool {
	for _, verb := range [...]string{"wrote", "schrieb", "écrit", "escribió", "schreef", "scritto", "escreveu", "napisał", "napsal"} {
		if strings.HasSuffix(s, " "+verb) {
			return true
		}
	}
	return false
}

// startsWithDate reports whether a line starts as an introduction does: with the "On" before a date.
func startsWithDate(l string) bool {
	l = strings.TrimLeftFunc(l, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	end := strings.IndexFunc(l, func(r rune) bool { return !unicode.IsLetter(r) })
	return end > 0 && end <= 20 && (among(onWords, strings.ToLower(l[:end])) || among(onWords, strings.ToLower(strings.ReplaceAll(firstOf(l, 2), " ", "_"))))
}

// firstOf returns the first n words of a line.
func firstOf(l string, n int) string {
	words := strings.Fields(l)
	return strings.Join(words[:min(n, len(words))], " ")
}

const onWords = " on am le el op il em no_dia w_dniu dnia dne dňa den på pe la ar ar_y v u στις в у на kuupäeval kpv "

// hasClock reports whether a line has a time of day such as "10:30", "10.30" or "10h30".
func hasClock(l string) bool {
	for i := 1; i+2 < len(l); i++ {
		if (l[i] == ':' || l[i] == '.' || l[i] == 'h') && isDigit(l[i-1]) && isDigit(l[i+1]) && isDigit(l[i+2]) {
			return true
		}
	}
	return false
}

// hasYear reports whether a line has a year such as 2026.
func hasYear(l string) bool {
	for i := 0; i+4 <= len(l); i++ {
		if (l[i:i+2] == "20" || l[i:i+2] == "19") && isDigit(l[i+2]) && isDigit(l[i+3]) && (i == 0 || !isDigit(l[i-1])) && (i+4 == len(l) || !isDigit(l[i+4])) {
			return true
		}
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

var (
	// zohoQuote is "---- On Tue, 22 Dec 2015 ... wrote ----".
	zohoQuote = regexp.MustCompile(`^-{2,} ?.{5,300}-{2,}$`)
	// datedQuote is "2016-03-03 17:21 GMT+01:00 Ann Lee <ann@example.org>:".
	datedQuote = regexp.MustCompile(`^\d{4}[-/]\d{1,2}[-/]\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?)?(?: GMT[+-]\d{1,2}:\d{2} [^<>@]{1,60}|(?: GMT[+-]\d{1,2}:\d{2})? [^<>@]{1,60}<[^<>]*(?:>:?)?)$`)
)

// originalMessage finds "-----Original Message-----" and the lines over a forwarded message.
var originalMessage = regexp.MustCompile(`(?i)^[-_=*# ]*(?:-{2,}|_{2,}|begin ) ?(?:original (?:message|appointment)|forwarded (?:message|by)|reply message|weitergeleitete nachricht|ursprüngliche (?:nachricht|mail|e-mail)|originalnachricht|urspr\. nachricht|message (?:d'origine|d’origine|original|transféré|transmis)|mensaje (?:original|reenviado)|mensagem (?:original|encaminhada|reencaminhada)|messaggio (?:originale|inoltrato)|oorspronkelijk bericht|originele bericht|doorgestuurd bericht|wiadomość (?:oryginalna|przekazana)|oryginalna wiadomość|původní (?:zpráva|e-mail)|přeposlaná zpráva|pôvodná správa|preposlaná správa|eredeti üzenet|továbbított üzenet|ursprungligt meddelande|vidarebefordrat meddelande|oprindelig meddelelse|opprinnelig melding|videresendt (?:meddelelse|besked|melding)|alkuperäinen viesti|edelleenlähetetty viesti|mesaj (?:original|redirecționat)|mesajul original|αρχικό μήνυμα|προωθημένο μήνυμα|исходное сообщение|пересылаемое сообщение|оригинално съобщение|препратено съобщение|оригінальне повідомлення|переслане повідомлення|пересланий лист|neges wreiddiol|neges wedi'i hanfon ymlaen|teachtaireacht bhunaidh|originaalsõnum|algne kiri|sākotnējais ziņojums|pradinis pranešimas|izvorna poruka|izvorno sporočilo|messaġġ oriġinali|orijinal mesaj)`)

// forwardMark finds the line over a message that was passed on.
var forwardMark = regexp.MustCompile(`(?i)^[-_=*# ]*(?:-{2,} ?|begin )(?:forwarded (?:message|by)|weitergeleitete nachricht|message transf|message transmis|mensaje reenviado|mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato|doorgestuurd bericht|wiadomość przekazana|przeposlaná|přeposlaná zpráva|preposlaná správa|továbbított üzenet|vidarebefordrat meddelande|videresendt|edelleenlähetetty viesti|mesaj redirecționat|προωθημένο μήνυμα|пересылаемое сообщение|препратено съобщение|переслане повідомлення|пересланий лист|neges wedi'i hanfon ymlaen)`)

// forwardSubject finds the mark of a mail that was passed on.
var forwardSubject = regexp.MustCompile(`(?i)^\s*(?:fwd?|wg|tr|rv|enc|vb|vs|pd|fs|doorst|továbbítás|vl|πρθ|прп|i)\s*:`)

// addedByProgram reports whether a line is what a program adds below a text.
func addedByProgram(l string) bool {
	l = strings.TrimLeft(l, " \t\n\f\r<(*_>\"")
	first, _, _ := strings.Cut(l, " ")
	return (among(programStarts, strings.TrimRight(first, ".>)*_")) || strings.Contains(strings.ToLower(l), "from ")) && programLine.MatchString(l)
}

// programStarts are the first words of what programLine finds; what it finds besides has the word "from".
const programStarts = " sent get download envoyé expédié télécharger téléchargez obtenez von gesendet diese holen hol outlook enviado enviada obtener obter inviato ottieni verzonden " +
	"wysłano wysłane wysłany odesláno odoslané skickat sendt lähetetty trimis elküldve απεστάλη στάλθηκε отправлено изпратено надіслано відправлено anfonwyd seolta poslano saadetud " +
	"從我的 从我的 iphoneから送信 virus-free virenfrei this "

// programLine finds what a program adds below a text.
var programLine = regexp.MustCompile(`(?i)^[\s<(*_>"]*(?:` +
	`sent (?:from|via|with|by|using|on) .{2,120}|.{0,30}\bfrom (?:my )?(?:mobile|phone|iphone|ipad|android|blackberry)\b.{0,30}|` +
	`get \[?outlook for .{2,80}|download outlook.{0,80}|sent from outlook.{0,80}|` +
	`(?:envoyé|expédié) (?:depuis|à partir|de) .{2,80}|télécharge[rz] outlook.{0,80}|obtenez outlook.{0,80}|` +
	`von (?:meinem|unterwegs|meiner) .{2,60}(?:gesendet)?|gesendet (?:von|mit|über|vom) .{2,80}|diese nachricht wurde von .{2,80}gesendet\.?|hol(?:en sie sich)? outlook.{0,80}|outlook für (?:ios|android).{0,80}|` +
	`enviado (?:desde|do|a partir|de) .{2,80}|enviada (?:do|desde) .{2,80}|obtener outlook.{0,80}|obter o outlook.{0,80}|` +
	`inviato (?:da|dal|con) .{2,80}|ottieni outlook.{0,80}|verzonden (?:vanaf|met|via|vanuit) .{2,80}|outlook voor (?:ios|android).{0,80}|` +
	`wysłan[eoy] (?:z|przy|za) .{2,80}|wysłano z .{2,80}|odesláno z .{2,80}|odoslané z .{2,80}|skickat från .{2,80}|sendt fra .{2,80}|lähetetty .{2,60}(?:sta|stä|lta|ltä|lla|llä).{0,40}|` +
	`trimis de (?:pe|la) .{2,80}|elküldve .{2,80}|απεστάλη από .{2,80}|στάλθηκε από .{2,80}|отправлено (?:с|из) .{2,80}|изпратено от .{2,80}|надіслано з .{2,80}|відправлено з .{2,80}|` +
	`anfonwyd o['’ ].{2,80}|seolta ó .{2,80}|poslano (?:z|s|iz) .{2,80}|saadetud minu .{2,80}|從我的 .{2,30}傳送|从我的 .{2,30}发送|iphoneから送信|` +
	`virus-free\.?.{0,80}|virenfrei\.?.{0,80}|` +
	`this (?:e-?mail|message) (?:has been|was) (?:scanned|checked) .{2,200}|` +
	`diese e-mail wurde von .{2,60}geprüft.{0,80}` +
	`)[\s>)*_]*$`)

// disclaims reports whether a line starts a legal notice below a mail.
func disclaims(l string) bool {
	l = strings.TrimLeft(l, " \t*_-")
	end := strings.IndexAny(l, " :")
	return end > 0 && end <= 20 && among(disclaimerStarts, strings.ToLower(l[:end])) && disclaimer.MatchString(l)
}

// disclaimerStarts are the first words of what disclaimer finds.
const disclaimerStarts = " this the confidentiality legal email e-mail disclaimer if diese dieses der ce este aviso esta questo il le " +
	"dit deze de ta niniejsza mae'r tá це "

// disclaimer finds how a legal notice below a mail begins.
var disclaimer = regexp.MustCompile(`(?i)^(?:` +
	`(?:this|the information (?:contained )?in this|the contents? of this) (?:e-?mail|message|communication)(?: transmission)?(?: message)?(?:,? (?:and|including|together with) (?:any|all|its|the) (?:files?|attach\w+|attachments?|documents?|information)[^.]{0,80})?,?(?: \(?[^.]{0,60}\)?)? (?:is|are|may be|may contain|contains?) (?:strictly |legally |intended (?:only|solely|for)|solely |confidential|privileged|private and)|` +
	`confidentiality (?:notice|note|statement|warning)|legal disclaimer|(?:email |e-mail )?disclaimer:|` +
	`if you (?:are not|have received|received) (?:the intended|this (?:e-?mail|message) in error)|` +
	`diese (?:e-mail|nachricht|mail)(?: \w+){0,6} (?:enthält|kann|könnte) vertrauliche|dieses (?:e-mail|schreiben) (?:enthält|ist) vertraulich|der inhalt dieser e-mail ist (?:vertraulich|ausschließlich)|` +
	`ce (?:message|courriel|mail|courrier)(?: électronique)?(?: et (?:toutes|ses|les|tout)[^.]{0,60})? (?:est|sont|peut|peuvent) .{0,60}(?:confidentiel|destinataire|usage exclusif)|` +
	`este (?:mensaje|correo|email|e-mail)(?: electrónico)?(?: y (?:sus|los|cualquier)[^.]{0,60})? (?:es|está|puede|contiene|va dirigido|se dirige)[^.]{0,80}(?:confidencial|destinatari|exclusiv)|aviso (?:legal|de confidencialidad)|` +
	`esta mensagem(?: e (?:seus|os|quaisquer)[^.]{0,60})? (?:pode|contém|é|destina)[^.]{0,80}(?:confidencia|destinatári|exclusiv)|` +
	`(?:questo|il presente) (?:messaggio|e-?mail)[^.]{0,80}(?:confidenzial|riservat)|le informazioni contenute n|` +
	`d(?:it|eze|e informatie in dit) (?:bericht|e-mail|mail)[^.]{0,80}(?:vertrouwelijk|bestemd)|` +
	`(?:ta|niniejsza) wiadomość[^.]{0,80}(?:poufn|przeznaczon)|` +
	`mae'r (?:e-?bost|neges)(?: \w+){0,6} (?:yn gyfrinachol|yn cynnwys)|` +
	`tá an (?:ríomhphost|teachtaireacht)[^.]{0,60}(?:rún|faoi rún)|` +
	`це повідомлення[^.]{0,80}конфіденц)`)

// fieldOf returns which header field a line such as "*Von:* Ann" holds: "from", "date", "to",
// "cc", "subject", or "".
func fieldOf(line string) string {
	line = strings.TrimLeft(line, "> \t*_|•")
	name, rest, ok := strings.Cut(line, ":")
	if !ok {
		if name, rest, ok = strings.Cut(line, "\uff1a"); !ok { // full width
			return ""
		}
	}
	name = strings.ToLower(strings.Trim(name, " \t*_\u00a0"))
	if name == "" || len(name) > 30 || strings.HasPrefix(rest, "//") {
		return ""
	}
	name = strings.ReplaceAll(name, " ", "_")
	switch {
	case among(fromWords, name):
		return "from"
	case among(dateWords, name):
		return "date"
	case among(toWords, name):
		return "to"
	case among(ccWords, name):
		return "cc"
	case among(subjectWords, name):
		return "subject"
	case among(replyToWords, name):
		return "reply-to"
	}
	return ""
}

// How mail programs name the header fields of a message that they quote. A space within a name
// is written "_".
const (
	fromWords = " from von de da van od från fra lähettäjä feladó de_la din_partea από от від oddi_wrth ó saatja no " +
		"nuo mittente expéditeur remitente absender afzender nadawca minn odesílatel odosielateľ pošiljatelj " +
		"pošiljatelj šalje kimden 发件人 差出人 mitt avsändare afsender "
	dateWords = " sent date sent_on gesendet datum gesendet_am envoyé envoyé_le date_d'envoi enviado enviado_el fecha " +
		"data enviada_em enviado_em inviato verzonden wysłano wysłane sendt dato lähetetty päivämäärä " +
		"odesláno dátum odoslané elküldve küldve trimis trimis_la εστάλη στάλθηκε ημερομηνία отправлено дата " +
		"изпратено надіслано відправлено anfonwyd dyddiad seolta dáta saadetud kuupäev nosūtīts datums " +
		"išsiųsta poslano poslato mibgħut gönderildi tarih 发送时间 日期 送信日時 risposta "
	toWords = " to an à a para aan do till til vastaanottaja komu címzett către catre προς кому до at chuig saaja " +
		"kam za prima lil adresát kime 收件人 宛先 destinatario destinataire "
	ccWords      = " cc kopie kopia copie copia cc_to 抄送 másolatot_kap κοιν копия копія "
	subjectWords = " subject betreff objet asunto assunto oggetto onderwerp temat ämne emne aihe předmět predmet tárgy " +
		"subiect θέμα тема относно pwnc testun ábhar teema temats tēma tema zadeva suġġett konu 主题 件名 betr " +
		"sujet "
	replyToWords = " reply-to antwort_an répondre_à responder_a antwoord_aan rispondi_a odpowiedź_do "
)
