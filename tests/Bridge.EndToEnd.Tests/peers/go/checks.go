// Checks a bridge through generated stubs. Usage: checks ADDRESS CHECK...; prints one line for each check.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	asgi "asgi_bridge/v1"
	"bridge"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	deadline = 60 * time.Second
	partSize = 64 * 1024
)

type client = asgi.ApplicationServiceClient

var checks = map[string]func(context.Context, client) error{
	"wsgi_answers":                                wsgiAnswers,
	"echo_returns_the_body":                       echoReturnsTheBody,
	"sixty_four_instances_at_once":                sixtyFourInstancesAtOnce,
	"a_body_larger_than_4_mb":                     aBodyLargerThan4MB,
	"a_header_repeated_99_times":                  aHeaderRepeated99Times,
	"raw_header_bytes":                            rawHeaderBytes,
	"an_application_that_raises_before_the_start": raisesBeforeTheStart,
	"an_application_that_raises_after_the_start":  raisesAfterTheStart,
	"a_driver_that_cancels_in_the_middle":         cancelsInTheMiddle,
	"an_unknown_application":                      unknownApplication,
	"an_event_before_the_start":                   eventBeforeTheStart,
}

// The whole answer to one request, or what there was before the error.
type answer struct {
	status  uint32
	headers []*asgi.Header
	body    []byte
	ending  string
	code    codes.Code
}

func request(ctx context.Context, c client, start *asgi.RunRequest, parts ...[]byte) (answer, error) {
	call, err := c.Run(ctx)
	if err != nil {
		return answer{}, err
	}
	go func() {
		// An error of Send is io.EOF; the reason comes from Recv.
		_ = call.Send(start)
		for index, part := range parts {
			_ = call.Send(bridge.Body(part, index < len(parts)-1))
		}
	}()
	var got answer
	for {
		message, err := call.Recv()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				got.code = status.Code(err)
			}
			if endings := call.Trailer().Get("asgi-ending"); len(endings) == 1 {
				got.ending = endings[0]
			}
			return got, nil
		}
		switch event := message.GetEvent().Kind.(type) {
		case *asgi.SendEvent_HttpResponseStart:
			got.status, got.headers = event.HttpResponseStart.Status, event.HttpResponseStart.Headers
		case *asgi.SendEvent_HttpResponseBody:
			got.body = append(got.body, event.HttpResponseBody.Body...)
		}
	}
}

func expect(what string, actual, expected interface{}) error {
	if actual != expected {
		return fmt.Errorf("%s: %.200v instead of %.200v", what, actual, expected)
	}
	return nil
}

func first(problems ...error) error {
	for _, problem := range problems {
		if problem != nil {
			return problem
		}
	}
	return nil
}

func (a answer) finished() error {
	return first(expect("code", a.code, codes.OK), expect("status", a.status, uint32(200)), expect("ending", a.ending, "finished"))
}

func (a answer) values(name string) []string {
	var values []string
	for _, field := range a.headers {
		if string(field.Name) == name {
			values = append(values, string(field.Value))
		}
	}
	return values
}

func wsgiAnswers(ctx context.Context, c client) error {
	got, err := request(ctx, c, bridge.Start("wsgi", "GET", "/"), nil)
	return first(err, got.finished(), expect("a body", len(got.body) > 0, true))
}

func echoReturnsTheBody(ctx context.Context, c client) error {
	got, err := request(ctx, c, bridge.Start("echo", "POST", "/"), []byte("one "), []byte("two "), []byte("three"))
	return first(err, got.finished(), expect("body", string(got.body), "one two three"))
}

func sixtyFourInstancesAtOnce(ctx context.Context, c client) error {
	var allRunning sync.WaitGroup
	allRunning.Add(64)
	err := sixtyFour(func(number int) error { return oneOfMany(ctx, c, number, &allRunning) })
	return first(err, sixtyFour(func(int) error { return wsgiAnswers(ctx, c) }))
}

func sixtyFour(work func(number int) error) error {
	results := make(chan error)
	for number := 0; number < 64; number++ {
		go func(number int) { results <- work(number) }(number)
	}
	var problem error
	for number := 0; number < 64; number++ {
		problem = first(problem, <-results)
	}
	return problem
}

