"""Offers a function through a bridge, with the stubs alone. Usage: function.py ADDRESS [NAME] [CALLS]"""

import json
import queue
import signal
import sys
import threading

import grpc

from asgi_bridge.v1.call_pb2 import CALL_ERROR_KIND_RAISED, CALLABLE_KIND_SYNC, Callable, CallError, CallEvent, CallPayload
from asgi_bridge.v1.callable_service_pb2 import CallableServiceServeRequest as Request
from asgi_bridge.v1.callable_service_pb2 import CallDrain, CallReady
from asgi_bridge.v1.callable_service_pb2_grpc import CallableServiceStub
from call import call

stopping = threading.Event()
streams = set()


def function(argument, call_back):
    """Text in capitals; of {"callable": name, "argument": value} what that function gives, which it calls in its turn."""
    if isinstance(argument, dict):
        return call_back(argument["callable"], argument["argument"])
    return argument.upper()


def answer(served, stub):
    """Runs the function for one call."""
    argument = json.loads(served.head.argument.data)
    # The path tells the bridge where the call comes from, so that a callback finds the process that waits.
    result = function(argument, lambda name, value: call(stub, name, value, path=served.path))
    return CallEvent(result=CallPayload(content_type="application/json", data=json.dumps(result).encode()))


def serve(stub, name):
    """One stream: one call after the other, until the bridge ends it."""
    requests = queue.SimpleQueue()
    streams.add(requests)
    try:
        stream = stub.Serve(iter(requests.get, None))
        requests.put(Request(register=Callable(name=name, kind=CALLABLE_KIND_SYNC, input="text", output="text")))
        requests.put(Request(ready=CallReady()))
        if stopping.is_set():
            drain(requests)
        for message in stream:
            if message.HasField("registered"):
                print(f"offering {name}", flush=True)
            if not message.HasField("call"):
                continue  # a drain, or a caller that has left a call which has ended
            try:
                event = answer(message.call, stub)
            except Exception as error:
                event = CallEvent(error=CallError(kind=CALL_ERROR_KIND_RAISED, type=type(error).__name__, message=str(error)))
            requests.put(Request(number=message.number, event=event))
            requests.put(Request(ready=CallReady()))
    finally:
        streams.discard(requests)
        requests.put(None)


def keep_serving(address, name):
    """Dials again when a stream has ended, at growing intervals while it fails."""
    delay = 0.1
    while not stopping.is_set():
        try:
            with grpc.insecure_channel(address) as channel:
                serve(CallableServiceStub(channel), name)
            delay = 0.1
        except grpc.RpcError as error:
            print(f"{error.code()}: {error.details()}", file=sys.stderr, flush=True)
            delay = min(2 * delay, 5)
        stopping.wait(delay)


def drain(requests):
    requests.put(Request(drain=CallDrain(reason="The function's process stops.")))


def stop(*_):
    """What runs is finished, nothing new comes, and the bridge then ends the streams."""
    stopping.set()
    for requests in list(streams):
        drain(requests)


if __name__ == "__main__":
    address, name, count = (sys.argv[1:] + ["shout", "4"][len(sys.argv) - 2 :])[:3]
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threads = [threading.Thread(target=keep_serving, args=(address, name)) for _ in range(int(count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
