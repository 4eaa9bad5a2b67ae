"""An IRC bot whose words come from an application behind the bridge. Usage: irc.py ADDRESS HOST PORT NICK JOURNAL [CHANNEL...]"""

import os
import socket
import sys
import threading
import time
import traceback

from asgi_bridge.v1.event_pb2 import CustomEvent, ReceiveEvent
from asgi_bridge.v1.scope_pb2 import AsgiVersions, CustomScope, Scope
from asgi_bridge.v1.value_pb2 import MapValue, Value
from feed import Feed, Journal, Replaced

MOST_BYTES = 510  # of a line, without its end


class Irc:
    """One connection at a time to an IRC server. What is said waits for one."""

    def __init__(self, host, port, nick, channels):
        self._server, self._nick, self._channels = (host, port), nick, channels
        self._welcomed = threading.Condition()
        self._connection = None

    def say(self, target, text):
        while True:
            with self._welcomed:
                self._welcomed.wait_for(lambda: self._connection)
                connection = self._connection
            try:
                return self._send(connection, f"PRIVMSG {target} :{text}")
            except OSError:
                self._forget(connection)

    def run(self, hear):
        """Calls `hear` with the nick, the target and the text of what is said to the bot; without a text when the nick is gone."""
        while True:
            try:
                with socket.create_connection(self._server) as connection:
                    self._send(connection, f"NICK {self._nick}")
                    self._send(connection, f"USER {self._nick} 0 * :{self._nick}")
                    for line in connection.makefile(encoding="utf-8", errors="replace", newline="\n"):
                        self._obey(connection, line.rstrip("\r\n"), hear)
            except OSError as error:
                print(f"no connection: {error}", file=sys.stderr, flush=True)
            self._forget(self._connection)
            time.sleep(0.5)

    def _obey(self, connection, line, hear):
        prefix, _, rest = line[1:].partition(" ") if line.startswith(":") else ("", "", line)
        nick = prefix.partition("!")[0]
        head, _, text = rest.partition(" :")
        command, *words = head.split()
        if command == "PING":
            self._send(connection, f"PONG :{text}")
        elif command == "433":
            raise OSError("the nick is taken")
        elif command == "001":
            for channel in self._channels:
                self._send(connection, f"JOIN {channel}")
            with self._welcomed:
                self._connection = connection
                self._welcomed.notify_all()
        elif command == "PRIVMSG" and nick != self._nick:
            if words[0].lower() == self._nick.lower():
                hear(nick, nick, text.strip())
            elif text.lower().startswith(f"{self._nick.lower()}:"):
                hear(nick, words[0], text.partition(":")[2].strip())
        elif command in ("QUIT", "NICK") and nick != self._nick:
            hear(nick, nick, None)

    def _send(self, connection, line):
        line = line.replace("\r", " ").replace("\n", " ").replace("\0", " ").encode()
        connection.sendall(line[:MOST_BYTES].decode(errors="ignore").encode() + b"\r\n")

    def _forget(self, connection):
        with self._welcomed:
            if self._connection is connection:
                self._connection = None


def text_value(text):
    return Value(text_value=text)


def main(address, host, port, nick, journal, *channels):
    irc = Irc(host, int(port), nick, channels)
    known = set()

    def take(item):
        if item.HasField("event"):
            values = item.event.custom.values
            irc.say(values["target"].text_value, values["text"].text_value)
        else:
            print(str(item).replace("\n", " "), flush=True)

    feed = Feed(address, "chat", f"irc {nick}", Journal(journal), take)

    def hear(user, target, text):
        scope_id = user.lower()
        scope = Scope(asgi=AsgiVersions(version="3.0"), custom=CustomScope(type="chat"), extra=MapValue(entries={"nick": text_value(user)}))
        if text is not None:
            known.add(scope_id)
            message = CustomEvent(type="chat.message", values={"target": text_value(target), "text": text_value(text)})
        elif scope_id in known:
            known.remove(scope_id)
            message = CustomEvent(type="chat.disconnect")
        else:
            return
        feed.put(scope_id, scope, ReceiveEvent(custom=message))

    def run(work, *arguments):
        """Neither half is of use without the other."""
        try:
            work(*arguments)
        except Replaced as replaced:
            print(f"replaced: {replaced}", file=sys.stderr, flush=True)
        except BaseException:
            traceback.print_exc()
        os._exit(1)

    threading.Thread(target=run, args=(irc.run, hear), daemon=True).start()
    run(feed.run)


if __name__ == "__main__":
    main(*sys.argv[1:])
