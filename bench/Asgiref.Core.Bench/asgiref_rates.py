"""Measures asgiref: reads lines "KIND SECONDS", answers each with calls per second."""
import asyncio
import sys
import time

import asgiref
from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async

CALLS_AT_A_TIME = 50


def function():
    return 1


async def coroutine():
    return 1


def blocking_rate(seconds):
    call = async_to_sync(coroutine)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(CALLS_AT_A_TIME):
            call()
        count += CALLS_AT_A_TIME
    return count / (time.perf_counter() - start)


async def awaiting_rate(seconds, **options):
    call = sync_to_async(function, **options)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(CALLS_AT_A_TIME):
            await call()
        count += CALLS_AT_A_TIME
    return count / (time.perf_counter() - start)


async def in_context(seconds):
    async with ThreadSensitiveContext():
        return await awaiting_rate(seconds)


KINDS = {
    "sensitive": lambda seconds: asyncio.run(awaiting_rate(seconds)),
    "context": lambda seconds: asyncio.run(in_context(seconds)),
    "pool": lambda seconds: asyncio.run(awaiting_rate(seconds, thread_sensitive=False)),
    "new-loop": blocking_rate,
    "parent-loop": lambda seconds: asyncio.run(sync_to_async(blocking_rate)(seconds)),
}

print(f"asgiref {asgiref.__version__}, Python {sys.version.split()[0]}", flush=True)
for line in sys.stdin:
    kind, seconds = line.split()
    print(KINDS[kind](float(seconds)), flush=True)
