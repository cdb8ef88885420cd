package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"assent/inbox/identity"
	"assent/internal/senderdns"
	"assent/internal/store"
)

const mailsLookedAt = 50 // of those that came last

// lookAtIdentity holds the receiving servers whose word is believed to what they do: one that does not mark every mail lets a sender's own mark stand.
func (d *doctor) lookAtIdentity(ctx context.Context, db *store.DB) error {
	trusted := d.settings.AuthservIDs
	if len(trusted) == 0 {
		d.tell(senderdns.Warn, "identity", "No receiving server's word is believed, so only a good signature (DKIM) proves who wrote a mail.", "Set ASSENT_AUTHSERV_ID to the name with which your receiving server begins its Authentication-Results, once you know that it takes off those that senders wrote (RFC 8601, section 5).")
		return nil
	}
	kept, err := db.KeptBefore(ctx, 0, mailsLookedAt)
	if err != nil {
		return err
	}
	looked, marked := 0, 0
	for _, m := range kept {
		if m.Digest == "" {
			continue
		}
		raw := db.Raw(ctx, m.Digest)
		ours, err := identity.Reports(raw, trusted)
		if err := errors.Join(err, raw.Close()); err != nil {
			return err
		}
		looked++
		if ours {
			marked++
		}
	}
	names := strings.Join(trusted, ", ")
	switch {
	case looked == 0:
		d.tell(senderdns.Good, "identity", "The word of "+names+" is believed; no mail has come yet that could show it.", "")
	case marked < looked:
		d.tell(senderdns.Warn, "identity", fmt.Sprintf("Of the last %d mails %d have an Authentication-Results of %s. On the others a sender's own would be believed.", looked, marked, names), "Have the server add it to every mail and take off what senders wrote in its name, or leave ASSENT_AUTHSERV_ID empty.")
	default:
		d.tell(senderdns.Good, "identity", fmt.Sprintf("The last %d mails all have an Authentication-Results of %s.", looked, names), "")
	}
	return nil
}
