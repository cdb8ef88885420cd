// Package segment is a small language that says who of an audience is meant.
//
// A segment is a condition over what a programme has declared and what the ledger and the deliveries show: declared attributes,
// lists, purposes, when somebody joined, and what they were sent. It has three forms that say the same:
//
//   - a line of text, which people write: region is "South West" and not sector in ("ports", "fishing")
//   - JSON, which is stored and hashed into what is approved
//   - English, one sentence for each condition, which people read before they approve
//
// Bind checks a segment against a programme's declarations and makes a Rule of it: names become row numbers and days
// that are counted back from "now" become dates. The same Rule over the same people always gives the same people. A Rule
// stands twice: as Match over one person's facts, and as SQL in the store over whole audiences. A property test holds the two together.
//
// A segment permits nothing. It narrows an audience that the gate then judges as ever.
//
// There are no conditions on opens or clicks: Assent does not track them and will not.
package segment
