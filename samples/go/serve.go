// Serves an application through a bridge, with the stubs alone. Usage: serve ADDRESS [APPLICATION] [CALLS]
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	asgi "asgi_bridge/v1"
	"bridge"
)

type (
	receiveEvent func() (*asgi.ReceiveEvent, error)
	sendEvent    func(*asgi.SendEvent) error
)

// Answers a request with its method, path and body; sends the messages of a WebSocket back.
func application(scope *asgi.Scope, receive receiveEvent, send sendEvent) error {
	if http := scope.GetHttp(); http != nil {
		body := []byte(http.Method + " " + http.Path + "\n")
		for more := true; more; {
			event, err := receive()
			if err != nil || event.GetHttpRequest() == nil {
				return err // the client has gone
			}
			body = append(body, event.GetHttpRequest().Body...)
			more = event.GetHttpRequest().GetMoreBody()
		}
		// What is larger than a message, 4 MiB, goes in several body events.
		head := &asgi.HttpResponseStart{Status: 200, Headers: []*asgi.Header{bridge.Field("content-type", "text/plain")}}
		if err := send(&asgi.SendEvent{Kind: &asgi.SendEvent_HttpResponseStart{HttpResponseStart: head}}); err != nil {
			return err
		}
		return send(&asgi.SendEvent{Kind: &asgi.SendEvent_HttpResponseBody{HttpResponseBody: &asgi.HttpResponseBody{Body: body}}})
	}
	if scope.GetWebsocket() != nil {
		if _, err := receive(); err != nil {
			return err
		}
		err := send(&asgi.SendEvent{Kind: &asgi.SendEvent_WebsocketAccept{WebsocketAccept: &asgi.WebSocketAccept{}}})
		for err == nil {
			event, failed := receive()
			if failed != nil || event.GetWebsocketReceive() == nil {
				return failed
			}
			err = send(&asgi.SendEvent{Kind: &asgi.SendEvent_WebsocketSend{WebsocketSend: event.GetWebsocketReceive()}})
		}
		return err
	}
	return errors.New("no such scope here")
}

// One call: one instance after the other, until the bridge ends it.
func serve(client asgi.ApplicationServiceClient, name string, stopping context.Context) error {
	call, err := client.Serve(context.Background())
	if err != nil {
		return err
	}
	var turn sync.Mutex
	write := func(message *asgi.ApplicationServiceServeRequest) error {
		turn.Lock()
		defer turn.Unlock()
		return call.Send(message)
	}
	ready := &asgi.ApplicationServiceServeRequest{Kind: &asgi.ApplicationServiceServeRequest_Ready{Ready: &asgi.ServeReady{}}}
	register := &asgi.ServeRegister{Application: name}
	// An error of Send is io.EOF; the reason comes from Recv.
	_ = write(&asgi.ApplicationServiceServeRequest{Kind: &asgi.ApplicationServiceServeRequest_Register{Register: register}})
	_ = write(ready)
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-stopping.Done():
			// What runs is finished, nothing new comes, and the bridge then ends the call.
			drain := &asgi.ServeDrain{Reason: "The worker stops."}
			_ = write(&asgi.ApplicationServiceServeRequest{Kind: &asgi.ApplicationServiceServeRequest_Drain{Drain: drain}})
		case <-ended:
		}
	}()
	for {
		message, err := call.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if message.GetRegistered() != nil {
			fmt.Println("serving " + name)
		}
		if message.GetStart() == nil {
			continue // a drain, or an event for an instance that has finished
		}
		number := message.Instance
		receive := func() (*asgi.ReceiveEvent, error) {
			for {
				if message, err := call.Recv(); err != nil {
					return nil, err
				} else if message.Instance == number && message.GetEvent() != nil {
					return message.GetEvent(), nil
				}
			}
		}
		send := func(event *asgi.SendEvent) error {
			return write(&asgi.ApplicationServiceServeRequest{Instance: number, Kind: &asgi.ApplicationServiceServeRequest_Event{Event: event}})
		}
		end := &asgi.ApplicationServiceServeRequest{Instance: number, Kind: &asgi.ApplicationServiceServeRequest_Finished{Finished: &asgi.ServeFinished{}}}
		if err := application(message.GetStart().Scope, receive, send); err != nil {
			end.Kind = &asgi.ApplicationServiceServeRequest_Failed{Failed: &asgi.ServeFailed{Message: err.Error()}}
		}
		_ = write(end)
		_ = write(ready)
	}
}

// Dials again when a call has ended, at growing intervals while it fails.
func keepServing(client asgi.ApplicationServiceClient, name string, stopping context.Context) {
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
	arguments := append(os.Args[1:], []string{"go", "4"}[len(os.Args)-2:]...)
	count, err := strconv.Atoi(arguments[2])
	if err != nil {
		panic(err)
	}
	client, connection, err := bridge.Connect(arguments[0])
	if err != nil {
		panic(err)
	}
	defer connection.Close()
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
