"""Checks a bridge through generated stubs. Usage: checks.py ADDRESS CHECK...; prints one line for each check."""

import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import grpc

from asgi_bridge.v1.application_service_pb2 import RunRequest
from asgi_bridge.v1.application_service_pb2_grpc import ApplicationServiceStub
from asgi_bridge.v1.event_pb2 import HttpRequest, ReceiveEvent
from bridge import http_request, http_scope

DEADLINE = 60
PART = 64 * 1024


def pattern(length):
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def parts_of(body):
    return [body[at : at + PART] for at in range(0, len(body), PART)] or [b""]


class Answer:
    """What came back for one request: the whole of it, or what there was before the error."""

    def __init__(self, stub, application, path="/", headers=(), parts=(b"",)):
        self.status, self.headers, self.error = None, [], None
        body = bytearray()
        call = stub.Run(http_request(application, http_scope("POST", path, headers), parts), timeout=DEADLINE)
        try:
            for message in call:
                kind = message.event.WhichOneof("kind")
                if kind == "http_response_start":
                    self.status = message.event.http_response_start.status
                    self.headers = [(field.name, field.value) for field in message.event.http_response_start.headers]
                elif kind == "http_response_body":
                    body += message.event.http_response_body.body
        except grpc.RpcError as error:
            self.error = error.code()
        self.body = bytes(body)
        self.ending = dict(call.trailing_metadata()).get("asgi-ending")


def expect(what, actual, expected):
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r:.200} instead of {expected!r:.200}")


def expect_finished(answer):
    expect("error", answer.error, None)
    expect("status", answer.status, 200)
    expect("ending", answer.ending, "finished")


def wsgi_answers(stub):
    answer = Answer(stub, "wsgi")
    expect_finished(answer)
    expect("a body", bool(answer.body), True)


def echo_returns_the_body(stub):
    answer = Answer(stub, "echo", parts=[b"one ", b"two ", b"three"])
    expect_finished(answer)
    expect("body", answer.body, b"one two three")


def sixty_four_instances_at_once(stub):
    all_running = threading.Barrier(64)

    def one(number):
        first, second = b"first of %d " % number, b"second of %d" % number
        started = threading.Event()

        def messages():
            start, body = http_request("echo", http_scope("POST", "/"), [first])
            body.event.http_request.more_body = True
            yield start
            yield body
            started.wait(DEADLINE)
            yield RunRequest(event=ReceiveEvent(http_request=HttpRequest(body=second)))

        received = bytearray()
        for message in stub.Run(messages(), timeout=DEADLINE):
            received += message.event.http_response_body.body
            if bytes(received) == first and not started.is_set():
                all_running.wait(DEADLINE)
                started.set()
        expect(f"body of {number}", bytes(received), first + second)

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(one, range(64)))
        for answer in pool.map(lambda _: Answer(stub, "wsgi"), range(64)):
            expect_finished(answer)


def a_body_larger_than_4_mb(stub):
    body = pattern(5 * 1024 * 1024 + 7)
    answer = Answer(stub, "echo", parts=parts_of(body))
    expect_finished(answer)
    expect("length", len(answer.body), len(body))
    expect("same bytes", answer.body == body, True)


def a_header_repeated_99_times(stub):
    headers = [(b"x-echo-part", b"%d" % number) for number in range(99)]
    answer = Answer(stub, "echo", headers=headers)
    expect_finished(answer)
    expect("headers", [field for field in answer.headers if field[0] == b"x-echo-part"], headers)


def raw_header_bytes(stub):
    value = bytes([0xFF, 0xFE, 0x80, 0xC3, 0x28, 0xE9])
    answer = Answer(stub, "echo", headers=[(b"x-echo-raw", value)])
    expect_finished(answer)
    expect("value", dict(answer.headers).get(b"x-echo-raw"), value)


def an_application_that_raises_before_the_start(stub):
    answer = Answer(stub, "raise-before-start")
    expect("error", answer.error, grpc.StatusCode.UNKNOWN)
    expect("ending", answer.ending, "failed")
    expect("status", answer.status, None)


def an_application_that_raises_after_the_start(stub):
    answer = Answer(stub, "raise-after-start")
    expect("error", answer.error, grpc.StatusCode.UNKNOWN)
    expect("ending", answer.ending, "failed")
    expect("status", answer.status, 200)
    expect("body", answer.body, b"begun")


def a_driver_that_cancels_in_the_middle(stub):
    key = f"/{uuid.uuid4()}"
    call = stub.Run(http_request("wait-for-disconnect", http_scope("POST", key)), timeout=DEADLINE)
    while next(call).event.http_response_body.body != b"waiting":
        pass
    call.cancel()
    answer = Answer(stub, "records", path=key)
    expect_finished(answer)
    expect("record", answer.body, b"http.disconnect")


def an_unknown_application(stub):
    answer = Answer(stub, "nobody")
    expect("error", answer.error, grpc.StatusCode.NOT_FOUND)


def an_event_before_the_start(stub):
    early = RunRequest(event=ReceiveEvent(http_request=HttpRequest()))
    try:
        list(stub.Run(iter([early]), timeout=DEADLINE))
        raise AssertionError("the call ended without an error")
    except grpc.RpcError as error:
        expect("error", error.code(), grpc.StatusCode.INVALID_ARGUMENT)


def main(address, *names):
    failures = 0
    with grpc.insecure_channel(address) as channel:
        stub = ApplicationServiceStub(channel)
        for name in names:
            try:
                globals()[name](stub)
                print("ok", name)
            except Exception as error:
                failures += 1
                print("FAIL", name, f"{type(error).__name__}: {error}")
    return 1 if failures or not names else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
