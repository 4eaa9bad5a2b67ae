// Checks a bridge through stubs made at run time. Usage: node checks.js ADDRESS CHECK...; prints one line for each check.
'use strict';

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { connect, grpc, httpScope, sendRequest, write } = require('../../../../samples/node/bridge');

const DEADLINE = 60_000;
const PART = 64 * 1024;

const run = (client) => client.run({ deadline: Date.now() + DEADLINE });
const pattern = (length) => Buffer.from({ length }, (_, index) => index % 251);
const partsOf = (body) => Array.from({ length: Math.ceil(body.length / PART) }, (_, index) => body.subarray(index * PART, (index + 1) * PART));
const textOf = ({ name, value }) => [name.toString('latin1'), value.toString('latin1')];

// The whole answer to one request, or what there was before the error.
async function answerOf(client, application, { path = '/', headers = [], parts } = {}) {
  const call = run(client);
  const answer = { status: undefined, headers: [], error: undefined, ending: undefined };
  const ended = new Promise((resolve) => call.on('status', ({ metadata }) => resolve(metadata.get('asgi-ending')[0])));
  const sent = sendRequest(call, application, httpScope('POST', path, headers), parts).catch(() => {});
  const body = [];
  try {
    for await (const { event } of call) {
      if (event.kind === 'http_response_start') {
        answer.status = event.http_response_start.status;
        answer.headers = event.http_response_start.headers ?? [];
      } else if (event.kind === 'http_response_body') {
        body.push(event.http_response_body.body ?? Buffer.alloc(0));
      }
    }
  } catch (error) {
    answer.error = grpc.status[error.code];
  }
  answer.body = Buffer.concat(body);
  answer.ending = await ended;
  if (answer.error === undefined) await sent;
  return answer;
}

function assertFinished({ error, status, ending }) {
  assert.deepEqual({ error, status, ending }, { error: undefined, status: 200, ending: 'finished' });
}

async function oneOfMany(client, number, allRunning) {
  const first = `first of ${number} `;
  const second = `second of ${number}`;
  const call = run(client);
  await write(call, { start: { application: 'echo', scope: httpScope('POST', '/') } });
  await write(call, { event: { http_request: { body: Buffer.from(first), more_body: true } } });
  let received = '';
  for await (const { event } of call) {
    received += event.http_response_body?.body ?? '';
    if (received === first) {
      await allRunning();
      await write(call, { event: { http_request: { body: Buffer.from(second) } } });
      call.end();
    }
  }
  assert.equal(received, first + second);
}

const checks = {
  async wsgi_answers(client) {
    const answer = await answerOf(client, 'wsgi');
    assertFinished(answer);
    assert.ok(answer.body.length > 0, 'an empty body');
  },

  async echo_returns_the_body(client) {
    const answer = await answerOf(client, 'echo', { parts: ['one ', 'two ', 'three'].map((part) => Buffer.from(part)) });
    assertFinished(answer);
    assert.equal(answer.body.toString(), 'one two three');
  },

  async sixty_four_instances_at_once(client) {
    const numbers = [...Array(64).keys()];
    let waiting = numbers.length;
    let open;
    const opened = new Promise((resolve) => (open = resolve));
    const allRunning = () => (--waiting === 0 ? open() : opened);
    await Promise.all(numbers.map((number) => oneOfMany(client, number, allRunning)));
    (await Promise.all(numbers.map(() => answerOf(client, 'wsgi')))).forEach(assertFinished);
  },

  async a_body_larger_than_4_mb(client) {
    const body = pattern(5 * 1024 * 1024 + 7);
    const answer = await answerOf(client, 'echo', { parts: partsOf(body) });
    assertFinished(answer);
    assert.equal(answer.body.length, body.length);
    assert.ok(answer.body.equals(body), 'other bytes');
  },

  async a_header_repeated_99_times(client) {
    const headers = Array.from({ length: 99 }, (_, number) => ['x-echo-part', String(number)]);
    const answer = await answerOf(client, 'echo', { headers });
    assertFinished(answer);
    assert.deepEqual(answer.headers.map(textOf).filter(([name]) => name === 'x-echo-part'), headers);
  },

  async raw_header_bytes(client) {
    const value = Buffer.from([0xff, 0xfe, 0x80, 0xc3, 0x28, 0xe9]);
    const answer = await answerOf(client, 'echo', { headers: [['x-echo-raw', value]] });
    assertFinished(answer);
    assert.deepEqual(answer.headers.find(({ name }) => name.toString() === 'x-echo-raw')?.value, value);
  },

  async an_application_that_raises_before_the_start(client) {
    const { error, ending, status } = await answerOf(client, 'raise-before-start');
    assert.deepEqual({ error, ending, status }, { error: 'UNKNOWN', ending: 'failed', status: undefined });
  },

  async an_application_that_raises_after_the_start(client) {
    const { error, ending, status, body } = await answerOf(client, 'raise-after-start');
    assert.deepEqual({ error, ending, status }, { error: 'UNKNOWN', ending: 'failed', status: 200 });
    assert.equal(body.toString(), 'begun');
  },

  async a_driver_that_cancels_in_the_middle(client) {
    const key = `/${randomUUID()}`;
    const call = run(client);
    await write(call, { start: { application: 'wait-for-disconnect', scope: httpScope('POST', key) } });
    await write(call, { event: { http_request: {} } });
    await assert.rejects(async () => {
      for await (const { event } of call) {
        if (event.http_response_body?.body?.toString() === 'waiting') call.cancel();
      }
    }, { code: grpc.status.CANCELLED });
    const answer = await answerOf(client, 'records', { path: key });
    assertFinished(answer);
    assert.equal(answer.body.toString(), 'http.disconnect');
  },

  async an_unknown_application(client) {
    assert.equal((await answerOf(client, 'nobody')).error, 'NOT_FOUND');
  },

  async an_event_before_the_start(client) {
    const call = run(client);
    await write(call, { event: { http_request: {} } });
    await assert.rejects(call.toArray(), { code: grpc.status.INVALID_ARGUMENT });
  },
};

async function main(address, ...names) {
  const client = connect(address);
  let failures = names.length === 0 ? 1 : 0;
  for (const name of names) {
    try {
      await checks[name](client);
      console.log('ok', name);
    } catch (error) {
      failures++;
      console.log('FAIL', name, String(error));
    }
  }
  client.close();
  process.exitCode = failures ? 1 : 0;
}

main(...process.argv.slice(2));
