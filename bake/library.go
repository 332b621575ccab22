package bake

import (
	"github.com/hashicorp/go-cty-funcs/cidr"
	"github.com/hashicorp/go-cty-funcs/crypto"
	"github.com/hashicorp/go-cty-funcs/encoding"
	"github.com/hashicorp/go-cty-funcs/uuid"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// library is the table of all functions a definition may call, by name; the
// ones that need the input's clock, randomness or home get them from it.
func library(in Input) map[string]function.Function {
	return map[string]function.Function{
		"absolute":               stdlib.AbsoluteFunc,
		"add":                    stdlib.AddFunc,
		"and":                    stdlib.AndFunc,
		"base64decode":           encoding.Base64DecodeFunc,
		"base64encode":           encoding.Base64EncodeFunc,
		"basename":               basenameFunc(),
		"bcrypt":                 limited(crypto.BcryptFunc, checkCost),
		"byteslen":               stdlib.BytesLenFunc,
		"bytesslice":             stdlib.BytesSliceFunc,
		"can":                    tryfunc.CanFunc,
		"ceil":                   stdlib.CeilFunc,
		"chomp":                  stdlib.ChompFunc,
		"chunklist":              stdlib.ChunklistFunc,
		"cidrhost":               cidr.HostFunc,
		"cidrnetmask":            cidr.NetmaskFunc,
		"cidrsubnet":             cidr.SubnetFunc,
		"cidrsubnets":            cidr.SubnetsFunc,
		"coalesce":               stdlib.CoalesceFunc,
		"coalescelist":           stdlib.CoalesceListFunc,
		"compact":                stdlib.CompactFunc,
		"concat":                 stdlib.ConcatFunc,
		"contains":               stdlib.ContainsFunc,
		"convert":                typeexpr.ConvertFunc,
		"csvdecode":              stdlib.CSVDecodeFunc,
		"dirname":                dirnameFunc(),
		"distinct":               bounded(stdlib.DistinctFunc, distinctBound),
		"divide":                 stdlib.DivideFunc,
		"element":                stdlib.ElementFunc,
		"equal":                  stdlib.EqualFunc,
		"flatten":                stdlib.FlattenFunc,
		"floor":                  stdlib.FloorFunc,
		"format":                 bounded(stdlib.FormatFunc, formatBound),
		"formatdate":             stdlib.FormatDateFunc,
		"formatlist":             bounded(stdlib.FormatListFunc, formatBound),
		"formattimestamp":        formatTimestampFunc(),
		"greaterthan":            stdlib.GreaterThanFunc,
		"greaterthanorequalto":   stdlib.GreaterThanOrEqualToFunc,
		"hasindex":               stdlib.HasIndexFunc,
		"homedir":                homedirFunc(in.Home),
		"indent":                 bounded(stdlib.IndentFunc, indentBound),
		"index":                  stdlib.IndexFunc,
		"indexof":                indexOfFunc(),
		"int":                    stdlib.IntFunc,
		"join":                   bounded(stdlib.JoinFunc, joinBound),
		"jsondecode":             bounded(stdlib.JSONDecodeFunc, jsonBound),
		"jsonencode":             stdlib.JSONEncodeFunc,
		"keys":                   stdlib.KeysFunc,
		"length":                 stdlib.LengthFunc,
		"lessthan":               stdlib.LessThanFunc,
		"lessthanorequalto":      stdlib.LessThanOrEqualToFunc,
		"log":                    stdlib.LogFunc,
		"lookup":                 stdlib.LookupFunc,
		"lower":                  stdlib.LowerFunc,
		"max":                    stdlib.MaxFunc,
		"md5":                    crypto.Md5Func,
		"merge":                  stdlib.MergeFunc,
		"min":                    stdlib.MinFunc,
		"modulo":                 stdlib.ModuloFunc,
		"multiply":               stdlib.MultiplyFunc,
		"negate":                 stdlib.NegateFunc,
		"not":                    stdlib.NotFunc,
		"notequal":               stdlib.NotEqualFunc,
		"or":                     stdlib.OrFunc,
		"parseint":               limited(stdlib.ParseIntFunc, checkDigits),
		"pow":                    bounded(stdlib.PowFunc, powBound),
		"range":                  stdlib.RangeFunc,
		"regex":                  stdlib.RegexFunc,
		"regex_replace":          bounded(stdlib.RegexReplaceFunc, replaceBound),
		"regexall":               bounded(stdlib.RegexAllFunc, matchesBound),
		"replace":                bounded(stdlib.ReplaceFunc, replaceBound),
		"reverse":                stdlib.ReverseFunc,
		"reverselist":            stdlib.ReverseListFunc,
		"rsadecrypt":             crypto.RsaDecryptFunc,
		"sanitize":               sanitizeFunc(),
		"semvercmp":              semverFunc(),
		"sethaselement":          stdlib.SetHasElementFunc,
		"setintersection":        stdlib.SetIntersectionFunc,
		"setproduct":             bounded(stdlib.SetProductFunc, productBound),
		"setsubtract":            stdlib.SetSubtractFunc,
		"setsymmetricdifference": stdlib.SetSymmetricDifferenceFunc,
		"setunion":               stdlib.SetUnionFunc,
		"sha1":                   crypto.Sha1Func,
		"sha256":                 crypto.Sha256Func,
		"sha512":                 crypto.Sha512Func,
		"signum":                 stdlib.SignumFunc,
		"slice":                  stdlib.SliceFunc,
		"sort":                   stdlib.SortFunc,
		"split":                  bounded(stdlib.SplitFunc, splitBound),
		"strlen":                 stdlib.StrlenFunc,
		"substr":                 stdlib.SubstrFunc,
		"subtract":               stdlib.SubtractFunc,
		"timeadd":                stdlib.TimeAddFunc,
		"timestamp":              timestampFunc(in.Now),
		"title":                  stdlib.TitleFunc,
		"trim":                   stdlib.TrimFunc,
		"trimprefix":             stdlib.TrimPrefixFunc,
		"trimspace":              stdlib.TrimSpaceFunc,
		"trimsuffix":             stdlib.TrimSuffixFunc,
		"try":                    tryfunc.TryFunc,
		"unixtimestampparse":     unixTimestampParseFunc(),
		"upper":                  stdlib.UpperFunc,
		"urlencode":              encoding.URLEncodeFunc,
		"uuidv4":                 uuidV4Func(in.Rand),
		"uuidv5":                 uuid.V5Func,
		"values":                 stdlib.ValuesFunc,
		"zipmap":                 stdlib.ZipmapFunc,
	}
}

// Functions lists the names of all functions a definition may call besides
// its own, sorted.
func Functions() []string { return sortedKeys(library(Input{})) }

// A Signature is what completion and signature help show of a function.
type Signature struct {
	Name        string
	Params      []Param
	Variadic    *Param // nil unless the function takes any number of further arguments
	Description string
}

// A Param is one parameter of a function.
type Param struct {
	Name string
	Type string // as messages say it, such as "list of string"; "any" for all
}

// SignatureOf describes a function of the library, or one that the definition
// declares; ok is false when there is none of that name.
func (d *Definition) SignatureOf(name string) (s Signature, ok bool) {
	f, ok := d.base.Functions[name]
	if !ok {
		return s, false
	}
	s = Signature{Name: name, Description: f.Description()}
	for _, p := range f.Params() {
		s.Params = append(s.Params, paramOf(p))
	}
	if rest := f.VarParam(); rest != nil {
		p := paramOf(*rest)
		s.Variadic = &p
	}
	return s, true
}

func paramOf(p function.Parameter) Param {
	typ := "any"
	if p.Type != cty.DynamicPseudoType {
		typ = p.Type.FriendlyName()
	}
	return Param{Name: p.Name, Type: typ}
}
