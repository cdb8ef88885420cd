package sorting

import "assent/internal/message"

// flags finds what a person should know beside the kind.
func (r *reading) flags(m *message.Parsed) []string {
	var out []string
	for _, f := range [...]struct{ concept, flag string }{
		{"compensation", FlagCompensation}, {"breach", FlagBreach}, {"foi", FlagFOI}, {"third-party", FlagThirdParty}, {"child", FlagChild}, {"agent", FlagAgent}, {"urgent", FlagUrgent},
	} {
		for i := range r.all {
			if r.all[i].has(f.concept) {
				out = append(out, f.flag)
				break
			}
		}
	}
	if m.ListID != "" || m.Header.Has("List-Unsubscribe") || m.Precedence == "bulk" || m.Precedence == "list" {
		out = append(out, FlagBulk)
	}
	return out
}
