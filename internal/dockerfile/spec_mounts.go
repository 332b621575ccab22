package dockerfile

var (
	targetOption = MountOption{Name: "target", Aliases: []string{"dst", "destination"}, Hint: "/path", Doc: "Where it appears while the command runs."}
	fromOption   = MountOption{Name: "from", Hint: "stage", Doc: "Stage, image or named context the files come from. Variables are not allowed."}
	sourceOption = MountOption{Name: "source", Aliases: []string{"src"}, Hint: "path", Doc: "Path in what `from` names; default: its root."}
	modeOption   = MountOption{Name: "mode", Hint: "0755", Doc: "Permissions, octal."}
	uidOption    = MountOption{Name: "uid", Hint: "0", Doc: "Number of the user who owns it."}
	gidOption    = MountOption{Name: "gid", Hint: "0", Doc: "Number of the group that owns it."}
	roOption     = MountOption{Name: "readonly", Aliases: []string{"ro"}, Bool: true, Values: booleans, Doc: "The command cannot write to it."}
	rwOption     = MountOption{Name: "readwrite", Aliases: []string{"rw"}, Bool: true, Values: booleans, Doc: "The command can write to it; what it writes is thrown away."}
	needOption   = MountOption{Name: "required", Bool: true, Values: booleans, Doc: "Fail when the build does not provide it."}
)

var sharingModes = []ValueSpec{
	{"shared", "Several builds write to it at the same time. The default."},
	{"private", "A second writer gets a cache of its own."},
	{"locked", "A second writer waits: for tools such as apt."},
}

var mountSpecs = []MountSpec{
	{Type: "bind", Doc: "Files of the build context, a stage or an image, without copying them.", Options: []MountOption{
		targetOption, sourceOption, fromOption, rwOption, roOption,
	}},
	{Type: "cache", Doc: "A folder that later builds find again: for package managers and compilers.", Options: []MountOption{
		targetOption, {Name: "id", Hint: "name", Doc: "Tells caches apart; default: the target."},
		{Name: "sharing", Values: sharingModes, Doc: "What happens when several builds use it."},
		fromOption, sourceOption, roOption, rwOption, modeOption, uidOption, gidOption,
	}},
	{Type: "secret", Doc: "A secret of the build (`--secret`) as a file or an environment variable. It never enters a layer.", Options: []MountOption{
		{Name: "id", Hint: "name", Doc: "The secret's name; default: the last part of the target."},
		{Name: "target", Aliases: []string{"dst", "destination"}, Hint: "/path", Doc: "The file it appears in; default: `/run/secrets/` and its name, unless `env` is set."},
		{Name: "env", Hint: "NAME", Doc: "Environment variable that holds it, in place of a file or beside it."},
		{Name: "source", Aliases: []string{"src"}, Hint: "name", Doc: "Another word for `id`."},
		needOption, modeOption, uidOption, gidOption,
	}},
	{Type: "ssh", Doc: "The SSH agent or keys of the build (`--ssh`), as a socket.", Options: []MountOption{
		{Name: "id", Hint: "default", Doc: "Which agent or key; default: `default`."},
		targetOption, needOption, modeOption, uidOption, gidOption,
	}},
	{Type: "tmpfs", Doc: "A temporary file system in memory.", Options: []MountOption{
		targetOption, {Name: "size", Hint: "64m", Doc: "Upper limit of its size."},
	}},
}
