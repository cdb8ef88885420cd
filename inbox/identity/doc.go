// Package identity finds out whether a mail comes from the domain of the address in its From field. Anybody can write any From; what counts is
//
//   - an Authentication-Results field that one of our own receiving servers added (RFC 8601), and of those only the topmost: whatever stands below it, or is in the
//     name of another server, may have been written by the sender, and is ignored;
//   - a signature that verifies under the domain's own key (DKIM, RFC 6376), and whose domain is that of the From field, or of the same organisation (RFC 7489, section 3.1.1).
//
// What is proved is that the domain vouches for the message, not who sat at the keyboard: it is enough to answer to that address, and never enough to
// send data elsewhere. What neither source tells is unproved, which is no accusation: much honest mail is not signed.
//
// Judging is pure. A Prover brings what is judged: the header of the message, and keys from DNS, within limits.
package identity
