// Package demo plays a story on the real Assent, in one process and with nothing else installed: three programmes, some
// two hundred people with mailboxes of their own, campaigns, opt-outs in every way there is, and a request for a copy of one's data.
//
// Everything goes the way that it goes in life: people fill in the form over HTTP and follow the link in a mail that went over SMTP,
// press the button that their mail program shows them, or write a mail that the poller fetches over IMAP. The story ends with
// its expectations held against what really happened.
package demo
