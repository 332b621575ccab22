package cli

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	source "github.com/buildlens/buildlens/buildengine/definition"
	"github.com/buildlens/buildlens/buildengine/progress/display"
	"github.com/moby/buildkit/client"
)

// cwdScheme marks a file of this machine where others are remote.
const cwdScheme = "cwd://"

// bakeArgs are the arguments of bake: [URL [CMD_CONTEXT_URL]] [TARGET...].
type bakeArgs struct {
	url        string
	cmdContext string
	targets    []string
}

func splitBakeArgs(args []string) bakeArgs {
	var at bakeArgs
	if len(args) > 0 && bake.IsRemote(args[0]) {
		at.url, args = args[0], args[1:]
		if len(args) > 0 && bake.IsRemote(args[0]) {
			at.cmdContext, args = args[0], args[1:]
		}
	}
	at.targets = args
	return at
}

// remoteFiles lets the builder read the files behind an address; those that
// are named with "cwd://" come from this machine, after the remote ones.
func (a *App) remoteFiles(ctx context.Context, opt *options, b *bakeFlags, d *bakeDefinition, url string, names []string) error {
	var local []string
	remote := definitionNames(names, &local)
	from, err := source.Parse(url)
	if err != nil {
		return err
	}
	tree, err := a.readDefinition(ctx, opt, b, from, remote)
	if err != nil {
		return err
	}
	for _, f := range tree.Files {
		d.Files = append(d.Files, bake.File{Name: f.Name, Data: f.Data})
	}
	d.remote = from
	if tree.Kind != source.Single {
		d.Remote = &bake.Remote{URL: url, Archive: tree.Kind == source.Archive}
	}
	if err := a.localFiles(d, local); err != nil {
		return err
	}
	if len(d.Files) == 0 {
		return bake.ErrNoDefinition
	}
	return nil
}

// definitionNames parts remote names from those of this machine.
func definitionNames(names []string, local *[]string) source.Names {
	var remote source.Names
	for _, name := range names {
		if name == "-" || strings.HasPrefix(name, cwdScheme) {
			*local = append(*local, name)
		} else {
			remote.Files = append(remote.Files, name)
		}
	}
	if len(remote.Files) == 0 {
		remote = source.Names{Files: bake.DefaultNames(), Optional: true}
	}
	return remote
}

// readDefinition reads through the builder, with the progress on standard error.
func (a *App) readDefinition(ctx context.Context, opt *options, b *bakeFlags, from *source.Source, names source.Names) (*source.Tree, error) {
	eng, err := a.engine()
	if err != nil {
		return nil, err
	}
	mode, err := display.Mode(b.out.progress, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	show, err := display.New(a.Stderr, mode)
	if err != nil {
		return nil, err
	}
	tree, err := eng.ReadDefinition(ctx, opt.builder, from, names,
		func(e buildengine.Event) { show.Event(e) }, func(s *client.SolveStatus) { show.Status(s) })
	return tree, errors.Join(err, show.Close())
}
