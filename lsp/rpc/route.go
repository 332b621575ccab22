package rpc

import (
	"context"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// Work is what is left of a call once its turn in the order of messages is
// over. It runs concurrently with everything that follows; its context ends
// when the client cancels the call or the connection ends.
type Work func(ctx context.Context) (any, error)

// Answer is Work that has the result at hand.
func Answer(result any) Work {
	return func(context.Context) (any, error) { return result, nil }
}

// A Route is how messages of one method are handled. Exactly one field is set.
type Route struct {
	note func(ctx context.Context, params []byte) error
	call func(ctx context.Context, params []byte) (Work, error)
}

// Routes maps methods to their routes.
type Routes map[string]Route

// Note routes a notification. f runs on the read loop, in wire order: it must
// not wait for anything. What it returns is logged; the connection lives on.
// Strings in the parameters share the message's memory: clone what is kept.
func Note[P any](f func(ctx context.Context, params *P) error) Route {
	return Route{note: func(ctx context.Context, raw []byte) error {
		params, err := decode[P](raw)
		if err != nil {
			return err
		}
		return f(ctx, params)
	}}
}

// Call routes a request. prepare runs on the read loop, in wire order: it
// takes the snapshot that the request is about and must not wait for anything.
// The Work it returns then runs on its own.
func Call[P any](prepare func(ctx context.Context, params *P) (Work, error)) Route {
	return Route{call: func(ctx context.Context, raw []byte) (Work, error) {
		params, err := decode[P](raw)
		if err != nil {
			return nil, err
		}
		return prepare(ctx, params)
	}}
}

// decode reads parameters; absent ones are the zero value.
func decode[P any](raw []byte) (*P, error) {
	params := new(P)
	if len(raw) == 0 || string(raw) == "null" {
		return params, nil
	}
	if err := protocol.Unmarshal(raw, params); err != nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "invalid params: %v", err)
	}
	return params, nil
}

// errorf makes an error with a code of the protocol.
func errorf(code jsonrpc2.Code, format string, args ...any) error {
	return jsonrpc2.NewError(code, fmt.Sprintf(format, args...))
}
