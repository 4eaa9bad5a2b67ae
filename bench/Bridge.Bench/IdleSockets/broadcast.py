"""Holds WebSockets that say nothing. A GET is answered with their number. A POST sends each of them a message and is
answered with the number of those that sent one back; one POST at a time. The same as BroadcastApplication.cs."""
import asyncio

ANSWER_LIMIT = 30
members = set()
answered = 0
expected = 0
all_answered = None


async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await belong(receive, send)
    elif scope["method"] == "POST":
        await broadcast(send)
    else:
        await answer(send, len(members))


async def belong(receive, send):
    global answered
    await receive()
    await send({"type": "websocket.accept"})
    members.add(send)
    try:
        while (await receive())["type"] == "websocket.receive":
            answered += 1
            if answered == expected:
                all_answered.set()
    finally:
        members.discard(send)


async def broadcast(send):
    global answered, expected, all_answered
    asked = list(members)
    answered, expected, all_answered = 0, len(asked), asyncio.Event()
    for member in asked:
        await member({"type": "websocket.send", "text": "?"})
    try:
        await asyncio.wait_for(all_answered.wait(), ANSWER_LIMIT)
    except asyncio.TimeoutError:
        pass
    await answer(send, answered)


async def answer(send, number):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(number).encode()})
