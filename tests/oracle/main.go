// The oracle of the tests: answers as an API server answers that has a CRD, by the server's own libraries.
//
// In: lines of JSON on standard input, each {"minor", "crd", "object"} and perhaps "old", the stored object that an
// update replaces. `crd` is a file. Out: one line for each, in the same order: whether the server takes the object under
// field validation `Strict`, its errors, the fields that it does not know, and the object as it would be stored.
//
// `oracle crds FILE…` judges CRDs instead, as a server does to which they are applied.
//
// `oracle apply` answers what comes of server-side apply instead: each line is the story of an object, the answer what it is
// before and after its last chapter (`writes` and `written`).
//
// What is not asked: webhooks, admission, and native kinds. One version of the libraries answers for every minor; where
// older servers read otherwise (formats, nulls before Kubernetes 1.20, updates before 1.30), the minor says so.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
)

// A line that asks.
type question struct {
	Minor  string          `json:"minor"`
	Crd    string          `json:"crd"`
	Object json.RawMessage `json:"object"`
	Old    json.RawMessage `json:"old,omitempty"`
}

// A line that answers.
type answer struct {
	Accepted bool           `json:"accepted"`
	Errors   []string       `json:"errors"`
	Unknown  []string       `json:"unknown"`
	Stored   map[string]any `json:"stored,omitempty"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(2)
	}
}

func run() error {
	if len(os.Args) > 1 && os.Args[1] == "crds" {
		return judge(os.Args[2:])
	}
	if len(os.Args) > 1 && os.Args[1] == "apply" {
		return answerAllWrites()
	}
	asked := make(chan chan answer, 256)
	failed := make(chan error, 1)
	go read(asked, failed)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for pending := range asked {
		if err := encoder.Encode(<-pending); err != nil {
			return err
		}
		// A person or a test that asks one by one waits for the answer.
		if len(asked) == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return <-failed
}

// Reads the questions, and has them answered side by side; the answers stay in order.
func read(asked chan<- chan answer, failed chan<- error) {
	defer close(asked)
	servers := map[string]*server{}
	free := make(chan struct{}, runtime.NumCPU())
	failed <- eachLine(func(line []byte) error {
		var question question
		if err := json.Unmarshal(line, &question); err != nil {
			return err
		}
		name := question.Minor + " " + question.Crd
		if servers[name] == nil {
			server, err := newServer(question.Crd, question.Minor)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			servers[name] = server
		}
		server, pending := servers[name], make(chan answer, 1)
		asked <- pending
		free <- struct{}{}
		go func() {
			pending <- server.answer(question)
			<-free
		}()
		return nil
	})
}

// Does something with each line of standard input.
func eachLine(do func(line []byte) error) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 64<<20)
	for lines.Scan() {
		if err := do(lines.Bytes()); err != nil {
			return err
		}
	}
	return lines.Err()
}
