package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Hear keeps each outcome and notification that comes to the queue once, as a file in folder. It may be killed at any
// time: what was kept and not yet deleted comes again, and is known.
func Hear(ctx context.Context, settings aws.Config, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	client := sqs.NewFromConfig(settings)
	queue := aws.String(os.Getenv("PRESIGN_QUEUE_URL"))
	for {
		answer, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 20})
		if err != nil {
			fmt.Fprintf(os.Stderr, "the queue cannot be read: %v\n", err)
			time.Sleep(time.Second)
			continue
		}
		for _, message := range answer.Messages {
			if err := handle(ctx, client, queue, folder, message); err != nil {
				// It comes again, and is a dead letter of your queue after some receives. No text of it: it may hold personal data.
				fmt.Fprintf(os.Stderr, "message %s stays: %v\n", aws.ToString(message.MessageId), err)
			}
		}
	}
}

func handle(ctx context.Context, client *sqs.Client, queue *string, folder string, message types.Message) error {
	identity, err := identityOf([]byte(aws.ToString(message.Body)))
	if err != nil {
		return err
	}
	isNew, err := keep(folder, identity, []byte(aws.ToString(message.Body)))
	if err != nil {
		return err
	}
	// Only now: what is deleted before it is kept is lost.
	if _, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: message.ReceiptHandle}); err != nil {
		return err
	}
	word := "known"
	if isNew {
		word = "new"
	}
	fmt.Println(word, strings.Join(identity, " "))
	return nil
}

// identityOf tells what an event is known by: SQS, EventBridge and WeChat Pay may each bring it twice.
func identityOf(text []byte) ([]string, error) {
	var event struct {
		Type   string `json:"detail-type"`
		Detail struct {
			Mchid          string `json:"mchid"`
			NotificationID string `json:"notification_id"`
			RequestID      string `json:"request_id"`
		} `json:"detail"`
	}
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, errors.New("no JSON of the shape of an event")
	}
	identity := []string{event.Detail.Mchid, event.Detail.NotificationID}
	if event.Detail.NotificationID == "" {
		identity = []string{event.Type, event.Detail.Mchid, event.Detail.RequestID}
	}
	if slices.Contains(identity, "") {
		return nil, errors.New("no event of this service")
	}
	return identity, nil
}

// keep keeps the event as it came, numbers above 2^53 whole, and tells whether it is new. Your database stands here: an
// INSERT with the identity as primary key, in the transaction that changes your contract.
func keep(folder string, identity []string, text []byte) (bool, error) {
	draft, err := os.CreateTemp(folder, "*.draft")
	if err != nil {
		return false, err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(text)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return false, err
	}
	id, err := json.Marshal(identity)
	if err != nil {
		return false, err
	}
	name := sha256.Sum256(id)
	// Never over a file that is there, and never half of one.
	err = os.Link(draft.Name(), filepath.Join(folder, hex.EncodeToString(name[:])+".json"))
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}
