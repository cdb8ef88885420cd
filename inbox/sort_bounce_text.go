package inbox

import (
	"regexp"
	"slices"
	"strings"

	"assent/internal/address"
	"assent/internal/message"
)

// What mail systems write, in the languages in which they write it.
var (
	bounceSubject = regexp.MustCompile(`(?i)undeliver|undelivered|delivery (?:status )?notification|delivery (?:has )?fail|delivery problem|delivery error|delivery report|non-?delivery|failure notice|failed mail|failed delivery|mail failure|returned (?:mail|to sender|message)|return(?:ed)? to sender|mail delivery|message delivery|could not (?:be )?deliver|cannot be delivered|not delivered|nondeliverable|message status|delayed mail|delivery (?:is |was |has been )?delayed|message .{0,60}delayed|mail system error|mailbox (?:full|unavailable)|user unknown|bounce|failure delivery|error sending|could not send|problem delivering|unable to deliver|message rejected|address (?:unknown|not found|rejected)|recipient unknown|` +
		`unzustellbar|nicht zugestellt|zustell(?:ung|fehler)|fehlgeschlagen|rückläufer|non remis|échec de (?:la )?(?:remise|livraison|distribution)|avis de non[- ]?(?:remise|distribution)|no entregado|no se (?:ha )?pud?o entregar|error de entrega|fallo (?:de|en la) entrega|mancata consegna|non recapitabile|consegna (?:fallita|non riuscita)|impossibile recapitare|não (?:foi )?(?:entregue|possível entregar)|falha (?:na|de) entrega|onbestelbaar|niet (?:afgeleverd|bezorgd)|niedostarcz|nie można dostarczyć|zwrot|nedoruč|kézbesít(?:és|he)|oleverer|kunne ikke leveres|kan inte levereras|ej levererat|toimit(?:us|tamaton)|не (?:доставлен|удалось доставить)|недоставлен|возвращен|配信|配送|不達|退信|送信できません`)

	bounceText = regexp.MustCompile(`(?i)(?:could not|couldn't|can ?not|can't|was not|wasn't|were not|has not been|have not been|unable to|not able to|failed to|did not|didn't|not yet been) (?:be |yet been |been |get )?(?:deliver|reach|sent|transmit|process)|deliver(?:y|ing) .{0,80}(?:fail|delay|error|problem|abort|not possible|suspended)|error (?:was |there was )?(?:an )?(?:error |while |occurred )?.{0,40}deliver|fail(?:ed|ure) .{0,40}deliver|undeliver|returned to (?:you|sender)|user unknown|unknown user|no such (?:user|recipient|mailbox|address|person)|(?:mailbox|account|user|recipient|address) .{0,60}(?:not found|unknown|does ?n[o']t exist|unavailable|disabled|inactive|is full|exceed|not listed|over quota|not recogni[sz]ed)|(?:mail|message|delivery) (?:delivery )?(?:subsystem|system|agent|software)|mailer-daemon|has been delayed|not yet been delivered|rejected (?:your|the) message|your (?:message|e-?mail|mail) .{0,80}(?:rejected|blocked|refused|not accepted|not delivered)|` +
		`konnte nicht|nicht zugestellt|unzustellbar|n'a pas pu|n’a pas pu|pas été (?:remis|livré|distribué)|impossible de (?:remettre|délivrer|distribuer)|no (?:se )?(?:ha )?(?:pudo|podido) (?:ser )?entreg|no (?:ha sido|fue) entregado|non (?:è stato|può essere|è stata) (?:possibile )?(?:consegn|recapit)|impossibile (?:consegnare|recapitare)|não (?:foi|pôde) (?:possível )?(?:ser )?entreg|kon niet (?:worden )?(?:afgeleverd|bezorgd)|nie (?:mogła|mógł|można|została|została)|nemohl|nebylo možné|nem (?:sikerült|lehetett) kézbesíteni|kunne ikke leveres|kunde inte levereras|ei voitu toimittaa|не (?:может быть|удалось|было|был[ао]?) (?:доставл|достав)|配信できません|届け(?:られ|でき)`)

	delayed = regexp.MustCompile(`(?i)warning message only|has been delayed|(?:is|was|been) (?:temporarily )?delayed|delayed \d+ hours?|still (?:being )?(?:trying|retried)|will (?:be retried|retry|continue|keep trying)|will be (?:re)?tried (?:again|for)|not yet been delivered|could not be delivered for \d+|delivery attempts will continue|no action is required on your part|no need to resend|do not need to resend|\(delay\)|temporary (?:failure|problem)|warning: (?:message|could not)|noch nicht zugestellt|verzögert|retardé|différé|retrasad|ritardat|vertraagd|opóźnion`)

	// hostSilent is what Exim says when it gave up on a host; of the address it knows nothing.
	hostSilent = regexp.MustCompile(`(?i)all hosts have been failing|retry timeout exceeded|retry time not reached for any host`)

	gaveUp = regexp.MustCompile(`(?i)given up|giving up|gave up|permanent|too long|expired|failed permanently|final`)

	// unknownUser says that the address does not exist.
	unknownUser = regexp.MustCompile(`user (?:is )?unknown|unknown (?:user|recipient|address|local[- ]part|account)|no such (?:user|recipient|mailbox|address|person|account|domain)|(?:user|recipient|mailbox|account|address|addressee|email address you entered|username|resolver\.adr\.recip\w*)[^\n]{0,70}(?:not found|notfound|does ?n[o']t exist|do not exist|not exist|couldn'?t be found|could not be found|wasn['’]?t found|unknown|not listed|no longer (?:valid|exists?|available|in use)|is not a valid|not valid|invalid|unrecogni[sz]ed|not recogni[sz]ed|nonexistent|non-existent)|(?:does ?n[o']t|not) have an? .{0,40}account|no mailbox here|invalid (?:recipient|mailbox|user|address|addressee)|bad (?:destination|address)|host (?:or domain name )?not found|(?:host|domain) (?:unknown|not found|does not exist)|unrouteable (?:address|mail domain)|unroutable|name or service not known|domain name not found|nxdomain|not our customer|dns error|usuario desconocido|utilisateur inconnu|unbekannter (?:benutzer|empfänger)|utente sconosciuto|has moved|not a known user|not our user|no user|nie istnieje|no longer on server`)

	// stillAlive says that something else was the matter.
	stillAlive = regexp.MustCompile(`mailbox (?:is )?(?:full|exceed)|over ?quota|quota exceeded|exceeded .{0,30}(?:quota|storage)|disk full|insufficient (?:system )?storage|too (?:large|big)|spam|blocked|block(?:ed)? (?:list|by)|blacklist|black list|blocklist|rbl|dnsbl|spamhaus|reputation|policy|dmarc|spf (?:fail|check|record)|dkim|unauthenticated|virus|malware|greylist|rate limit|too many|relay(?:ing)? (?:access )?denied|not permitted|access denied|sender .{0,20}(?:rejected|denied|refused|address)|reverse dns|ptr record|loop|mailbox unavailable or access denied`)

	statusCode = regexp.MustCompile(`(?:^|[\s#(=<'":;,-])([245]\.\d{1,3}\.\d{1,3})(?:[^.\d\w]|\.\s|\.$|$)`)
	replyCode  = regexp.MustCompile(`(?:^|[\s:'"(<>-])([45][0-5]\d)(?:[ -]|$)`)
	mailAddr   = regexp.MustCompile(`[\p{L}\p{N}._%+=/!#$&'*?^{|}~-]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?`)
)

