// Package portability says which data may be taken elsewhere (Article 20 UK GDPR; E1-14, E2-40, E4-28) and lays it out for machines: JSON and CSV, with a page that says what
// is in it, and what is not and why.
//
// Data is portable where the person provided it, by hand or by what they did; where it is processed on consent or for a contract; and by automated means, which what came on
// paper is not. The rules are pure. The road there is that of package access: search, review, approval by a person, and a link with a code.
package portability
