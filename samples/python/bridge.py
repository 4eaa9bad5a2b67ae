"""What a driver needs besides the generated stubs: the messages of one HTTP request."""

from asgi_bridge.v1.application_service_pb2 import RunRequest, RunStart
from asgi_bridge.v1.event_pb2 import HttpRequest, ReceiveEvent
from asgi_bridge.v1.scope_pb2 import AsgiVersions, Header, HttpScope, Scope


def http_scope(method, path, headers=()):
    """The scope of one request; header names and values are bytes, in order, repeats included."""
    return Scope(
        asgi=AsgiVersions(version="3.0", spec_version="2.5"),
        http=HttpScope(
            http_version="1.1",
            method=method,
            path=path,
            headers=[Header(name=name, value=value) for name, value in headers],
        ),
    )


def http_request(application, scope, parts=(b"",)):
    """The messages that a driver sends: the start, then the body in parts, the last one marked as the last."""
    yield RunRequest(start=RunStart(application=application, scope=scope))
    parts = iter(parts)
    part = next(parts, b"")
    for following in parts:
        yield RunRequest(event=ReceiveEvent(http_request=HttpRequest(body=part, more_body=True)))
        part = following
    yield RunRequest(event=ReceiveEvent(http_request=HttpRequest(body=part)))
