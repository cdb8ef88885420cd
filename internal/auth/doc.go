// Package auth says who is asking and what they may do: operators with a role, who sign in with a
// password, and programs with an API key, whose scopes are chosen one by one.
//
// One table (Scopes) holds everything that may be allowed, what it means, and which roles have it. Passwords are kept
// as Argon2id hashes; session tokens and API keys, which are random, as SHA-256. None of them can be read
// back: each is shown once.
//
// The package holds rules and types; the store keeps the rows.
package auth
