// Package smtpsend hands permitted messages to an SMTP relay over pooled connections.
//
// It promises three things. The permit is looked at immediately before MAIL FROM, however long it
// took to get a connection, and the recipient is the permit's. Every message that was not taken
// has the Fate that the protocol proves and no better: Unknown stands only for a connection lost after the
// whole message, with its final dot, was given to the network. And a transaction that has begun runs to its
// end under timeouts of its own, so that a graceful shutdown leaves nothing uncertain.
package smtpsend
