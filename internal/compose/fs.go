package compose

import "io/fs"

// FS is how the pure packages read files: through the workspace's snapshot,
// where unsaved buffers lie over the disk, or straight from the disk. Paths
// are absolute, in the operating system's form. Errors wrap fs.ErrNotExist
// where a file is missing.
type FS interface {
	Read(path string) ([]byte, error)
	Stat(path string) (fs.FileInfo, error)
	List(dir string) ([]fs.DirEntry, error) // sorted by name
}

// Env looks up an environment variable. Names lists those that are set, sorted.
type Env interface {
	Lookup(name string) (value string, ok bool)
	Names() []string
}
