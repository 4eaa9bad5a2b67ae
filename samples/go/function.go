// Offers a function through a bridge, with the stubs alone. Usage: function ADDRESS [NAME] [CALLS]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	asgi "asgi_bridge/v1"

	"google.golang.org/grpc"
)

type (
	request = asgi.CallableServiceServeRequest
	caller  func(name string, argument json.RawMessage) (json.RawMessage, error)
)

// Text in capitals; of {"callable": name, "argument": value} what that function gives, which it calls in its turn.
func shout(argument json.RawMessage, callBack caller) (json.RawMessage, error) {
	var text string
	if json.Unmarshal(argument, &text) == nil {
		return json.Marshal(strings.ToUpper(text))
	}
	var other struct {
		Callable string
		Argument json.RawMessage
	}
	if err := json.Unmarshal(argument, &other); err != nil {
		return nil, err
	}
	return callBack(other.Callable, other.Argument)
}

func payload(data []byte) *asgi.CallPayload {
	return &asgi.CallPayload{ContentType: "application/json", Data: data}
}

// Runs the function for one call. The path tells the bridge where the calls that it makes come from.
func answer(client asgi.CallableServiceClient, served *asgi.ServedCall) *asgi.CallEvent {
	result, err := shout(served.Head.GetArgument().GetData(), func(name string, argument json.RawMessage) (json.RawMessage, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		head := &asgi.CallHead{Argument: payload(argument)}
		response, err := client.Call(ctx, &asgi.CallRequest{Callable: name, Head: head, Path: served.Path})
		if err == nil && response.Event.GetError() != nil {
			err = errors.New(response.Event.GetError().Message)
		}
		return response.GetEvent().GetResult().GetData(), err
	})
	if err != nil {
		failed := &asgi.CallError{Kind: asgi.CallErrorKind_CALL_ERROR_KIND_RAISED, Type: fmt.Sprintf("%T", err), Message: err.Error()}
		return &asgi.CallEvent{Kind: &asgi.CallEvent_Error{Error: failed}}
	}
	return &asgi.CallEvent{Kind: &asgi.CallEvent_Result{Result: payload(result)}}
}

// One stream: one call after the other, until the bridge ends it.
func serve(client asgi.CallableServiceClient, name string, stopping context.Context) error {
	stream, err := client.Serve(context.Background())
	if err != nil {
		return err
	}
	var turn sync.Mutex
	write := func(message *request) {
		turn.Lock()
		defer turn.Unlock()
		// An error of Send is io.EOF; the reason comes from Recv.
		_ = stream.Send(message)
	}
	ready := &request{Kind: &asgi.CallableServiceServeRequest_Ready{Ready: &asgi.CallReady{}}}
	callable := &asgi.Callable{Name: name, Kind: asgi.CallableKind_CALLABLE_KIND_SYNC, Input: "text", Output: "text"}
	write(&request{Kind: &asgi.CallableServiceServeRequest_Register{Register: callable}})
	write(ready)
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-stopping.Done():
			// What runs is finished, nothing new comes, and the bridge then ends the stream.
			drain := &asgi.CallDrain{Reason: "The function's process stops."}
			write(&request{Kind: &asgi.CallableServiceServeRequest_Drain{Drain: drain}})
		case <-ended:
		}
	}()
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if message.GetRegistered() != nil {
			fmt.Println("offering " + name)
		}
		if message.GetCall() == nil {
			continue // a drain, or a caller that has left
		}
		event := answer(client, message.GetCall())
		write(&request{Number: message.Number, Kind: &asgi.CallableServiceServeRequest_Event{Event: event}})
		write(ready)
	}
}

// Dials again when a stream has ended, at growing intervals while it fails.
func keepServing(client asgi.CallableServiceClient, name string, stopping context.Context) {
	delay := 100 * time.Millisecond
	for stopping.Err() == nil {
		if err := serve(client, name, stopping); err == nil {
			delay = 100 * time.Millisecond
		} else {
			fmt.Fprintln(os.Stderr, err)
			if delay *= 2; delay > 5*time.Second {
				delay = 5 * time.Second
			}
		}
		select {
		case <-stopping.Done():
		case <-time.After(delay):
		}
	}
}

func main() {
	arguments := append(os.Args[1:], []string{"shout", "4"}[len(os.Args)-2:]...)
	count, err := strconv.Atoi(arguments[2])
	if err != nil {
		panic(err)
	}
	connection, err := grpc.Dial(arguments[0], grpc.WithInsecure())
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	client := asgi.NewCallableServiceClient(connection)
	stopping, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var serving sync.WaitGroup
	for range make([]struct{}, count) {
		serving.Add(1)
		go func() {
			defer serving.Done()
			keepServing(client, arguments[1], stopping)
		}()
	}
	serving.Wait()
}
