package inbox

import (
	"testing"

	"assent/inbox/sorting"
)

func TestAnAddressIsSuppressedOnlyWhenNobodyBehindItIsAlive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		list []sorting.Recipient
		want bool
	}{
		{"a report that names nobody is about the address that was written to", nil, false},
		{"the one recipient does not exist", []sorting.Recipient{{Dead: true}}, false},
		{"the address was expanded to two and one of them is alive", []sorting.Recipient{{Dead: true}, {Action: "delivered"}}, true},
		{"one of two has a full mailbox", []sorting.Recipient{{Dead: true}, {Action: "failed", Status: "5.2.2"}}, true},
		{"both are gone", []sorting.Recipient{{Dead: true}, {Dead: true}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := &handling{verdict: sorting.Verdict{Recipients: c.list}}
			if got := h.reachesSomebody(); got != c.want {
				t.Errorf("reaches somebody: %v, want %v", got, c.want)
			}
		})
	}
}
