// Serves an application through a bridge, with the stubs alone. Usage: node serve.js ADDRESS [APPLICATION] [CALLS]
'use strict';

const { connect, write } = require('./bridge');

const stopping = new AbortController();
const calls = new Set();

// Answers a request with its method, path and body; sends the messages of a WebSocket back.
async function application(scope, receive, send) {
  if (scope.kind === 'http') {
    const parts = [];
    for (let more = true; more; ) {
      const { kind, http_request: request } = await receive();
      if (kind !== 'http_request') return; // the client has gone
      parts.push(request.body ?? Buffer.alloc(0));
      more = request.more_body ?? false;
    }
    const body = Buffer.concat([Buffer.from(`${scope.http.method} ${scope.http.path}\n`), ...parts]);
    const headers = [{ name: Buffer.from('content-type'), value: Buffer.from('text/plain') }];
    // What is larger than a message, 4 MiB, goes in several body events.
    await send({ http_response_start: { status: 200, headers } });
    await send({ http_response_body: { body } });
  } else if (scope.kind === 'websocket') {
    await receive();
    await send({ websocket_accept: {} });
    for (let event = await receive(); event.kind === 'websocket_receive'; event = await receive()) {
      await send({ websocket_send: event.websocket_receive });
    }
  }
}

// One call: one instance after the other, until the bridge ends it.
async function serve(client, name) {
  const call = client.serve();
  calls.add(call);
  try {
    const messages = call[Symbol.asyncIterator]();
    const next = async () => (await messages.next()).value;
    await write(call, { register: { application: name } });
    await write(call, { ready: {} });
    if (stopping.signal.aborted) drain(call);
    for (let message = await next(); message; message = await next()) {
      if (message.kind === 'registered') console.log(`serving ${name}`);
      if (message.kind !== 'start') continue; // a drain, or an event for an instance that has finished
      const { instance } = message;
      const receive = async () => {
        for (let event = await next(); event; event = await next()) {
          if (event.instance === instance) return event.event;
        }
        throw new Error('the call has ended');
      };
      const end = await application(message.start.scope, receive, (event) => write(call, { instance, event })).then(
        () => ({ finished: {} }),
        (error) => ({ failed: { message: String(error) } }),
      );
      await write(call, { instance, ...end });
      await write(call, { ready: {} });
    }
  } finally {
    calls.delete(call);
    call.end();
  }
}

// Dials again when a call has ended, at growing intervals while it fails.
async function keepServing(client, name) {
  let delay = 100;
  while (!stopping.signal.aborted) {
    try {
      await serve(client, name);
      delay = 100;
    } catch (error) {
      console.error(String(error));
      delay = Math.min(2 * delay, 5000);
    }
    if (!stopping.signal.aborted) await new Promise((wake) => setTimeout(wake, delay));
  }
}

function drain(call) {
  call.write({ drain: { reason: 'The worker stops.' } });
}

// What runs is finished, nothing new comes, and the bridge then ends the calls.
function stop() {
  stopping.abort();
  calls.forEach(drain);
}

const [address, name = 'node', count = 4] = process.argv.slice(2);
process.on('SIGTERM', stop).on('SIGINT', stop);
const client = connect(address);
Promise.all(Array.from({ length: Number(count) }, () => keepServing(client, name))).then(() => client.close());