func oneOfMany(ctx context.Context, c client, number int, allRunning *sync.WaitGroup) error {
	one, two := fmt.Sprintf("first of %d ", number), fmt.Sprintf("second of %d", number)
	call, err := c.Run(ctx)
	if err != nil {
		allRunning.Done()
		return err
	}
	_ = call.Send(bridge.Start("echo", "POST", "/"))
	_ = call.Send(bridge.Body([]byte(one), true))
	received := ""
	for {
		message, err := call.Recv()
		if errors.Is(err, io.EOF) {
			return expect("body", received, one+two)
		} else if err != nil {
			return err
		}
		if part := message.GetEvent().GetHttpResponseBody(); part != nil {
			received += string(part.Body)
			if received == one {
				allRunning.Done()
				allRunning.Wait()
				_ = call.Send(bridge.Body([]byte(two), false))
			}
		}
	}
}

func aBodyLargerThan4MB(ctx context.Context, c client) error {
	body := make([]byte, 5*1024*1024+7)
	for index := range body {
		body[index] = byte(index % 251)
	}
	var parts [][]byte
	for rest := body; len(rest) > 0; {
		size := partSize
		if len(rest) < size {
			size = len(rest)
		}
		parts, rest = append(parts, rest[:size]), rest[size:]
	}
	got, err := request(ctx, c, bridge.Start("echo", "POST", "/"), parts...)
	return first(err, got.finished(), expect("length", len(got.body), len(body)), expect("same bytes", bytes.Equal(got.body, body), true))
}

func aHeaderRepeated99Times(ctx context.Context, c client) error {
	var headers []*asgi.Header
	var values []string
	for number := 0; number < 99; number++ {
		values = append(values, fmt.Sprint(number))
		headers = append(headers, bridge.Field("x-echo-part", values[number]))
	}
	got, err := request(ctx, c, bridge.Start("echo", "POST", "/", headers...), nil)
	return first(err, got.finished(), expect("values", fmt.Sprint(got.values("x-echo-part")), fmt.Sprint(values)))
}

func rawHeaderBytes(ctx context.Context, c client) error {
	value := "\xff\xfe\x80\xc3\x28\xe9"
	got, err := request(ctx, c, bridge.Start("echo", "POST", "/", bridge.Field("x-echo-raw", value)), nil)
	return first(err, got.finished(), expect("value", fmt.Sprintf("%q", got.values("x-echo-raw")), fmt.Sprintf("[%q]", value)))
}

func raisesBeforeTheStart(ctx context.Context, c client) error {
	got, err := request(ctx, c, bridge.Start("raise-before-start", "GET", "/"), nil)
	return first(err, expect("code", got.code, codes.Unknown), expect("ending", got.ending, "failed"), expect("status", got.status, uint32(0)))
}

func raisesAfterTheStart(ctx context.Context, c client) error {
	got, err := request(ctx, c, bridge.Start("raise-after-start", "GET", "/"), nil)
	return first(err, expect("code", got.code, codes.Unknown), expect("ending", got.ending, "failed"),
		expect("status", got.status, uint32(200)), expect("body", string(got.body), "begun"))
}

func cancelsInTheMiddle(ctx context.Context, c client) error {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	key := fmt.Sprintf("/%x", random)
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	call, err := c.Run(inner)
	if err != nil {
		return err
	}
	_ = call.Send(bridge.Start("wait-for-disconnect", "GET", key))
	_ = call.Send(bridge.Body(nil, false))
	for {
		message, err := call.Recv()
		if err != nil {
			return err
		}
		if string(message.GetEvent().GetHttpResponseBody().GetBody()) == "waiting" {
			break
		}
	}
	cancel()
	got, err := request(ctx, c, bridge.Start("records", "GET", key), nil)
	return first(err, got.finished(), expect("record", string(got.body), "http.disconnect"))
}

func unknownApplication(ctx context.Context, c client) error {
	got, err := request(ctx, c, bridge.Start("nobody", "GET", "/"), nil)
	return first(err, expect("code", got.code, codes.NotFound))
}

func eventBeforeTheStart(ctx context.Context, c client) error {
	got, err := request(ctx, c, bridge.Body(nil, false))
	return first(err, expect("code", got.code, codes.InvalidArgument))
}

func main() {
	c, connection, err := bridge.Connect(os.Args[1])
	if err != nil {
		fmt.Println("FAIL connect", err)
		os.Exit(1)
	}
	defer connection.Close()
	failures := 0
	for _, name := range os.Args[2:] {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		check, known := checks[name]
		if !known {
			err = errors.New("no such check")
		} else {
			err = check(ctx, c)
		}
		cancel()
		if err != nil {
			failures++
			fmt.Println("FAIL", name, err)
		} else {
			fmt.Println("ok", name)
		}
	}
	if failures > 0 || len(os.Args) < 3 {
		os.Exit(1)
	}
}
