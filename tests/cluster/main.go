// The API server of the live tests: the real kube-apiserver, with the real etcd in the same process.
//
//	cluster DIR FLAG...
//
// DIR is where etcd keeps its data; the flags are kube-apiserver's own, and say where it listens and what it trusts.
// Whoever starts it waits for /readyz. It ends, with everything in it, when its standard input closes or a signal asks it
// to: whatever becomes of a test, no server outlives it.
package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: %s DIR FLAG...", os.Args[0]))
	}
	command := app.NewAPIServerCommand()
	go endWithStandardInput()
	go endWithSignal()
	storage, err := startEtcd(os.Args[1])
	if err != nil {
		fail(err)
	}
	command.SetArgs(append(os.Args[2:], "--etcd-servers="+storage))
	if err := command.Execute(); err != nil {
		fail(err)
	}
}

// Nothing is kept, so nothing is closed: the end is the end of the process.
func endWithStandardInput() {
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func endWithSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	<-signals
	os.Exit(0)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "cluster:", err)
	os.Exit(1)
}
