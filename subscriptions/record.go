package subscriptions

import (
	"context"

	"assent/internal/errs"
)

// ProcessingRecord is the record of processing activities of one programme (Article 30(1); E1-41, E2-21): what it declares now.
type ProcessingRecord struct {
	Programme     Programme
	Purposes      []Purpose
	Categories    []string // of personal data, besides name and address
	Recipients    []Recipient
	Retention     []string // sentences out of the rules in force
	NoticeVersion int      // of the notice in force; 0 for none
}

// ProcessingRecord gathers the record of one programme; kind NotFound.
func (s *Service) ProcessingRecord(ctx context.Context, programmeID int64) (r ProcessingRecord, err error) {
	const op = "subscriptions: record of processing"
	if r.Programme, err = s.Store.Programme(ctx, programmeID); err != nil {
		return r, errs.Wrap(op, err)
	}
	if r.Purposes, err = s.Store.Purposes(ctx, programmeID); err != nil {
		return r, errs.Wrap(op, err)
	}
	if r.Recipients, err = s.Store.Recipients(ctx, programmeID); err != nil {
		return r, errs.Wrap(op, err)
	}
	notices, err := s.Store.Notices(ctx, programmeID)
	if err != nil {
		return r, errs.Wrap(op, err)
	}
	if len(notices) > 0 {
		r.NoticeVersion = notices[len(notices)-1].Version
	}
	facts, err := s.facts(ctx, r.Programme, r.Purposes)
	r.Categories, r.Retention = facts.Categories, facts.Retention
	return r, errs.Wrap(op, err)
}
