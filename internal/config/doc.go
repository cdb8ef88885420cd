// Package config reads the settings once, from the environment and an optional TOML file, and
// checks all of them at once: whoever starts Assent learns every mistake in one go, each with
// the name of its setting and what to do. The environment wins over the file.
//
// Nothing here prints a secret. A URL that may hold a password is a Secret too.
package config