// fromMailSystem weighs the signs that a mail system wrote this: who sent it, with which
// return path, under which subject, with which words, and with what enclosed. The name alone is
// also put on fraud, so one of the signs must be hard to come by.
func fromMailSystem(m *message.Parsed, written string) ([]Ground, bool) {
	var grounds []Ground
	note := func(where, words, rule string) { grounds = append(grounds, Ground{where, words, rule}) }
	hard, said := false, false
	if f := m.Header.Get("X-Failed-Recipients"); f != "" {
		note("header X-Failed-Recipients", f, "names who was not reached")
		hard, said = true, true
	}
	if daemon(m) {
		note("header From", m.Header.Get("From"), "a mail system's address")
		hard = true
	}
	if m.ReturnPath == "<>" || strings.HasPrefix(strings.ToLower(m.ReturnPath), "mailer-daemon") {
		note("header Return-Path", m.ReturnPath, "the sender of reports (RFC 5321 section 4.5.5)")
		hard = true
	}
	if m.Returned != nil && m.Forwarded == nil && (m.ContentType == "multipart/report" || mailSystemName.MatchString(m.FromName) ||
		(statusIn(written) != "" || replyCode.MatchString(written)) && bounceText.MatchString(written)) {
		note("part "+m.ContentType, m.Returned.Subject, "returns a message")
		hard = true
	}
	if !hard {
		return nil, false // most mail: the costly look at the words is saved
	}
	if s := bounceSubject.FindString(m.Subject); s != "" {
		note("subject", s, "words of a report")
		said = true
	}
	if s := bounceText.FindString(written); s != "" {
		note("text", s, "words of a report")
		said = said || daemon(m) || m.Returned != nil
	}
	return grounds, said
}

