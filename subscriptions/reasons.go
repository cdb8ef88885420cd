package subscriptions

import (
	"context"
	"slices"

	"assent/internal/errs"
)

// LeavingReasons are what the page offers after somebody has left. To say one is up to them (E1-24).
var LeavingReasons = []string{"too-many", "not-relevant", "not-asked", "changed", "privacy", "other"}

// LeavingReason counts who gave a reason for leaving. It is kept apart from the people: with the month only, so that no
// row of the ledger can be put beside it.
type LeavingReason struct {
	ProgrammeID int64
	ListID      int64  // 0 for all of the programme
	Month       string // as "2026-11"
	Reason      string // one of LeavingReasons
	People      int64
}

// LeavingRemark is what somebody wrote about their leaving. Nothing leads from it to a person.
type LeavingRemark struct {
	ID     int64
	ListID int64
	Month  string
	Words  string
}

// KeepRemarks is how many months remarks are kept.
const KeepRemarks = 12

const maxRemark = 500 // characters

// GiveReason counts a reason, and keeps the words apart from it. Both may be empty: then nothing is kept.
func (p *Preferences) GiveReason(ctx context.Context, scope Scope, reason, words string) error {
	const op = "subscriptions: give reason"
	if reason != "" && !slices.Contains(LeavingReasons, reason) || scope.ProgrammeID == 0 {
		return errs.E(op, errs.Invalid, "Choose one of the reasons, or none.", nil)
	}
	if err := plain(words, "remark", maxRemark); err != nil {
		return errs.Wrap(op, err)
	}
	if reason == "" && words == "" {
		return nil
	}
	why := LeavingReason{ProgrammeID: scope.ProgrammeID, ListID: scope.ListID, Month: p.Now().UTC().Format("2006-01"), Reason: reason}
	return errs.Wrap(op, p.Kept.CountLeaving(ctx, why, words))
}

// DeclareConsequence says what a person can no longer be given when they withdraw from a purpose. It is told after the
// withdrawal, never before it, for it must be no hurdle (E4-29, E2-42).
func (p *Preferences) DeclareConsequence(ctx context.Context, purposeID int64, words string) error {
	const op = "subscriptions: declare consequence"
	if err := plain(words, "words", maxPostal); err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := p.Store.Purpose(ctx, purposeID); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, p.Kept.DeclareConsequence(ctx, purposeID, words))
}
