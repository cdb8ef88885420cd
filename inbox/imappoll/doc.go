// Package imappoll fetches mail from IMAP mailboxes and hands it to an inbox.Receiver.
// Nothing inbound is lost: whatever else reads, moves or flags the mail, each message that stays
// in the folder long enough to be seen is handed over, again and again until the Receiver has it.
//
// A Poller holds one connection per mailbox. IDLE tells it of new mail at once; a timed
// full sweep compares every UID of the folder with those held, so that a missed notice, a crash or an
// outage delays a message and loses none. What is held, and not a flag, decides what is fetched.
//
// Nothing on the server is changed: the folder is opened with EXAMINE and read with BODY.PEEK[].
// No message is deleted, moved or flagged.
//
// The server is foreign. What it may send without being asked for it is limited, a stalled
// connection is cut, memory holds one batch (Poller.BatchOctets) and four octets for each
// message of the folder, and a large message goes through as a stream. A message that the server
// does not give in three tries, while it gives others, becomes work for a person and holds up nothing.
package imappoll
