package rpc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/buildlens/buildlens/lsp/rpc"
	"go.lsp.dev/protocol"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A peer is a client that writes and reads messages as they are on the wire.
type peer struct {
	t   *testing.T
	rwc net.Conn
	in  *bufio.Reader
}

// serve starts a connection with routes and returns a peer that has
// initialized it, the connection, and what Serve returns.
func serve(t *testing.T, routes rpc.Routes) (*peer, *rpc.Conn, <-chan error) {
	t.Helper()
	a, b := net.Pipe()
	conn, err := rpc.New(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	routes["initialize"] = rpc.Call(func(context.Context, *protocol.InitializeParams) (rpc.Work, error) {
		return rpc.Answer(struct{}{}), nil
	})
	result := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		result <- conn.Serve(rpc.Options{Routes: routes})
	}()
	t.Cleanup(func() {
		b.Close()
		<-ended
	})
	p := &peer{t: t, rwc: b, in: bufio.NewReader(b)}
	p.send(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}`)
	p.receive()
	return p, conn, result
}

func (p *peer) send(bodies ...string) {
	var all strings.Builder
	for _, body := range bodies {
		fmt.Fprintf(&all, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	if _, err := io.WriteString(p.rwc, all.String()); err != nil {
		p.t.Error(err)
	}
}

type reply struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (p *peer) receive() reply {
	p.t.Helper()
	length := 0
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			p.t.Fatal(err)
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if _, err := fmt.Sscanf(line, "Content-Length: %d", &length); err != nil {
			p.t.Fatal(err)
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(p.in, body); err != nil {
		p.t.Fatal(err)
	}
	var r reply
	if err := json.Unmarshal(body, &r); err != nil {
		p.t.Fatal(err)
	}
	return r
}

// wantError fails unless r is an error of that code.
func (p *peer) wantError(r reply, code int) {
	p.t.Helper()
	if r.Error == nil || r.Error.Code != code {
		p.t.Errorf("got %+v (result %s), want an error with code %d", r.Error, r.Result, code)
	}
}

type number struct {
	N int `json:"n"`
}

// counter has a state that notifications set and calls read.
func counter() rpc.Routes {
	var mu sync.Mutex
	state := 0
	return rpc.Routes{
		"set": rpc.Note(func(_ context.Context, p *number) error {
			mu.Lock()
			defer mu.Unlock()
			state = p.N
			return nil
		}),
		"get": rpc.Call(func(context.Context, *struct{}) (rpc.Work, error) {
			mu.Lock()
			defer mu.Unlock()
			return rpc.Answer(number{state}), nil
		}),
	}
}

// A call sees every notification before it and none behind it.
func TestOrder(t *testing.T) {
	p, _, _ := serve(t, counter())
	stale := 0
	for i := 1; i <= 5000; i++ {
		go p.send(
			fmt.Sprintf(`{"jsonrpc":"2.0","method":"set","params":{"n":%d}}`, i),
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"get"}`, i),
			`{"jsonrpc":"2.0","method":"set","params":{"n":-1}}`)
		if r := p.receive(); string(r.Result) != fmt.Sprintf(`{"n":%d}`, i) {
			stale++
		}
		// The last "set" must be off the wire before the next batch is written.
		p.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"get"}`, -i))
		p.receive()
	}
	if stale > 0 {
		t.Errorf("%d of 5000 calls saw another state than that of their place on the wire", stale)
	}
}

func TestErrorsLeaveTheConnectionOpen(t *testing.T) {
	routes := counter()
	routes["panic"] = rpc.Call(func(context.Context, *struct{}) (rpc.Work, error) { panic("in prepare") })
	routes["panicLater"] = rpc.Call(func(context.Context, *struct{}) (rpc.Work, error) {
		return func(context.Context) (any, error) { panic("in work") }, nil
	})
	routes["panicNote"] = rpc.Note(func(context.Context, *struct{}) error { panic("in a notification") })
	routes["fail"] = rpc.Call(func(context.Context, *struct{}) (rpc.Work, error) {
		return func(context.Context) (any, error) { return nil, errors.New("broken") }, nil
	})
	p, _, _ := serve(t, routes)
	tests := []struct {
		name, message string
		code          int // 0: the message is not answered
	}{
		{"panic in a call", `{"jsonrpc":"2.0","id":1,"method":"panic"}`, -32603},
		{"panic in its work", `{"jsonrpc":"2.0","id":1,"method":"panicLater"}`, -32603},
		{"panic in a notification", `{"jsonrpc":"2.0","method":"panicNote"}`, 0},
		{"an ordinary error", `{"jsonrpc":"2.0","id":1,"method":"fail"}`, -32603},
		{"unknown method", `{"jsonrpc":"2.0","id":1,"method":"nothing"}`, -32601},
		{"unknown notification", `{"jsonrpc":"2.0","method":"$/nothing"}`, 0},
		{"notification sent as a call", `{"jsonrpc":"2.0","id":1,"method":"set"}`, -32601},
		{"bad notification", `{"jsonrpc":"2.0","method":"set","params":{"n":"x"}}`, 0},
		{"bad cancel", `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":[]}}`, 0},
		{"not JSON", `{"jsonrpc":`, -32700},
		{"no message", `{"jsonrpc":"2.0"}`, -32600},
		{"a number", `7`, -32600},
		{"second initialize", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`, -32600},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p.t = t
			p.send(test.message)
			if test.code != 0 {
				p.wantError(p.receive(), test.code)
			}
			p.send(`{"jsonrpc":"2.0","id":"alive","method":"get"}`)
			if r := p.receive(); string(r.ID) != `"alive"` || r.Error != nil {
				t.Errorf("the connection answered %+v", r)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	started := make(chan struct{})
	p, _, _ := serve(t, rpc.Routes{
		"wait": rpc.Call(func(context.Context, *struct{}) (rpc.Work, error) {
			return func(ctx context.Context) (any, error) {
				started <- struct{}{}
				<-ctx.Done()
				return nil, fmt.Errorf("waiting: %w", context.Cause(ctx))
			}, nil
		}),
	})
	for _, id := range []string{`1`, `"one"`} {
		p.send(`{"jsonrpc":"2.0","id":` + id + `,"method":"wait"}`)
		<-started
		p.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":` + id + `}}`)
		r := p.receive()
		p.wantError(r, -32800)
		if string(r.ID) != id {
			t.Errorf("answered %s, want %s", r.ID, id)
		}
	}
}

