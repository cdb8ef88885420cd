package access

import (
	"regexp"
	"slices"
	"strings"
)

// runForm is capitalised words in a row on one line, which is how people are named in the midst of a sentence: "what Bob Jones told her".
var runForm = regexp.MustCompile(`\p{Lu}[\p{L}'’\-]*\p{Ll}[\p{L}'’\-]*(?:[ \t]+(?:(?:ap|ab|ferch|de|da|di|du|van|von|der|den|la|le|al|bin)[ \t]+)?\p{Lu}[\p{L}'’\-]*\p{Ll}[\p{L}'’\-]*){1,5}`)

// running points at names in free text. What is written with capitals and names nobody ends a name: "Dear Bob Jones", "on Monday Mary Price".
func (p *proposer) running(s string) {
	if len(s) > maxLooked {
		s = strings.ToValidUTF8(s[:maxLooked], "")
	}
	none := nobodies()
	for _, run := range runForm.FindAllString(s, maxProposals) {
		var name []string
		for _, w := range append(strings.Fields(run), "") {
			if w != "" && !none[strings.ToLower(w)] {
				name = append(name, w)
				continue
			}
			p.named(name)
			name = nil
		}
	}
}

// named takes words in a row for a name where there are at least two, and not all of them are the person's own or the organisation's.
func (p *proposer) named(words []string) {
	for len(words) > 0 && particle(words[0]) {
		words = words[1:]
	}
	for len(words) > 0 && particle(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	strange := func(w string) bool { return !p.known[key(w, AName)] }
	if len(words) > 1 && slices.ContainsFunc(words, strange) {
		p.person(strings.Join(words, " "), "in the text")
	}
}

// nobodies returns the words that stand with a capital in English or Welsh letters and are no part of a name. Months that people are called by are none of them.
func nobodies() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`a all also am an and any are as at but by can could data dear do does for from good have hello hi how i i'm i’ve if in is it its me my no not of on once one or our please regarding she since sir so
		subject thank thanks that the their then there these they this to today tomorrow under until was we were what when where which who why will with yes yesterday you your yours kind best warm many
		regards wishes sincerely faithfully truly cheers madam mr mrs ms miss mx dr prof professor dame cllr rev he her his monday tuesday wednesday thursday friday saturday sunday january february march july
		september october november december act access article articles association authority board charter city commission commissioner committee companies company complaint complaints consent controller
		copy council county court department directive director england erasure europe european first freedom gdpr general government head house information kingdom law limited list ltd manager minister
		ministry mail meeting minutes mobile newsletter northern notice number office officer paragraph parliament part personal phone policy post privacy programme project protection public purpose reference
		regulation report request right rights road room scotland secretary section service services society street team tel telephone union united university update wales website yn gywir annwyl cofion
		diolch bore prynhawn helo syr diogelu swyddog swyddfa comisiynydd gwybodaeth deddf llun mawrth mercher iau gwener sadwrn sul ionawr chwefror ebrill mai mehefin gorffennaf awst medi hydref tachwedd
		rhagfyr cymru lloegr`) {
		out[w] = true
	}
	return out
}
