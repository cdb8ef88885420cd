package sorting

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the weights that are learnt")

// example is a mail that weights are learnt from.
type example struct {
	set      string
	labels   []string
	reading  *reading
	features map[string]bool
}

// is reports whether an example is of a class: a kind of mail, or a right.
func (e *example) is(class string) bool {
	kind := KindRights
	if k := Kind(e.labels[0]); k == KindNone || k == KindUnsubscribe {
		kind = k
	}
	return class == string(kind) || slices.Contains(e.labels, class)
}

// examples are the English mails of testdata.
func examples(t *testing.T) (out []example) {
	for _, f := range append(globbed(t, "testdata/*/en*.txt"), "testdata/requests.txt") {
		for _, w := range readWritten(t, f) {
			if i := slices.Index(w.labels, "en"); i >= 0 { // this file names the language of each line
				w.labels = slices.Delete(w.labels, i, i+1)
			} else if strings.HasSuffix(f, "requests.txt") {
				continue
			}
			m := mailOf(t, w.text)
			r := newReading(m, m.Text)
			out = append(out, example{set: filepath.Base(filepath.Dir(f)), labels: w.labels, reading: r, features: r.features()})
		}
	}
	return out
}

// learn finds the weights of a class by going through the examples again and again, moving each time those of the features that an
// example has towards what it is, the less the more often they moved before (AdaGrad). The same examples give the same weights.
func learn(class string, from []example) map[string]float64 {
	const rounds, step = 8, 0.3
	ids := map[string]int{}
	seen := map[string]int{}
	for i := range from {
		for f := range from[i].features {
			seen[f]++
		}
	}
	var names []string
	for _, f := range slices.Sorted(maps.Keys(seen)) {
		if seen[f] > 1 {
			ids[f] = len(names)
			names = append(names, f)
		}
	}
	lists := make([][]int, len(from))
	for i := range from {
		for f := range from[i].features {
			if id, ok := ids[f]; ok {
				lists[i] = append(lists[i], id)
			}
		}
		slices.Sort(lists[i])
	}
	w, moved, bias := make([]float64, len(names)), make([]float64, len(names)), 0.0
	order := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		for _, i := range order.Perm(len(from)) {
			norm, sum, want := 1/math.Sqrt(float64(len(from[i].features)+1)), 0.0, 0.0
			for _, id := range lists[i] {
				sum += w[id]
			}
			if from[i].is(class) {
				want = 1
			}
			off := want - 1/(1+math.Exp(-(bias+norm*sum)))
			bias += step * off / 10
			for _, id := range lists[i] {
				g := off * norm
				moved[id] += g * g
				w[id] += step * g / math.Sqrt(moved[id]+0.001)
			}
		}
	}
	out := map[string]float64{"": bias}
	for id, f := range names {
		if math.Abs(w[id]) >= least {
			out[f] = w[id]
		}
	}
	return out
}

// least is the smallest weight that is kept.
const least = 0.8

// learnAll learns all classes: the kinds from all examples, the rights from requests about rights alone.
func learnAll(from []example) weights {
	out := weights{}
	for _, class := range []string{string(KindUnsubscribe), string(KindRights)} {
		out[class] = learn(class, from)
	}
	rights := slices.DeleteFunc(slices.Clone(from), func(e example) bool { return !e.is(string(KindRights)) })
	for _, label := range rightsLabels() {
		if label != LabelOther {
			out[label] = learn(label, rights)
		}
	}
	return out
}

// write writes weights as they stand in the file.
func (w weights) write() string {
	lines := map[string][]string{}
	for _, class := range append([]string{string(KindUnsubscribe), string(KindRights)}, rightsLabels()...) {
		for f, v := range w[class] {
			if n := int(math.Round(v * 100)); n != 0 {
				lines[f] = append(lines[f], fmt.Sprintf("%s=%d", class, n))
			}
		}
	}
	var b strings.Builder
	b.WriteString("# How much words make an English mail like those of each class, learnt from the mails in testdata: go test ./inbox/sorting -run Weights -update\n")
	for _, f := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&b, "%s\t%s\n", f, strings.Join(lines[f], " "))
	}
	return b.String()
}

func TestTheWeightsAreLearntFromTheExamples(t *testing.T) {
	t.Parallel()
	got := learnAll(examples(t))
	if *update {
		if err := os.WriteFile("likeness/en.txt", []byte(got.write()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for class, of := range learnt() {
		far := 0
		for f, v := range of {
			if math.Abs(v-got[class][f]) > 0.02 { // other machines round otherwise
				far++
			}
		}
		if far > 0 || len(of) == 0 {
			t.Errorf("%d of %d weights of %s are not those of the examples: run with -update and look at the difference", far, len(of), class)
		}
	}
}

// What the likeness of words adds is measured on sets that the weights were not learnt from.
func TestLikenessKnowsMailThatItNeverSaw(t *testing.T) {
	t.Parallel()
	all := examples(t)
	fresh := func(e example) bool { return strings.HasPrefix(e.set, "persons-") }
	w := learnAll(slices.DeleteFunc(slices.Clone(all), fresh))
	kinds, rights := map[string]*score{}, map[string]*score{}
	for _, e := range all {
		if !fresh(e) {
			continue
		}
		q := e.reading.resembles(w)
		for _, k := range []string{string(KindNone), string(KindUnsubscribe), string(KindRights)} {
			tally(kinds, k, e.is(k), string(q.kind) == k)
		}
		if e.is(string(KindRights)) {
			labels := w.rights(e.features)
			for _, l := range rightsLabels() {
				tally(rights, l, e.is(l), slices.Contains(labels, l))
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		t.Logf("%s: precision %.2f, recall %.2f", k, kinds[k].precision(), kinds[k].recall())
	}
	for _, l := range slices.Sorted(maps.Keys(rights)) {
		t.Logf("%s: precision %.2f, recall %.2f of %d", l, rights[l].precision(), rights[l].recall(), rights[l].hit+rights[l].missed)
	}
	t.Logf("kinds macro-F1 %.3f", macro(kinds))
	atLeast(t, "kinds macro-F1 of likeness alone", macro(kinds), 0.85)
	atLeast(t, "recall of rights by likeness alone", kinds[string(KindRights)].recall(), 0.8)
	atLeast(t, "recall of opt-outs by likeness alone", kinds[string(KindUnsubscribe)].recall(), 0.8)
}

func tally(by map[string]*score, class string, want, is bool) {
	s := count(by, class)
	switch {
	case want && is:
		s.hit++
	case want:
		s.missed++
	case is:
		s.false_++
	}
}
