// Package mailworld is a small world of mail inside one process: an SMTP server that
// delivers into mailboxes, and an IMAP server that shows them to any mail program. The
// demonstration plays its story in it, and tests stand it where a real mail system would be.
//
// Mail comes in over SMTP (8BITMIME, SMTPUTF8, SIZE, DSN; STARTTLS when a certificate is
// given) or through Deliver. A mailbox comes into being with its first message, its first
// login, or its first look. ann+news@example.org is the mailbox ann@example.org (RFC 5233). Each delivery
// gets the trace headers of a real server: Return-Path, X-Original-To, Delivered-To and Received.
// Behave makes single recipients unknown, slow, full, or bouncing.
//
// The messages are held in memory, each once, up to Config.MaxTotal octets; after that SMTP
// answers 452. With Config.Discard nothing is held at all: the world only counts,
// per recipient, and finds messages that came twice.
//
// The IMAP side is an own backend on imapserver rather than imapmemserver of the same
// module, which cannot be given a UIDVALIDITY, holds a second copy of each message, shows a
// message without headers as empty, and panics on BODYSTRUCTURE of a multipart without children.
package mailworld
