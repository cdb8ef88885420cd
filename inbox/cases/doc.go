// Package cases is the work that people ask for by their rights: requests, complaints, reports of breaches, and mail that a person must read.
//
// A Case has a reference, one kind, the people that it is about, its facts, its clocks, a state and a timeline. A message that asks for several rights
// opens one case with a linked sub-case for each further right; each has a kind, clocks, a decision and a state of its own, and the first cannot
// be closed while one of them is open.
//
// The rules are pure. Case.After says what an event does to a case, or why it cannot happen now; Reckon computes the clocks from the facts alone; BaseDuties
// says what is left to do before closing. Service applies them in one transaction each: the event, the facts, the clocks computed anew, and an event of its own
// where a date moved. Nothing changes a case but an event on its timeline, with who and when.
//
// A person decides (E0-10): Decide refuses whoever is no person. What stops mail acts at once in package inbox, beside the case.
//
// # Carrying out a kind of case
//
// Each right is carried out by code of its own, which meets this package in three places:
//
//   - a Practice (duty.go) says what may be decided for its kind, and which duties must be done before closing. assembly hands one for each kind
//     to Service.Practices; a kind without one has what BaseDuties and Outcomes say.
//   - when a duty is done, it records so with Service.Did: an event of kind Done with the duty's code. Facts.DoneOn tells a pure rule of it later.
//   - package console shows a section of its own on the case page: see sections in internal/console/case_section.go.
//
// docs/decisions/0024-cases.md tells the reasons.
package cases
