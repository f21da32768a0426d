// Reads a compose file as Docker's own tool does: interpolation, schema, references. Prints its services, one a line.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

// Arguments: the compose file, and the file with the variables.
func main() {
	options, err := cli.NewProjectOptions(os.Args[1:2],
		cli.WithEnvFiles(os.Args[2]), cli.WithDotEnv, cli.WithProfiles([]string{"*"}))
	exitOn(err)
	project, err := options.LoadProject(context.Background())
	exitOn(err)
	for _, name := range project.ServiceNames() {
		fmt.Println(name)
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
