"""Checks the WebSocket front with the client of websockets: checks.py SOCKET RECORD CHECK; prints "ok CHECK"."""

import asyncio
import sys
import urllib.parse
import urllib.request

import websockets

DEADLINE = 60


async def text_and_bytes_come_back(socket, record):
    async with websockets.connect(socket) as client:
        for message in ["a word", "", "žluťoučký 🐎", "x" * 300_000, b"", b"\x00\xff", bytes(range(251)) * 1200]:
            await client.send(message)
            assert await client.recv() == message


async def the_chosen_subprotocol_is_heard(socket, record):
    async with websockets.connect(socket, subprotocols=["v1", "v2"]) as client:
        assert client.subprotocol == "v2"
    async with websockets.connect(socket) as client:
        assert client.subprotocol is None


async def code_and_reason_of_the_application_are_heard(socket, record):
    for code, reason in [(1000, "done"), (1011, "a fault"), (4001, "ümläut"), (4999, "")]:
        async with websockets.connect(socket) as client:
            await client.send(f"close {code} {reason}")
            await client.wait_closed()
            assert (client.close_code, client.close_reason) == (code, reason)


async def code_and_reason_of_the_client_are_heard(socket, record):
    query = urllib.parse.urlencode({"record": urllib.parse.urlsplit(record).path})
    async with websockets.connect(f"{socket}?{query}") as client:
        await client.close(4002, "ümläut")
    assert client.close_code == 4002
    with urllib.request.urlopen(record, timeout=DEADLINE) as heard:
        assert heard.read().decode() == "4002 ümläut"


async def a_denial_has_its_status(socket, record):
    for status in [403, 404, 503]:
        try:
            async with websockets.connect(f"{socket}?deny={status}"):
                raise AssertionError(f"The handshake was not denied with {status}.")
        except websockets.InvalidStatusCode as denial:
            assert denial.status_code == status
            assert denial.headers.get("x-denied") == (None if status == 403 else "yes")


def main(socket, record, check):
    checks = [
        text_and_bytes_come_back,
        the_chosen_subprotocol_is_heard,
        code_and_reason_of_the_application_are_heard,
        code_and_reason_of_the_client_are_heard,
        a_denial_has_its_status,
    ]
    chosen = {function.__name__: function for function in checks}[check]
    asyncio.run(asyncio.wait_for(chosen(socket, record), DEADLINE))
    print(f"ok {check}")


main(*sys.argv[1:])
