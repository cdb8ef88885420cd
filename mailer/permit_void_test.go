package mailer

import (
	"testing"
	"time"

	"assent/internal/address"
)

func TestThePermitOfAPreviewPermitsNothing(t *testing.T) {
	t.Parallel()
	p := voidPermit(address.Must("ann@example.org"))
	for _, at := range []time.Time{{}, time.Time{}.Add(time.Second), time.Now()} {
		if p.Valid(at) == nil {
			t.Errorf("at %v it permits", at)
		}
	}
}
