package dockerfile

import "github.com/moby/buildkit/frontend/dockerfile/linter"

// A Rule describes one of BuildKit's lint rules.
type Rule struct {
	Name, Doc, URL string
	Experimental   bool
}

// Rules lists BuildKit's lint rules by name.
func Rules() []Rule {
	return []Rule{
		describe(&linter.RuleConsistentInstructionCasing),
		describe(&linter.RuleCopyIgnoredFile),
		describe(&linter.RuleDuplicateStageName),
		describe(&linter.RuleExposeInvalidFormat),
		describe(&linter.RuleExposeProtoCasing),
		describe(&linter.RuleFromAsCasing),
		describe(&linter.RuleFromPlatformFlagConstDisallowed),
		describe(&linter.RuleInvalidBaseImagePlatform),
		describe(&linter.RuleInvalidDefaultArgInFrom),
		describe(&linter.RuleInvalidDefinitionDescription),
		describe(&linter.RuleJSONArgsRecommended),
		describe(&linter.RuleLegacyKeyValueFormat),
		describe(&linter.RuleMaintainerDeprecated),
		describe(&linter.RuleMultipleInstructionsDisallowed),
		describe(&linter.RuleNoEmptyContinuation),
		describe(&linter.RuleRedundantTargetPlatform),
		describe(&linter.RuleReservedStageName),
		describe(&linter.RuleSecretsUsedInArgOrEnv),
		describe(&linter.RuleStageNameCasing),
		describe(&linter.RuleUndefinedArgInFrom),
		describe(&linter.RuleUndefinedVar),
		describe(&linter.RuleWorkdirRelativePath),
	}
}

func describe[F any](r *linter.LinterRule[F]) Rule {
	return Rule{Name: r.Name, Doc: r.Description, URL: r.URL, Experimental: r.Experimental}
}
