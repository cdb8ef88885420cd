package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// postgres starts a cluster of its own. The superuser is "postgres" and needs no
// password: only this machine can reach the port.
func (b *bed) postgres(ctx context.Context) error {
	bin, err := postgresBin()
	if err != nil {
		return err
	}
	as, err := lookup("postgres") // the server refuses to run as root
	if err != nil {
		return err
	}
	dir, err := b.mkdir("pg", 0o700, as)
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	err = runOnce(ctx, as, filepath.Join(bin, "initdb"), "--pgdata", data, "--username=postgres",
		"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	if err != nil {
		return err
	}
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	port := strconv.Itoa(ports[0])
	b.setenv("POSTGRES_URL", (&url.URL{
		Scheme: "postgres", User: url.User("postgres"), Host: loopback(ports[0]), Path: "/postgres", RawQuery: "sslmode=disable",
	}).String())
	return b.launch(launch{
		name: "postgres",
		argv: []string{filepath.Join(bin, "postgres"), "-D", data, "-p", port, "-k", dir,
			"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300", "-c", "shared_buffers=128MB", "-c", "max_wal_size=256MB"},
		as:     as,
		signal: syscall.SIGQUIT, // at once, without a last checkpoint of data that is thrown away
		answers: func() error {
			return runOnce(ctx, owner{}, filepath.Join(bin, "pg_isready"), "--quiet", "--host=127.0.0.1", "--port="+port)
		},
	})
}

// postgresBin returns the folder of the newest installed server. Debian keeps one
// for each version and puts none of them in PATH.
func postgresBin() (string, error) {
	servers, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(servers) == 0 {
		return "", errors.Join(errors.New("no PostgreSQL server in /usr/lib/postgresql"), err)
	}
	newest := slices.MaxFunc(servers, func(a, b string) int { return postgresVersion(a) - postgresVersion(b) })
	return filepath.Dir(newest), nil
}

func postgresVersion(server string) int {
	var version int
	_, _ = fmt.Sscanf(server, "/usr/lib/postgresql/%d/", &version) // zero for an odd name
	return version
}
