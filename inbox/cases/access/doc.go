// Package access carries out requests for access to personal data (Article 15 UK GDPR) and makes, reviews and hands over what is disclosed; package portability
// uses the same road for Article 20.
//
// The road of a request: Search looks through every source that may hold data of the person (Sources) and keeps what it finds as items, with a manifest of what was
// searched by which terms and what was found and not found. Where Assent cannot look, staff record who looked (Elsewhere). Each item is reviewed by a person: kept, kept
// with passages removed, or withheld, with a reason that rests on law (Reasons). Propose points at what may be about somebody else. Approve builds the pack from what
// remains and refuses it when a removed passage is left in any byte of it. Deliver sends a link, never an attachment (E2-44), and gives the operator a code to tell the
// person in another way; only both together open the pack, for a limited time, and every opening is recorded.
//
// The rules are pure: Propose, Remover, Assemble and Files know no database. Service applies them. An open access case holds the person's data as it is
// (DPA 2018 s.173): see subscriptions.AccessHold.
package access
