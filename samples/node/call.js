// Calls a function through a bridge and waits for its result. Usage: node call.js ADDRESS CALLABLE [JSON]
'use strict';

const { connectCallables } = require('./bridge');

// `path` is that of the call from within which this one is made.
async function call(client, callable, argument, path = []) {
  const payload = { content_type: 'application/json', data: Buffer.from(JSON.stringify(argument)) };
  const request = { callable, head: argument === undefined ? {} : { argument: payload }, path };
  const options = { deadline: Date.now() + 30_000 };
  const { event } = await new Promise((resolve, reject) =>
    client.call(request, options, (error, response) => (error ? reject(error) : resolve(response))),
  );
  if (event.kind === 'error') throw new Error(`${event.error.type}: ${event.error.message}`);
  return event.result.data?.length ? JSON.parse(event.result.data.toString()) : null;
}

module.exports = { call };

if (require.main === module) {
  const [address, callable, argument] = process.argv.slice(2);
  const client = connectCallables(address);
  call(client, callable, argument === undefined ? undefined : JSON.parse(argument))
    .then((result) => console.log(JSON.stringify(result)))
    .catch((error) => {
      console.error(String(error));
      process.exitCode = 1;
    })
    .finally(() => client.close());
}
