package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/user"
	"strconv"

	"github.com/spf13/cobra"

	"assent/internal/audit"
)

// commandActor is who is at the command line, for the audit trail: "cli:" and the number of the operating system's user, or a hash of the name where
// users have no numbers. It names nobody.
func commandActor() string {
	if uid := os.Getuid(); uid >= 0 {
		return "cli:" + strconv.Itoa(uid)
	}
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	sum := sha256.Sum256([]byte(name))
	return "cli:" + hex.EncodeToString(sum[:6])
}

// acting makes whoever runs a command the actor of what it does. What serve and demo run by themselves is not done by them.
func acting(c *cobra.Command, _ []string) {
	if c.Name() != "serve" && c.Name() != "demo" {
		c.SetContext(audit.As(c.Context(), commandActor()))
	}
}
