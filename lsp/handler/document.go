package handler

import (
	"context"

	"go.lsp.dev/protocol"
)

func symbols(ctx context.Context, q *query, _ *request) (any, error) {
	if q.language.Symbols == nil {
		return nil, nil
	}
	return q.DocumentSymbols(q.language.Symbols(ctx, q.snap, q.file)), nil
}

func lenses(ctx context.Context, q *query, _ *request) (any, error) {
	if q.language.Lenses == nil {
		return nil, nil
	}
	return q.Lenses(q.language.Lenses(ctx, q.snap, q.file))
}

func folding(ctx context.Context, q *query, _ *request) (any, error) {
	if q.language.Folding == nil {
		return nil, nil
	}
	return q.FoldingRanges(q.language.Folding(ctx, q.snap, q.file)), nil
}

func selection(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.Selection == nil {
		return nil, nil
	}
	out := make([]protocol.SelectionRange, len(r.Positions))
	for i, p := range r.Positions {
		out[i] = q.SelectionRange(q.language.Selection(ctx, q.snap, q.file, q.offset(p)))
	}
	return out, nil
}

func links(ctx context.Context, q *query, _ *request) (any, error) {
	if q.language.Links == nil {
		return nil, nil
	}
	return q.DocumentLinks(q.language.Links(ctx, q.snap, q.file)), nil
}

func hints(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.Hints == nil {
		return nil, nil
	}
	return q.InlayHints(q.language.Hints(ctx, q.snap, q.file, q.Span(r.Range))), nil
}

func tokens(ctx context.Context, q *query, _ *request) (any, error) {
	if q.language.Tokens == nil {
		return nil, nil
	}
	return q.SemanticTokens(q.language.Tokens(ctx, q.snap, q.file)), nil
}

func formatting(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.Formatting == nil {
		return nil, nil
	}
	edits := q.language.Formatting(ctx, q.snap, q.file, int(r.Options.TabSize), r.Options.InsertSpaces)
	return q.TextEdits(edits), nil
}

func rangeFormatting(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.RangeFormatting == nil {
		return nil, nil
	}
	edits := q.language.RangeFormatting(ctx, q.snap, q.file, q.Span(r.Range), int(r.Options.TabSize), r.Options.InsertSpaces)
	return q.TextEdits(edits), nil
}

func typeFormatting(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.TypeFormatting == nil {
		return nil, nil
	}
	edits := q.language.TypeFormatting(ctx, q.snap, q.file, q.offset(r.Position), int(r.Options.TabSize), r.Options.InsertSpaces)
	return q.TextEdits(edits), nil
}
