package feature

import "github.com/buildlens/buildlens/internal/diag"

// ActionKind groups code actions as editors do.
type ActionKind int

// The kinds of action.
const (
	ActionQuickFix ActionKind = iota + 1 // removes one diagnostic
	ActionFixAll                         // every safe fix of the file
	ActionRefactor
	ActionSource
)

// A CodeAction is a change a person can choose.
type CodeAction struct {
	Title      string
	Kind       ActionKind
	Edits      []diag.FileEdit  // none overlaps another of the same file
	Diagnostic *diag.Diagnostic // the one it removes; nil for refactorings and fix-all
	Preferred  bool
}
