package dockerfile

import (
	"strings"
	"testing"
)

// The value of every use of a variable marked by its line, as BuildKit
// resolves it.
func TestValues(t *testing.T) {
	src := strings.Join([]string{
		"ARG TAG=1", "ARG IMAGE=alpine:$TAG", "ARG UNSET",
		"FROM $IMAGE AS base", "ARG TAG", "ARG UNSET", "ENV A=x B=${A:-none} C=${TAG}", "ENV A=y",
		"RUN echo $A $B $C $UNSET $IMAGE $MISSING",
		"FROM base", "ENV D=${A}${C} A=z", "RUN echo $D $A $TAG",
		"ARG TARGETARCH", "ENV E=/out/$TARGETARCH F=${C%1}2", "RUN echo $E $F",
	}, "\n")
	f := Parse(src)
	want := []string{ // by use, in order of the file
		"TAG=1", "IMAGE=alpine:1", "A undeclared", "TAG=1",
		"A=y", "B=none", "C=1", "UNSET unset", "IMAGE undeclared", "MISSING undeclared",
		"A=y", "C=1", "D=y1", "A=z", "TAG=1", "TARGETARCH unset", "C=1", "E=/out/$TARGETARCH", "F=2",
	}
	var got []string
	for _, ins := range f.Instructions {
		for _, u := range ins.Uses {
			d := f.Lookup(ins, u.Name)
			switch {
			case d == nil && ins.Cmd == "ARG" && f.global(u.Name) != nil:
				d = f.global(u.Name)
				fallthrough
			case d != nil:
				v, ok := f.Value(d)
				if !ok {
					got = append(got, u.Name+" unset")
					continue
				}
				got = append(got, u.Name+"="+v)
			default:
				got = append(got, u.Name+" undeclared")
			}
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if base := f.Stages[0].BaseName; base != "alpine:1" {
		t.Errorf("the base is %q", base)
	}
	if f.Stages[1].Parent != f.Stages[0] {
		t.Error("the second stage is not built from the first")
	}
}

// A value that doubles with every line is cut, not computed for ever.
func TestValueIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("FROM a\nENV v0=0123456789\n")
	for i := range 200 {
		n := string(rune('a'+i%26)) + strings.Repeat("x", i)
		b.WriteString("ENV next" + n + "=$prev$prev$v0 prev=$prev$prev$v0\n")
	}
	b.WriteString("ENV last=$prev\n")
	f := Parse(b.String())
	d := f.Stages[0].decls["last"][0]
	if v, ok := f.Value(d); !ok || len(v) > maxValue {
		t.Errorf("%d bytes, %v", len(v), ok)
	}
}

func TestStageReferences(t *testing.T) {
	f := Parse("FROM a AS One\nFROM one AS two\nCOPY --from=0 a b\nCOPY --from=ONE a b\nCOPY --from=three a b\nRUN --mount=type=bind,from=two,target=/x y\nFROM b AS three\n")
	want := []string{"a:", "one:One", "0:One", "ONE:One", "three:", "two:two", "b:"}
	var got []string
	for _, r := range f.StageRefs() {
		s := r.Name + ":"
		if r.Stage != nil {
			s += r.Stage.Name.Text
		}
		got = append(got, s)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A stage sees all of the one it builds on, however short it is itself.
func TestLookupInLongerParent(t *testing.T) {
	f := Parse("FROM a AS long\nRUN b\nRUN c\nRUN d\nENV E=f\nSHELL [\"pwsh\"]\nFROM long\nRUN $E\n")
	last := f.Instructions[len(f.Instructions)-1]
	if d := f.Lookup(last, "E"); d == nil || f.ShellAt(last) || len(f.Visible(last)) != 1 {
		t.Errorf("found %v", d)
	}
}
