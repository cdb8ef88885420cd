package main

import (
	"testing"

	"assent/internal/store"
	"assent/subscriptions"
)

func TestAProfileIsLoadedOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.want(0, "", "migrate")
	r.want(0, "safer-places", "profile", "list")
	r.want(0, "Declared Safer Places (safer-places): 3 purposes, 3 lists, version 1 of its notice.", "profile", "load", "safer-places")
	r.want(1, "There is a programme \"safer-places\" already. Nothing was changed.", "profile", "load", "safer-places")
	r.want(1, "There is no profile \"harbour\"", "profile", "load", "harbour")
}

func TestDoctorFindsTheContradictionsOfAProgramme(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.want(0, "", "migrate")
	r.want(0, "", "profile", "load", "harbour-cluster")
	r.want(0, "A guardian is asked below the age of 12.", "doctor", "--programme", "harbour-cluster")
	r.want(0, "", "profile", "load", "standards")
	r.want(0, "All is well.", "doctor", "--programme", "standards")
	r.want(1, "", "doctor", "--programme", "nothing")
}

func TestDoctorHoldsTheRelayToTheRegionLock(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.want(0, "", "migrate")
	r.want(0, "", "profile", "load", "safer-places")
	r.want(0, "nobody has said where the relay is", "doctor", "--programme", "safer-places")
	r.env["ASSENT_SMTP_COUNTRY"] = "IE"
	r.want(0, "the relay handles mail in IE", "doctor", "--programme", "safer-places")
	r.env["ASSENT_SMTP_COUNTRY"] = "GB"
	r.want(0, "All is well.", "doctor", "--programme", "safer-places")
	r.withStore(func(db *store.DB) {
		p, err := db.ProgrammeBySlug(t.Context(), "safer-places")
		if err != nil || !p.RegionLock || p.GuardianAge != subscriptions.DefaultGuardianAge {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
