// Package site serves the public pages, where people join, confirm, leave, see what is kept about them and read privacy notices.
// Everything is rendered on the server and works without a script.
//
// # The public pages leak nothing (H10)
//
// No public page sets or reads a cookie. A link carries a signed token of row numbers and never an address. Asking to join gives
// the same page for an address that is known, unknown or asked for too often, and in the same time: the work is done
// before the answer, so that the answer is true, and the answer waits for the next beat of a fixed interval (see
// evenly). The alternative, answering first and working after, would promise a mail that a crash or a full disk then
// forgets.
//
// # Leaving always works
//
// The address behind List-Unsubscribe shows a page to GET and HEAD and changes nothing (RFC 8058 section 3.2). Every POST
// to it ends a subscription: the one-click body ends that of the list, and so does a body that nobody can read, for whoever posts
// there wants out. Only the page's own second button, and a link whose list is gone, end more. The answer comes after the opt-out is durable,
// and is never a redirect. No limit, login or cookie stands before it.
package site
