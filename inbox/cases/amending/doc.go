// Package amending carries out what changes somebody's record, or what may be done with it: rectification, erasure, restriction, objection, the
// withdrawal of consent, and a human look at an automated decision (Articles 16, 17, 18, 21, 7(3) and 22A to 22D UK GDPR).
//
// For each there is a practice, which says what may be decided, on which grounds, and what is left to do before the case is closed; and acts of Service, which do it
// through the services that everybody else uses. What needs a decision is carried out only once a person decided (E0-10) and nobody waits for proof of
// identity or authority. What the law wants at once, an opt-out and an objection to marketing, waits for nothing.
//
// Whoever was given the data is told by package telling, and a case waits for their answers (Article 19; E2-36, E2-37).
package amending
