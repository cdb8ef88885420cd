// Package e2e holds the tests that run the whole of Assent: against a small mail world in this process, and against
// real Postfix, Dovecot, Redis and PostgreSQL.
package e2e
