package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// resourceAttrs maps Buildx's names of resources to the frontend's.
var resourceAttrs = map[string]string{
	"memory": "memory", "memory-swap": "memswap", "cpu-shares": "cpushares", "cpu-period": "cpuperiod",
	"cpu-quota": "cpuquota", "cpuset-cpus": "cpusetcpus", "cpuset-mems": "cpusetmems",
}

// hostGateway is replaced by the address that the worker announces.
const (
	hostGateway      = "host-gateway"
	labelHostGateway = "org.mobyproject.buildkit.worker.moby.host-gateway-ip"
)

// frontend sets the attributes that say what to build, but for its files.
func (s *Solve) frontend(node Node, env Env) error {
	req, attrs := s.Request, s.Opt.FrontendAttrs
	s.buildArgs(env)
	for k, v := range req.Labels {
		attrs["label:"+k] = v
	}
	setText(attrs, "target", req.Stage)
	setText(attrs, "platform", strings.Join(req.Platforms, ","))
	setText(attrs, "cgroup-parent", req.CgroupParent)
	setText(attrs, "ulimit", strings.Join(req.Ulimits, ","))
	if req.ShmSize > 0 {
		attrs["shm-size"] = strconv.FormatInt(req.ShmSize, 10)
	}
	if req.Pull {
		attrs["image-resolve-mode"] = "pull"
	}
	switch {
	case req.NoCache && len(req.NoCacheFilter) > 0:
		return fmt.Errorf("--no-cache and --no-cache-filter cannot currently be used together")
	case req.NoCache:
		attrs["no-cache"] = ""
	case len(req.NoCacheFilter) > 0:
		attrs["no-cache"] = strings.Join(req.NoCacheFilter, ",")
	}
	for key, value := range req.Resources {
		attr, ok := resourceAttrs[key]
		if !ok {
			return fmt.Errorf("unknown resources key %s", key)
		}
		attrs[attr] = value
	}
	if err := s.extraHosts(node); err != nil {
		return err
	}
	return s.network()
}

func setText(attrs map[string]string, key, value string) {
	if value != "" {
		attrs[key] = value
	}
}

// buildArgs passes the build arguments, adds those that Buildx derives from the
// environment, and switches the frontend when BUILDKIT_SYNTAX asks for it.
func (s *Solve) buildArgs(env Env) {
	attrs, args := s.Opt.FrontendAttrs, s.Request.BuildArgs
	given := map[string]bool{}
	for k, v := range args {
		attrs["build-arg:"+k] = v
		given[strings.ToLower(k)] = true
	}
	for k, v := range env.Proxy {
		if !given[strings.ToLower(k)] {
			attrs["build-arg:"+k] = v
		}
	}
	if epoch, ok := env.Lookup("SOURCE_DATE_EPOCH"); ok && !given["source_date_epoch"] {
		attrs["build-arg:SOURCE_DATE_EPOCH"] = epoch
	}
	if syntax := args["BUILDKIT_SYNTAX"]; syntax != "" {
		s.Frontend = "gateway.v0"
		attrs["source"], _, _ = strings.Cut(syntax, " ")
		attrs["cmdline"] = syntax
	}
}

func (s *Solve) extraHosts(node Node) error {
	hosts := make([]string, 0, len(s.Request.ExtraHosts))
	for host, addresses := range s.Request.ExtraHosts {
		for address := range strings.SplitSeq(addresses, ",") {
			if address == hostGateway {
				if address = gatewayAddress(node); address == "" {
					return fmt.Errorf("unable to derive the IP value for host-gateway")
				}
			}
			hosts = append(hosts, host+"="+address)
		}
	}
	slices.Sort(hosts)
	setText(s.Opt.FrontendAttrs, "add-hosts", strings.Join(hosts, ","))
	return nil
}

func gatewayAddress(node Node) string {
	for _, w := range node.Workers {
		if ip := w.Labels[labelHostGateway]; ip != "" {
			return ip
		}
	}
	return ""
}

// network sets the mode of RUN instructions and collects the entitlements.
func (s *Solve) network() error {
	entitlements := slices.Clone(s.Request.Entitlements)
	switch s.Request.Network {
	case "", "default":
	case "none":
		s.Opt.FrontendAttrs["force-network-mode"] = "none"
	case "host":
		s.Opt.FrontendAttrs["force-network-mode"] = "host"
		if !slices.Contains(entitlements, "network.host") {
			entitlements = append(entitlements, "network.host")
		}
	default:
		return fmt.Errorf("network mode %q not supported by buildkit - you can define a custom network for your builder using the network driver-opt in buildx create", s.Request.Network)
	}
	s.Opt.AllowedEntitlements = entitlements
	return nil
}

// requests maps the calls to the frontend's own names; others pass as they are.
var requests = map[string]string{
	"check": "frontend.lint", "outline": "frontend.outline", "targets": "frontend.targets",
}

// IsCall tells whether the frontend is asked something instead of building.
func (s *Solve) IsCall() bool { return s.Request.Call != "" && s.Request.Call != "build" }

// applyCall makes a subrequest of the solve: nothing is exported then.
func (s *Solve) applyCall() {
	attrs := s.Opt.FrontendAttrs
	caps := []string{}
	if s.IsCall() {
		name, ok := requests[s.Request.Call]
		if !ok {
			name = s.Request.Call
		}
		attrs["requestid"] = name
		caps = append(caps, "moby.buildkit.frontend.subrequests")
		s.Opt.Exports, s.Opt.CacheExports, s.Outputs, s.Notices = nil, nil, nil, nil
		for key := range attrs {
			if strings.HasPrefix(key, "attest:") {
				delete(attrs, key)
			}
		}
	}
	if len(s.Request.Contexts) > 0 {
		caps = append(caps, "moby.buildkit.frontend.contexts")
	}
	if len(s.Inputs) > 0 {
		caps = append(caps, "moby.buildkit.frontend.inputs")
	}
	for i, c := range caps {
		caps[i] = c + "+forward" // to the image of "# syntax=", when the built-in frontend lacks it
	}
	setText(attrs, "frontend.caps", strings.Join(caps, ","))
}
