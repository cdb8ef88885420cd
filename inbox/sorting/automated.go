package sorting

// automatedDecision takes a decision by a machine (Article 22) that the sender wants a person to look
// at, said in one sentence or in two.
func (r *reading) automatedDecision(found map[string][]Ground) {
	for i := range r.all {
		s := &r.all[i]
		if s.vetoed() || !s.has("machine") || !s.has("decided") {
			continue
		}
		for j := max(0, i-1); j < min(i+3, len(r.all)); j++ {
			if a := &r.all[j]; a.has("human") && (a.has("review") || a.has("decided") && a.has("request")) {
				found[LabelAutomatedDecision] = append(found[LabelAutomatedDecision],
					Ground{Where: s.where, Words: s.text, Rule: "a machine's decision"}, Ground{Where: a.where, Words: a.text, Rule: "asks a person to look at it"})
				return
			}
		}
	}
}
