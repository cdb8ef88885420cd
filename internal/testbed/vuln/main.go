// Command vuln runs govulncheck on the module where the database of known
// vulnerabilities can be reached, and otherwise says in one line why it did not.
//
//	go run ./internal/testbed/vuln golang.org/x/vuln/cmd/govulncheck@v1.8.0
//
// GOVULNDB names another database, as it does for govulncheck itself.
package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// probeFor is how long the database may take to answer.
const probeFor = 5 * time.Second

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: vuln MODULE@VERSION")
		os.Exit(2)
	}
	database := cmp.Or(os.Getenv("GOVULNDB"), "https://vuln.go.dev")
	if err := probe(database); err != nil {
		fmt.Println("govulncheck left out: its database cannot be reached:", err)
		return
	}
	cmd := exec.Command("go", "run", os.Args[1], "./...")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "govulncheck:", err)
		os.Exit(1)
	}
}

// probe asks for the database's index (https://go.dev/doc/security/vuln/database).
// A database in a folder is always there.
func probe(database string) error {
	if strings.HasPrefix(database, "file:") {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeFor)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(database, "/")+"/index/db.json", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", resp.Status)
	}
	return nil
}