func TestLifeCycle(t *testing.T) {
	tests := []struct {
		name     string
		messages []string
		want     error
	}{
		{"shutdown, exit", []string{`{"jsonrpc":"2.0","id":1,"method":"shutdown"}`, `{"jsonrpc":"2.0","method":"exit"}`}, nil},
		{"exit alone", []string{`{"jsonrpc":"2.0","method":"exit"}`}, rpc.ErrNoShutdown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, _, result := serve(t, counter())
			for _, m := range test.messages {
				p.send(m)
				if strings.Contains(m, "id") {
					p.receive()
				}
			}
			if err := <-result; !errors.Is(err, test.want) {
				t.Errorf("Serve returned %v, want %v", err, test.want)
			}
		})
	}
}

func TestCallsOutsideTheLifeCycle(t *testing.T) {
	a, b := net.Pipe()
	conn, err := rpc.New(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() { result <- conn.Serve(rpc.Options{Routes: counter()}) }()
	p := &peer{t: t, rwc: b, in: bufio.NewReader(b)}
	p.send(`{"jsonrpc":"2.0","id":1,"method":"get"}`)
	p.wantError(p.receive(), -32002)
	p.send(`{"jsonrpc":"2.0","method":"exit"}`)
	if err := <-result; !errors.Is(err, rpc.ErrNoShutdown) {
		t.Error(err)
	}

	p, _, _ = serve(t, counter())
	p.send(`{"jsonrpc":"2.0","id":1,"method":"shutdown"}`)
	p.receive()
	p.send(`{"jsonrpc":"2.0","id":2,"method":"get"}`)
	p.wantError(p.receive(), -32600)
}

// The end of the input cancels what runs, waits for it, and is no error.
func TestEndOfInput(t *testing.T) {
	started, cleaned := make(chan struct{}), make(chan struct{})
	p, conn, result := serve(t, rpc.Routes{
		"wait": rpc.Call(func(context.Context, *struct{}) (rpc.Work, error) {
			return func(ctx context.Context) (any, error) {
				close(started)
				<-ctx.Done()
				close(cleaned)
				return nil, ctx.Err()
			}, nil
		}),
	})
	p.send(`{"jsonrpc":"2.0","id":1,"method":"wait"}`)
	<-started
	p.rwc.Close()
	if err := <-result; err != nil {
		t.Error(err)
	}
	select {
	case <-cleaned:
	default:
		t.Error("Serve returned before the running call had ended")
	}
	if cause := context.Cause(conn.Context()); !errors.Is(cause, rpc.ErrInputEnded) {
		t.Errorf("the context ended with %v", cause)
	}
}

func TestClientProcessGone(t *testing.T) {
	_, conn, result := serve(t, counter())
	child := exec.Command("sleep", "1000")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	conn.WatchProcess(child.Process.Pid)
	select {
	case err := <-result:
		t.Fatalf("ended while the process lives: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed, as it says
	if err := <-result; err != nil || !errors.Is(context.Cause(conn.Context()), rpc.ErrClientGone) {
		t.Errorf("Serve returned %v, the context %v", err, context.Cause(conn.Context()))
	}
}

// The server asks the client from within a call, and what it posts keeps its
// order and comes before what it then notifies.
func TestServerToClient(t *testing.T) {
	var conn *rpc.Conn
	p, conn, _ := serve(t, rpc.Routes{
		"ask": rpc.Call(func(context.Context, *struct{}) (rpc.Work, error) {
			return func(ctx context.Context) (any, error) {
				var answer number
				err := conn.Call(ctx, "client/answer", nil, &answer)
				return answer, err
			}, nil
		}),
		"tell": rpc.Note(func(context.Context, *struct{}) error {
			for i := range 100 {
				conn.Post("told", number{i})
			}
			return nil
		}),
	})
	p.send(`{"jsonrpc":"2.0","id":1,"method":"ask"}`)
	question := p.receive()
	if question.Method != "client/answer" {
		t.Fatalf("got %+v", question)
	}
	p.send(`{"jsonrpc":"2.0","id":` + string(question.ID) + `,"result":{"n":42}}`)
	if r := p.receive(); string(r.Result) != `{"n":42}` {
		t.Errorf("got %s", r.Result)
	}
	// The client does not read while it writes: posting must not block the loop.
	p.send(`{"jsonrpc":"2.0","method":"tell"}`, `{"jsonrpc":"2.0","method":"tell"}`)
	notified := make(chan error, 1)
	go func() { notified <- conn.Notify(t.Context(), "last", number{0}) }()
	told := 0
	for told < 200 {
		r := p.receive()
		if r.Method == "last" && told == 0 {
			continue // it may overtake posts that were not queued yet
		}
		if r.Method != "told" {
			t.Fatalf("got %+v after %d", r, told)
		}
		told++
		if told == 200 {
			break
		}
	}
	select {
	case err := <-notified:
		if err != nil {
			t.Error(err)
		}
	default:
		if r := p.receive(); r.Method != "last" {
			t.Errorf("got %+v", r)
		}
		if err := <-notified; err != nil {
			t.Error(err)
		}
	}
}

// A cancelled server call tells the client.
func TestServerCancelsItsCall(t *testing.T) {
	p, conn, _ := serve(t, counter())
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- conn.Call(ctx, "client/slow", struct{}{}, nil) }()
	question := p.receive()
	cancel()
	if r := p.receive(); r.Method != "$/cancelRequest" {
		t.Errorf("got %+v, want the cancellation of %s", r, question.ID)
	}
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(`{"jsonrpc":"2.0","id":null,"method":"get"}`)
	f.Add(`[{"jsonrpc":"2.0","id":1,"method":"get"},3]`)
	f.Add(`{"jsonrpc":"2.0","id":{},"method":3,"params":[[]]}`)
	f.Fuzz(func(t *testing.T, body string) {
		if body == "" {
			return // no frame is empty
		}
		p, _, _ := serve(t, counter())
		go func() { _, _ = io.Copy(io.Discard, p.in) }()
		p.send(body, `{"jsonrpc":"2.0","id":"alive","method":"get"}`)
	})
}
