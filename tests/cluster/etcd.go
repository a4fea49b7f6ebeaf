package main

import (
	"fmt"
	"net/url"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/wal"
)

// startEtcd starts etcd on a free port of loopback and returns its address. Nothing is forced to the disk: the data are
// thrown away with the directory.
func startEtcd(dir string) (string, error) {
	anyPort := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	config := embed.NewConfig()
	config.Dir = dir
	config.ListenClientUrls = anyPort
	config.ListenPeerUrls = anyPort
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	// By itself it reserves twice 64 MB.
	wal.SegmentSizeBytes = 1 << 20
	// Only its HTTP interface, which nobody asks, needs the address in advance.
	config.EnableGRPCGateway = false
	// One member alone need not wait long before it elects itself.
	config.TickMs = 10
	config.ElectionMs = 100
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return "", err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return "http://" + etcd.Clients[0].Addr().String(), nil
	case err := <-etcd.Err():
		return "", err
	case <-time.After(time.Minute):
		return "", fmt.Errorf("etcd is not ready after a minute")
	}
}
