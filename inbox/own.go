package inbox

import (
	"assent/inbox/sorting"
	"assent/mailer"
)

// isOurs reports whether a message is one that this house sent: its own Message-ID is signed with our key. That happens wherever a watched mailbox is written to by us, as when the data
// protection officer's address is one: what an alert says of a complaint is no complaint, and taken for one it would be told of by the next alert, for ever. Whoever answers or forwards such a
// mail makes a message with a Message-ID of its own.
func (h *handling) isOurs() bool {
	if _, ours := mailer.FromLetterID(h.Keys, h.mail.MessageID); ours {
		return true
	}
	_, ours := mailer.FromMessageID(h.Keys, h.mail.MessageID)
	return ours
}

// leaveOurs keeps a message of our own, and does nothing about it.
func (h *handling) leaveOurs() Settlement {
	h.verdict.Grounds = append(h.verdict.Grounds, sorting.Ground{Where: "Message-ID", Words: h.mail.MessageID, Rule: "sent by this house itself"})
	return Settlement{Disposition: Automatic}
}
