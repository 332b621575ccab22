package rpc

import (
	"context"
	"encoding/json"
	"io"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
)

// framer is what the library's header stream offers below messages. The
// library reads whole frames from any stream that has these methods.
type framer interface {
	jsonrpc2.Stream
	ReadFrame(ctx context.Context) ([]byte, int64, error)
	WriteFrame(ctx context.Context, data []byte) (int64, error)
}

// stream is the connection's framed transport. It answers what is no message
// at all, so that one broken client message does not end the session, tells
// when the input has ended, and can be told to act as if it had.
type stream struct {
	framer
	stopped atomic.Bool
	ended   func(error) // called once, with what ended the input
}

func newStream(rwc io.ReadWriteCloser, ended func(error)) (*stream, bool) {
	f, ok := jsonrpc2.NewHeaderStream(rwc).(framer)
	return &stream{framer: f, ended: ended}, ok
}

// stop makes the next read answer end of input, which ends the read loop
// without closing the transport under somebody who still writes.
func (s *stream) stop() { s.stopped.Store(true) }

// ReadFrame returns the next frame that holds JSON the library can sort out.
func (s *stream) ReadFrame(ctx context.Context) ([]byte, int64, error) {
	for {
		if s.stopped.Load() {
			s.ended(io.EOF)
			return nil, 0, io.EOF
		}
		frame, n, err := s.framer.ReadFrame(ctx)
		if err != nil {
			s.ended(err)
			return nil, n, err
		}
		refusal := check(frame)
		if refusal == "" {
			return frame, n, nil
		}
		go func() {
			// The read loop must not wait for a client that waits to be read. When
			// the write fails the connection is ending, and the next read says so.
			_, _ = s.WriteFrame(ctx, []byte(refusal))
		}()
	}
}

// The answers to frames that are no messages; their id is unknown.
const (
	notJSON   = `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error: the message is not valid JSON"}}`
	noMessage = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request: neither request, notification nor response"}}`
)

// check returns the answer to a frame that must not reach the library, which
// would close the connection over it, or "".
func check(frame []byte) string {
	if _, err := jsonrpc2.ScanFrameView(frame); err == nil {
		return ""
	}
	switch {
	case !json.Valid(frame):
		return notJSON
	case isBatch(frame):
		return ""
	}
	return noMessage
}

func isBatch(frame []byte) bool {
	for _, b := range frame {
		switch b {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return b == '['
	}
	return false
}
