// Drives the chat hub of samples/aspnetcore-worker with the real SignalR client: node signalr.js ADDRESS TRANSPORT
"use strict";
const assert = require("node:assert");
const signalR = require("@microsoft/signalr");

const [address, transport] = process.argv.slice(2);
const deadline = setTimeout(() => fail(new Error("The checks did not end in time.")), 60_000);

function fail(error) {
  console.error(error);
  process.exit(1);
}

function connection() {
  return new signalR.HubConnectionBuilder()
    .withUrl(`${address}chat`, { transport: signalR.HttpTransportType[transport] })
    .configureLogging(signalR.LogLevel.Error)
    .build();
}

function once(hub, method) {
  return new Promise((resolve) => hub.on(method, resolve));
}

function collect(stream) {
  return new Promise((resolve, reject) => {
    const items = [];
    stream.subscribe({ next: (item) => items.push(item), complete: () => resolve(items), error: reject });
  });
}

async function main() {
  const ann = connection();
  const bob = connection();
  await Promise.all([ann.start(), bob.start()]);

  assert.strictEqual(await ann.invoke("Echo", "žluťoučký 🐎"), "žluťoučký 🐎");
  const large = "x".repeat(300_000);
  assert.strictEqual(await ann.invoke("Echo", large), large);

  const joined = [once(ann, "joined"), once(bob, "joined")];
  await ann.invoke("Join", "tea");
  await bob.invoke("Join", "tea");
  assert.deepStrictEqual(await Promise.all(joined), ["tea", "tea"]);
  const said = [once(ann, "said"), once(bob, "said")];
  await ann.invoke("Say", "tea", "hello");
  assert.deepStrictEqual(await Promise.all(said), ["hello", "hello"]);

  const numbers = await collect(ann.stream("Count", 500));
  assert.deepStrictEqual(numbers, Array.from({ length: 500 }, (_, index) => index + 1));

  const upload = new signalR.Subject();
  const sum = bob.invoke("Sum", upload);
  for (let number = 1; number <= 100; number++) {
    upload.next(number);
  }
  upload.complete();
  assert.strictEqual(await sum, 5050);

  await assert.rejects(ann.invoke("Fail"), /This call always fails/);
  const calls = await Promise.all(Array.from({ length: 50 }, (_, index) => bob.invoke("Echo", `${index}`)));
  assert.deepStrictEqual(calls, Array.from({ length: 50 }, (_, index) => `${index}`));

  const closed = new Promise((resolve) => bob.onclose(resolve));
  bob.send("Leave").catch(() => {});
  await closed;
  await ann.stop();
  clearTimeout(deadline);
  console.log("passed");
}

main().catch(fail);
