package sorting

import (
	"slices"
	"testing"
)

func TestWordsAreKnownInTheLettersThatPeopleHave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, word, as string }{
		{"bg", "изтрийте", "iztriyte"}, {"bg", "изтрийте", "iztriite"}, {"bg", "моля", "molq"}, {"bg", "пишете", "pi6ete"},
		{"uk", "перестаньте", "perestante"}, {"uk", "надсилати", "nadsylaty"}, {"uk", "листи", "lysty"}, {"uk", "ці", "tsi"}, {"uk", "ці", "ci"}, {"uk", "більше", "bilshe"},
		{"el", "διαγράψτε", "diagrapste"}, {"el", "θέλω", "thelo"}, {"el", "θέλω", "8elw"}, {"el", "λογαριασμό", "logariasmo"}, {"el", "ευχαριστώ", "efharisto"},
		{"de", "löschen", "loeschen"}, {"de", "für", "fuer"}, {"da", "få", "faa"}, {"nb", "ønsker", "oensker"},
	} {
		if got := transcriptions(c.language, c.word); !slices.Contains(got, c.as) {
			t.Errorf("%s %q is written %q, and not %q", c.language, c.word, got, c.as)
		}
	}
	if got := transcriptions("fr", "été"); got != nil {
		t.Errorf("French needs no transcription, got %q", got)
	}
}
