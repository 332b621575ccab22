package bakefile

var networkChoices = []choice{
	{"default", "the builder's network"},
	{"host", "the builder's host network; needs the entitlement `network.host`"},
	{"none", "no network"},
}

var callChoices = []choice{
	{"build", "build (the default)"},
	{"check", "lint the Dockerfile"},
	{"outline", "list its arguments, secrets and stages"},
	{"targets", "list its stages"},
}

var entitlementChoices = []choice{
	{"network.host", "use the host's network"},
	{"security.insecure", "run privileged containers"},
	{"device", "use devices of the host"},
}

var typeChoices = []choice{
	{"string", "text"},
	{"number", "a number"},
	{"bool", "true or false"},
	{"list(string)", "a list"},
	{"set(string)", "a list without repetitions"},
	{"map(string)", "a map"},
	{"object({})", "named attributes of different types"},
	{"tuple([])", "a list of fixed length and different types"},
	{"any", "whatever is given"},
}

var platformChoices = []choice{
	{"linux/amd64", ""}, {"linux/arm64", ""}, {"linux/arm/v7", ""}, {"linux/arm/v6", ""}, {"linux/386", ""}, {"linux/ppc64le", ""},
	{"linux/s390x", ""}, {"linux/riscv64", ""}, {"linux/loong64", ""}, {"windows/amd64", ""}, {"local", "the platform of this machine"},
}

var yesNo = []choice{{"true", ""}, {"false", ""}}

var compressions = []choice{{"gzip", ""}, {"zstd", ""}, {"estargz", ""}, {"uncompressed", ""}}

// images are the output types that make an image.
var images = []string{"docker", "image", "oci", "registry"}

var outputFields = []field{
	{name: "type", doc: "What is written.", values: []choice{
		{"cacheonly", "nothing: the result stays in the cache"},
		{"docker", "an image, loaded into Docker or written as a tar for `docker load`"},
		{"image", "an image in the builder's store, pushed with `push=true`"},
		{"local", "the files, into a folder"},
		{"oci", "an image in the OCI layout"},
		{"registry", "an image, pushed to its registry"},
		{"tar", "the files, as a tar"},
	}},
	{name: "dest", doc: "Path of the file or folder that is written.", types: []string{"docker", "local", "oci", "tar"}},
	{name: "name", doc: "Name of the image.", types: images},
	{name: "push", doc: "Whether to push the image.", types: []string{"image"}, values: yesNo},
	{name: "push-by-digest", doc: "Whether to push without a name.", types: []string{"image", "registry"}, values: yesNo},
	{name: "registry.insecure", doc: "Whether to push over HTTP.", types: []string{"image", "registry"}, values: yesNo},
	{name: "unpack", doc: "Whether to unpack the image in the builder's store.", types: []string{"image"}, values: yesNo},
	{name: "tar", doc: "Whether to write a tar rather than a folder.", types: []string{"docker", "oci"}, values: yesNo},
	{name: "compression", doc: "Compression of the layers.", types: images, values: compressions},
	{name: "compression-level", doc: "Level of the compression.", types: images},
	{name: "force-compression", doc: "Whether to compress layers anew that are compressed otherwise.", types: images, values: yesNo},
	{name: "oci-mediatypes", doc: "Whether to use OCI media types.", types: images, values: yesNo},
	{name: "rewrite-timestamp", doc: "Whether to set file times to `SOURCE_DATE_EPOCH`.", types: images, values: yesNo},
	{name: "context", doc: "Docker context to load into.", types: []string{"docker"}},
	{name: "mode", doc: "What becomes of files that are in the folder already.", types: []string{"local"}, values: []choice{{"copy", "they stay"}, {"delete", "they are deleted"}}},
	{name: "platform-split", doc: "Whether each platform has a folder of its own.", types: []string{"local"}, values: yesNo},
}

