// Drives an application that a bridge hosts. Usage: drive ADDRESS APPLICATION [BODY]
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	asgi "asgi_bridge/v1"
	"bridge"
)

func main() {
	arguments := append(os.Args[1:], "hello from Go")
	if err := drive(arguments[0], arguments[1], []byte(arguments[2])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func drive(address, application string, body []byte) error {
	client, connection, err := bridge.Connect(address)
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	call, err := client.Run(ctx)
	if err != nil {
		return err
	}
	// An error of Send is io.EOF; the reason comes from Recv.
	_ = call.Send(bridge.Start(application, "POST", "/", bridge.Field("x-echo-greeting", "hello")))
	_ = call.Send(bridge.Body(body, false))
	status := uint32(0)
	for {
		message, err := call.Recv()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		switch event := message.GetEvent().Kind.(type) {
		case *asgi.SendEvent_HttpResponseStart:
			status = event.HttpResponseStart.Status
			fmt.Println(status)
			for _, field := range event.HttpResponseStart.Headers {
				fmt.Printf("%s: %s\n", field.Name, field.Value)
			}
		case *asgi.SendEvent_HttpResponseBody:
			os.Stdout.Write(event.HttpResponseBody.Body)
		}
	}
	fmt.Println("\nended:", call.Trailer().Get("asgi-ending"))
	if status != 200 {
		return fmt.Errorf("status %d instead of 200", status)
	}
	return nil
}
