// Calls a function through a bridge and waits for its result. Usage: call ADDRESS CALLABLE [JSON]
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	asgi "asgi_bridge/v1"

	"google.golang.org/grpc"
)

func call(address, callable string, argument []byte) ([]byte, error) {
	connection, err := grpc.Dial(address, grpc.WithInsecure())
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	head := &asgi.CallHead{}
	if argument != nil {
		head.Argument = &asgi.CallPayload{ContentType: "application/json", Data: argument}
	}
	response, err := asgi.NewCallableServiceClient(connection).Call(ctx, &asgi.CallRequest{Callable: callable, Head: head})
	if err != nil {
		return nil, err
	}
	if failed := response.Event.GetError(); failed != nil {
		return nil, fmt.Errorf("%s: %s", failed.Type, failed.Message)
	}
	return response.Event.GetResult().GetData(), nil
}

func main() {
	var argument []byte
	if len(os.Args) > 3 {
		argument = []byte(os.Args[3])
	}
	result, err := call(os.Args[1], os.Args[2], argument)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(result))
}
