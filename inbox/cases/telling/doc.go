// Package telling tells those who were given personal data what became of it, and waits for their answers (Article 19 UK GDPR; E2-17, E2-36, E2-37).
//
// Package subscriptions opens a notice to each recipient in the transaction that rectifies, erases, restricts or releases, whatever led to it: a case, an operator, a retention
// rule. Here the notices go out by letter, each with a link that is good for that one answer; who does not answer is reminded after some working days, and after
// some reminders a person has to see to it. An answer is done, impossible, or disproportionate with words that say why, from the recipient or from a person who records it;
// until there is one, the notice's case is not complete.
//
// Whom a notice is about stays encrypted, and is thrown away with the answer.
package telling
