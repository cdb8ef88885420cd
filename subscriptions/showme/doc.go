// Package showme makes the show-me pack: everything that shows, for one address, what the person was told, what they did, and by which permission each message
// was sent (Article 7(1) UK GDPR: "the controller shall be able to demonstrate that the data subject has consented"; E1-25). It is signed, and
// checked offline with the public key alone: no database and no secret.
//
// What a pack proves by itself: the words behind each digest; that no field of an event, its evidence included, differs from what its hash covers; that each
// message was allowed by the events that the gate had seen. What it cannot show without the ledger is that an event stands in
// the whole chain, for the events between are about others; the signature, and the seal in the pack, stand for that, and
// 'assent verify --pack' with the database at hand holds each event to the ledger.
package showme
