package dockerfile

var (
	chownFlag = FlagSpec{Name: "chown", Hint: "user:group", Fallback: "0:0", Doc: "Owner of the files in the image: a user and optionally a group, by name or number. Names are looked up in the image's `/etc/passwd` and `/etc/group`."}
	chmodFlag = FlagSpec{Name: "chmod", Hint: "755", Doc: "Permissions of the files in the image, octal (`644`) or symbolic (`u=rw,go=r`)."}
	linkFlag  = FlagSpec{Name: "link", Bool: true, Values: booleans, Fallback: "false", Doc: "Put the files into a layer of their own that does not depend on the ones below: it is reused when the base changes. Symbolic links on the destination path are not followed."}
	exclude   = FlagSpec{Name: "exclude", Repeat: true, Hint: "pattern", Doc: "Leave out what matches this pattern, relative to the source. May be repeated."}
	booleans  = []ValueSpec{{Value: "true"}, {Value: "false"}}
)

var networkModes = []ValueSpec{
	{"default", "The build's usual network."},
	{"none", "No network but loopback: proves that a step needs none."},
	{"host", "The network of the build host. Needs the entitlement `network.host`."},
}

var securityModes = []ValueSpec{
	{"sandbox", "The usual restrictions."},
	{"insecure", "All capabilities, as `docker run --privileged` gives. Needs the entitlement `security.insecure`."},
}

var platformValues = []ValueSpec{
	{"$BUILDPLATFORM", "The platform of the machine that builds: for stages that cross-compile."},
	{"$TARGETPLATFORM", "The platform that is built for; it is the default."},
	{"linux/amd64", "64-bit x86."}, {"linux/arm64", "64-bit ARM."}, {"linux/arm/v7", "32-bit ARM."},
	{"linux/386", "32-bit x86."}, {"linux/ppc64le", "POWER."}, {"linux/s390x", "IBM Z."},
	{"linux/riscv64", "64-bit RISC-V."}, {"windows/amd64", "Windows on 64-bit x86."},
}

var healthFlags = []FlagSpec{
	{Name: "interval", Hint: "30s", Fallback: "30s", Doc: "Time from the end of one check to the start of the next."},
	{Name: "timeout", Hint: "30s", Fallback: "30s", Doc: "A check that takes longer has failed."},
	{Name: "start-period", Hint: "0s", Fallback: "0s", Doc: "Time the container gets to start: failures in it do not count, the first success ends it."},
	{Name: "start-interval", Hint: "5s", Fallback: "5s", Doc: "Time between checks during the start period."},
	{Name: "retries", Hint: "3", Fallback: "3", Doc: "So many failures in a row make the container unhealthy."},
}

