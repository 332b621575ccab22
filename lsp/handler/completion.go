package handler

import "context"

func completion(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.Completion == nil {
		return nil, nil
	}
	return q.Completion(q.language.Completion(ctx, q.snap, q.file, q.offset(r.Position))), nil
}

func signatureHelp(ctx context.Context, q *query, r *request) (any, error) {
	if q.language.SignatureHelp == nil {
		return nil, nil
	}
	return q.SignatureHelp(q.language.SignatureHelp(ctx, q.snap, q.file, q.offset(r.Position))), nil
}
