// What a driver needs besides the contract: a client of it, and the messages of one HTTP request.
'use strict';

const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

// The stubs are made of the .proto files at run time.
const files = ['asgi_bridge/v1/application_service.proto', 'asgi_bridge/v1/callable_service.proto'];
const definition = protoLoader.loadSync(files, {
  includeDirs: [path.join(__dirname, '..', '..', 'protos')],
  keepCase: true,
  longs: String,
  oneofs: true,
});
const { ApplicationService, CallableService } = grpc.loadPackageDefinition(definition).asgi_bridge.v1;

function connect(address) {
  return new ApplicationService(address, grpc.credentials.createInsecure());
}

function connectCallables(address) {
  return new CallableService(address, grpc.credentials.createInsecure());
}

// The scope of one request; header names and values are bytes, in order, repeats included.
function httpScope(method, path, headers = []) {
  const fields = headers.map(([name, value]) => ({ name: Buffer.from(name), value: Buffer.from(value) }));
  return { asgi: { version: '3.0', spec_version: '2.5' }, http: { http_version: '1.1', method, path, headers: fields } };
}

// Waits while the bridge takes no more, so that a body is never collected here.
function write(call, message) {
  return new Promise((resolve, reject) => call.write(message, (error) => (error ? reject(error) : resolve())));
}

// Sends the messages of one request: the start, then the body in parts, the last one marked as the last.
async function sendRequest(call, application, scope, parts = [Buffer.alloc(0)]) {
  await write(call, { start: { application, scope } });
  for (const [index, body] of parts.entries()) {
    await write(call, { event: { http_request: { body, more_body: index < parts.length - 1 } } });
  }
  call.end();
}

module.exports = { connect, connectCallables, grpc, httpScope, sendRequest, write };
