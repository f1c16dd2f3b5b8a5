package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

const (
	entriesAtOnce = 10 // What PutEvents takes at most.
	putAttempts   = 5
)

// Ask asks by events for the pre-signs in a file, a list of {"request_id": …, "body": …}. It fails when the bus has not
// taken all. Ask again for all of them then: the same request_id is one request.
func Ask(ctx context.Context, settings aws.Config, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var requests []json.RawMessage
	if err := json.Unmarshal(text, &requests); err != nil {
		return err
	}
	entries := make([]types.PutEventsRequestEntry, len(requests))
	for i, request := range requests {
		entries[i] = types.PutEventsRequestEntry{
			EventBusName: aws.String(os.Getenv("PRESIGN_BUS")),
			Source:       aws.String("toll.enrolment"),
			DetailType:   aws.String("VehicleEtcPreopenRequested"),
			Detail:       aws.String(string(request)),
		}
	}
	client := eventbridge.NewFromConfig(settings)
	for some := range slices.Chunk(entries, entriesAtOnce) {
		if err := put(ctx, client, some); err != nil {
			return err
		}
	}
	return nil
}

// put returns once the bus has taken all of at most ten. A 200 says nothing of the entries: each has its own result.
func put(ctx context.Context, client *eventbridge.Client, entries []types.PutEventsRequestEntry) error {
	for attempt := 1; ; attempt++ {
		answer, err := client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err != nil {
			return err
		}
		if answer.FailedEntryCount == 0 {
			return nil
		}
		var left []types.PutEventsRequestEntry
		var codes []string
		for i, result := range answer.Entries {
			if result.EventId == nil {
				left = append(left, entries[i])
				codes = append(codes, aws.ToString(result.ErrorCode))
			}
		}
		if attempt == putAttempts {
			return fmt.Errorf("EventBridge did not take %d entries: %v", len(left), codes)
		}
		entries = left
		time.Sleep(rand.N(100 * time.Millisecond << attempt))
	}
}
