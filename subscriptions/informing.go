package subscriptions

import "slices"

// tellsOf returns the digest of the notice by which a person knows of a purpose when they are enrolled for it: "" when they have to be told first,
// by a notice run (E0-07, E2-10).
//
//   - Whoever is new to the programme is told by the first message, which names and links the list's notice (Article 14(3)(b); E2-09).
//   - Whoever was told before of a version that covers the purpose knows it by that one.
func tellsOf(purpose Purpose, inForce Notice, all []Notice, history []Event) string {
	known := false
	for _, e := range sinceErasure(history) {
		if e.Scope.ProgrammeID != purpose.ProgrammeID || !establishes(e.Kind) {
			continue
		}
		known = true
		if n, ok := byDigest(all, e.NoticeDigest); ok && n.Covers(purpose.ID) {
			return n.Digest
		}
	}
	if known || !inForce.Covers(purpose.ID) {
		return ""
	}
	return inForce.Digest
}

// toldBefore reports whether a person was told of a version that covers a purpose.
func toldBefore(purposeID int64, all []Notice, history []Event) bool {
	for _, e := range sinceErasure(history) {
		if n, ok := byDigest(all, e.NoticeDigest); ok && establishes(e.Kind) && n.Covers(purposeID) {
			return true
		}
	}
	return false
}

func byDigest(all []Notice, digest string) (Notice, bool) {
	i := slices.IndexFunc(all, func(n Notice) bool { return n.Digest == digest })
	if i < 0 {
		return Notice{}, false
	}
	return all[i], true
}

// establishes reports whether an event of this kind puts a person on record in a programme, or tells them of its notice. A mere request
// does not: anybody can make one.
func establishes(k EventKind) bool {
	return k == Confirmed || k == Granted || k == Enrolled || k == Informed
}

// sinceErasure returns the events after the last erasure: who was erased and comes back is new.
func sinceErasure(history []Event) []Event {
	for i, e := range slices.Backward(history) {
		if e.Kind == Erased {
			return history[i+1:]
		}
	}
	return history
}
