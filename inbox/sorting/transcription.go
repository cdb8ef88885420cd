package sorting

import "strings"

// minTranscribed is from how many octets on a word is known in Latin letters when it is all there is of a phrase: a shorter one is
// some word of another language.
const minTranscribed = 5

// transcriptions returns how people write a word for which their keyboard lacks the letters: Bulgarian, Greek and Ukrainian in Latin
// letters, as their authorities transcribe them and as people do in haste; "löschen" as "loeschen". Without those that fold to the same.
func transcriptions(language, word string) []string {
	var out []string
	word = strings.ToLower(word)
	for _, one := range transcribers(language) {
		if s := fold(one.Replace(fold(one.Replace(word)))); s != fold(word) { // "ΐ" is taken apart by the first fold
			out = append(out, s)
		}
	}
	return out
}

func transcribers(language string) []*strings.Replacer {
	switch language {
	case "bg":
		return bulgarian
	case "uk":
		return ukrainian
	case "el":
		return greek
	case "de":
		return german
	case "da", "nb":
		return danish
	}
	return nil
}

// The Bulgarian law on transliteration of 2009 (article 3), resolution 55 of Ukraine's cabinet of 2010 and ELOT 743 each come first;
// then what people use in messages.
var (
	bulgarian = []*strings.Replacer{
		latin("щ sht ж zh ц ts ч ch ш sh ъ a ь y ю yu я ya х h й y", cyrillic),
		latin("щ sht ж j ц c ч ch ш sh ъ u ь y ю iu я ia х h й i", cyrillic),
		latin("щ 6t ж j ц c ч 4 ш 6 ъ a ь i ю iu я q х h й i", cyrillic),
	}
	ukrainian = []*strings.Replacer{
		latin("щ shch ж zh ц ts ч ch ш sh ь  ю iu я ia є ie ї i й i х kh и y і i г h ґ g '  ’ ", cyrillic),
		latin("щ sch ж zh ц ts ч ch ш sh ь  ю yu я ya є ye ї yi й y х h и y і i г g ґ g '  ’ ", cyrillic),
		latin("щ sch ж zh ц c ч ch ш sh ь  ю ju я ja є je ї ji й j х h и y і i г h ґ g '  ’ ", cyrillic),
	}
	greek = []*strings.Replacer{
		latin("ου ou αυ av ευ ev αύ av εύ ev μπ b γκ g γγ ng θ th χ ch ψ ps ξ x η i ή i υ y ύ y ω o ώ o φ f β v", hellenic),
		latin("ου ou ει i εί i οι i οί i αι e αί e αυ av ευ ef αύ af εύ ef μπ mp γκ gk γγ gg θ th χ x ψ ps ξ ks η i ή i υ i ύ i ω o ώ o φ f β v", hellenic),
		latin("ου ou αυ au ευ eu αύ au εύ eu θ 8 χ x ψ ps ξ 3 η h ή h υ u ύ u ω w ώ w φ f β b", hellenic),
		latin("ου ou αυ af ευ ef αύ af εύ ef θ th χ h ψ ps ξ x η i ή i υ y ύ y ω o ώ o φ f β v", hellenic),
	}
	german = []*strings.Replacer{strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue")}
	danish = []*strings.Replacer{strings.NewReplacer("å", "aa", "ø", "oe")}
)

const (
	cyrillic = "а a б b в v г g д d е e з z и i к k л l м m н n о o п p р r с s т t у u ф f"
	hellenic = "α a ά a β v γ g δ d ε e έ e ζ z ι i ί i ϊ i ΐ i κ k λ l μ m ν n ο o ό o π p ρ r σ s ς s τ t υ y ύ y"
)

// latin makes a replacer of pairs in own, and of those in common for the letters that own does not have.
func latin(own, common string) *strings.Replacer {
	var pairs []string
	seen := map[string]bool{}
	for _, list := range []string{own, common} {
		words := strings.Split(list, " ")
		for i := 0; i+1 < len(words); i += 2 {
			if !seen[words[i]] {
				seen[words[i]] = true
				pairs = append(pairs, words[i], words[i+1])
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

// transcribes reports whether those who write a concept of a lexicon may lack its letters. Organisations and machines have them.
func transcribes(concept string) bool {
	switch concept {
	case "notice", "footer", "story", "software", "auto", LabelVacation, LabelAck, LabelChallenge, LabelLeftCompany:
		return false
	}
	return true
}
