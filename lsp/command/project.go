package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/workspace"
)

// project is the definition that the arguments name: their files, else that
// of their document, else what is found in the first folder of the workspace.
func (s *Server) project(snap *workspace.Snapshot, args BakeArgs) (*workspace.Project, error) {
	p, err := s.namedProject(snap, args)
	if err != nil {
		return nil, err
	}
	merged := *p
	if len(args.Vars) > 0 {
		merged.Vars = map[string]string{}
		for _, vars := range []map[string]string{p.Vars, args.Vars} {
			for name, value := range vars {
				merged.Vars[name] = value
			}
		}
	}
	return &merged, nil
}

func (s *Server) namedProject(snap *workspace.Snapshot, args BakeArgs) (*workspace.Project, error) {
	switch {
	case len(args.Files) > 0:
		return filesProject(args)
	case args.URI != "":
		path := s.PathOf(args.URI)
		if p := snap.Project(path); p != nil {
			return p, nil
		}
		return nil, &ArgumentError{Bake, "uri", path + " is neither a Bake nor a Compose file"}
	}
	dir := args.Dir
	if folders := snap.Folders(); dir == "" && len(folders) > 0 {
		dir = folders[0].Path
	}
	if dir == "" {
		return nil, &ArgumentError{Bake, "files", "no workspace folder is open: say which files, or a uri"}
	}
	names, err := bake.Lookup(snap.FS(), dir, snap.Env())
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, dir)
	}
	return &workspace.Project{Dir: dir, Files: names}, nil
}

func filesProject(args BakeArgs) (*workspace.Project, error) {
	dir := args.Dir
	if dir == "" {
		if !filepath.IsAbs(args.Files[0]) {
			return nil, &ArgumentError{Bake, "dir", "is required when files are relative"}
		}
		dir = filepath.Dir(args.Files[0])
	}
	if !filepath.IsAbs(dir) {
		return nil, &ArgumentError{Bake, "dir", "must be an absolute path"}
	}
	return &workspace.Project{Dir: filepath.Clean(dir), Files: args.Files}, nil
}

// folderOf is the root of the workspace that consent and settings belong to.
func folderOf(snap *workspace.Snapshot, path string) (string, settings.Settings) {
	if f, ok := snap.Folder(path); ok {
		return f.Path, f.Settings
	}
	return filepath.Dir(path), snap.Settings(path)
}

// unsaved are those of the files whose text in the editor is not on the disk.
func unsaved(snap *workspace.Snapshot, paths []string) []string {
	var out []string
	for _, path := range paths {
		f := snap.File(path)
		if f == nil || !f.Open {
			continue
		}
		if onDisk, err := snap.World().Disk.Read(path); err != nil || string(onDisk) != f.Text() {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// overlay gives requests the text of unsaved Dockerfiles, or refuses to build
// them. A server cannot save: an editor that is set to save does it before it
// calls, and what it left unsaved is built as it is shown.
func overlay(snap *workspace.Snapshot, mode settings.Unsaved, definition []string, requests []buildengine.Request) error {
	files := slices.Clone(definition)
	for i := range requests {
		if p := dockerfilePath(&requests[i]); p != "" {
			files = append(files, p)
		}
	}
	dirty := unsaved(snap, files)
	if len(dirty) == 0 {
		return nil
	}
	if mode == settings.UnsavedRefuse {
		return fmt.Errorf("there are unsaved changes in %s: save them, or set buildlens.build.unsaved to \"save\" or \"overlay\"", strings.Join(dirty, ", "))
	}
	for i := range requests {
		path := dockerfilePath(&requests[i])
		if path == "" || !slices.Contains(dirty, path) {
			continue
		}
		if requests[i].Overlay == nil {
			requests[i].Overlay = map[string][]byte{}
		}
		requests[i].Overlay[path] = []byte(snap.File(path).Text())
	}
	return nil
}

// dockerfilePath is the local Dockerfile of a request, or "".
func dockerfilePath(r *buildengine.Request) string {
	d := r.Dockerfile
	switch {
	case d.Inline != nil || d.Remote != "":
		return ""
	case d.Path != "":
		return d.Path
	case r.Context.Dir != "":
		return filepath.Join(r.Context.Dir, "Dockerfile")
	}
	return ""
}

// evaluationFailed gives an error of the evaluator its place, so that the
// client can show it where it happened.
func (s *Server) evaluationFailed(snap *workspace.Snapshot, err error) error {
	var bad *bake.Error
	if !errors.As(err, &bad) {
		return err
	}
	data := &FailureData{Message: bad.Error(), ExitCode: -1}
	for _, d := range bad.Diagnostics {
		f := snap.File(d.File)
		if f == nil {
			continue
		}
		r := s.Positions.Range(f.Text(), d.Span)
		data.URI, data.Range = s.Positions.URI(d.File), &r
		break
	}
	return &failedError{data}
}

// plan evaluates a project for some targets.
func (s *Server) plan(ctx context.Context, snap *workspace.Snapshot, p *workspace.Project, args BakeArgs) (*bake.Plan, error) {
	def, err := snap.Definition(ctx, p)
	if err != nil {
		return nil, err
	}
	overrides, err := overrides(p, args)
	if err != nil {
		return nil, err
	}
	plan, err := def.Plan(ctx, bake.PlanRequest{Targets: args.Targets, Overrides: overrides})
	if err == nil {
		err = def.Check(plan)
	}
	if err != nil {
		return nil, s.evaluationFailed(snap, err)
	}
	return plan, nil
}

// overrides are the project's and the arguments', shorthands last.
func overrides(p *workspace.Project, args BakeArgs) ([]string, error) {
	short := bake.Shorthands{Call: args.Call, NoCache: args.NoCache, Pull: args.Pull}
	short.Push = args.Push != nil && *args.Push
	short.Load = args.Load != nil && *args.Load
	flags, err := short.Overrides()
	if err != nil {
		return nil, &ArgumentError{Bake, "call", err.Error()}
	}
	out := slices.Concat(p.Set, args.Set, flags)
	if args.Push != nil && !*args.Push {
		out = append(out, "*.push=false")
	}
	return out, nil
}

func (s *Server) bakePrint(ctx context.Context, c call) (any, error) {
	args, err := decode[BakeArgs](c.name, c.args)
	if err != nil {
		return nil, err
	}
	p, err := s.project(c.snap, args)
	if err != nil {
		return nil, err
	}
	plan, err := s.plan(ctx, c.snap, p, args)
	if err != nil {
		return nil, err
	}
	return &PrintResult{JSON: string(plan.Print()), Files: p.Paths(), Dir: p.Dir}, nil
}
