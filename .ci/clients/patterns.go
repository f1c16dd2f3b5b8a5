// Go's regex engine (RE2) on the lines of patterns.mjs, from standard input.
package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	count := 0
	for ; lines.Scan(); count++ {
		parts := strings.Split(lines.Text(), "\t")
		if fmt.Sprint(regexp.MustCompile(parts[0]).MatchString(parts[1])) != parts[2] {
			fmt.Fprintln(os.Stderr, "Go reads", parts[0], "otherwise")
			os.Exit(1)
		}
	}
	fmt.Println("regex of Go:", count, "as in JavaScript")
}
