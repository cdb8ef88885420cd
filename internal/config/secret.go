package config

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "***"

// Secret is a value that no log, error, JSON document or %v shows. Reveal is the only way to it.
type Secret string

// Reveal returns the value itself.
func (s Secret) Reveal() string { return string(s) }

// String returns "***", or "" for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format writes String under every verb: %d and the like would print the value otherwise.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns String, so that JSON and TOML show no secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