var cacheFields = []field{
	{name: "type", doc: "Where the cache is.", values: []choice{
		{"registry", "an image in a registry"}, {"local", "a folder"}, {"inline", "inside the image itself"},
		{"gha", "the cache of GitHub Actions"}, {"s3", "an S3 bucket"}, {"azblob", "Azure Blob Storage"},
	}},
	{name: "ref", doc: "Name of the cache image.", types: []string{"registry"}},
	{name: "mode", doc: "Which layers are written.", values: []choice{{"min", "those of the result"}, {"max", "those of all stages"}}},
	{name: "src", doc: "Folder to read from.", types: []string{"local"}},
	{name: "dest", doc: "Folder to write to.", types: []string{"local"}},
	{name: "digest", doc: "Digest of the manifest to read.", types: []string{"local"}},
	{name: "tag", doc: "Tag of the manifest.", types: []string{"local"}},
	{name: "scope", doc: "Name that keeps caches apart.", types: []string{"gha"}},
	{name: "region", doc: "Region of the bucket.", types: []string{"s3"}},
	{name: "bucket", doc: "Name of the bucket.", types: []string{"s3"}},
	{name: "name", doc: "Name of the manifest.", types: []string{"azblob", "s3"}},
	{name: "account_url", doc: "URL of the storage account.", types: []string{"azblob"}},
	{name: "container", doc: "Name of the container.", types: []string{"azblob"}},
	{name: "compression", doc: "Compression of the layers.", types: []string{"local", "registry"}, values: compressions},
	{name: "image-manifest", doc: "Whether to write an image manifest rather than an index.", types: []string{"local", "registry"}, values: yesNo},
	{name: "oci-mediatypes", doc: "Whether to use OCI media types.", types: []string{"local", "registry"}, values: yesNo},
	{name: "ignore-error", doc: "Whether the build goes on when the cache cannot be written.", values: yesNo},
}

var attestFields = []field{
	{name: "type", doc: "Kind of attestation.", values: []choice{{"provenance", "how the image was built"}, {"sbom", "what it consists of"}}},
	{name: "mode", doc: "How much is recorded.", types: []string{"provenance"}, values: []choice{{"min", ""}, {"max", ""}}},
	{name: "generator", doc: "Image of the scanner.", types: []string{"sbom"}},
	{name: "disabled", doc: "Whether to leave it out.", values: yesNo},
}

var secretFields = []field{
	{name: "id", doc: "Name under which `RUN --mount=type=secret,id=...` asks for it."},
	{name: "src", doc: "File that holds it."},
	{name: "env", doc: "Environment variable that holds it."},
	{name: "type", doc: "Where it comes from.", values: []choice{{"file", ""}, {"env", ""}}},
}

var sshFields = []field{
	{name: "id", doc: "Name under which `RUN --mount=type=ssh,id=...` asks for it."},
	{name: "paths", doc: "Sockets of agents, or files of keys."},
}

var policyFields = []field{
	{name: "filename", doc: "File of the policy."},
	{name: "reset", doc: "Whether earlier policies are dropped.", values: yesNo},
	{name: "disabled", doc: "Whether policies are off.", values: yesNo},
	{name: "strict", doc: "Whether what no policy decides is denied.", values: yesNo},
	{name: "log-level", doc: "How much the evaluation says."},
}

var resourceFields = []field{
	{name: "memory", doc: "Memory, such as `2g`."},
	{name: "memory-swap", doc: "Memory and swap together; `-1` for no limit."},
	{name: "cpu-shares", doc: "Weight against other containers."},
	{name: "cpu-period", doc: "Length of a period of the CPU scheduler, in microseconds."},
	{name: "cpu-quota", doc: "CPU time in each period, in microseconds."},
	{name: "cpuset-cpus", doc: "CPUs to run on, such as `0-3`."},
	{name: "cpuset-mems", doc: "Memory nodes to use."},
}

// labelKeys are the keys of annotations and labels that the OCI specifies.
var labelKeys = []choice{
	{"org.opencontainers.image.authors", "People to contact."},
	{"org.opencontainers.image.base.name", "The base image."},
	{"org.opencontainers.image.created", "When it was built (RFC 3339)."},
	{"org.opencontainers.image.description", "What it is."},
	{"org.opencontainers.image.documentation", "URL of the documentation."},
	{"org.opencontainers.image.licenses", "Licences, as an SPDX expression."},
	{"org.opencontainers.image.revision", "Revision of the source."},
	{"org.opencontainers.image.source", "URL of the source."},
	{"org.opencontainers.image.title", "Its name."},
	{"org.opencontainers.image.url", "Where more is to be found."},
	{"org.opencontainers.image.vendor", "Who distributes it."},
	{"org.opencontainers.image.version", "Version of the software in it."},
}
