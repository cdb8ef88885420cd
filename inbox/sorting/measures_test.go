package sorting

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// judged is a mail of a set and how it was sorted.
type judged struct {
	english    bool
	kind       Kind
	labels     []string
	optional   []string
	recipient  string // of a bounce
	dead       bool   // the recipient does not exist
	text, said string // of the mail; of the verdict, for the log
	verdict    Verdict
}

// score counts for one class.
type score struct{ hit, false_, missed int }

func (s score) precision() float64 { return ratio(s.hit, s.hit+s.false_) }
func (s score) recall() float64    { return ratio(s.hit, s.hit+s.missed) }
func (s score) f1() float64        { return ratio(2*s.hit, 2*s.hit+s.false_+s.missed) }

// macro is the mean of the F1 of all classes.
func macro[K comparable](by map[K]*score) float64 {
	sum := 0.0
	for _, s := range by {
		sum += s.f1()
	}
	return sum / float64(max(1, len(by)))
}

func count[K comparable](by map[K]*score, class K) *score {
	if by[class] == nil {
		by[class] = &score{}
	}
	return by[class]
}

// kindsOf counts the kinds: a mail that is taken for another is missed there and false here.
func kindsOf(list []judged) map[Kind]*score {
	by := map[Kind]*score{}
	for _, j := range list {
		if j.kind == j.verdict.Kind {
			count(by, j.kind).hit++
			continue
		}
		count(by, j.kind).missed++
		count(by, j.verdict.Kind).false_++
	}
	return by
}

// rightsOf counts the labels of rights requests; optional ones are left out.
func rightsOf(list []judged) map[string]*score {
	by := map[string]*score{}
	for _, j := range list {
		if j.kind != KindRights {
			continue
		}
		for _, label := range rightsLabels() {
			want, is := slices.Contains(j.labels, label), j.verdict.Kind == KindRights && j.verdict.Has(label)
			switch {
			case slices.Contains(j.optional, label) || !want && !is:
			case want && is:
				count(by, label).hit++
			case want:
				count(by, label).missed++
			default:
				count(by, label).false_++
			}
		}
	}
	return by
}

// judgedSet sorts the mail of one set: what people wrote in testdata/<set>, machines' mail in the named file, if any.
func judgedSet(t *testing.T, set, machines string) []judged {
	t.Helper()
	var out []judged
	for _, f := range globbed(t, "testdata/"+set+"/*.txt") {
		for _, w := range readWritten(t, f) {
			v := Sort(mailOf(t, w.text))
			j := judged{english: strings.HasPrefix(w.language, "en"), kind: KindRights, labels: w.labels, optional: w.optional, text: w.text, said: w.wrong(v), verdict: v}
			if k := Kind(w.labels[0]); k == KindNone || k == KindUnsubscribe {
				j.kind = k
			}
			out = append(out, j)
		}
	}
	if machines == "" {
		return out
	}
	for _, m := range readMachines(t, machines) {
		v := Sort(parsed(t, m.raw))
		j := judged{kind: Kind(m.want[0]), labels: m.want[1:], dead: slices.Contains(m.want, "dead"), text: m.raw, verdict: v}
		for _, w := range m.want {
			if strings.Contains(w, "@") {
				j.recipient = w
			}
		}
		if s := m.wrong(v); s != "" {
			j.said = s
		}
		out = append(out, j)
	}
	return out
}

// The measures that docs/sorting.md gives of the newest sets, by kinds and labels rather than by whole mails.
func TestMeasuresOfTheNewestSets(t *testing.T) {
	t.Parallel()
	for _, set := range []struct{ written, machines string }{
		{"fourteenth", "testdata/machines/eighth.txt"}, {"fifteenth", "testdata/machines/ninth.txt"}, {"sixteenth", "testdata/machines/tenth.txt"},
		{"seventeenth", "testdata/machines/eleventh.txt"},
		{"eighteenth", ""}, {"persons-one", ""}, {"persons-two", ""}, {"persons-three", ""},
		{"persons-four", ""}, {"persons-five", ""}, {"persons-six", ""},
		{"nineteenth", "testdata/machines/twelfth.txt"},
		{"twentieth", "testdata/machines/thirteenth.txt"},
		{"twentyfirst", "testdata/machines/fourteenth.txt"},
		{"twentysecond", ""},
		{"twentythird", "testdata/machines/fifteenth.txt"},
		{"twentyfourth", "testdata/machines/sixteenth.txt"},
		{"twentyfifth", ""},
	} {
		t.Run(set.written, func(t *testing.T) {
			t.Parallel()
			list := judgedSet(t, set.written, set.machines)
			english := slices.DeleteFunc(slices.Clone(list), func(j judged) bool { return !j.english })
			kinds, rights := kindsOf(list), rightsOf(list)
			right, bounces, named, living, calledDead := 0, 0, 0, 0, 0
			for _, j := range list {
				if j.said == "" {
					right++
				} else {
					t.Logf("%s %v %q: %s %q", j.kind, j.labels, j.text[:min(len(j.text), 300)], j.said, groundWords(j.verdict))
				}
				if j.kind == KindBounce {
					bounces++
					if len(j.verdict.Recipients) > 0 && j.verdict.Recipients[0].Address.String() == j.recipient {
						named++
					}
				}
				if !j.dead {
					living++
					if j.verdict.Flagged(FlagDeadAddress) {
						calledDead++
					}
				}
			}
			for _, k := range slices.Sorted(maps.Keys(kinds)) {
				t.Logf("%-12s precision %.3f recall %.3f F1 %.3f", k, kinds[k].precision(), kinds[k].recall(), kinds[k].f1())
			}
			for _, l := range slices.Sorted(maps.Keys(rights)) {
				t.Logf("%-20s precision %.3f recall %.3f F1 %.3f %+v", l, rights[l].precision(), rights[l].recall(), rights[l].f1(), *rights[l])
			}
			optOuts := count(kinds, KindUnsubscribe)
			t.Logf("%d of %d all right; kinds macro-F1 %.3f; opt-outs precision %.3f recall %.3f, English recall %.3f; any-rights recall %.3f; rights macro-F1 %.3f, English %.3f; bounce recipient %.3f; called dead %d of %d living",
				right, len(list), macro(kinds), optOuts.precision(), optOuts.recall(), count(kindsOf(english), KindUnsubscribe).recall(), count(kinds, KindRights).recall(),
				macro(rights), macro(rightsOf(english)), ratio(named, bounces), calledDead, living)
			atLeast(t, "kinds macro-F1", macro(kinds), 0.97)
			atLeast(t, "opt-out precision", optOuts.precision(), 0.97)
			atLeast(t, "opt-out recall", optOuts.recall(), 0.97)
			atLeast(t, "any-rights recall", count(kinds, KindRights).recall(), 0.98)
			atLeast(t, "rights macro-F1", macro(rights), 0.95)
			atLeast(t, "bounce recipient", ratio(named, bounces), 0.97)
			if calledDead > 0 {
				t.Errorf("%d living addresses are called dead", calledDead)
			}
		})
	}
}
