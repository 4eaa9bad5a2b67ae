// Checks the WebSocket front with the client of ws: node checks.js SOCKET RECORD CHECK; prints "ok CHECK".
"use strict";
const assert = require("node:assert");
const { once } = require("node:events");
const WebSocket = require("ws");

const [socket, record, check] = process.argv.slice(2);
setTimeout(() => fail(new Error("The check did not end in time.")), 60_000).unref();

function fail(error) {
  console.error(error);
  process.exit(1);
}

async function connect(address = socket, protocols = []) {
  const client = new WebSocket(address, protocols);
  await once(client, "open");
  return client;
}

async function closed(client) {
  const [code, reason] = await once(client, "close");
  return [code, reason.toString()];
}

// The answer to a handshake that is denied.
function denied(address) {
  return new Promise((resolve, reject) => {
    const client = new WebSocket(address);
    client.on("open", () => reject(new Error("The handshake was not denied.")));
    client.on("error", reject);
    client.on("unexpected-response", async (request, response) => {
      const parts = await response.toArray();
      resolve([response.statusCode, response.headers["x-denied"], Buffer.concat(parts).toString()]);
    });
  });
}

const checks = {
  async text_and_bytes_come_back() {
    const client = await connect();
    const large = Buffer.alloc(300_000, "0123456789abc");
    for (const message of ["a word", "", "žluťoučký 🐎", "x".repeat(300_000), Buffer.alloc(0), Buffer.from([0, 255]), large]) {
      const answer = once(client, "message");
      client.send(message);
      const [bytes, isBinary] = await answer;
      assert.strictEqual(isBinary, typeof message !== "string");
      assert.deepStrictEqual(isBinary ? bytes : bytes.toString(), message);
    }
    client.close();
    await closed(client);
  },

  async the_chosen_subprotocol_is_heard() {
    const chosen = await connect(socket, ["v1", "v2"]);
    assert.strictEqual(chosen.protocol, "v2");
    const none = await connect();
    assert.strictEqual(none.protocol, "");
    for (const client of [chosen, none]) {
      client.close();
      await closed(client);
    }
  },

  async code_and_reason_of_the_application_are_heard() {
    for (const [code, reason] of [[1000, "done"], [1011, "a fault"], [4001, "ümläut"], [4999, ""]]) {
      const client = await connect();
      const ending = closed(client);
      client.send(`close ${code} ${reason}`);
      assert.deepStrictEqual(await ending, [code, reason]);
    }
  },

  async code_and_reason_of_the_client_are_heard() {
    const client = await connect(`${socket}?record=${encodeURIComponent(new URL(record).pathname)}`);
    client.close(4002, "ümläut");
    assert.strictEqual((await closed(client))[0], 4002);
    const heard = await fetch(record);
    assert.strictEqual(await heard.text(), "4002 ümläut");
  },

  async a_denial_has_its_status() {
    assert.strictEqual((await denied(`${socket}?deny=403`))[0], 403);
    for (const status of [404, 503]) {
      assert.deepStrictEqual(await denied(`${socket}?deny=${status}`), [status, "yes", "not here"]);
    }
  },
};

checks[check]().then(() => console.log(`ok ${check}`), fail);
