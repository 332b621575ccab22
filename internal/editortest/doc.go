// Package editortest drives the built server from real editors: Neovim, and
// VS Code with the extension (build tag vscode, see extension/test/vscode). It
// holds tests only.
package editortest
