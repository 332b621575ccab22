package bake_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/bake"
)

// functionCases has at least one call of every function: what it gives as
// JSON, or "error: " and a part of the message.
var functionCases = []struct{ expr, want string }{
	{`absolute(-2)`, `2`}, {`add(1, 2)`, `3`}, {`and(true, false)`, `false`},
	{`base64decode("aGk=")`, `"hi"`}, {`base64encode("hi")`, `"aGk="`}, {`base64decode("?")`, `error: base64`},
	{`basename("a/b.txt")`, `"b.txt"`}, {`basename("")`, `"."`}, {`dirname("a/b.txt")`, `"a"`},
	{`substr(bcrypt("x"), 0, 4)`, `"$2a$"`}, {`byteslen("é")`, `error: bytes required`},
	{`bytesslice("x", 0, 1)`, `error: bytes required`}, {`can(NOPE)`, `false`}, {`can(1)`, `true`},
	{`ceil(1.2)`, `2`}, {`floor(1.8)`, `1`}, {`int(1.8)`, `1`}, {`chomp("a\n")`, `"a"`},
	{`chunklist(["a", "b", "c"], 2)`, `[["a","b"],["c"]]`},
	{`cidrhost("10.0.0.0/8", 3)`, `"10.0.0.3"`}, {`cidrnetmask("10.0.0.0/8")`, `"255.0.0.0"`},
	{`cidrsubnet("10.0.0.0/8", 8, 1)`, `"10.1.0.0/16"`}, {`cidrsubnets("10.0.0.0/8", 8, 8)`, `["10.0.0.0/16","10.1.0.0/16"]`},
	{`coalesce(null, "a")`, `"a"`}, {`coalescelist([], ["a"])`, `["a"]`}, {`compact(["", "a"])`, `["a"]`},
	{`concat(["a"], ["b"])`, `["a","b"]`}, {`contains(["a"], "a")`, `true`}, {`convert("1", number)`, `1`},
	{`csvdecode("a\n1")`, `[{"a":"1"}]`}, {`distinct(["a", "a"])`, `["a"]`}, {`divide(6, 3)`, `2`},
	{`element(["a", "b"], 3)`, `"b"`}, {`equal(1, 1)`, `true`}, {`flatten([["a"], ["b"]])`, `["a","b"]`},
	{`format("%s-%03d", "a", 7)`, `"a-007"`}, {`formatlist("%s!", ["a", "b"])`, `["a!","b!"]`},
	{`formatdate("YYYY", "2026-01-02T03:04:05Z")`, `"2026"`},
	{`formattimestamp("YYYY-MM-DD", 0)`, `"1970-01-01"`}, {`formattimestamp("X", "1970-01-01T00:01:00Z")`, `"60"`},
	{`formattimestamp("hh", "3600")`, `"01"`}, {`formattimestamp("X", [])`, `error: a string or number`},
	{`greaterthan(2, 1)`, `true`}, {`greaterthanorequalto(1, 1)`, `true`}, {`lessthan(1, 2)`, `true`}, {`lessthanorequalto(2, 1)`, `false`},
	{`hasindex(["a"], 1)`, `false`}, {`homedir()`, `"/home/somebody"`}, {`indent(2, "a\nb")`, `"a\n  b"`},
	{`index(["a"], 0)`, `"a"`}, {`indexof(["a", "b"], "b")`, `1`}, {`indexof([], "b")`, `error: cannot search an empty list`},
	{`indexof(["a"], "b")`, `error: item not found`}, {`join("-", ["a", "b"])`, `"a-b"`},
	{`jsondecode("{\"a\":[1]}")`, `{"a":[1]}`}, {`jsonencode({ a = 1 })`, `"{\"a\":1}"`},
	{`keys({ b = 1, a = 2 })`, `["a","b"]`}, {`values({ b = 1, a = 2 })`, `[2,1]`}, {`length(["a"])`, `1`},
	{`log(8, 2)`, `3`}, {`lookup({ a = 1 }, "b", 2)`, `2`}, {`lower("A")`, `"a"`}, {`upper("a")`, `"A"`}, {`title("a b")`, `"A B"`},
	{`max(1, 2)`, `2`}, {`min(1, 2)`, `1`}, {`md5("a")`, `"0cc175b9c0f1b6a831c399e269772661"`},
	{`merge({ a = 1 }, { b = 2 })`, `{"a":1,"b":2}`}, {`modulo(5, 3)`, `2`}, {`multiply(2, 3)`, `6`}, {`negate(1)`, `-1`},
	{`not(true)`, `false`}, {`notequal(1, 2)`, `true`}, {`or(false, true)`, `true`}, {`parseint("ff", 16)`, `255`}, {`pow(2, 3)`, `8`},
	{`range(3)`, `[0,1,2]`}, {`regex("[0-9]+", "a12")`, `"12"`}, {`regexall("[0-9]", "1a2")`, `["1","2"]`},
	{`regex_replace("a1", "[0-9]", "x")`, `"ax"`}, {`replace("a.b", ".", "-")`, `"a-b"`}, {`replace("ab", "/a/", "x")`, `"ab"`},
	{`reverse("ab")`, `"ba"`}, {`reverselist(["a", "b"])`, `["b","a"]`}, {`rsadecrypt("x", "y")`, `error: rsadecrypt`},
	{`sanitize("a/b.c")`, `"a_b_c"`}, {`semvercmp("1.2.3", ">= 1.2")`, `true`}, {`semvercmp("x", "1")`, `error: semver`},
	{`sethaselement(["a"], "a")`, `true`}, {`setintersection(["a", "b"], ["b"])`, `["b"]`}, {`setproduct(["a"], ["b"])`, `[["a","b"]]`},
	{`setsubtract(["a", "b"], ["b"])`, `["a"]`}, {`setsymmetricdifference(["a", "b"], ["b", "c"])`, `["a","c"]`},
	{`setunion(["a"], ["b"])`, `["a","b"]`}, {`sha1("")`, `"da39a3ee5e6b4b0d3255bfef95601890afd80709"`},
	{`strlen(sha256(""))`, `64`}, {`strlen(sha512(""))`, `128`}, {`signum(-3)`, `-1`}, {`slice(["a", "b"], 1, 2)`, `["b"]`},
	{`sort(["b", "a"])`, `["a","b"]`}, {`split(",", "a,b")`, `["a","b"]`}, {`substr("abc", 1, 1)`, `"b"`}, {`subtract(3, 1)`, `2`},
	{`timeadd("2026-01-01T00:00:00Z", "1h")`, `"2026-01-01T01:00:00Z"`}, {`timestamp()`, `"2026-02-03T04:05:06Z"`},
	{`trim("xax", "x")`, `"a"`}, {`trimprefix("ab", "a")`, `"b"`}, {`trimspace(" a ")`, `"a"`}, {`trimsuffix("ab", "b")`, `"a"`},
	{`try(NOPE, "b")`, `"b"`}, {`unixtimestampparse(0).weekday_name`, `"Thursday"`}, {`unixtimestampparse(86399).second`, `59`},
	{`urlencode("a b")`, `"a+b"`}, {`uuidv4()`, `"00000000-0000-4000-8000-000000000000"`},
	{`uuidv5("dns", "example.com")`, `"cfbff0d1-9375-5685-968c-48ce8b15ae17"`}, {`zipmap(["a"], [1])`, `{"a":1}`},
}

func TestFunctions(t *testing.T) {
	for _, c := range functionCases {
		t.Run(c.expr, func(t *testing.T) {
			src, at := marked(t, `X| = `+c.expr)
			d := define(src)
			got := ""
			if v, ok := d.ValueAt(context.Background(), hclFile, at); ok {
				got = show(v.Value)
			} else if diags := d.Diagnostics(context.Background()); len(diags) == 1 {
				got = "error: " + diags[0].Message
			}
			if part, failed := strings.CutPrefix(c.want, "error: "); failed {
				if !strings.HasPrefix(got, "error: ") || !strings.Contains(got, part) {
					t.Errorf("got %s, want an error with %q", got, part)
				}
			} else if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestFunctionNames holds the library against the list of the specification.
func TestFunctionNames(t *testing.T) {
	data, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(data))
	slices.Sort(want)
	if got := bake.Functions(); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %d: %v\nwant %d: %v", len(got), got, len(want), want)
	}
	called := map[string]bool{}
	for _, c := range functionCases {
		for _, name := range want {
			if strings.Contains(c.expr, name+"(") {
				called[name] = true
			}
		}
	}
	for _, name := range want {
		if !called[name] {
			t.Errorf("no test calls %s", name)
		}
	}
}
