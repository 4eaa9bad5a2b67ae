"""The connector's side of StatelessService.Feed: numbers, acknowledgements, resume. See docs/protocol.md."""

import collections
import sqlite3
import sys
import threading
import time

import grpc

from asgi_bridge.v1.stateless_service_pb2 import FeedHello, FeedInput, FeedInputEvent, FeedRequest
from asgi_bridge.v1.stateless_service_pb2_grpc import StatelessServiceStub

BATCH = 256


class Replaced(Exception):
    """A newer connector has the feed."""


class Journal:
    """What a connector has to know after a restart, in a file: what is not acknowledged, and how far both sides are."""

    def __init__(self, path):
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS cursor (epoch INTEGER, last_sent INTEGER, last_received INTEGER, acknowledged INTEGER)")
        self._file.execute("CREATE TABLE IF NOT EXISTS pending (seq INTEGER PRIMARY KEY, event BLOB)")
        cursor = self._file.execute("SELECT epoch, last_sent, last_received, acknowledged FROM cursor").fetchone()
        self.epoch, self.last_sent, self.last_received, self.acknowledged = cursor or (0, 0, 0, 0)
        rows = self._file.execute("SELECT event FROM pending ORDER BY seq")
        self.pending = collections.deque(FeedInputEvent.FromString(row[0]) for row in rows)
        if not cursor:
            self._file.execute("INSERT INTO cursor VALUES (0, 0, 0, 0)")
            self.begin_again()
        self._file.commit()

    def begin_again(self):
        """A new life: a higher epoch, both numberings from 1."""
        self.epoch = max(time.time_ns(), self.epoch + 1)
        self.last_sent = self.last_received = self.acknowledged = 0
        self._file.execute("DELETE FROM pending")
        for event in self.pending:
            self._number(event)
        self._save()

    def add(self, event):
        self._number(event)
        self.pending.append(event)
        self._save()

    def received(self, seq):
        if seq > self.last_received:
            self.last_received = seq
            self._save()

    def drop(self, acknowledged):
        if acknowledged > self.acknowledged:
            self.acknowledged = acknowledged
            while self.pending and self.pending[0].seq <= acknowledged:
                self.pending.popleft()
            self._file.execute("DELETE FROM pending WHERE seq <= ?", (acknowledged,))
            self._save()

    def _number(self, event):
        self.last_sent = event.seq = self.last_sent + 1
        self._file.execute("INSERT INTO pending VALUES (?, ?)", (event.seq, event.SerializeToString()))

    def _save(self):
        cursor = (self.epoch, self.last_sent, self.last_received, self.acknowledged)
        self._file.execute("UPDATE cursor SET epoch = ?, last_sent = ?, last_received = ?, acknowledged = ?", cursor)
        self._file.commit()


class Feed:
    """One feed, over as many calls as it takes. `take` gets each item once; once more if the process dies in between."""

    def __init__(self, address, application, feed_id, journal, take):
        self._address, self._application, self._feed_id, self._take = address, application, feed_id, take
        self._journal = journal
        self._changed = threading.Condition()
        self._window = 1

    def put(self, scope_id, scope, event):
        """Takes an event; it is in the journal when this returns. Waits while the bridge is behind."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._journal.pending) < self._window)
            self._journal.add(FeedInputEvent(scope_id=scope_id, scope=scope, event=event))
            self._changed.notify_all()

    def run(self):
        """Feeds the application, and dials again whenever a call has ended, at growing intervals while that fails."""
        delay = 0.1
        while True:
            began = time.monotonic()
            try:
                with grpc.insecure_channel(self._address) as channel:
                    self._run_call(StatelessServiceStub(channel))
            except grpc.RpcError as error:
                print(f"{error.code()}: {error.details()}", file=sys.stderr, flush=True)
                if error.code() == grpc.StatusCode.ABORTED:
                    raise Replaced(error.details()) from error
                if error.code() == grpc.StatusCode.FAILED_PRECONDITION:
                    with self._changed:
                        self._journal.begin_again()
            delay = 0.1 if time.monotonic() - began > 5 else min(2 * delay, 5)
            time.sleep(delay)

    def _run_call(self, stub):
        self._sent = None  # the last event that this call has sent; nothing before the welcome
        self._over = False
        call = stub.Feed(self._requests())
        try:
            for response in call:
                if response.HasField("welcome"):
                    print("resumed" if response.welcome.resumed else "begun", flush=True)
                    with self._changed:
                        self._window, self._sent = response.welcome.window_events, response.welcome.last_received
                        self._changed.notify_all()
                elif response.HasField("output"):
                    self._receive(response.output)
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()
            call.cancel()

    def _receive(self, output):
        last = self._journal.last_received
        for item in output.items:
            if item.seq > last:
                self._take(item)
                last = item.seq
        with self._changed:
            self._journal.received(last)
            self._journal.drop(output.acknowledged)
            self._changed.notify_all()

    def _requests(self):
        journal = self._journal
        with self._changed:
            told = journal.last_received
            hello = FeedHello(
                feed_id=self._feed_id,
                application=self._application,
                epoch=journal.epoch,
                last_received=told,
                acknowledged=journal.acknowledged,
            )
        yield FeedRequest(hello=hello)
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._over or (self._sent is not None and (journal.last_sent > self._sent or journal.last_received > told))
                )
                if self._over:
                    return
                events = [event for event in journal.pending if event.seq > self._sent][:BATCH]
                told = journal.last_received
                self._sent = events[-1].seq if events else self._sent
            yield FeedRequest(input=FeedInput(acknowledged=told, events=events))
