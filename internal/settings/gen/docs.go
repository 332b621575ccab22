package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// docs are the doc comments of the settings' types.
type docs struct {
	fields map[string]string      // "Type.Field" -> text
	enums  map[string][]enumValue // type name -> values in source order
}

type enumValue struct{ value, doc string }

// readDocs parses settings.go in dir.
func readDocs(dir string) (*docs, error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "settings.go"), nil, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("read the settings' doc comments: %w", err)
	}
	d := &docs{fields: map[string]string{}, enums: map[string][]enumValue{}}
	for _, decl := range file.Decls {
		if g, ok := decl.(*ast.GenDecl); ok {
			d.declaration(g)
		}
	}
	return d, nil
}

func (d *docs) declaration(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if s, ok := spec.Type.(*ast.StructType); ok {
				d.structure(spec.Name.Name, s)
			}
		case *ast.ValueSpec:
			d.constant(spec)
		}
	}
}

func (d *docs) structure(name string, s *ast.StructType) {
	for _, field := range s.Fields.List {
		for _, ident := range field.Names {
			d.fields[name+"."+ident.Name] = paragraphs(field.Doc)
		}
	}
}

func (d *docs) constant(spec *ast.ValueSpec) {
	ident, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	literal, ok := spec.Values[0].(*ast.BasicLit)
	if !ok {
		return
	}
	if value, err := strconv.Unquote(literal.Value); err == nil {
		d.enums[ident.Name] = append(d.enums[ident.Name], enumValue{value, paragraphs(spec.Doc)})
	}
}

// paragraphs joins the lines of each paragraph of a comment.
func paragraphs(c *ast.CommentGroup) string {
	parts := strings.Split(strings.TrimSpace(c.Text()), "\n\n")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(p, "\n", " ")
	}
	return strings.Join(parts, "\n\n")
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
