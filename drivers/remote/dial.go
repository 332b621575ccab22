package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
)

// A credentialsError is a certificate, key or server name that cannot work.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// Dial connects, and shakes hands where TLS is configured, so that a wrong
// certificate is an error here and not a silent retry inside gRPC.
func (n *node) Dial(ctx context.Context) (net.Conn, error) {
	network, address := "tcp", n.endpoint.Host
	if n.endpoint.Scheme == "unix" {
		network, address = "unix", n.endpoint.Path
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", n.cfg.Endpoint, err)
	}
	if !n.opts.tls {
		return conn, nil
	}
	secured, err := n.handshake(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("connecting to %s: %w", n.cfg.Endpoint, err)
	}
	return secured, nil
}

func (n *node) handshake(ctx context.Context, conn net.Conn) (net.Conn, error) {
	config, err := n.opts.tlsConfig()
	if err != nil {
		return nil, &credentialsError{err}
	}
	secured := tls.Client(conn, config)
	err = secured.HandshakeContext(ctx)
	var verification *tls.CertificateVerificationError
	if errors.As(err, &verification) {
		return nil, &credentialsError{err}
	}
	if err != nil {
		return nil, err
	}
	return secured, nil
}

// tlsConfig reads the certificates, which may have been renewed since the last connection.
func (o *options) tlsConfig() (*tls.Config, error) {
	pem, err := os.ReadFile(o.files["cacert"])
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority: %w", err)
	}
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: o.serverName,
		RootCAs:    x509.NewCertPool(),
		NextProtos: []string{"h2"}, // gRPC servers close connections without it
	}
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no PEM certificate", o.files["cacert"])
	}
	if o.files["cert"] == "" {
		return config, nil
	}
	pair, err := tls.LoadX509KeyPair(o.files["cert"], o.files["key"])
	if err != nil {
		return nil, fmt.Errorf("reading the client's certificate: %w", err)
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}
