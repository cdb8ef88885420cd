package idempotency_test

import (
	"strings"
	"testing"

	"assent/internal/idempotency"
)

func TestKeysThatAreTaken(t *testing.T) {
	t.Parallel()
	for key, good := range map[string]bool{
		"0b5d1d1e-8c55-4a0e-9f0e-2f6f0c8f9f10": true, strings.Repeat("k", 255): true,
		"": false, strings.Repeat("k", 256): false, "two words": false, "line\nbreak": false, "clé": false, "nul\x00": false,
	} {
		if err := idempotency.CheckKey(key); (err == nil) != good {
			t.Errorf("CheckKey(%q) = %v", key, err)
		}
	}
}
