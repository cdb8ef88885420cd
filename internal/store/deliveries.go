package store

import (
	"context"
	"database/sql"
	"errors"

	"assent/mailer"
)

func scanDelivery(s scanner) (x mailer.Delivery, err error) {
	var asked, started, finished int64
	err = s.Scan(&x.CampaignID, &x.SubscriberID, &x.ListID, &x.State, &x.Reason, &x.EventSeq, &x.GateSeq,
		&asked, &started, &finished, &x.Code, &x.Reply, &x.Report, &x.ReportStatus)
	x.AskedAt, x.StartedAt, x.FinishedAt = moment(asked), moment(started), moment(finished)
	return x, err
}

// Delivery implements mailer.Store.
func (d *DB) Delivery(ctx context.Context, campaignID, subscriberID int64) (mailer.Delivery, error) {
	x, err := scanDelivery(d.reading().row(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE campaign_id = ? AND subscriber_id = ?`, campaignID, subscriberID))
	return x, fail("store: delivery", err)
}

// Deliveries implements mailer.Store.
func (d *DB) Deliveries(ctx context.Context, campaignID, after int64, limit int) ([]mailer.Delivery, error) {
	rows, err := d.reading().query(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE campaign_id = ? AND subscriber_id > ? ORDER BY subscriber_id LIMIT ?`,
		campaignID, after, limit)
	out, err := collect(rows, err, scanDelivery)
	return out, fail("store: deliveries", err)
}

// DeliveriesTo implements mailer.Store.
func (d *DB) DeliveriesTo(ctx context.Context, subscribers []int64) ([]mailer.Delivery, error) {
	if len(subscribers) == 0 {
		return nil, nil
	}
	rows, err := d.reading().query(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE subscriber_id IN (`+marks(len(subscribers))+`) ORDER BY subscriber_id, campaign_id`,
		anys(subscribers)...)
	out, err := collect(rows, err, scanDelivery)
	return out, fail("store: deliveries to people", err)
}

// StrayDelivery implements mailer.Store.
func (d *DB) StrayDelivery(ctx context.Context) (campaignID, subscriberID int64, err error) {
	err = d.reading().row(ctx, `SELECT d.campaign_id, d.subscriber_id FROM deliveries d WHERE NOT EXISTS (SELECT 1 FROM campaigns c WHERE c.id = d.campaign_id)
		OR NOT EXISTS (SELECT 1 FROM subscribers s WHERE s.id = d.subscriber_id) ORDER BY 1, 2 LIMIT 1`).Scan(&campaignID, &subscriberID)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return campaignID, subscriberID, fail("store: stray deliveries", err)
}

// Reported implements mailer.Store. A report of a failure is not overwritten by one of a delay.
func (d *DB) Reported(ctx context.Context, campaignID, subscriberID int64, action, status string) error {
	const op = "store: report delivery"
	var was string
	err := d.writing().row(ctx, `UPDATE deliveries SET report = CASE WHEN report = 'failed' THEN report ELSE ? END,
			report_status = CASE WHEN report = 'failed' THEN report_status ELSE ? END
		WHERE campaign_id = ? AND subscriber_id = ? RETURNING report`, action, status, campaignID, subscriberID).Scan(&was)
	return fail(op, err)
}
