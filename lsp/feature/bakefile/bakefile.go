// Package bakefile answers what editors ask about a Bake file, in HCL and in
// JSON: completion, hover, navigation, outline, lenses and hints.
//
// Every function is pure: it takes a context, a snapshot, the file and where
// it matters an offset, and looks at nothing else. What it says about values
// and names comes from the definition of the file's Project, that is, of all
// its files merged: exactly what a build of it builds. Where something stands
// comes from a reader of this package that recovers from anything, so that a
// file in the middle of an edit keeps completion and navigation.
//
// A cancelled context gives an incomplete or empty answer; callers drop it.
package bakefile
