"""Serves an application through a bridge, with the stubs alone. Usage: serve.py ADDRESS [APPLICATION] [CALLS]"""

import queue
import signal
import sys
import threading

import grpc

from asgi_bridge.v1.application_service_pb2 import ApplicationServiceServeRequest as Request
from asgi_bridge.v1.application_service_pb2 import ServeDrain, ServeFailed, ServeFinished, ServeReady, ServeRegister
from asgi_bridge.v1.application_service_pb2_grpc import ApplicationServiceStub
from asgi_bridge.v1.event_pb2 import HttpResponseBody, HttpResponseStart, SendEvent, WebSocketAccept
from asgi_bridge.v1.scope_pb2 import Header

stopping = threading.Event()
calls = set()


def application(scope, receive, send):
    """Answers a request with its method, path and body; sends the messages of a WebSocket back."""
    if scope.HasField("http"):
        body = b""
        while True:
            event = receive()
            if not event.HasField("http_request"):
                return  # the client has gone
            body += event.http_request.body
            if not event.http_request.more_body:
                break
        # What is larger than a message, 4 MiB, goes in several body events.
        send(http_response_start=HttpResponseStart(status=200, headers=[Header(name=b"content-type", value=b"text/plain")]))
        send(http_response_body=HttpResponseBody(body=f"{scope.http.method} {scope.http.path}\n".encode() + body))
    elif scope.HasField("websocket"):
        receive()
        send(websocket_accept=WebSocketAccept())
        while (event := receive()).HasField("websocket_receive"):
            send(websocket_send=event.websocket_receive)


def serve(stub, name):
    """One call: one instance after the other, until the bridge ends it."""
    requests = queue.SimpleQueue()
    calls.add(requests)
    try:
        call = stub.Serve(iter(requests.get, None))
        requests.put(Request(register=ServeRegister(application=name)))
        requests.put(Request(ready=ServeReady()))
        if stopping.is_set():
            drain(requests)
        for message in call:
            if message.HasField("registered"):
                print(f"serving {name}", flush=True)
            if not message.HasField("start"):
                continue  # a drain, or an event for an instance that has finished
            number = message.instance
            try:
                application(
                    message.start.scope,
                    receive=lambda: next(m.event for m in call if m.instance == number),
                    send=lambda **event: requests.put(Request(instance=number, event=SendEvent(**event))),
                )
                requests.put(Request(instance=number, finished=ServeFinished()))
            except Exception as error:
                requests.put(Request(instance=number, failed=ServeFailed(message=repr(error))))
            requests.put(Request(ready=ServeReady()))
    finally:
        calls.discard(requests)
        requests.put(None)


def keep_serving(address, name):
    """Dials again when a call has ended, at growing intervals while it fails."""
    delay = 0.1
    while not stopping.is_set():
        try:
            with grpc.insecure_channel(address) as channel:
                serve(ApplicationServiceStub(channel), name)
            delay = 0.1
        except grpc.RpcError as error:
            print(f"{error.code()}: {error.details()}", file=sys.stderr, flush=True)
            delay = min(2 * delay, 5)
        stopping.wait(delay)


def drain(requests):
    requests.put(Request(drain=ServeDrain(reason="The worker stops.")))


def stop(*_):
    """What runs is finished, nothing new comes, and the bridge then ends the calls."""
    stopping.set()
    for requests in list(calls):
        drain(requests)


if __name__ == "__main__":
    address, name, count = (sys.argv[1:] + ["python", "4"][len(sys.argv) - 2 :])[:3]
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threads = [threading.Thread(target=keep_serving, args=(address, name)) for _ in range(int(count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
