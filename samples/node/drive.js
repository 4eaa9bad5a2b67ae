// Drives an application that a bridge hosts. Usage: node drive.js ADDRESS APPLICATION [BODY]
'use strict';

const { connect, httpScope, sendRequest } = require('./bridge');

async function main(address, application, body = 'hello from Node') {
  const client = connect(address);
  const call = client.run({ deadline: Date.now() + 30_000 });
  call.on('status', ({ metadata }) => console.log(`\nended: ${metadata.get('asgi-ending')[0]}`));
  const sent = sendRequest(call, application, httpScope('POST', '/', [['x-echo-greeting', 'hello']]), [Buffer.from(body)]);
  let status;
  for await (const { event } of call) {
    if (event.kind === 'http_response_start') {
      status = event.http_response_start.status;
      console.log(status);
      event.http_response_start.headers.forEach(({ name, value }) => console.log(`${name.toString('latin1')}: ${value.toString('latin1')}`));
    } else if (event.kind === 'http_response_body') {
      process.stdout.write(event.http_response_body.body ?? '');
    }
  }
  await sent;
  client.close();
  return status === 200 ? 0 : 1;
}

main(...process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(String(error));
    process.exitCode = 1;
  },
);
