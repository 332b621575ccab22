package session

import (
	"bytes"
	"context"
	"io"
	gofs "io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tonistiigi/fsutil"
	"github.com/tonistiigi/fsutil/types"
)

// Text serves files that are on no disk, such as an inline Dockerfile. Their
// times are fixed: the same text is the same file to BuildKit's cache.
func Text(files map[string][]byte) fsutil.FS { return memory{files: files} }

// Overlay serves base, the folder dir, with texts in the place of the files of
// these absolute paths; a file that is not on disk is added when its folder is
// dir itself. Texts outside dir are ignored.
func Overlay(base fsutil.FS, dir string, texts map[string][]byte) (fsutil.FS, error) {
	inside := map[string][]byte{}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	for path, text := range texts {
		if disk, err := os.ReadFile(path); err == nil && bytes.Equal(disk, text) {
			continue
		}
		for _, root := range []string{dir, real} {
			if rel, ok := within(root, path); ok {
				inside[rel] = text
			}
		}
	}
	if len(inside) == 0 {
		return base, nil
	}
	return overlay{base: base, texts: inside}, nil
}

func within(root, path string) (string, bool) {
	rel, err := filepath.Rel(root, path)
	if err != nil || rel == "." || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return rel, true
}

type overlay struct {
	base  fsutil.FS
	texts map[string][]byte // by relative path
}

func (o overlay) Open(path string) (io.ReadCloser, error) {
	if text, ok := o.texts[filepath.Clean(path)]; ok {
		return io.NopCloser(bytes.NewReader(text)), nil
	}
	return o.base.Open(path)
}

// Walk visits the base with the sizes of the texts; files that only exist as a
// text follow in the order that fsutil asks for, which is by name.
func (o overlay) Walk(ctx context.Context, target string, fn gofs.WalkDirFunc) error {
	missing := o.missing(target)
	if len(missing) == 1 && missing[0] == filepath.Clean(target) {
		return fn(missing[0], textEntry(missing[0], o.texts[missing[0]], nil), nil)
	}
	err := o.base.Walk(ctx, target, func(path string, entry gofs.DirEntry, err error) error {
		for len(missing) > 0 && before(missing[0], path) {
			if err := fn(missing[0], textEntry(missing[0], o.texts[missing[0]], nil), nil); err != nil {
				return err
			}
			missing = missing[1:]
		}
		if text, ok := o.texts[path]; ok && err == nil {
			entry = o.replace(path, text, entry)
		}
		return fn(path, entry, err)
	})
	for err == nil && len(missing) > 0 {
		err = fn(missing[0], textEntry(missing[0], o.texts[missing[0]], nil), nil)
		missing = missing[1:]
	}
	return err
}

func (o overlay) replace(path string, text []byte, entry gofs.DirEntry) gofs.DirEntry {
	var stat *types.Stat
	if info, err := entry.Info(); err == nil {
		stat, _ = info.Sys().(*types.Stat)
	}
	return textEntry(path, text, stat)
}

// missing lists the texts at or below target that have no file on disk, in
// walking order. Only those of the top folder are served: a new buffer's folder
// may not exist, and BuildKit takes no file whose folder it has not been told of.
func (o overlay) missing(target string) []string {
	var out []string
	for path := range o.texts {
		if filepath.Base(path) != path || !below(target, path) {
			continue
		}
		if f, err := o.base.Open(path); err == nil {
			f.Close()
			continue
		}
		out = append(out, path)
	}
	sortPaths(out)
	return out
}

type memory struct{ files map[string][]byte }

func (m memory) Open(path string) (io.ReadCloser, error) {
	text, ok := m.files[filepath.Clean(path)]
	if !ok {
		return nil, &gofs.PathError{Op: "open", Path: path, Err: gofs.ErrNotExist}
	}
	return io.NopCloser(bytes.NewReader(text)), nil
}

func (m memory) Walk(ctx context.Context, target string, fn gofs.WalkDirFunc) error {
	names := make([]string, 0, len(m.files))
	for name := range m.files {
		if below(target, name) {
			names = append(names, name)
		}
	}
	sortPaths(names)
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fn(name, textEntry(name, m.files[name], nil), nil); err != nil {
			return err
		}
	}
	return nil
}

// textEntry describes a text as a file. stat is what the disk says about the
// file, if it is there: mode and owner stay, size and time are the text's.
func textEntry(path string, text []byte, stat *types.Stat) gofs.DirEntry {
	if stat == nil {
		stat = &types.Stat{Mode: 0o644}
	} else {
		stat = stat.Clone()
	}
	stat.Path, stat.Size = path, int64(len(text))
	stat.Linkname = ""
	stat.Mode &= uint32(gofs.ModePerm)
	stat.ModTime = textTime(text)
	return &fsutil.DirEntryInfo{Stat: stat}
}

// textTime derives a file time from the text: BuildKit compares size and time
// to decide whether a file has to be sent again, so that another text of the
// same size needs another time.
func textTime(text []byte) int64 {
	var sum uint64 = 14695981039346656037 // FNV-1a
	for _, b := range text {
		sum = (sum ^ uint64(b)) * 1099511628211
	}
	base := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	return base.Add(time.Duration(sum % uint64(10*365*24*time.Hour))).UnixNano()
}
