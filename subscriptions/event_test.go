package subscriptions_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"assent/subscriptions"
)

func anEvent() subscriptions.Event {
	return subscriptions.Event{
		Seq: 7, At: began, Kind: subscriptions.Granted, Scope: listA, SubscriberID: 3, AddressKey: []byte("key"), Channel: subscriptions.ByStaff,
		Actor: "user:1", Source: "paper form", WordingDigest: "w", NoticeDigest: "n", Reason: "r", ExpiresAt: began.Add(time.Hour),
		Evidence: []byte(`{"act":"signed"}`), Salt: []byte("salt"), EvidenceHash: []byte("digest of the evidence"),
	}
}

func TestEveryFieldIsInTheChain(t *testing.T) {
	t.Parallel()
	prev := []byte("the row before")
	was := anEvent().Digest(prev)
	for name, change := range map[string]func(*subscriptions.Event){
		"its place":           func(e *subscriptions.Event) { e.Seq++ },
		"its time":            func(e *subscriptions.Event) { e.At = e.At.Add(time.Millisecond) },
		"its kind":            func(e *subscriptions.Event) { e.Kind = subscriptions.Enrolled },
		"its reach":           func(e *subscriptions.Event) { e.Scope.Reach = subscriptions.OnePurpose },
		"its programme":       func(e *subscriptions.Event) { e.Scope.ProgrammeID++ },
		"its purpose":         func(e *subscriptions.Event) { e.Scope.PurposeID++ },
		"its list":            func(e *subscriptions.Event) { e.Scope.ListID++ },
		"the person":          func(e *subscriptions.Event) { e.SubscriberID++ },
		"the address":         func(e *subscriptions.Event) { e.AddressKey = []byte("kez") },
		"its channel":         func(e *subscriptions.Event) { e.Channel = subscriptions.ByImport },
		"its actor":           func(e *subscriptions.Event) { e.Actor = "user:2" },
		"its source":          func(e *subscriptions.Event) { e.Source = "paper forms" },
		"the words":           func(e *subscriptions.Event) { e.WordingDigest = "x" },
		"the notice":          func(e *subscriptions.Event) { e.NoticeDigest = "x" },
		"its reason":          func(e *subscriptions.Event) { e.Reason = "" },
		"its end":             func(e *subscriptions.Event) { e.ExpiresAt = time.Time{} },
		"the evidence's hash": func(e *subscriptions.Event) { e.EvidenceHash = nil },
		"a letter that moves to the next field": func(e *subscriptions.Event) {
			e.Actor, e.Source = "user:1p", "aper form"
		},
	} {
		e := anEvent()
		change(&e)
		if bytes.Equal(e.Digest(prev), was) {
			t.Errorf("a change of %s leaves the hash as it is", name)
		}
	}
	if bytes.Equal(anEvent().Digest([]byte("another row before")), was) {
		t.Error("the hash does not depend on the row before")
	}
	erased := anEvent()
	erased.Evidence, erased.Salt = nil, nil
	if !bytes.Equal(erased.Digest(prev), was) {
		t.Error("erasing the evidence breaks the chain")
	}
}

func TestAChainNumbersItsEventsAndHangsThemOnEachOther(t *testing.T) {
	t.Parallel()
	head := subscriptions.Head{Seq: 41, Hash: []byte("so far")}
	events := []subscriptions.Event{{At: began, Evidence: []byte("a")}, {At: began, Evidence: []byte("b")}}
	end := subscriptions.Chain(head, events)
	if events[0].Seq != 42 || events[1].Seq != 43 || end.Seq != 43 {
		t.Errorf("places %d, %d, end %d", events[0].Seq, events[1].Seq, end.Seq)
	}
	if string(events[0].Prev) != "so far" || !bytes.Equal(events[1].Prev, events[0].Hash) || !bytes.Equal(end.Hash, events[1].Hash) {
		t.Error("the events do not hang on each other")
	}
	if got := subscriptions.Chain(head, nil); got.Seq != 41 {
		t.Errorf("a chain of nothing ends at %d", got.Seq)
	}
}

// ledgerOf is a long ledger of one address.
func ledgerOf(n int) history {
	var h history
	for len(h) < n {
		h = h.requests(listA).confirms(listA).confirms(listC).leaves(listC).isImported(listB)
	}
	return h[:n]
}

func BenchmarkFold(b *testing.B) {
	for _, n := range []int{2, 10, 100} {
		h := ledgerOf(n)
		b.Run(fmt.Sprintf("events=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				subscriptions.Fold(h)
			}
		})
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{2, 10, 100} {
		h := ledgerOf(n)
		b.Run(fmt.Sprintf("events=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				subscriptions.Decide(declaring(to(listA, listB), purposeC), subscriptions.Fold(h), began)
			}
		})
	}
}
