// Package remote dials BuildKit daemons that somebody else runs.
package remote

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/drivers"
)

// Name is what --driver takes.
const Name = "remote"

// Driver opens nodes that are dialed by URL: unix://PATH or tcp://HOST:PORT,
// the latter with TLS where the options name certificates.
type Driver struct{}

// New returns the driver.
func New() *Driver { return &Driver{} }

// Name is "remote".
func (*Driver) Name() string { return Name }

// Open checks the node's endpoint and options, with Buildx's words for what is
// wrong with them.
func (*Driver) Open(cfg drivers.NodeConfig) (drivers.Node, error) {
	if len(cfg.Files) > 0 {
		return nil, errors.New("setting config file is not supported for remote driver")
	}
	if len(cfg.Flags) > 0 {
		return nil, errors.New("setting buildkit flags is not supported for remote driver")
	}
	endpoint, err := parseEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	opts, err := parseOptions(cfg.Options, endpoint)
	if err != nil {
		return nil, err
	}
	return &node{cfg: cfg, endpoint: endpoint, opts: opts}, nil
}

// schemes is Buildx's closed list of schemes, with those that this driver dials.
var schemes = map[string]bool{
	"docker-container": false,
	"kube-pod":         false,
	"npipe":            false,
	"ssh":              false,
	"tcp":              true,
	"unix":             true,
}

// ValidEndpoint tells whether s may be the endpoint of a remote node.
func ValidEndpoint(s string) error {
	_, err := parseEndpoint(s)
	return err
}

func parseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("failed to parse endpoint %s: %w", s, err)
	}
	dialed, known := schemes[u.Scheme]
	if !known {
		return nil, fmt.Errorf("unrecognized url scheme %s", u.Scheme)
	}
	if !dialed {
		return nil, fmt.Errorf("endpoint %s: this version dials unix:// and tcp:// addresses, not %s://", s, u.Scheme)
	}
	if u.Scheme == "unix" && u.Path == "" {
		return nil, fmt.Errorf("endpoint %s names no socket: want unix:///PATH", s)
	}
	if u.Scheme == "tcp" && u.Port() == "" {
		return nil, fmt.Errorf("endpoint %s names no port: want tcp://HOST:PORT", s)
	}
	return u, nil
}

// options are the node's --driver-opt.
type options struct {
	tls         bool
	serverName  string
	files       map[string]string // absolute paths by "cacert", "cert" and "key"
	defaultLoad bool
}

func parseOptions(given map[string]string, endpoint *url.URL) (options, error) {
	o := options{files: map[string]string{}}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if err := o.set(key, given[key]); err != nil {
			return options{}, err
		}
	}
	if !o.tls {
		return o, nil
	}
	if o.serverName == "" {
		o.serverName = endpoint.Hostname()
	}
	if missing := o.missing(); len(missing) > 0 {
		return options{}, fmt.Errorf("tls enabled, but missing keys %s", strings.Join(missing, ", "))
	}
	if endpoint.Scheme != "tcp" {
		return options{}, fmt.Errorf("tls is only supported for tcp:// endpoints, not %s", endpoint)
	}
	return o, nil
}

func (o *options) set(key, value string) error {
	switch key {
	case "servername":
		o.tls, o.serverName = true, value
	case "cacert", "cert", "key":
		if !filepath.IsAbs(value) {
			return fmt.Errorf("non-absolute path '%s' provided for %s", value, key)
		}
		o.tls, o.files[key] = true, value
	case "default-load":
		load, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("driver option default-load: %w", err)
		}
		o.defaultLoad = load
	default:
		return fmt.Errorf("invalid driver option %s for remote driver", key)
	}
	return nil
}

// missing lists the options that TLS needs beside the given ones: the
// authority always, and the client's certificate and key only together.
func (o *options) missing() []string {
	var keys []string
	if o.files["cacert"] == "" {
		keys = append(keys, "cacert")
	}
	if o.files["cert"] != "" && o.files["key"] == "" {
		keys = append(keys, "key")
	}
	if o.files["key"] != "" && o.files["cert"] == "" {
		keys = append(keys, "cert")
	}
	return keys
}
