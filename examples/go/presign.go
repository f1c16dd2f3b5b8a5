package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	attemptTime = 29 * time.Second // The service answers within 20 s, API Gateway within 30.
	patience    = 2 * time.Minute
	baseDelay   = 500 * time.Millisecond
	mostDelay   = 20 * time.Second
)

// Refused says that the request was refused for good.
type Refused struct {
	Why string
	// An earlier attempt had no answer, so WeChat Pay may have made the pre-sign that it refuses now.
	Uncertain bool
}

func (refused *Refused) Error() string {
	if refused.Uncertain {
		return "refused: " + refused.Why + ", uncertain"
	}
	return "refused: " + refused.Why
}

// passing is a fault after which the same request may go better.
type passing struct {
	why     string
	after   time.Duration // The least that the service asks us to wait.
	unknown bool          // Whether WeChat Pay may have been asked.
}

func (fault *passing) Error() string { return fault.why }

// Presign asks until there is a final answer, always with the same key and the same bytes, and returns its `launch`.
// Without one in two minutes it gives up: keep key and body then, and ask again later. Whether WeChat Pay has made the
// pre-sign is not known until then.
func Presign(ctx context.Context, settings aws.Config, key string, body []byte) (json.RawMessage, error) {
	end := time.Now().Add(patience)
	uncertain := false
	for attempts := 1; ; attempts++ {
		launch, err := attempt(ctx, settings, key, body)
		var refused *Refused
		if errors.As(err, &refused) {
			refused.Uncertain = uncertain
		}
		var fault *passing
		if !errors.As(err, &fault) {
			return launch, err
		}
		uncertain = uncertain || fault.unknown
		// Full jitter: callers that failed together do not come back together.
		ceiling := min(mostDelay, baseDelay<<min(attempts, 10))
		delay := max(fault.after, rand.N(ceiling))
		fmt.Fprintf(os.Stderr, "%s: attempt %d: %s\n", key, attempts, fault.why)
		if time.Now().Add(delay).After(end) {
			return nil, errors.New("no final answer; ask again later with this key and body")
		}
		time.Sleep(delay)
	}
}

func attempt(ctx context.Context, settings aws.Config, key string, body []byte) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	request, err := signed(ctx, settings, key, body)
	if err != nil {
		return nil, err
	}
	// A time-out, or a connection that broke: WeChat Pay may have been asked all the same.
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, &passing{why: "no answer", unknown: true}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, &passing{why: "no whole answer", unknown: true}
	}
	return read(response, text)
}

// signed signs the call with the credentials of this process, at the time of this attempt.
func signed(ctx context.Context, settings aws.Config, key string, body []byte) (*http.Request, error) {
	url := os.Getenv("PRESIGN_API") + "/v3/vehicle/etc/preopen"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	credentials, err := settings.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	signer := v4.NewSigner()
	return request, signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), "execute-api", settings.Region, time.Now())
}

func read(response *http.Response, text []byte) (json.RawMessage, error) {
	var answer struct {
		Code   string          `json:"code"`
		Launch json.RawMessage `json:"launch"`
	}
	// What is no JSON has no code, like what API Gateway answers itself.
	unreadable := json.Unmarshal(text, &answer)
	status := response.StatusCode
	if status == http.StatusOK {
		return answer.Launch, unreadable
	}
	why := fmt.Sprintf("%d %s", status, cmp.Or(answer.Code, "without a code"))
	if status == http.StatusConflict || status == http.StatusTooManyRequests || status >= 500 {
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return nil, &passing{why: why, after: time.Duration(seconds) * time.Second, unknown: status >= 500}
	}
	if answer.Code == "" {
		// API Gateway's own, or somebody's in between: the service has not seen this attempt.
		return nil, fmt.Errorf("%s: look at the address, the credentials and the clock", why)
	}
	return nil, &Refused{Why: why}
}
