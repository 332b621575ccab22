package plan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/session/filesync"
)

const stdout = "-"

// exports turns the outputs into exporters.
func (s *Solve) exports(ctx context.Context, node Node, env Env) error {
	outputs := s.outputs(node)
	if err := checkStdout(outputs); err != nil {
		return err
	}
	for _, out := range outputs {
		if out.Type == "cacheonly" {
			s.Outputs = append(s.Outputs, buildengine.ResultOutput{Type: out.Type})
			continue
		}
		if err := s.export(ctx, out, node, env); err != nil {
			return err
		}
	}
	return nil
}

// outputs are the request's, or what the driver does without any.
func (s *Solve) outputs(node Node) []buildengine.Output {
	if len(s.Request.Outputs) > 0 {
		return s.Request.Outputs
	}
	if node.Features.DefaultLoad {
		return []buildengine.Output{{Type: "docker"}}
	}
	s.Notices = append(s.Notices, buildengine.Notice{Level: "warning", Message: fmt.Sprintf(
		"No output specified with %s driver. Build result will only remain in the build cache. "+
			"To push result image into registry use --push or to load image into docker use --load", node.Driver)})
	return []buildengine.Output{{Type: "cacheonly"}}
}

func checkStdout(outputs []buildengine.Output) error {
	n := 0
	for _, out := range outputs {
		if out.Dest == stdout {
			n++
		}
	}
	if n > 1 {
		return errors.New("multiple outputs configured to write to stdout")
	}
	return nil
}

func (s *Solve) export(ctx context.Context, out buildengine.Output, node Node, env Env) error {
	entry := client.ExportEntry{Type: out.Type, Attrs: maps.Clone(out.Attrs)}
	if entry.Attrs == nil {
		entry.Attrs = map[string]string{}
	}
	result := buildengine.ResultOutput{Type: out.Type, Dest: out.Dest}
	var err error
	switch out.Type {
	case "image", "registry":
		err = s.imageExport(&entry, &result, out.Type)
	case "oci", "docker":
		err = s.archiveExport(ctx, &entry, out, node, env)
	case "tar":
		entry.Output, err = s.output(out, env)
	case "local":
		entry.OutputDir = out.Dest
		err = checkDirectory(out)
	default:
		err = fmt.Errorf("unknown output type %q", out.Type)
	}
	if err != nil {
		return err
	}
	if isImage(entry.Type) {
		if err := s.imageAttrs(entry.Attrs, env); err != nil {
			return err
		}
	}
	if result.Dest == "" {
		result.Dest = entry.Attrs["name"]
	}
	s.Opt.Exports = append(s.Opt.Exports, entry)
	s.Outputs = append(s.Outputs, result)
	return nil
}

func isImage(kind string) bool { return slices.Contains([]string{"image", "oci", "docker"}, kind) }

// imageExport makes "registry" an image that is pushed, as Buildx does.
func (s *Solve) imageExport(entry *client.ExportEntry, result *buildengine.ResultOutput, kind string) error {
	entry.Type = client.ExporterImage
	if kind == "registry" {
		entry.Attrs["push"] = "true"
		if _, set := entry.Attrs["unpack"]; !set {
			entry.Attrs["unpack"] = "false"
		}
	}
	result.Push = isTrue(entry.Attrs["push"])
	if result.Push && len(s.Request.Tags) == 0 && entry.Attrs["name"] == "" {
		return errors.New("tag is needed when pushing to registry")
	}
	return nil
}

// archiveExport is an image as a file, as a folder (oci with tar=false), or
// loaded into Docker (docker without a destination).
func (s *Solve) archiveExport(ctx context.Context, entry *client.ExportEntry, out buildengine.Output, node Node, env Env) error {
	if out.Type == "oci" && !node.Features.OCIExporter {
		return unsupported("OCI exporter", node.Driver)
	}
	if tar, set := entry.Attrs["tar"]; out.Type == "oci" && set && !isTrue(tar) {
		entry.OutputDir = out.Dest
		if out.Dest == "" || out.Dest == stdout {
			return errors.New("dest is required for oci exporter with tar=false")
		}
		return checkDirectory(out)
	}
	if out.Type == "docker" && out.Dest == "" {
		return loadExport(ctx, entry, env)
	}
	if out.Type == "docker" && !node.Features.DockerExporter {
		return unsupported("Docker exporter", node.Driver)
	}
	if out.Type == "docker" && len(s.Request.Platforms) > 1 {
		return errors.New("docker exporter does not support exporting manifest lists, use the oci exporter instead")
	}
	if out.Dest == "" {
		out.Dest = stdout
	}
	var err error
	entry.Output, err = s.output(out, env)
	return err
}

// loadExport streams the image into Docker.
func loadExport(ctx context.Context, entry *client.ExportEntry, env Env) error {
	if env.Load == nil {
		return errors.New("cannot load the result into Docker: no Docker daemon is in reach; " +
			"save it with --output type=docker,dest=FILE or type=oci,dest=FILE, or push it")
	}
	entry.Output = func(map[string]string) (io.WriteCloser, error) { return env.Load(ctx) }
	return nil
}

func checkDirectory(out buildengine.Output) error {
	if info, err := os.Stat(out.Dest); err == nil && !info.IsDir() {
		return fmt.Errorf("destination directory %s is a file", out.Dest)
	}
	return nil
}

// output opens the file that an exporter writes to.
func (s *Solve) output(out buildengine.Output, env Env) (filesync.FileOutputFunc, error) {
	if out.Dest == stdout {
		if env.Stdout == nil {
			return nil, fmt.Errorf("dest file is required for %s exporter. refusing to write to console", out.Type)
		}
		return func(map[string]string) (io.WriteCloser, error) { return nopCloser{env.Stdout}, nil }, nil
	}
	if info, err := os.Stat(out.Dest); err == nil && info.IsDir() {
		return nil, fmt.Errorf("destination file %s is a directory", out.Dest)
	}
	f := &file{dest: out.Dest}
	s.files = append(s.files, f)
	return f.open, nil
}

// imageAttrs names and annotates what is exported as an image.
func (s *Solve) imageAttrs(attrs map[string]string, env Env) error {
	if len(s.Request.Tags) > 0 {
		attrs["name"] = strings.Join(s.Request.Tags, ",")
	}
	if off, _ := env.Lookup("BUILDX_NO_DEFAULT_OCI_ARTIFACT"); isTrue(off) && attrs["oci-artifact"] == "" {
		attrs["oci-artifact"] = "false"
	}
	for _, a := range s.Request.Annotations {
		keys, value, err := annotation(a)
		if err != nil {
			return err
		}
		for _, key := range keys {
			attrs[key] = value
		}
	}
	return nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
