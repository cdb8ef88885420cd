package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// redisMaster is the name under which the sentinels watch the master.
const redisMaster = "assent"

// redis starts a single Redis that keeps nothing on disk.
func (b *bed) redis(context.Context) error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	b.setenv("REDIS_URL", "redis://"+loopback(ports[0])+"/0")
	return b.redisServer("redis", ports[0], nil, replies(ports[0], "PING", "PONG"))
}

// sentinel starts a master, its replica and three sentinels, one of which is enough
// to call the master dead.
func (b *bed) sentinel(context.Context) error {
	ports, err := freePorts(5)
	if err != nil {
		return err
	}
	master, replica := ports[0], ports[1]
	quick := "repl-diskless-sync-delay 0"
	if err := b.redisServer("redis-master", master, []string{quick}, replies(master, "PING", "PONG")); err != nil {
		return err
	}
	follow := []string{"replicaof 127.0.0.1 " + strconv.Itoa(master), quick}
	if err := b.redisServer("redis-replica", replica, follow, replies(replica, "INFO replication", "master_link_status:up")); err != nil {
		return err
	}
	var addrs []string
	for i, port := range ports[2:] {
		conf := []string{
			fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 1", redisMaster, master),
			fmt.Sprintf("sentinel known-replica %s 127.0.0.1 %d", redisMaster, replica), // saves the 10 s until its own look
			"sentinel down-after-milliseconds " + redisMaster + " 2000",
			"sentinel failover-timeout " + redisMaster + " 10000",
		}
		name := "redis-sentinel-" + strconv.Itoa(i+1)
		if err := b.redisServer(name, port, conf, replies(port, "INFO sentinel", "status=ok,address=127.0.0.1:"+strconv.Itoa(master)+",slaves=1"), "--sentinel"); err != nil {
			return err
		}
		addrs = append(addrs, loopback(port))
	}
	b.setenv("REDIS_SENTINEL_URL", "redis-sentinel://"+strings.Join(addrs, ",")+"/0?master="+redisMaster)
	return nil
}

// cluster starts three masters that share the 16384 slots.
func (b *bed) cluster(ctx context.Context) error {
	ports, err := freePorts(6)
	if err != nil {
		return err
	}
	nodes, buses := ports[:3], ports[3:]
	var addrs []string
	for i, port := range nodes {
		conf := []string{"cluster-enabled yes", "cluster-port " + strconv.Itoa(buses[i]), "cluster-node-timeout 5000"}
		name := "redis-cluster-" + strconv.Itoa(i+1)
		if err := b.redisServer(name, port, conf, replies(port, "CLUSTER INFO", "cluster_state:ok")); err != nil {
			return err
		}
		addrs = append(addrs, loopback(port))
	}
	for i, port := range nodes {
		if err := formCluster(ctx, i, port, nodes[0], buses[0]); err != nil {
			return err
		}
	}
	b.setenv("REDIS_CLUSTER_URL", "redis-cluster://"+strings.Join(addrs, ","))
	return nil
}

// formCluster gives the i-th of three nodes its third of the slots, a configuration
// epoch of its own, and an introduction to the first node.
func formCluster(ctx context.Context, i, port, first, firstBus int) error {
	p := process{name: "redis-cluster", answers: replies(port, "PING", "PONG"), done: make(chan error, 1)}
	if err := p.await(ctx); err != nil {
		return err
	}
	from, to := i*16384/3, (i+1)*16384/3-1
	commands := []string{
		fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", from, to),
		fmt.Sprintf("CLUSTER SET-CONFIG-EPOCH %d", i+1),
	}
	if i > 0 {
		commands = append(commands, fmt.Sprintf("CLUSTER MEET 127.0.0.1 %d %d", first, firstBus))
	}
	for _, c := range commands {
		if err := replies(port, c, "OK")(); err != nil {
			return err
		}
	}
	return nil
}

// redisServer starts one redis-server with a settings file and a folder of its own.
func (b *bed) redisServer(name string, port int, conf []string, answers ready, args ...string) error {
	dir, err := b.mkdir(name, 0o755, owner{})
	if err != nil {
		return err
	}
	lines := append([]string{
		"bind 127.0.0.1", "port " + strconv.Itoa(port), "dir " + dir, "daemonize no",
	}, conf...)
	if len(args) == 0 { // a sentinel has no data and refuses these
		lines = append(lines, `save ""`, "appendonly no", "shutdown-timeout 0")
	}
	file := filepath.Join(dir, "redis.conf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	return b.launch(launch{
		name:    name,
		argv:    append([]string{"redis-server", file}, args...),
		signal:  syscall.SIGTERM,
		answers: answers,
	})
}

// replies returns a check that the reply to an inline command holds some text.
func replies(port int, command, want string) ready {
	return func() error {
		reply, err := redisCommand(loopback(port), command)
		if err == nil && !strings.Contains(reply, want) {
			err = fmt.Errorf("redis answers %q to %q", reply, command)
		}
		return err
	}
}

// redisCommand sends one inline command and returns a simple or a bulk reply.
func redisCommand(addr, command string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return "", err
	}
	r := bufio.NewReader(conn)
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	switch line[:min(1, len(line))] {
	case "+":
		return line[1:], nil
	case "$":
		return readBulk(r, line[1:])
	}
	return "", errors.New("redis: " + line)
}

func readBulk(r *bufio.Reader, length string) (string, error) {
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > 1<<20 {
		return "", fmt.Errorf("redis: reply of length %q", length)
	}
	body := make([]byte, n)
	_, err = io.ReadFull(r, body)
	return string(body), err
}
