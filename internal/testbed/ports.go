package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"time"
)

// Ports are taken below the range that Linux hands out for outgoing connections
// (32768 and above), so that no connection of a test takes one in the meantime.
const firstPort, lastPort = 12000, 32000

// freePorts returns n different ports of 127.0.0.1 on which nothing listens.
func freePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range 1000 {
		if len(ports) == n {
			return ports, nil
		}
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", loopback(port))
		if err != nil {
			continue
		}
		defer l.Close() // held until all are found, so that they differ
		ports = append(ports, port)
	}
	return nil, errors.New("no free port found on 127.0.0.1")
}

// loopback returns "127.0.0.1:port".
func loopback(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// greets returns a check that a server speaks first, as IMAP, SMTP and LMTP do.
func greets(addr string) ready {
	return func() error {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
			return err
		}
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			return fmt.Errorf("no greeting from %s: %w", addr, err)
		}
		return nil
	}
}
