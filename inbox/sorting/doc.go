// Package sorting judges what came back: a delivery report, a complaint, an automatic answer, an opt-out, a request about
// rights, or nothing of these. It only reads the parsed message and its own word lists, acts on nothing, and every
// verdict shows the words, the header or the part that led to it.
//
// What no rule knows is compared with mail that people wrote, by the weights in likeness/ (likeness.go).
//
// lexicon/ holds the words of each language and wording/ those of mail systems, as files that a
// speaker can review; rules.go joins the words. docs/sorting.md tells how, and how well.
package sorting
