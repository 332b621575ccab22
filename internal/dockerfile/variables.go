package dockerfile

// A Predefined variable exists without a declaration.
type Predefined struct {
	Name, Doc string
	Proxy     bool // available in RUN without ARG; the others need ARG in a stage
}

// PredefinedVariables lists the ARGs that BuildKit sets by itself. The list
// must not be changed.
func PredefinedVariables() []Predefined { return predefined }

func predefinedVariable(name string) *Predefined {
	for i := range predefined {
		if predefined[i].Name == name {
			return &predefined[i]
		}
	}
	return nil
}

var predefined = []Predefined{
	{"TARGETPLATFORM", "Platform that is built for, such as `linux/arm64`.", false},
	{"TARGETOS", "Operating system that is built for.", false},
	{"TARGETOSVERSION", "Operating system version that is built for.", false},
	{"TARGETARCH", "Architecture that is built for, such as `amd64`.", false},
	{"TARGETVARIANT", "Variant of the architecture that is built for, such as `v7`.", false},
	{"TARGETSTAGE", "Name of the stage that is built.", false},
	{"BUILDPLATFORM", "Platform of the machine that builds.", false},
	{"BUILDOS", "Operating system of the machine that builds.", false},
	{"BUILDOSVERSION", "Operating system version of the machine that builds.", false},
	{"BUILDARCH", "Architecture of the machine that builds.", false},
	{"BUILDVARIANT", "Variant of the architecture of the machine that builds.", false},
	{"HTTP_PROXY", "Proxy for http.", true}, {"http_proxy", "Proxy for http.", true},
	{"HTTPS_PROXY", "Proxy for https.", true}, {"https_proxy", "Proxy for https.", true},
	{"FTP_PROXY", "Proxy for ftp.", true}, {"ftp_proxy", "Proxy for ftp.", true},
	{"NO_PROXY", "Hosts to reach without a proxy.", true}, {"no_proxy", "Hosts to reach without a proxy.", true},
	{"ALL_PROXY", "Proxy for everything.", true}, {"all_proxy", "Proxy for everything.", true},
}
