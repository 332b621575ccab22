// Command api answers catalogue queries as a CGI program: the query comes in
// QUERY_STRING, the answer is JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// version is set when the image is built.
var version = "dev"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--self-check" {
		selfCheck()
		return
	}
	answer(os.Stdout, os.Getenv("QUERY_STRING"))
}

func selfCheck() {
	if got := find("tea"); len(got) != 2 {
		fmt.Fprintf(os.Stderr, "find(tea) found %d items, want 2\n", len(got))
		os.Exit(1)
	}
	fmt.Println("catalogue", version, "holds", len(catalogue), "items")
}

func answer(out *os.File, query string) {
	fmt.Fprint(out, "Content-Type: application/json\r\n\r\n")
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	_ = enc.Encode(find(strings.TrimPrefix(query, "q=")))
}
