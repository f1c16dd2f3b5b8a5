// Calls wechatpay-presign: a pre-sign over HTTP and by event, outcomes and notifications from a queue.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
)

const usage = "presign KEY FILE | ask FILE | hear FOLDER"

func main() {
	err := run(context.Background(), os.Args[1:])
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	var refused *Refused
	if errors.As(err, &refused) {
		os.Exit(3)
	}
	os.Exit(1)
}

func run(ctx context.Context, args []string) error {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 3 && args[0] == "presign":
		body, err := os.ReadFile(args[2])
		if err != nil {
			return err
		}
		launch, err := Presign(ctx, settings, args[1], body)
		if err != nil {
			return fmt.Errorf("%s: %w", args[1], err)
		}
		fmt.Println(string(launch)) // For the mini-program, as it is.
		return nil
	case len(args) == 2 && args[0] == "ask":
		return Ask(ctx, settings, args[1])
	case len(args) == 2 && args[0] == "hear":
		return Hear(ctx, settings, args[1])
	}
	return errors.New(usage)
}
