package inbox

import (
	"context"

	"assent/inbox/sorting"
	"assent/mailer"
)

// isOurs reports whether a message is one that this house sent: its own Message-ID is signed with our key, and it is from a programme's address; a mail program of somebody else may
// have taken the id over. That happens wherever a watched mailbox is written to by us, as when the data
// protection officer's address is one: what an alert says of a complaint is no complaint, and taken for one it would be told of by the next alert, for ever. Whoever answers or forwards such a
// mail makes a message with a Message-ID of its own.
func (h *handling) isOurs(ctx context.Context) (bool, error) {
	_, letter := mailer.FromLetterID(h.Keys, h.mail.MessageID)
	_, newsletter := mailer.FromMessageID(h.Keys, h.mail.MessageID)
	if !letter && !newsletter {
		return false, nil
	}
	return h.ours(ctx)
}

// leaveOurs keeps a message of our own, and does nothing about it.
func (h *handling) leaveOurs() Settlement {
	h.verdict.Grounds = append(h.verdict.Grounds, sorting.Ground{Where: "Message-ID", Words: h.mail.MessageID, Rule: "sent by this house itself"})
	return Settlement{Disposition: Automatic}
}
