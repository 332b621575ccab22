// Package archtest holds the tests of the project's structure: who may import
// whom, and what go.mod may say.
package archtest
