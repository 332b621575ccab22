package handler

import (
	"context"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

func hover(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.Hover == nil {
		return nil, nil
	}
	return q.Hover(q.language.Hover(ctx, q.snap, q.file, q.offset(r.Position))), nil
}

func definition(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.Definition == nil {
		return nil, nil
	}
	return q.Locations(q.language.Definition(ctx, q.snap, q.file, q.offset(r.Position))), nil
}

func references(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.References == nil {
		return nil, nil
	}
	return q.Locations(q.language.References(ctx, q.snap, q.file, q.offset(r.Position), r.Context.IncludeDeclaration)), nil
}

func highlights(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.Highlights == nil {
		return nil, nil
	}
	return q.Highlights(q.language.Highlights(ctx, q.snap, q.file, q.offset(r.Position))), nil
}

func prepareRename(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.PrepareRename == nil {
		return nil, nil
	}
	return q.PrepareRename(q.language.PrepareRename(ctx, q.snap, q.file, q.offset(r.Position))), nil
}

// rename answers an error that says why when the new name will not do.
func rename(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.Rename == nil {
		return nil, nil
	}
	result, err := q.language.Rename(ctx, q.snap, q.file, q.offset(r.Position), r.NewName)
	if err != nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.Code(protocol.LSPErrorCodesRequestFailed), "%v", err)
	}
	if result == nil {
		return nil, nil
	}
	return q.WorkspaceEdit(result.Edits)
}
