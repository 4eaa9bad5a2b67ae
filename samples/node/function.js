// Offers a function through a bridge, with the stubs alone. Usage: node function.js ADDRESS [NAME] [CALLS]
'use strict';

const { connectCallables, write } = require('./bridge');
const { call } = require('./call');

const stopping = new AbortController();
const streams = new Set();

// Text in capitals; of {"callable": name, "argument": value} what that function gives, which it calls in its turn.
async function shout(argument, callBack) {
  return typeof argument === 'object' ? callBack(argument.callable, argument.argument) : argument.toUpperCase();
}

// Runs the function for one call. The path tells the bridge where the calls that it makes come from.
async function answer(served, client) {
  try {
    const argument = JSON.parse(served.head.argument.data.toString());
    const result = await shout(argument, (name, value) => call(client, name, value, served.path));
    return { result: { content_type: 'application/json', data: Buffer.from(JSON.stringify(result)) } };
  } catch (error) {
    return { error: { kind: 'CALL_ERROR_KIND_RAISED', type: error.name, message: error.message } };
  }
}

// One stream: one call after the other, until the bridge ends it.
async function serve(client, name) {
  const stream = client.serve();
  streams.add(stream);
  try {
    await write(stream, { register: { name, kind: 'CALLABLE_KIND_ASYNC', input: 'text', output: 'text' } });
    await write(stream, { ready: {} });
    if (stopping.signal.aborted) drain(stream);
    for await (const message of stream) {
      if (message.kind === 'registered') console.log(`offering ${name}`);
      if (message.kind !== 'call') continue; // a drain, or a caller that has left
      await write(stream, { number: message.number, event: await answer(message.call, client) });
      await write(stream, { ready: {} });
    }
  } finally {
    streams.delete(stream);
    stream.end();
  }
}

// Dials again when a stream has ended, at growing intervals while it fails.
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

function drain(stream) {
  stream.write({ drain: { reason: "The function's process stops." } });
}

// What runs is finished, nothing new comes, and the bridge then ends the streams.
function stop() {
  stopping.abort();
  streams.forEach(drain);
}

const [address, name = 'shout', count = 4] = process.argv.slice(2);
process.on('SIGTERM', stop).on('SIGINT', stop);
const client = connectCallables(address);
Promise.all(Array.from({ length: Number(count) }, () => keepServing(client, name))).then(() => client.close());