var mailSystemName = regexp.MustCompile(`(?i)mail(?:er)?[ -]?(?:daemon|delivery|system|router|administrator)|postmaster|system administrator|delivery (?:sub)?system`)

// daemon reports whether the sender has an address as only mail systems have (RFC 5321 section 4.5.1, RFC 2142).
func daemon(m *message.Parsed) bool {
	local := strings.ToLower(m.From.Local())
	if m.From.IsZero() {
		local = strings.ToLower(m.FromName)
	}
	local = strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(local)
	for _, name := range []string{"mailerdaemon", "maildaemon", "postmaster", "mdaemon", "maildelivery", "mailsystem", "poostmaster", "mailerdemon", "bouncenotification"} {
		if strings.HasPrefix(local, name) {
			return true
		}
	}
	return slices.Contains([]string{"mmdf", "uucp", "bounces", "bounce", "mailer", "smtp"}, local)
}

// maxRecipients bounds the recipients read out of a text.
const maxRecipients = 100

// failedRecipients finds whom a report without a machine-readable part is about.
func failedRecipients(m *message.Parsed, written string) []address.Address {
	var out []address.Address
	add := func(a address.Address, err error) {
		if err == nil && !slices.Contains(out, a) && len(out) < maxRecipients {
			out = append(out, a)
		}
	}
	for _, list := range m.Header.All("X-Failed-Recipients") {
		for one := range strings.SplitSeq(list, ",") {
			add(address.Parse(strings.Trim(one, " <>\t")))
		}
	}
	if len(out) > 0 {
		return out
	}
	best := 0
	points := map[address.Address]int{}
	var order []address.Address
	for line := range strings.Lines(written) {
		for _, at := range mailAddr.FindAllStringIndex(line, 5) {
			a, err := address.Parse(strings.Trim(line[at[0]:at[1]], "'.*"))
			if err != nil {
				continue
			}
			if _, seen := points[a]; !seen {
				order = append(order, a)
			}
			points[a] = max(points[a], addressPoints(m, a, line, at))
			best = max(best, points[a])
		}
	}
	if best >= 2 {
		for _, a := range order {
			if points[a] == best {
				add(a, nil)
			}
		}
	}
	if len(out) == 0 && m.Returned != nil {
		for _, a := range m.Returned.To {
			add(a, nil)
		}
	}
	if len(out) == 0 && best > 0 {
		for _, a := range order {
			if points[a] == best {
				add(a, nil)
			}
		}
	}
	return out
}

// addressPoints weighs whether an address in a line of a report is that of a failed recipient.
func addressPoints(m *message.Parsed, a address.Address, line string, at []int) int {
	before, after := strings.TrimSpace(strings.ToLower(line[:at[0]])), strings.ToLower(line[at[1]:])
	p := 1
	switch {
	case strings.Trim(before, "<>'\"*-([{• \t") == "":
		p += 2 // starts the line
	case strings.HasSuffix(strings.TrimRight(before, "<'\": "), " to") || strings.TrimRight(before, "<'\": ") == "to" || strings.Contains(before, "rcpt to") || strings.Contains(before, "recipient"):
		p += 2
	case unknownUser.MatchString(strings.ToLower(line)) || stillAlive.MatchString(strings.ToLower(line)) || bounceText.MatchString(line):
		p += 2
	}
	if strings.HasPrefix(after, ">:") || strings.HasPrefix(after, ":") || strings.Contains(after, "...") {
		p++
	}
	if m.Returned != nil && slices.ContainsFunc(m.Returned.To, func(t address.Address) bool { return t.Normal() == a.Normal() }) {
		p += 3
	}
	local := strings.ToLower(a.Local())
	if strings.Contains(before, "from:") || strings.Contains(before, "mail from") || strings.Contains(before, "message-id") || strings.Contains(before, "id:") {
		p -= 4
	}
	if slices.Contains(m.To, a) || m.Returned != nil && m.Returned.From == a {
		p -= 3
	}
	if a == m.From || strings.HasPrefix(local, "postmaster") || strings.HasPrefix(local, "mailer-daemon") || local == "abuse" || local == "support" || local == "helpdesk" {
		p -= 4
	}
	return p
}
