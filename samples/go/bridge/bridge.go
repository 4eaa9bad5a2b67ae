// Package bridge holds what a driver needs besides the generated stubs: the messages of one HTTP request.
package bridge

import (
	asgi "asgi_bridge/v1"

	"google.golang.org/grpc"
)

// Connect makes a client of the bridge at an address such as localhost:50051.
func Connect(address string) (asgi.ApplicationServiceClient, *grpc.ClientConn, error) {
	connection, err := grpc.Dial(address, grpc.WithInsecure())
	if err != nil {
		return nil, nil, err
	}
	return asgi.NewApplicationServiceClient(connection), connection, nil
}

// Field makes one header field; name and value are bytes and may repeat.
func Field(name, value string) *asgi.Header {
	return &asgi.Header{Name: []byte(name), Value: []byte(value)}
}

// Start makes the first message of a run: the application and the scope of one request.
func Start(application, method, path string, headers ...*asgi.Header) *asgi.RunRequest {
	version, spec := "3.0", "2.5"
	scope := &asgi.Scope{
		Asgi: &asgi.AsgiVersions{Version: &version, SpecVersion: &spec},
		Kind: &asgi.Scope_Http{Http: &asgi.HttpScope{HttpVersion: "1.1", Method: method, Path: path, Headers: headers}},
	}
	return &asgi.RunRequest{Kind: &asgi.RunRequest_Start{Start: &asgi.RunStart{Application: application, Scope: scope}}}
}

// Body makes the message of one part of the request's body.
func Body(part []byte, more bool) *asgi.RunRequest {
	request := &asgi.ReceiveEvent{Kind: &asgi.ReceiveEvent_HttpRequest{HttpRequest: &asgi.HttpRequest{Body: part, MoreBody: &more}}}
	return &asgi.RunRequest{Kind: &asgi.RunRequest_Event{Event: request}}
}
