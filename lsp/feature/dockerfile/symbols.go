package dockerfile

import (
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Symbols is the outline: directives, what stands above the first FROM, and
// the stages with their instructions.
func Symbols(f *df.File) []feature.Symbol {
	var out []feature.Symbol
	for _, d := range f.Directives {
		out = append(out, feature.Symbol{
			Title: d.Name, Detail: flat(d.Value), Kind: feature.SymbolDirective, Name: d.Key,
			Span: text.Span{Start: d.Key.Start, End: d.Span.End},
		})
	}
	for _, ins := range f.Preamble().Instructions {
		out = append(out, instructionSymbol(ins))
	}
	for _, s := range f.Stages {
		out = append(out, stageSymbol(s))
	}
	return out
}

func stageSymbol(s *df.Stage) feature.Symbol {
	sym := feature.Symbol{
		Title: s.Label(), Detail: flat(s.From.Args.Text), Kind: feature.SymbolStage,
		Span: s.Span, Name: s.From.Keyword.Span,
	}
	if s.Name.Text != "" {
		sym.Name, sym.Detail = s.Name.Span, s.BaseName
	}
	for _, ins := range s.Instructions[1:] {
		sym.Children = append(sym.Children, instructionSymbol(ins))
	}
	return sym
}

func instructionSymbol(ins *df.Instruction) feature.Symbol {
	title := ins.Keyword.Text
	if title == "" {
		title = "?"
	}
	sym := feature.Symbol{
		Title: title, Detail: flat(ins.Args.Text), Kind: feature.SymbolInstruction,
		Span: ins.Span, Name: ins.Keyword.Span, Deprecated: ins.Cmd == "MAINTAINER",
	}
	switch ins.Cmd {
	case "ARG", "ENV":
		sym.Kind = feature.SymbolVariable
		if len(ins.Pairs) == 1 {
			sym.Title = title + " " + ins.Pairs[0].Key
			sym.Detail = flat(ins.Pairs[0].Value)
		}
	}
	if t := ins.Trigger; t != nil && t.Cmd != "" {
		sym.Children = append(sym.Children, feature.Symbol{
			Title: t.Keyword.Text, Detail: flat(t.Args.Text), Kind: feature.SymbolInstruction, Span: t.Span, Name: t.Keyword.Span,
		})
	}
	sym.Children = append(sym.Children, heredocSymbols(ins)...)
	return sym
}

// heredocSymbols shows the files that COPY and ADD write from heredocs.
func heredocSymbols(ins *df.Instruction) []feature.Symbol {
	if ins.Cmd != "COPY" && ins.Cmd != "ADD" {
		return nil
	}
	var out []feature.Symbol
	for _, h := range ins.Heredocs {
		span := h.Operator
		out = append(out, feature.Symbol{
			Title: h.Name, Detail: strings.TrimSpace("heredoc"), Kind: feature.SymbolFile, Span: span, Name: h.NameSpan,
		})
	}
	return out
}
