"""Drives an application that a bridge hosts. Usage: drive.py ADDRESS APPLICATION [BODY]"""

import sys

import grpc

from asgi_bridge.v1.application_service_pb2_grpc import ApplicationServiceStub
from bridge import http_request, http_scope

address, application, body = (sys.argv[1:] + ["hello from Python"])[:3]
scope = http_scope("POST", "/", [(b"x-echo-greeting", b"hello")])
status = None
with grpc.insecure_channel(address) as channel:
    call = ApplicationServiceStub(channel).Run(http_request(application, scope, [body.encode()]), timeout=30)
    for message in call:
        kind = message.event.WhichOneof("kind")
        if kind == "http_response_start":
            status = message.event.http_response_start.status
            print(status)
            for header in message.event.http_response_start.headers:
                print(f"{header.name.decode('latin-1')}: {header.value.decode('latin-1')}")
        elif kind == "http_response_body":
            print(message.event.http_response_body.body.decode(errors="replace"), end="")
    print("\nended:", dict(call.trailing_metadata()).get("asgi-ending"))
sys.exit(0 if status == 200 else 1)
