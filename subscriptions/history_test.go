package subscriptions_test

import (
	"time"

	"assent/subscriptions"
)

// Lists and purposes as the tests of the rules know them: A and B serve one purpose of one programme, C another purpose of the same
// programme, D one of another programme.
var (
	listA = subscriptions.Scope{Reach: subscriptions.OneList, ProgrammeID: 1, PurposeID: 10, ListID: 100}
	listB = subscriptions.Scope{Reach: subscriptions.OneList, ProgrammeID: 1, PurposeID: 10, ListID: 101}
	listC = subscriptions.Scope{Reach: subscriptions.OneList, ProgrammeID: 1, PurposeID: 11, ListID: 102}
	listD = subscriptions.Scope{Reach: subscriptions.OneList, ProgrammeID: 2, PurposeID: 20, ListID: 200}

	purposeAB = subscriptions.Scope{Reach: subscriptions.OnePurpose, ProgrammeID: 1, PurposeID: 10}
	purposeC  = subscriptions.Scope{Reach: subscriptions.OnePurpose, ProgrammeID: 1, PurposeID: 11}
	purposeD  = subscriptions.Scope{Reach: subscriptions.OnePurpose, ProgrammeID: 2, PurposeID: 20}

	programme1 = subscriptions.ProgrammeScope(1)
	programme2 = subscriptions.ProgrammeScope(2)
	everything = subscriptions.Everything()
)

// history is one address's ledger, written as a story. Each step takes a minute.
type history []subscriptions.Event

func (h history) then(kind subscriptions.EventKind, by subscriptions.Channel, scope subscriptions.Scope) history {
	seq := int64(len(h) + 1)
	return append(h[:len(h):len(h)], subscriptions.Event{Seq: seq, At: began.Add(time.Duration(seq) * time.Minute), Kind: kind, Channel: by, Scope: scope})
}

// until ends the last step's permission at a moment.
func (h history) until(t time.Time) history {
	h = append(history{}, h...)
	h[len(h)-1].ExpiresAt = t
	return h
}

func (h history) requests(l subscriptions.Scope) history {
	return h.then(subscriptions.Requested, subscriptions.ByForm, l)
}

func (h history) confirms(l subscriptions.Scope) history {
	return h.then(subscriptions.Confirmed, subscriptions.ByLink, l)
}

func (h history) signs(l subscriptions.Scope) history {
	return h.then(subscriptions.Granted, subscriptions.ByStaff, l)
}

func (h history) isImported(l subscriptions.Scope) history {
	return h.then(subscriptions.Granted, subscriptions.ByImport, l)
}

func (h history) isEnrolled(l subscriptions.Scope) history {
	h = h.isEnrolledUntold(l)
	h[len(h)-1].NoticeDigest = "the notice"
	return h
}

func (h history) isEnrolledUntold(l subscriptions.Scope) history {
	return h.then(subscriptions.Enrolled, subscriptions.ByStaff, l)
}

func (h history) isTold(s subscriptions.Scope) history {
	return h.then(subscriptions.Informed, subscriptions.ByMail, s)
}

func (h history) pauses(s subscriptions.Scope, until time.Time) history {
	return h.then(subscriptions.Paused, subscriptions.ByLink, s).until(until)
}

func (h history) leaves(s subscriptions.Scope) history {
	return h.then(subscriptions.Withdrawn, subscriptions.ByOneClick, s)
}

func (h history) isSuppressed(s subscriptions.Scope, reason string) history {
	h = h.then(subscriptions.Suppressed, subscriptions.ByReport, s)
	h[len(h)-1].Reason = reason
	return h
}

func (h history) lapses(s subscriptions.Scope) history {
	return h.then(subscriptions.Lapsed, subscriptions.ByScheduler, s)
}

func (h history) isRestricted() history {
	return h.then(subscriptions.Restricted, subscriptions.ByStaff, everything)
}

func (h history) isReleased() history {
	return h.then(subscriptions.Released, subscriptions.ByStaff, everything)
}

func (h history) isErased() history {
	return h.then(subscriptions.Erased, subscriptions.ByStaff, everything)
}

// end is a moment after the story.
func (h history) end() time.Time { return began.Add(time.Duration(len(h)+1) * time.Minute) }
