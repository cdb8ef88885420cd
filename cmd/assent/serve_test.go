package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func serving(r *rig, listen string) {
	for name, value := range map[string]string{
		"ASSENT_SMTP_URL": "smtp://127.0.0.1:1", "ASSENT_BASE_URL": "http://" + listen, "ASSENT_LISTEN": listen,
		"ASSENT_BOUNCE_ADDRESS": "bounces@mail.harbour.example", "ASSENT_UNSUBSCRIBE_ADDRESS": "leave@mail.harbour.example",
	} {
		r.env[name] = value
	}
}

func TestServeSaysThatItsPortIsTakenAndStops(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	r := newRig(t)
	r.want(exitOK, "", "migrate")
	serving(r, taken.Addr().String())
	contains(t, r.want(exitFailure, "", "serve"), "the port is taken", "ASSENT_LISTEN")
}

func TestServeTakesOnlyPartsThatThereAre(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	contains(t, r.want(exitUsage, "", "serve", "--run", "kitchen"), `There is no part "kitchen"`)
}

func TestServeServesUntilItIsToldToStop(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.Addr().String()
	free.Close()
	r := newRig(t)
	r.want(exitOK, "", "migrate")
	serving(r, listen)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve"}, func(name string) string { return r.env[name] }, strings.NewReader(""), io.Discard, io.Discard)
	}()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get("http://" + listen + "/health/ready")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("after half a minute it is not ready: %v", err)
		}
	}
	stop()
	select {
	case got := <-code:
		if got != exitOK {
			t.Errorf("it ended with %d", got)
		}
	case <-time.After(time.Minute):
		t.Fatal("a minute after it was told to stop it still runs")
	}
}
