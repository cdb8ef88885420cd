package main

import (
	"context"
	"fmt"

	"assent/internal/senderdns"
	"assent/subscriptions"
)

// examine looks for contradictions in what one programme declares.
func (d *doctor) examine(ctx context.Context, settingsErr error, slug string) error {
	if d.settings.DatabaseURL == "" || len(d.settings.Secret) == 0 {
		return settingsErr
	}
	o, err := d.storeOptions(d.settings)
	if err != nil {
		return err
	}
	db, err := d.openStore(ctx, d.settings)
	if err != nil {
		return err
	}
	defer db.Close()
	programme, err := programmeBySlug(ctx, db, slug)
	if err != nil {
		return err
	}
	people := &subscriptions.Service{Store: db, Keys: o.Keys, Now: d.now}
	found, err := people.Clashes(ctx, programme.ID)
	if err != nil {
		return err
	}
	for _, c := range found {
		d.tell(senderdns.Warn, c.Rule, c.Says, "")
	}
	if len(found) == 0 {
		d.tell(senderdns.Good, "programme", programme.Name+" contradicts neither itself nor the law, as far as its declarations tell.", "")
	}
	d.lookAtRegion([]subscriptions.Programme{programme})
	return d.sum()
}

// lookAtRegion holds the relay to the programmes that promise that no data leaves the United Kingdom (E4-16).
func (d *doctor) lookAtRegion(programmes []subscriptions.Programme) {
	for _, p := range programmes {
		switch {
		case !p.RegionLock || d.settings.SMTPCountry == subscriptions.HomeCountry:
		case d.settings.SMTPCountry == "":
			d.tell(senderdns.Warn, "region", fmt.Sprintf("%s promises that no data leaves the United Kingdom, and nobody has said where the relay is.", p.Name), "Set ASSENT_SMTP_COUNTRY to the country in which the relay handles mail.")
		default:
			d.tell(senderdns.Warn, "region", fmt.Sprintf("%s promises that no data leaves the United Kingdom, and the relay handles mail in %s.", p.Name, d.settings.SMTPCountry), "Use a relay in the United Kingdom for it, or tell people otherwise in a new notice.")
		}
	}
}
