"""Calls a function through a bridge and waits for its result. Usage: call.py ADDRESS CALLABLE [JSON]"""

import json
import sys

import grpc

from asgi_bridge.v1.call_pb2 import CallHead, CallPayload
from asgi_bridge.v1.callable_service_pb2 import CallRequest
from asgi_bridge.v1.callable_service_pb2_grpc import CallableServiceStub


class CallFailed(Exception):
    """The function raised, or was cancelled."""


def call(stub, name, argument=None, path=(), timeout=30):
    """Calls a function with a JSON argument. `path` is that of the call from within which this one is made."""
    head = CallHead()
    if argument is not None:
        head.argument.CopyFrom(CallPayload(content_type="application/json", data=json.dumps(argument).encode()))
    event = stub.Call(CallRequest(callable=name, head=head, path=path), timeout=timeout).event
    if event.HasField("error"):
        raise CallFailed(f"{event.error.type}: {event.error.message}")
    return json.loads(event.result.data) if event.result.data else None


if __name__ == "__main__":
    address, name, *argument = sys.argv[1:]
    with grpc.insecure_channel(address) as channel:
        result = call(CallableServiceStub(channel), name, json.loads(argument[0]) if argument else None)
    print(json.dumps(result))