var instructionSpecs = []InstructionSpec{
	{
		Name: "ADD", shape: shapePaths,
		Doc: "Copies files, URLs and Git repositories into the image. Local tar archives are unpacked. For plain files of the build context use `COPY`.",
		Forms: []Form{
			{"ADD source ... dest", []string{"source", "...", "dest"}, []string{"Path in the build context (wildcards allowed), a URL, or a Git repository.", "More sources.", "Path in the image; with several sources it ends with `/`."}, "ADD ${1:source} ${2:dest}"},
			{`ADD [ "source", ..., "dest" ]`, []string{"[", `"source"`, "...", `"dest"`, "]"}, []string{"", "A source; in this form paths may hold spaces.", "More sources.", "Path in the image.", ""}, `ADD [ "${1:source}", "${2:dest}" ]`},
		},
		Flags: []FlagSpec{
			chownFlag, chmodFlag, linkFlag, exclude,
			{Name: "keep-git-dir", Bool: true, Values: booleans, Fallback: "false", Doc: "Keep the `.git` folder when the source is a Git repository."},
			{Name: "checksum", Hint: "sha256:...", Doc: "Digest that a file from a URL must have, or commit that a Git source must resolve to."},
			{Name: "unpack", Bool: true, Values: booleans, Doc: "Unpack tar archives, or not. Default: local archives are unpacked, downloaded ones are not."},
		},
	},
	{
		Name: "ARG", shape: shapeArgs,
		Doc: "Declares a variable that is set when building (`--build-arg name=value`). It holds from here to the end of the stage and in stages made from it, and is not set in containers. Above the first `FROM` it is global: usable in `FROM` lines, and in a stage after `ARG name` repeats it. Never for secrets: they stay in the image's history.",
		Forms: []Form{
			{"ARG name", []string{"name"}, []string{"The variable."}, "ARG ${1:name}"},
			{"ARG name=default", []string{"name", "default"}, []string{"The variable.", "Its value when the build sets none."}, "ARG ${1:name}=${2:default}"},
		},
	},
	{
		Name: "CMD", shape: shapeCommand,
		Doc: "The command that containers of the image run by default, or the default arguments of `ENTRYPOINT`. Only the last one of a stage counts. The JSON form runs without a shell, so that the process receives signals.",
		Forms: []Form{
			{`CMD [ "executable", "parameter", ... ]`, []string{"[", `"executable"`, `"parameter"`, "...", "]"}, []string{"", "The program, or the first argument of the entrypoint.", "An argument.", "More arguments.", ""}, `CMD [ "${1:executable}" ]`},
			{`CMD [ "parameter", ... ]`, []string{"[", `"parameter"`, "...", "]"}, []string{"", "An argument for the entrypoint.", "More arguments.", ""}, ""},
			{"CMD executable parameter ...", []string{"executable", "parameter", "..."}, []string{"The program, run through a shell.", "An argument.", "More arguments."}, ""},
		},
	},
	{
		Name: "COPY", shape: shapePaths,
		Doc: "Copies files of the build context, of another stage, of an image or of a named context into the image.",
		Forms: []Form{
			{"COPY source ... dest", []string{"source", "...", "dest"}, []string{"Path in the build context; wildcards are allowed.", "More sources.", "Path in the image, absolute or relative to `WORKDIR`; with several sources it ends with `/`."}, "COPY ${1:source} ${2:dest}"},
			{`COPY [ "source", ..., "dest" ]`, []string{"[", `"source"`, "...", `"dest"`, "]"}, []string{"", "A source; in this form paths may hold spaces.", "More sources.", "Path in the image.", ""}, `COPY [ "${1:source}", "${2:dest}" ]`},
		},
		Flags: []FlagSpec{
			{Name: "from", Hint: "stage", Doc: "Copy from an earlier stage, an image or a named context in place of the build context. Variables are not allowed."},
			chownFlag, chmodFlag, linkFlag,
			{Name: "parents", Bool: true, Values: booleans, Fallback: "false", Doc: "Keep the parent folders of the sources; a `/./` in a source says where they start."},
			exclude,
		},
	},
	{
		Name: "ENTRYPOINT", shape: shapeCommand,
		Doc: "The program that containers of the image always run; `CMD` and the arguments of `docker run` are appended. Only the last one of a stage counts.",
		Forms: []Form{
			{`ENTRYPOINT [ "executable", "parameter", ... ]`, []string{"[", `"executable"`, `"parameter"`, "...", "]"}, []string{"", "The program.", "An argument.", "More arguments.", ""}, `ENTRYPOINT [ "${1:executable}" ]`},
			{"ENTRYPOINT executable parameter ...", []string{"executable", "parameter", "..."}, []string{"The program, run through a shell: it does not receive signals and ignores CMD.", "An argument.", "More arguments."}, ""},
		},
	},
	{
		Name: "ENV", shape: shapePairs,
		Doc: "Sets environment variables, for the following instructions of the stage and for containers of the image.",
		Forms: []Form{
			{"ENV key=value ...", []string{"key", "value", "..."}, []string{"The variable.", "Its value; quotes and escapes are removed.", "More variables."}, "ENV ${1:key}=${2:value}"},
			{"ENV key value", []string{"key", "value"}, []string{"The variable.", "All of the rest of the line. Legacy form."}, ""},
		},
	},
	{
		Name: "EXPOSE", shape: shapeWords,
		Doc: "Documents the ports on which containers of the image listen. It publishes none: `docker run -p` does.",
		Forms: []Form{
			{"EXPOSE port ...", []string{"port", "..."}, []string{"A port or range, `/udp` or `/sctp` behind it if it is not TCP.", "More ports."}, "EXPOSE ${1:port}"},
		},
	},
	{
		Name: "FROM", shape: shapeWords,
		Doc: "Starts a build stage from an image, from an earlier stage, or from nothing (`scratch`).",
		Forms: []Form{
			{"FROM baseImage", []string{"baseImage"}, []string{"Image or stage to start from."}, "FROM ${1:baseImage}"},
			{"FROM baseImage:tag", []string{"baseImage", "tag"}, []string{"Image to start from.", "Its tag."}, ""},
			{"FROM baseImage@digest", []string{"baseImage", "digest"}, []string{"Image to start from.", "Digest of its manifest: always the same image."}, ""},
			{"FROM baseImage AS stage", []string{"baseImage", "AS", "stage"}, []string{"Image or stage to start from.", "", "Name of this stage, in lower case."}, "FROM ${1:baseImage} AS ${2:stage}"},
			{"FROM baseImage:tag AS stage", []string{"baseImage", "tag", "AS", "stage"}, []string{"Image to start from.", "Its tag.", "", "Name of this stage, in lower case."}, ""},
			{"FROM baseImage@digest AS stage", []string{"baseImage", "digest", "AS", "stage"}, []string{"Image to start from.", "Digest of its manifest.", "", "Name of this stage, in lower case."}, ""},
		},
		Flags: []FlagSpec{{Name: "platform", Hint: "linux/arm64", Values: platformValues, Fallback: "$TARGETPLATFORM", Doc: "Platform of the base image, where it has several."}},
	},
	{
		Name: "HEALTHCHECK", shape: shapeHealth,
		Doc: "How to find out whether a container still works: exit status 0 is healthy, 1 is unhealthy. Only the last one of a stage counts.",
		Forms: []Form{
			{"HEALTHCHECK [flags] CMD command", []string{"[flags]", "CMD", "command"}, []string{"How often, how long, how many times.", "", "Command that checks, as a shell command or a JSON array."}, "HEALTHCHECK --interval=${1:30s} --timeout=${2:5s} CMD ${3:command}"},
			{"HEALTHCHECK NONE", []string{"NONE"}, []string{"No check, whatever the base image has."}, "HEALTHCHECK NONE"},
		},
		Flags: healthFlags,
	},
	{
		Name: "LABEL", shape: shapePairs,
		Doc: "Adds metadata to the image. Keys such as `org.opencontainers.image.source` are known to registries and tools.",
		Forms: []Form{
			{"LABEL key=value ...", []string{"key", "value", "..."}, []string{"The label.", "Its value; quote it when it holds spaces.", "More labels."}, `LABEL ${1:key}="${2:value}"`},
			{"LABEL key value", []string{"key", "value"}, []string{"The label.", "All of the rest of the line. Legacy form."}, ""},
		},
	},
	{
		Name: "MAINTAINER", shape: shapeNone, Deprecated: "LABEL org.opencontainers.image.authors",
		Doc:   "Sets the author of the image.",
		Forms: []Form{{"MAINTAINER name", []string{"name"}, []string{"The author."}, "MAINTAINER ${1:name}"}},
	},
	{
		Name: "ONBUILD", shape: shapeTrigger,
		Doc:   "Keeps an instruction for later: it runs right after the `FROM` of an image or stage that is built from this one.",
		Forms: []Form{{"ONBUILD INSTRUCTION", []string{"INSTRUCTION"}, []string{"Any instruction but FROM, MAINTAINER and ONBUILD."}, "ONBUILD ${1:INSTRUCTION}"}},
	},
	{
		Name: "RUN", shape: shapeCommand,
		Doc: "Runs a command and keeps what it changed as a new layer. Several commands can stand in a heredoc.",
		Forms: []Form{
			{"RUN command parameter ...", []string{"command", "parameter", "..."}, []string{"Command for the shell (`/bin/sh -c`, see SHELL).", "An argument.", "More arguments."}, "RUN ${1:command}"},
			{`RUN [ "command", "parameter", ... ]`, []string{"[", `"command"`, `"parameter"`, "...", "]"}, []string{"", "The program, run without a shell.", "An argument.", "More arguments.", ""}, `RUN [ "${1:command}", "${2:parameter}" ]`},
		},
		Flags: []FlagSpec{
			{Name: "mount", Repeat: true, Hint: "type=cache,target=/path", Doc: "Gives the command a cache, a secret, an SSH agent, a temporary file system, or files of the context or a stage. Nothing of it stays in the image."},
			{Name: "network", Values: networkModes, Fallback: "default", Doc: "The network the command runs in."},
			{Name: "security", Values: securityModes, Fallback: "sandbox", Doc: "The privileges the command has."},
			{Name: "device", Repeat: true, Hint: "vendor.com/device=name", Doc: "A CDI device for the command; `required` makes the build fail without it."},
		},
	},
	{
		Name: "SHELL", shape: shapeCommand,
		Doc:   "The shell for the shell form of RUN, CMD and ENTRYPOINT from here on. The default is `[\"/bin/sh\", \"-c\"]`.",
		Forms: []Form{{`SHELL [ "executable", "parameter", ... ]`, []string{"[", `"executable"`, `"parameter"`, "...", "]"}, []string{"", "The shell.", "An argument, such as `-c`.", "More arguments.", ""}, `SHELL [ "${1:executable}", "${2:-c}" ]`}},
	},
	{
		Name: "STOPSIGNAL", shape: shapeNone,
		Doc:   "The signal that asks containers of the image to stop. The default is SIGTERM.",
		Forms: []Form{{"STOPSIGNAL signal", []string{"signal"}, []string{"Name or number, such as `SIGQUIT` or `9`."}, "STOPSIGNAL ${1:signal}"}},
	},
	{
		Name: "USER", shape: shapeNone,
		Doc: "The user for the following RUN, CMD and ENTRYPOINT, and for containers of the image.",
		Forms: []Form{
			{"USER user", []string{"user"}, []string{"Name of a user of the image."}, "USER ${1:user}"},
			{"USER user:group", []string{"user", "group"}, []string{"Name of a user.", "Name of a group."}, ""},
			{"USER uid", []string{"uid"}, []string{"Number of a user."}, ""},
			{"USER uid:gid", []string{"uid", "gid"}, []string{"Number of a user.", "Number of a group."}, ""},
		},
	},
	{
		Name: "VOLUME", shape: shapePaths,
		Doc: "Paths whose data containers keep outside the image. What later instructions change below them is lost.",
		Forms: []Form{
			{"VOLUME vol ...", []string{"vol", "..."}, []string{"A path.", "More paths."}, "VOLUME ${1:vol}"},
			{`VOLUME [ "vol", ... ]`, []string{"[", `"vol"`, "...", "]"}, []string{"", "A path.", "More paths.", ""}, `VOLUME [ "${1:vol}" ]`},
		},
	},
	{
		Name: "WORKDIR", shape: shapeNone,
		Doc:   "The folder for the following instructions and for containers of the image. It is created when missing; a relative path starts at the previous one.",
		Forms: []Form{{"WORKDIR path", []string{"path"}, []string{"An absolute path is best."}, "WORKDIR ${1:path}"}},
	},
}
