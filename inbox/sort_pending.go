package inbox

import "assent/internal/message"

// Sort stands here only until sort.go brings the real one: whoever adds it deletes this file.
func Sort(m *message.Parsed) Verdict { return Verdict{Kind: KindNone} }
