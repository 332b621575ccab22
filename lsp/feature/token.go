package feature

import "github.com/buildlens/buildlens/internal/text"

// TokenType is an index into TokenTypes.
type TokenType int

// The token types of all languages, in legend order.
const (
	TokenKeyword TokenType = iota
	TokenComment
	TokenParameter
	TokenProperty
	TokenNamespace // a build stage
	TokenClass     // an image, a block type
	TokenMacro     // a parser directive
	TokenString
	TokenVariable
	TokenOperator
	TokenFunction
	TokenNumber
	TokenTypeName
)

// TokenTypes names each TokenType as the protocol's legend does.
func TokenTypes() []string {
	return []string{
		"keyword", "comment", "parameter", "property", "namespace", "class", "macro",
		"string", "variable", "operator", "function", "number", "type",
	}
}

// TokenModifiers is a set of modifiers, one bit each.
type TokenModifiers uint32

// The modifiers, in legend order.
const (
	ModifierDeclaration TokenModifiers = 1 << iota
	ModifierDefinition
	ModifierDeprecated
	ModifierReadonly
)

// TokenModifierNames names each modifier, lowest bit first.
func TokenModifierNames() []string {
	return []string{"declaration", "definition", "deprecated", "readonly"}
}

// A SemanticToken colours Span, which lies on one line. Lists of tokens ascend
// and do not overlap.
type SemanticToken struct {
	Span      text.Span
	Type      TokenType
	Modifiers TokenModifiers
}
